/// What one entity of the town said over a span of time, a column for each attribute.
public struct EntityPast: Sendable, Equatable {
    public let id: String
    public let type: String
    public internal(set) var series: [PastSeries] = []

    /// Values in all series.
    public var count: Int { series.reduce(0) { $0 + $1.observedAt.count } }
}

/// The values of one attribute in the order of their times.
public struct PastSeries: Sendable, Equatable {
    /// Which kind of attribute it is; it says what a value is.
    public enum Kind: Sendable { case property, relationship, geoProperty }

    public let attribute: String
    public let kind: Kind
    /// UN/CEFACT code of the unit, such as `GQ`.
    public let unitCode: String?
    /// Milliseconds since 1970.
    public private(set) var observedAt: [Int64] = []
    /// Value `i` as JSON is `values[ends[i - 1]..<ends[i]]`; of a Relationship it is its object.
    public private(set) var values: [UInt8] = []
    public private(set) var ends: [Int] = []

    init(attribute: String, kind: Kind, unitCode: String?) {
        self.attribute = attribute
        self.kind = kind
        self.unitCode = unitCode
    }

    /// A value as JSON.
    func value(_ index: Int) -> ArraySlice<UInt8> { values[(index == 0 ? 0 : ends[index - 1])..<ends[index]] }

    mutating func append(_ value: some Sequence<UInt8>, at time: CityTime) {
        observedAt.append(time.milliseconds)
        values.append(contentsOf: value)
        ends.append(values.count)
    }
}
