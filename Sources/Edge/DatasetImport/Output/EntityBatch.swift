/// Some entities as one JSON array, ready for a batch operation (CIM 009 clauses 5.6.7 to 5.6.9).
public struct EntityBatch: Sendable, Equatable {
    /// A JSON array of NGSI-LD entities in normalized form, UTF-8.
    public let bytes: [UInt8]
    /// Where each entity stands in `bytes`.
    public let ranges: [Range<Int>]

    public var count: Int { ranges.count }
    public var isEmpty: Bool { ranges.isEmpty }

    /// The JSON object of one entity. `index` runs from 0 to `count - 1`.
    public func entity(_ index: Int) -> ArraySlice<UInt8> { bytes[ranges[index]] }

    /// The JSON object of each entity, in order.
    public var entities: some Sequence<ArraySlice<UInt8>> { ranges.lazy.map { bytes[$0] } }
}
