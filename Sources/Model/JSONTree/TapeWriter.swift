/// A tape while it is being written.
///
/// Invariants:
/// 1. `entries` points at the elements of `tape`, `capacity` of them, the first `used` initialised.
/// 2. `used` is below 2^30, because each entry stands for at least one byte of a text that is shorter.
struct TapeWriter {
    private(set) var tape: Tape
    private(set) var entries: UnsafeMutablePointer<TapeEntry>
    private var capacity: Int
    private(set) var used = 0

    init(_ bytes: [UInt8]) {
        // Typical entities have an entry for 8 or 9 bytes; a document with more grows.
        capacity = bytes.count / 6 + 8
        tape = Tape.create(minimumCapacity: capacity) { _ in bytes }
        entries = tape.withUnsafeMutablePointerToElements { $0 }
    }

    /// A scalar or key.
    @inline(__always)
    mutating func push(start: Int, end: Int, isMarked: Bool) {
        let length = UInt32(truncatingIfNeeded: end &- start)
        push(
            TapeEntry(
                start: UInt32(truncatingIfNeeded: start), rest: isMarked ? length | TapeEntry.markFlag : length))
    }

    /// The opening of a container; returns its index.
    @inline(__always)
    mutating func push(start: Int, _ parent: UInt32) -> UInt32 {
        push(TapeEntry(start: UInt32(truncatingIfNeeded: start), rest: parent))
        return UInt32(truncatingIfNeeded: used &- 1)
    }

    /// The closing of a container; returns the one around it.
    @inline(__always)
    mutating func close(_ opening: UInt32, at position: Int) -> UInt32 {
        push(TapeEntry(start: UInt32(truncatingIfNeeded: position), rest: 0))
        let parent = entries[Int(opening)].rest
        entries[Int(opening)].rest = TapeEntry.containerFlag | UInt32(truncatingIfNeeded: used)
        return parent
    }

    @inline(__always)
    func start(_ index: UInt32) -> Int { Int(entries[Int(index)].start) }

    @inline(__always)
    private mutating func push(_ entry: TapeEntry) {
        if used == capacity {
            tape = TapeWriter.larger(tape, used)
            entries = tape.withUnsafeMutablePointerToElements { $0 }
            capacity = used * 2
        }
        (entries + used).initialize(to: entry)
        used &+= 1
    }

    @inline(never)
    private static func larger(_ tape: Tape, _ used: Int) -> Tape {
        let larger = Tape.create(minimumCapacity: used * 2) { _ in tape.header }
        tape.withUnsafeMutablePointerToElements { old in
            larger.withUnsafeMutablePointerToElements { $0.initialize(from: old, count: used) }
        }
        return larger
    }
}
