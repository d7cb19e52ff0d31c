/// The outbox rows, by their growing numbers, that wait for a subscription on the disk only. Takes about two bytes each.
struct SpilledRows {
    /// The differences between neighbours, as variable-length integers; the first one's is to 0.
    private var bytes: [UInt8] = []
    private var head = 0
    /// The row before the first that waits.
    private var base: UInt64 = 0
    private var last: UInt64 = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ row: UInt64) {
        bytes.append(varint: row &- last)
        last = row
        count += 1
    }

    /// The first rows, at most `limit`; they stay.
    func prefix(_ limit: Int) -> [UInt64] {
        var rows: [UInt64] = []
        var copy = self
        while rows.count < limit, let row = copy.popFirst() { rows.append(row) }
        return rows
    }

    mutating func popFirst() -> UInt64? {
        guard count > 0 else { return nil }
        var difference: UInt64 = 0
        var shift: UInt64 = 0
        while head < bytes.count, shift < 64 {
            let byte = bytes[head]
            head += 1
            difference |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { break }
            shift += 7
        }
        let row = base &+ difference
        base = row
        count -= 1
        if count == 0 {
            self = SpilledRows()
        } else if head > 1_024, head * 2 > bytes.count {
            bytes.removeFirst(head)
            head = 0
        }
        return row
    }
}
