import JSONTree

/// Writes entities and fragments in normalized form, batch by batch.
///
/// Invariants:
/// 1. `writer` holds `[` and finished entities; between `begin` and `end` one more is open.
/// 2. While `observedAt` is set, every attribute carries it.
struct EntityWriter: ~Copyable {
    private static let batchLimit = 1_000
    private var writer = ByteWriter(capacity: 16 << 10)
    private var ranges: [Range<Int>] = []
    private var batches: [CityBatch] = []
    private var start = 0
    private var bare = 0
    private var observedAt: CityTime?

    init() { writer.append(UInt8(ascii: "[")) }

    /// Opens an entity `urn:ngsi-ld:TYPE:parvis:NAME`.
    mutating func begin(_ type: StaticString, _ name: EntityName, at time: CityTime? = nil) {
        start = writer.count
        if !ranges.isEmpty { writer.append(UInt8(ascii: ",")) }
        writer.append("{\"id\":\"")
        append(type, name)
        writer.append("\",\"type\":\"")
        writer.append(type)
        writer.append(UInt8(ascii: "\""))
        bare = writer.count
        observedAt = time
    }

    private mutating func append(_ type: StaticString, _ name: EntityName) {
        writer.append("urn:ngsi-ld:")
        writer.append(type)
        writer.append(":parvis:")
        writer.append(name.prefix)
        writer.append(integer: name.number + 1)
    }

    /// Closes the entity. One without attributes is taken back.
    mutating func end() {
        guard writer.count > bare else {
            writer.truncate(to: start)
            return
        }
        writer.append(UInt8(ascii: "}"))
        let first = ranges.isEmpty ? start : start + 1
        ranges.append(first..<writer.count)
        if ranges.count == Self.batchLimit { finishBatch() }
    }

    private mutating func finishBatch() {
        guard !ranges.isEmpty else { return }
        writer.append(UInt8(ascii: "]"))
        batches.append(CityBatch(bytes: writer.array(), ranges: ranges))
        writer.removeAll()
        writer.append(UInt8(ascii: "["))
        ranges.removeAll(keepingCapacity: true)
    }

    /// Hands over all batches.
    consuming func finish() -> [CityBatch] {
        finishBatch()
        return batches
    }

    /// Lets the attributes that the body writes carry a time.
    mutating func at(_ time: CityTime, _ body: (inout EntityWriter) -> Void) {
        observedAt = time
        body(&self)
        observedAt = nil
    }

    // MARK: - Attributes

    private mutating func open(_ name: StaticString, _ kind: StaticString) {
        writer.append(",\"")
        writer.append(name)
        writer.append("\":{\"type\":\"")
        writer.append(kind)
        writer.append("\",")
    }

    private mutating func close(unit: StaticString? = nil) {
        if let unit {
            writer.append(",\"unitCode\":\"")
            writer.append(unit)
            writer.append(UInt8(ascii: "\""))
        }
        if let observedAt {
            writer.append(",\"observedAt\":\"")
            observedAt.append(to: &writer)
            writer.append(UInt8(ascii: "\""))
        }
        writer.append(UInt8(ascii: "}"))
    }

    /// - Parameter unit: UN/CEFACT code, such as `KMH`.
    mutating func number(_ name: StaticString, _ value: Double, unit: StaticString? = nil) {
        open(name, "Property")
        writer.append("\"value\":")
        // Minus zero would print as such and differ from zero.
        writer.append(number: value == 0 ? 0 : value)
        close(unit: unit)
    }

    mutating func text(_ name: StaticString, _ value: String) {
        open(name, "Property")
        writer.append("\"value\":")
        writer.append(jsonString: value)
        close()
    }

    mutating func texts(_ name: StaticString, _ values: [String]) {
        open(name, "Property")
        writer.append("\"value\":[")
        for (index, value) in values.enumerated() {
            if index > 0 { writer.append(UInt8(ascii: ",")) }
            writer.append(jsonString: value)
        }
        writer.append(UInt8(ascii: "]"))
        close()
    }

    mutating func bool(_ name: StaticString, _ value: Bool) {
        open(name, "Property")
        if value { writer.append("\"value\":true") } else { writer.append("\"value\":false") }
        close()
    }

    mutating func time(_ name: StaticString, _ value: CityTime) {
        open(name, "Property")
        writer.append("\"value\":{\"@type\":\"DateTime\",\"@value\":\"")
        value.append(to: &writer)
        writer.append("\"}")
        close()
    }

    mutating func relationship(_ name: StaticString, _ type: StaticString, _ target: EntityName) {
        open(name, "Relationship")
        writer.append("\"object\":\"")
        append(type, target)
        writer.append(UInt8(ascii: "\""))
        close()
    }

    mutating func relationships(_ name: StaticString, _ type: StaticString, _ targets: [EntityName]) {
        guard targets.count != 1 else { return relationship(name, type, targets[0]) }
        guard !targets.isEmpty else { return }
        open(name, "Relationship")
        writer.append("\"object\":[")
        for (index, target) in targets.enumerated() {
            if index > 0 { writer.append(UInt8(ascii: ",")) }
            writer.append(UInt8(ascii: "\""))
            append(type, target)
            writer.append(UInt8(ascii: "\""))
        }
        writer.append(UInt8(ascii: "]"))
        close()
    }

    mutating func location(_ place: Point) { point("location", place) }

    mutating func point(_ name: StaticString, _ point: Point) {
        open(name, "GeoProperty")
        writer.append("\"value\":{\"type\":\"Point\",\"coordinates\":")
        position(point)
        writer.append(UInt8(ascii: "}"))
        close()
    }

    /// A LineString for one line, a MultiLineString for several.
    mutating func lines(_ name: StaticString, _ lines: [Polyline]) {
        guard !lines.isEmpty else { return }
        open(name, "GeoProperty")
        if lines.count == 1 {
            writer.append("\"value\":{\"type\":\"LineString\",\"coordinates\":")
            positions(lines[0])
        } else {
            writer.append("\"value\":{\"type\":\"MultiLineString\",\"coordinates\":[")
            for (index, line) in lines.enumerated() {
                if index > 0 { writer.append(UInt8(ascii: ",")) }
                positions(line)
            }
            writer.append(UInt8(ascii: "]"))
        }
        writer.append(UInt8(ascii: "}"))
        close()
    }

    private mutating func positions(_ line: Polyline) {
        writer.append(UInt8(ascii: "["))
        for (index, point) in line.points.enumerated() {
            if index > 0 { writer.append(UInt8(ascii: ",")) }
            position(point)
        }
        writer.append(UInt8(ascii: "]"))
    }

    private mutating func position(_ point: Point) {
        let degrees = Projection.degrees(point)
        writer.append(UInt8(ascii: "["))
        writer.append(number: degrees.longitude)
        writer.append(UInt8(ascii: ","))
        writer.append(number: degrees.latitude)
        writer.append(UInt8(ascii: "]"))
    }
}

/// The last part of an entity id: a prefix and a number, which is written counted from 1.
struct EntityName: Sendable {
    let prefix: StaticString
    let number: Int
    init(_ prefix: StaticString, _ number: Int) {
        self.prefix = prefix
        self.number = number
    }
}
