import BrokerStorage

/// Finds the slot of an entity by its id, byte for byte, without keeping the ids: they are in the records.
///
/// An open-addressed table of one word for each entity: the upper half is a part of the id's hash, the lower half the
/// slot plus one. The hash is keyed anew in each process, so that nobody can choose ids that collide.
///
/// Invariants:
/// 1. The table's size is a power of two and at least a quarter of it is empty, so that every search ends.
/// 2. An id's word lies between the place of its hash and the next empty place, going round.
struct EntityIDIndex: Sendable {
    private var table: ContiguousArray<UInt64>
    private(set) var count = 0

    private static let smallest = 16

    init() { table = ContiguousArray(repeating: 0, count: Self.smallest) }

    /// Makes room for so many ids at once.
    mutating func reserve(_ capacity: Int) {
        var size = table.count
        while capacity * 4 > size * 3 { size *= 2 }
        if size > table.count { resize(to: size) }
    }

    mutating func removeAll() {
        for index in table.indices { table[index] = 0 }
        count = 0
    }

    /// The slot of an id.
    ///
    /// - Parameter isAt: whether the entity in a slot has this id.
    func slot(of id: String, isAt: (UInt32) -> Bool) -> UInt32? {
        find(Self.hash(id), isAt: isAt).map { UInt32(truncatingIfNeeded: table[$0]) &- 1 }
    }

    /// Adds an id that is not in the table.
    mutating func insert(_ id: String, at slot: UInt32) {
        if (count + 1) * 4 > table.count * 3 { resize(to: table.count * 2) }
        place(Self.word(Self.hash(id), slot))
        count += 1
    }

    mutating func remove(_ id: String, isAt: (UInt32) -> Bool) {
        guard var hole = find(Self.hash(id), isAt: isAt) else { return }
        count -= 1
        // What follows moves up, so that no search ends too early.
        let mask = table.count - 1
        var next = (hole + 1) & mask
        while table[next] != 0 {
            let home = Int(table[next] >> 32) & mask
            if (next - home) & mask >= (next - hole) & mask {
                table[hole] = table[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        table[hole] = 0
    }

    private static func word(_ hash: UInt32, _ slot: UInt32) -> UInt64 { UInt64(hash) << 32 | UInt64(slot &+ 1) }

    private func find(_ hash: UInt32, isAt: (UInt32) -> Bool) -> Int? {
        let mask = table.count - 1
        var position = Int(hash) & mask
        while table[position] != 0 {
            let word = table[position]
            if UInt32(word >> 32) == hash, isAt(UInt32(truncatingIfNeeded: word) &- 1) { return position }
            position = (position + 1) & mask
        }
        return nil
    }

    private mutating func place(_ word: UInt64) {
        let mask = table.count - 1
        var position = Int(word >> 32) & mask
        while table[position] != 0 { position = (position + 1) & mask }
        table[position] = word
    }

    private mutating func resize(to size: Int) {
        let old = table
        table = ContiguousArray(repeating: 0, count: size)
        for word in old where word != 0 { place(word) }
    }

    private static func hash(_ id: String) -> UInt32 {
        var hasher = Hasher()
        var id = id
        id.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        return UInt32(truncatingIfNeeded: hasher.finalize())
    }
}
