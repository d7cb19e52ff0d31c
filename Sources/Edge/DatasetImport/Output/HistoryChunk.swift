import JSONTree

/// A part of the history of one entity: values of its attributes with the times at which they were observed.
public struct HistoryChunk: Sendable, Equatable {
    public let entityID: String
    public let type: String
    /// URLs for an `@context` member; empty when the default @context serves.
    public let context: [String]
    /// The attributes that have values in this chunk.
    public let series: [HistorySeries]

    /// Values in all series.
    public var instanceCount: Int { series.reduce(0) { $0 + $1.count } }

    /// The chunk as an EntityTemporal (CIM 009 clause 5.2.20), for the temporal operations of a broker.
    ///
    /// - Cost: about 90 bytes for each value.
    public func entityTemporal() -> [UInt8] {
        var writer = ByteWriter(capacity: 256 + instanceCount * 96)
        writer.append("{\"id\":")
        writer.append(jsonString: entityID)
        writer.append(",\"type\":")
        writer.append(jsonString: type)
        for one in series {
            writer.append(AttributeWriter.name(one.attribute))
            writer.append(UInt8(ascii: "["))
            one.appendInstances(to: &writer)
            writer.append(UInt8(ascii: "]"))
        }
        writer.append(AttributeWriter.context(context))
        writer.append(UInt8(ascii: "}"))
        return writer.array()
    }
}

/// The values of one attribute in the order in which the table has them.
public struct HistorySeries: Sendable, Equatable {
    public let attribute: String
    public let kind: AttributeKind
    /// UN/CEFACT code of the unit, such as `GQ`.
    public let unitCode: String?
    public private(set) var observedAt: [Timestamp] = []
    private var values: [UInt8] = []
    private var ends: [Int] = []

    init(attribute: String, kind: AttributeKind, unitCode: String?) {
        self.attribute = attribute
        self.kind = kind
        self.unitCode = unitCode
    }

    public var count: Int { observedAt.count }

    /// A value as JSON: of a Relationship the target's id in quotes. `index` runs from 0 to `count - 1`.
    public func value(_ index: Int) -> ArraySlice<UInt8> { values[(index == 0 ? 0 : ends[index - 1])..<ends[index]] }

    /// A value as a number, or `nil` when it is none.
    public func number(_ index: Int) -> Double? {
        Array(value(index)).withUnsafeBufferPointer { CellNumber.double($0) }
    }

    mutating func append(_ value: UnsafeRawBufferPointer, at time: Timestamp) {
        observedAt.append(time)
        values.append(contentsOf: value)
        ends.append(values.count)
    }

    mutating func removeAll() {
        observedAt.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    /// The place of the newest value, the last of several as new; `nil` when there is none.
    var newest: Int? {
        guard var newest = observedAt.indices.first else { return nil }
        for index in observedAt.indices where observedAt[index] >= observedAt[newest] { newest = index }
        return newest
    }

    func appendInstances(to writer: inout ByteWriter) {
        let opening = AttributeWriter.opening(kind)
        let unit = AttributeWriter.unit(unitCode)
        var start = 0
        values.withUnsafeBufferPointer { values in
            for index in observedAt.indices {
                if index > 0 { writer.append(UInt8(ascii: ",")) }
                writer.append(UInt8(ascii: "{"))
                writer.append(opening)
                writer.append(UnsafeBufferPointer(rebasing: values[start..<ends[index]]))
                start = ends[index]
                writer.append(unit)
                writer.append(",\"observedAt\":\"")
                observedAt[index].append(to: &writer)
                writer.append("\"}")
            }
        }
    }
}
