import JSONTree

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Writes entities and fragments in normalized form, batch by batch; or gathers what one entity says at many moments.
///
/// Invariants:
/// 1. `writer` holds `[` and finished entities; between `begin` and `end` one more is open.
/// 2. While `observedAt` is set, every attribute carries it.
/// 3. Where `past` is gathered, `writer` holds the attribute that is open, and no more.
struct EntityWriter: ~Copyable {
    private static let batchLimit = 1_000
    private var writer = ByteWriter(capacity: 16 << 10)
    private var ranges: [Range<Int>] = []
    private var batches: [CityBatch] = []
    private var start = 0
    private var bare = 0
    private var observedAt: CityTime?
    private let gathersPast: Bool
    private var past: EntityPast?
    /// The attribute that is open.
    private var opened = (name: "" as StaticString, kind: PastSeries.Kind.property, valueStart: 0)
    /// The names of the series of `past`, in their order.
    private var names: [StaticString] = []

    /// - Parameter gathersPast: Reports of one entity are written, for `finishPast`.
    init(gathersPast: Bool = false) {
        self.gathersPast = gathersPast
        if !gathersPast { writer.append(UInt8(ascii: "[")) }
    }

    /// Opens an entity `urn:ngsi-ld:TYPE:parvis:NAME`.
    mutating func begin(_ type: StaticString, _ name: EntityName, at time: CityTime? = nil) {
        guard !gathersPast else {
            observedAt = time
            if past == nil {
                append(type, name)
                past = EntityPast(id: String(decoding: writer.array(), as: UTF8.self), type: "\(type)")
                writer.removeAll()
            }
            return
        }
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
        if gathersPast { return }
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

    /// Hands over what one entity said; `nil` when it said nothing.
    consuming func finishPast() -> EntityPast? { past }

    /// Lets the attributes that the body writes carry a time.
    mutating func at(_ time: CityTime, _ body: (inout EntityWriter) -> Void) {
        observedAt = time
        body(&self)
        observedAt = nil
    }

    // MARK: - Attributes

    private mutating func open(_ name: StaticString, _ kind: PastSeries.Kind) {
        writer.append(",\"")
        writer.append(name)
        switch kind {
        case .property: writer.append("\":{\"type\":\"Property\",\"value\":")
        case .relationship: writer.append("\":{\"type\":\"Relationship\",\"object\":")
        case .geoProperty: writer.append("\":{\"type\":\"GeoProperty\",\"value\":")
        }
        opened = (name, kind, writer.count)
    }

    private mutating func close(unit: StaticString? = nil) {
        guard !gathersPast else { return gather(unit) }
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

    /// Takes the value that was written into its series. One without a time is no report: it has always been so.
    private mutating func gather(_ unit: StaticString?) {
        defer { writer.removeAll() }
        guard let observedAt, var entity = past.take() else { return }
        let place = names.firstIndex { Self.isSame($0, opened.name) } ?? names.count
        if place == names.count {
            names.append(opened.name)
            entity.series.append(
                PastSeries(attribute: "\(opened.name)", kind: opened.kind, unitCode: unit.map { "\($0)" }))
        }
        writer.withBytes { entity.series[place].append($0[opened.valueStart...], at: observedAt) }
        past = entity
    }

    private static func isSame(_ one: StaticString, _ other: StaticString) -> Bool {
        one.utf8CodeUnitCount == other.utf8CodeUnitCount
            && (one.utf8Start == other.utf8Start || memcmp(one.utf8Start, other.utf8Start, one.utf8CodeUnitCount) == 0)
    }

    /// - Parameter unit: UN/CEFACT code, such as `KMH`.
    mutating func number(_ name: StaticString, _ value: Double, unit: StaticString? = nil) {
        open(name, .property)
        // Minus zero would print as such and differ from zero.
        writer.append(number: value == 0 ? 0 : value)
        close(unit: unit)
    }

    mutating func text(_ name: StaticString, _ value: String) {
        open(name, .property)
        writer.append(jsonString: value)
        close()
    }

    mutating func texts(_ name: StaticString, _ values: [String]) {
        open(name, .property)
        writer.append("[")
        for (index, value) in values.enumerated() {
            if index > 0 { writer.append(UInt8(ascii: ",")) }
            writer.append(jsonString: value)
        }
        writer.append(UInt8(ascii: "]"))
        close()
    }

    mutating func bool(_ name: StaticString, _ value: Bool) {
        open(name, .property)
        if value { writer.append("true") } else { writer.append("false") }
        close()
    }

    /// When the values beside it were observed, which says no more than their `observedAt`: the past goes without it, and is
    /// made in half the time.
    mutating func observationTime(_ name: StaticString, _ value: CityTime) {
        if !gathersPast { time(name, value) }
    }

    mutating func time(_ name: StaticString, _ value: CityTime) {
        open(name, .property)
        writer.append("{\"@type\":\"DateTime\",\"@value\":\"")
        value.append(to: &writer)
        writer.append("\"}")
        close()
    }

    mutating func relationship(_ name: StaticString, _ type: StaticString, _ target: EntityName) {
        open(name, .relationship)
        writer.append("\"")
        append(type, target)
        writer.append(UInt8(ascii: "\""))
        close()
    }

    mutating func relationships(_ name: StaticString, _ type: StaticString, _ targets: [EntityName]) {
        guard targets.count != 1 else { return relationship(name, type, targets[0]) }
        guard !targets.isEmpty else { return }
        open(name, .relationship)
        writer.append("[")
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
        open(name, .geoProperty)
        writer.append("{\"type\":\"Point\",\"coordinates\":")
        position(point)
        writer.append(UInt8(ascii: "}"))
        close()
    }

    /// A LineString for one line, a MultiLineString for several.
    mutating func lines(_ name: StaticString, _ lines: [Polyline]) {
        guard !lines.isEmpty else { return }
        open(name, .geoProperty)
        if lines.count == 1 {
            writer.append("{\"type\":\"LineString\",\"coordinates\":")
            positions(lines[0])
        } else {
            writer.append("{\"type\":\"MultiLineString\",\"coordinates\":[")
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
