import JSONTree

/// Writes entities one after the other into a JSON array and hands it over when it is full.
///
/// Invariants:
/// 1. `writer` holds `[` and the finished entities, separated by commas; between `begin` and `end` one more is open.
struct EntityBatchBuilder: ~Copyable {
    let maximumCount: Int
    let maximumBytes: Int
    /// Finished entities by type, in the order of first appearance.
    private(set) var counts: [(type: String, count: Int)] = []
    private var openCount = 0
    private var writer: ByteWriter
    private var ranges: [Range<Int>] = []
    private var start = 0
    private let contextMember: [UInt8]

    /// - Parameters:
    ///   - maximumCount: Entities in a batch; brokers take 1,000 at most.
    ///   - maximumBytes: A batch is full as soon as it is longer.
    ///   - context: URLs for an `@context` member of each entity; none leaves the member out.
    init(maximumCount: Int = 1_000, maximumBytes: Int = 2 << 20, context: [String] = []) {
        self.maximumCount = max(1, maximumCount)
        self.maximumBytes = maximumBytes
        contextMember = AttributeWriter.context(context)
        writer = ByteWriter(capacity: 64 << 10)
        writer.append(UInt8(ascii: "["))
    }

    var isEmpty: Bool { ranges.isEmpty }
    var isFull: Bool { ranges.count >= maximumCount || writer.count >= maximumBytes }

    mutating func begin(id: String, type: String) {
        open(type)
        writer.append(jsonString: id)
        writer.append(",\"type\":")
        writer.append(jsonString: type)
    }

    mutating func begin(id: [UInt8], type: String) {
        open(type)
        id.withUnsafeBufferPointer { writer.append(jsonString: $0) }
        writer.append(",\"type\":")
        writer.append(jsonString: type)
    }

    private mutating func open(_ type: String) {
        if let place = counts.firstIndex(where: { $0.type == type }) {
            openCount = place
        } else {
            openCount = counts.count
            counts.append((type, 0))
        }
        if !ranges.isEmpty { writer.append(UInt8(ascii: ",")) }
        start = writer.count
        writer.append("{\"id\":")
    }

    mutating func end() {
        writer.append(contextMember)
        writer.append(UInt8(ascii: "}"))
        ranges.append(start..<writer.count)
        counts[openCount].count += 1
    }

    /// Appends prepared JSON: a comma and a member of the open entity, or a part of one.
    mutating func append(json bytes: [UInt8]) { writer.append(bytes) }
    mutating func append(json bytes: UnsafeBufferPointer<UInt8>) { writer.append(bytes) }
    mutating func append(json text: StaticString) { writer.append(text) }
    mutating func append(_ timestamp: Timestamp) { timestamp.append(to: &writer) }
    mutating func append(number: Double) { writer.append(number: number) }

    /// A Property with a text; an empty text leaves the attribute out, since a feed's empty cell says nothing.
    mutating func property(_ name: StaticString, text: UnsafeBufferPointer<UInt8>) {
        guard text.count > 0 else { return }
        beginProperty(name)
        writer.append(jsonText: text)
        writer.append(UInt8(ascii: "}"))
    }

    mutating func property(_ name: StaticString, text: String) {
        var text = text
        text.withUTF8 { property(name, text: $0) }
    }

    /// A Property with a number that is already JSON, or the number it means.
    mutating func property(_ name: StaticString, number cell: UnsafeBufferPointer<UInt8>) {
        switch CellNumber.read(cell) {
        case .notANumber: return
        case .json:
            beginProperty(name)
            writer.append(cell)
        case .other(let value):
            beginProperty(name)
            writer.append(number: value)
        }
        writer.append(UInt8(ascii: "}"))
    }

    mutating func property(_ name: StaticString, bool: Bool) {
        beginProperty(name)
        if bool { writer.append("true") } else { writer.append("false") }
        writer.append(UInt8(ascii: "}"))
    }

    private mutating func beginProperty(_ name: StaticString) {
        writer.append(",\"")
        writer.append(name)
        writer.append("\":{\"type\":\"Property\",\"value\":")
    }

    /// A Relationship to one entity, or to several as an array (CIM 009 clause 4.5.3); none leaves it out.
    mutating func relationship(_ name: StaticString, _ objects: [String]) {
        guard let first = objects.first else { return }
        writer.append(",\"")
        writer.append(name)
        writer.append("\":{\"type\":\"Relationship\",\"object\":")
        if objects.count == 1 {
            writer.append(jsonString: first)
        } else {
            writer.append(UInt8(ascii: "["))
            for (index, object) in objects.enumerated() {
                if index > 0 { writer.append(UInt8(ascii: ",")) }
                writer.append(jsonString: object)
            }
            writer.append(UInt8(ascii: "]"))
        }
        writer.append(UInt8(ascii: "}"))
    }

    mutating func relationship(_ name: StaticString, _ object: String) { relationship(name, [object]) }

    /// A GeoProperty `location` with a Point, or a LineString when there are several positions.
    mutating func location(_ positions: [(longitude: Double, latitude: Double)]) {
        guard let first = positions.first else { return }
        writer.append(",\"location\":{\"type\":\"GeoProperty\",\"value\":{\"type\":\"")
        if positions.count == 1 {
            writer.append("Point\",\"coordinates\":")
            append(position: first)
        } else {
            writer.append("LineString\",\"coordinates\":[")
            for (index, position) in positions.enumerated() {
                if index > 0 { writer.append(UInt8(ascii: ",")) }
                append(position: position)
            }
            writer.append(UInt8(ascii: "]"))
        }
        writer.append("}}")
    }

    private mutating func append(position: (longitude: Double, latitude: Double)) {
        writer.append(UInt8(ascii: "["))
        writer.append(number: position.longitude)
        writer.append(UInt8(ascii: ","))
        writer.append(number: position.latitude)
        writer.append(UInt8(ascii: "]"))
    }

    /// Hands over what is written and starts the next batch.
    mutating func take() -> EntityBatch {
        writer.append(UInt8(ascii: "]"))
        let batch = EntityBatch(bytes: writer.array(), ranges: ranges)
        writer.removeAll()
        writer.append(UInt8(ascii: "["))
        ranges.removeAll(keepingCapacity: true)
        return batch
    }
}

extension ByteWriter {
    /// Appends bytes from outside as a JSON string; what is not UTF-8 becomes U+FFFD.
    mutating func append(jsonText bytes: UnsafeBufferPointer<UInt8>) {
        if bytes.isUTF8 {
            append(jsonString: bytes)
        } else {
            append(jsonString: String(decoding: bytes, as: UTF8.self))
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether the bytes are UTF-8. Cost: a look at each byte for ASCII.
    @inline(__always)
    var isUTF8: Bool {
        if allSatisfy({ $0 < 0x80 }) { return true }
        return String(validating: self, as: UTF8.self) != nil
    }
}
