/// Some entities, or what changed of them, as one JSON array ready for a batch operation (CIM 009 clause 5.6.8).
public struct CityBatch: Sendable, Equatable {
    /// A JSON array of at most 1,000 NGSI-LD entities or fragments in normalized form, UTF-8.
    public let bytes: [UInt8]
    /// Where each entity stands in `bytes`.
    public let ranges: [Range<Int>]

    public var count: Int { ranges.count }

    /// The JSON object of one entity. `index` runs from 0 to `count - 1`.
    public func entity(_ index: Int) -> ArraySlice<UInt8> { bytes[ranges[index]] }

    /// The JSON object of each entity, in order.
    public var entities: some Sequence<ArraySlice<UInt8>> { ranges.lazy.map { bytes[$0] } }
}
