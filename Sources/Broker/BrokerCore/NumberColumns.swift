import NGSILDModel
import NGSILDQuery

/// What scans have learnt of the numbers that entities have in an attribute, by slot: the next scan for a range of
/// numbers passes over most entities without a look at them, which would cost a cache miss each, or a read from the store.
///
/// A scan notes the number of each entity that it looks at; a change of the entity makes it unknown again. So nothing is
/// built beforehand, and a write costs a store for each column.
///
/// Invariants:
/// 1. There are at most `limit` columns, each of 4 bytes a slot; the one that was not used for longest goes first.
/// 2. An entry is as the entity that is in the slot now, or unknown.
struct NumberColumns {
    private var columns: [TermID: NumberColumn] = [:]
    private var clock = 0

    static let limit = 8
    /// Where fewer entities are, a scan is fast enough without.
    static let leastSlots = 2_048

    /// The column for a query that asks for numbers, made where there is none.
    ///
    /// - Parameter slotCount: how many slots there are.
    mutating func column(for bounds: [NumericBound], slotCount: Int) -> (column: NumberColumn, bound: NumericBound)? {
        guard let bound = bounds.first(where: { columns[$0.attribute] != nil }) ?? bounds.first else { return nil }
        return column(of: bound.attribute, slotCount: slotCount).map { ($0, bound) }
    }

    /// The column of an attribute, made where there is none; `nil` where there are few entities.
    mutating func column(of attribute: TermID, slotCount: Int) -> NumberColumn? {
        guard slotCount >= Self.leastSlots else { return nil }
        clock += 1
        let column: NumberColumn
        if let known = columns[attribute] {
            column = known
        } else {
            if columns.count >= Self.limit, let oldest = columns.min(by: { $0.value.used < $1.value.used })?.key {
                columns[oldest] = nil
            }
            column = NumberColumn(attribute)
            columns[attribute] = column
        }
        column.used = clock
        column.grow(to: slotCount)
        return column
    }

    /// Forgets what is known of a slot.
    mutating func changed(_ slot: UInt32) {
        if columns.isEmpty { return }
        for column in columns.values { column.forget(slot) }
    }

    /// Forgets all: the slots were numbered anew.
    mutating func removeAll() { columns = [:] }
}

/// The numbers of one attribute. Touched under the lock of the tenant's state only.
final class NumberColumn {
    let attribute: TermID
    fileprivate(set) var used = 0
    /// Rounded, which keeps their order. Not a number: unknown, or none.
    private var values = ContiguousArray<Float>()

    private static let unknown = Float(nan: 0, signaling: false)
    private static let none = Float(nan: 1, signaling: false)

    fileprivate init(_ attribute: TermID) { self.attribute = attribute }

    fileprivate func grow(to count: Int) {
        guard count > values.count else { return }
        values.reserveCapacity(count)
        values.append(contentsOf: repeatElement(Self.unknown, count: count - values.count))
    }

    fileprivate func forget(_ slot: UInt32) { if slot < values.count { values[Int(slot)] = Self.unknown } }

    /// Whether the entity in a slot may have a value in the range: `false` only where it is known that it has none.
    @inline(__always)
    func mayHold(_ slot: UInt32, _ range: ClosedRange<Float>) -> Bool {
        guard slot < values.count else { return true }
        let value = values[Int(slot)]
        if value >= range.lowerBound { return value <= range.upperBound }
        return value.isNaN && value.bitPattern != Self.none.bitPattern
    }

    /// Notes what the entity in a slot has.
    @inline(__always)
    func note(_ slot: UInt32, _ entity: EntityRecord) {
        guard slot < values.count, !entity.isEvicted else { return }
        values[Int(slot)] = Self.entry(entity.attributes.nodes, attribute)
    }

    /// The number of the entity in a slot, not a number where it has none; `nil` where the entity has to be looked at.
    @inline(__always)
    func number(_ slot: UInt32) -> Float? {
        guard slot < values.count else { return nil }
        let value = values[Int(slot)]
        return value.isNaN && value.bitPattern != Self.none.bitPattern ? nil : value
    }

    /// The number that an entity has in an attribute; not a number where it has not just one.
    static func number(of entity: EntityRecord, _ attribute: TermID) -> Float {
        entry(entity.attributes.nodes, attribute)
    }

    /// Only one plain number counts; several instances, texts and compound values have to be looked at.
    private static func entry(_ nodes: ContiguousArray<AttributeNode>, _ attribute: TermID) -> Float {
        var found = none
        var index = 0
        while index < nodes.count {
            let node = nodes[index]
            if node.name == attribute {
                guard node.flags.contains(.isNumber), found.bitPattern == none.bitPattern else { return unknown }
                found = Float(node.number)
                if found.isNaN { return unknown }
            }
            index += 1 + Int(node.descendants)
        }
        return found
    }
}
