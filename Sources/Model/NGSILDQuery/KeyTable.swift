/// Lists of numbers by keys of 64 bits, found by one look into memory mostly.
///
/// Takes keys as they are, which is several times faster than a dictionary but lets keys that were made for it crowd. So
/// keys that are put in have to come from somebody who is trusted; those that are looked up need not.
///
/// Invariants:
/// 1. At least half of the slots are free.
/// 2. A key stands at its place or behind it, with no free slot in between.
struct KeyTable: Sendable {
    private struct Slot {
        var key: UInt64 = 0
        var start: UInt32 = 0
        /// 0: the slot is free.
        var count: UInt32 = 0
    }

    /// The numbers of all keys; `range(of:)` says which are a key's.
    private(set) var numbers: ContiguousArray<Int> = []
    private var slots: ContiguousArray<Slot>
    private let shift: UInt64

    var isEmpty: Bool { numbers.isEmpty }

    init(_ lists: [UInt64: [Int]]) {
        var bits: UInt64 = 1
        while 1 << bits < 2 * lists.count { bits += 1 }
        shift = 64 - bits
        slots = ContiguousArray(repeating: Slot(), count: 1 << bits)
        for (key, list) in lists where !list.isEmpty {
            var place = home(key)
            while slots[place].count > 0 { place = (place + 1) & (slots.count - 1) }
            slots[place] = Slot(key: key, start: UInt32(numbers.count), count: UInt32(list.count))
            numbers += list
        }
    }

    /// Where a key's numbers are; empty where it has none.
    @inline(__always)
    func range(of key: UInt64) -> Range<Int> {
        var place = home(key)
        while slots[place].count > 0 {
            let slot = slots[place]
            if slot.key == key { return Int(slot.start)..<Int(slot.start) + Int(slot.count) }
            place = (place + 1) & (slots.count - 1)
        }
        return 0..<0
    }

    /// - Source: multiplicative hashing, Knuth, The Art of Computer Programming, volume 3, section 6.4.
    @inline(__always)
    private func home(_ key: UInt64) -> Int { Int((key &* 0x9E37_79B9_7F4A_7C15) >> shift) }
}
