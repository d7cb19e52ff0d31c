/// Where an entity stands by one criterion of an order.
///
/// - Source: CIM 009 clause 4.23.2, the comparison order of data types.
struct OrderKey: Sendable {
    enum Rank: UInt8, Sendable {
        case distance, number, text, object, array, boolean, time, date, dateTime, null, missing
    }

    var rank: Rank
    var number: Double = 0
    var bytes: [UInt8] = []

    static let missing = OrderKey(rank: .missing)

    /// Whether the value is there, so that it can be turned round in a descending order.
    private var isValue: Bool { rank.rawValue < Rank.null.rawValue }

    /// Negative when `self` comes before `other`, 0 when neither does. Null and missing values come last always.
    func order(_ other: OrderKey, isDescending: Bool) -> Int {
        if !isValue || !other.isValue { return Int(rank.rawValue) - Int(other.rank.rawValue) }
        // Distances come before other values in both directions.
        if rank != other.rank, rank == .distance || other.rank == .distance {
            return Int(rank.rawValue) - Int(other.rank.rawValue)
        }
        let ascending = ascendingOrder(other)
        return isDescending ? -ascending : ascending
    }

    private func ascendingOrder(_ other: OrderKey) -> Int {
        if rank != other.rank { return Int(rank.rawValue) - Int(other.rank.rawValue) }
        if number != other.number { return number < other.number ? -1 : 1 }
        let count = min(bytes.count, other.bytes.count)
        var index = 0
        while index < count {
            if bytes[index] != other.bytes[index] { return Int(bytes[index]) - Int(other.bytes[index]) }
            index += 1
        }
        return bytes.count - other.bytes.count
    }
}
