public import GeoJSON
public import JSONTree
public import NGSILDModel

/// Writes entities in normalized form into bodies of batch operations, of as many entities as a broker takes.
///
/// Invariants:
/// 1. Between `begin` and `end` one entity is open, and `writer` holds `[` and the finished ones before it.
public struct SignalEntityWriter: ~Copyable {
    private var writer = ByteWriter(capacity: 16 << 10)
    private var finished: [[UInt8]] = []
    private var count = 0
    private let limit: Int

    /// - Parameter limit: Entities in one body.
    public init(limit: Int = 1_000) {
        self.limit = max(1, limit)
        writer.append("[")
    }

    /// Opens an entity; its attributes follow.
    public mutating func begin(_ id: String, _ type: String) {
        if count > 0 { writer.append(",") }
        writer.append("{\"id\":")
        writer.append(jsonString: id)
        writer.append(",\"type\":")
        writer.append(jsonString: type)
    }

    /// Closes the entity.
    public mutating func end() {
        writer.append("}")
        count += 1
        if count == limit { cut() }
    }

    private mutating func cut() {
        guard count > 0 else { return }
        writer.append("]")
        finished.append(writer.array())
        writer.removeAll()
        writer.append("[")
        count = 0
    }

    /// The bodies: JSON arrays of entities.
    public consuming func bodies() -> [[UInt8]] {
        cut()
        return finished
    }

    // MARK: - Attributes

    /// A Property that is a number; one that is not finite is left out.
    public mutating func number(
        _ name: StaticString, _ value: Double, unit: StaticString? = nil, at time: Timestamp? = nil
    ) {
        guard value.isFinite else { return }
        open(name)
        writer.append("\"Property\",\"value\":")
        writer.append(number: value)
        if let unit {
            writer.append(",\"unitCode\":\"")
            writer.append(unit)
            writer.append("\"")
        }
        close(time)
    }

    /// A Property that is a text.
    public mutating func text(_ name: StaticString, _ value: String, at time: Timestamp? = nil) {
        open(name)
        writer.append("\"Property\",\"value\":")
        writer.append(jsonString: value)
        close(time)
    }

    /// A Property that is true or false.
    public mutating func truth(_ name: StaticString, _ value: Bool, at time: Timestamp? = nil) {
        open(name)
        writer.append("\"Property\",\"value\":")
        let word: StaticString = value ? "true" : "false"
        writer.append(word)
        close(time)
    }

    /// A Property that is an instant.
    public mutating func time(_ name: StaticString, _ value: Timestamp) {
        open(name)
        writer.append("\"Property\",\"value\":{\"@type\":\"DateTime\",\"@value\":")
        value.append(quotedTo: &writer)
        writer.append("}")
        close(nil)
    }

    /// A Relationship to one entity or several; none at all is left out.
    public mutating func relationship(_ name: StaticString, _ ids: [String]) {
        guard let first = ids.first else { return }
        open(name)
        writer.append("\"Relationship\",\"object\":")
        if ids.count == 1 {
            writer.append(jsonString: first)
        } else {
            writer.append("[")
            for (place, id) in ids.enumerated() {
                if place > 0 { writer.append(",") }
                writer.append(jsonString: id)
            }
            writer.append("]")
        }
        close(nil)
    }

    /// A JsonProperty, whose value the body writes.
    public mutating func json(
        _ name: StaticString, at time: Timestamp? = nil, _ body: (inout ByteWriter) -> Void
    ) {
        open(name)
        writer.append("\"JsonProperty\",\"json\":")
        body(&writer)
        close(time)
    }

    /// A GeoProperty: a Point for one position, a LineString for more; nothing for none.
    public mutating func location(_ positions: [Position]) {
        guard let first = positions.first else { return }
        open("location")
        writer.append("\"GeoProperty\",\"value\":{\"type\":")
        if positions.count == 1 {
            writer.append("\"Point\",\"coordinates\":")
            append(first)
        } else {
            writer.append("\"LineString\",\"coordinates\":[")
            for (place, position) in positions.enumerated() {
                if place > 0 { writer.append(",") }
                append(position)
            }
            writer.append("]")
        }
        writer.append("}")
        close(nil)
    }

    /// With seven decimals: a centimetre.
    private mutating func append(_ position: Position) {
        writer.append("[")
        writer.append(number: (position.longitude * 1e7).rounded() / 1e7)
        writer.append(",")
        writer.append(number: (position.latitude * 1e7).rounded() / 1e7)
        writer.append("]")
    }

    private mutating func open(_ name: StaticString) {
        writer.append(",\"")
        writer.append(name)
        writer.append("\":{\"type\":")
    }

    private mutating func close(_ time: Timestamp?) {
        if let time {
            writer.append(",\"observedAt\":")
            time.append(quotedTo: &writer)
        }
        writer.append("}")
    }
}
