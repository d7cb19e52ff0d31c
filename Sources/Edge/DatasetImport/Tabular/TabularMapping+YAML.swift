import JSONTree
import struct Foundation.TimeZone

extension TabularMapping {
    /// Reads a mapping from a file.
    ///
    /// - Throws: `ImportError.invalidMapping`, which names the key and its line.
    public init(path: String, limits: ImportLimits = .init()) throws(ImportError) {
        try self.init(yaml: Self.text(path: path, limits: limits), file: path)
    }

    /// The text of a mapping's file.
    package static func text(path: String, limits: ImportLimits = .init()) throws(ImportError) -> String {
        let file = try FileSource(path: path)
        guard file.size <= limits.mappingBytes else {
            throw .tooLarge(
                file: path, line: nil, what: "the mapping's size", limit: "\(limits.mappingBytes) bytes",
                remedy: "check that this is the mapping and not the table")
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, file.size), alignment: 1)
        defer { buffer.deallocate() }
        var filled = 0
        while filled < buffer.count {
            let count = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
            if count == 0 { break }
            filled += count
        }
        guard let text = String(validating: buffer[..<filled], as: UTF8.self) else {
            throw .unsupportedFormat(file: path, found: "no text in UTF-8", remedy: "save the mapping as UTF-8")
        }
        return text
    }

    /// Reads a mapping from its text; `file` is the name that errors give to it.
    public init(yaml: String, file: String = "mapping") throws(ImportError) {
        let root = try YAMLValue.parse(yaml, file: file)
        try root.allow([
            "type", "id", "mode", "context", "encoding", "delimiter", "decimal", "missing", "time", "static",
            "lookup", "attributes", "wide",
        ])
        type = try Self.name(root.required("type", "name the entity type, such as AirQualityObserved"))
        id = try Self.template(
            root.required("id", "give the pattern of the entity ids, such as urn:ngsi-ld:Room:{room}"))
        mode = try Self.mode(root.value("mode"))
        context = try root.value("context")?.texts() ?? []
        encoding = try Self.encoding(root.value("encoding"))
        delimiter = try Self.delimiter(root.value("delimiter"))
        decimalComma = try Self.decimalComma(root.value("decimal"))
        missing = try (root.value("missing")?.texts() ?? []).map { Array($0.utf8) }
        time = try Self.time(root.value("time"))
        wide = try Self.wide(root.value("wide"))
        if mode == .history, time == nil {
            _ = try root.required("time", "history needs the column of the time")
        }
        constants = try Self.constants(root.value("static"))
        lookup = try Self.lookup(root.value("lookup"))
        attributes = try Self.attributes(root.value("attributes"), hasTime: time != nil)
        try Self.refuseDoubles(constants, lookup, attributes, root)
        if attributes.isEmpty, mode == .history {
            _ = try root.required("attributes", "name at least one attribute and its column")
        }
    }

    package static func name(_ value: YAMLValue) throws(ImportError) -> String {
        let text = try value.text()
        try checkName(text, value)
        return text
    }

    /// Names are terms or URIs; CIM 009 clause 4.6.2 names the characters that they must not hold.
    package static func checkName(_ name: String, _ value: YAMLValue) throws(ImportError) {
        guard !name.isEmpty, !name.contains(where: { "<>\"'=;()".contains($0) || $0.isWhitespace }) else {
            throw value.failure("\(name) is no NGSI-LD name; leave out spaces and the characters <>\"'=;()")
        }
        guard !MemberNames.contains(name) else {
            throw value.failure("\(name) is a member of its own in NGSI-LD; choose another attribute name")
        }
    }

    package static func template(_ value: YAMLValue) throws(ImportError) -> TextTemplate {
        let text = try value.text()
        guard let template = TextTemplate(text) else {
            throw value.failure("\(text) has a brace without its partner or without a column between them")
        }
        if case .literal(let start)? = template.pieces.first, !EntityID.isURI(start + [UInt8(ascii: "x")]) {
            throw value.failure("\(text) makes no URI; begin it with urn:ngsi-ld: and use no spaces")
        }
        for case .literal(let piece) in template.pieces where !EntityID.isURI(Array("urn:".utf8) + piece) {
            throw value.failure("\(text) holds a character that no URI may have; write it percent-encoded")
        }
        return template
    }

    private static func mode(_ value: YAMLValue?) throws(ImportError) -> Mode {
        guard let value else { return .entities }
        guard let mode = Mode(rawValue: try value.text()) else {
            throw value.failure("it must be \(Mode.allCases.map(\.rawValue).joined(separator: " or "))")
        }
        return mode
    }

    private static func encoding(_ value: YAMLValue?) throws(ImportError) -> TextEncoding {
        guard let value else { return .utf8 }
        guard let encoding = TextEncoding(name: try value.text()) else {
            throw value.failure("it must be one of \(TextEncoding.names)")
        }
        return encoding
    }

    private static func delimiter(_ value: YAMLValue?) throws(ImportError) -> UInt8 {
        guard let value else { return UInt8(ascii: ",") }
        guard let byte = delimiter(try value.text()) else { throw value.failure(delimiterRule) }
        return byte
    }

    static let delimiterRule = "it must be one ASCII character, or tab"

    /// The byte between columns that this text names; `nil` where it names none.
    static func delimiter(_ text: String) -> UInt8? {
        if text == "tab" { return 0x09 }
        guard let byte = text.utf8.first, text.utf8.count == 1, !"\"\r\n".utf8.contains(byte) else { return nil }
        return byte
    }

    private static func decimalComma(_ value: YAMLValue?) throws(ImportError) -> Bool {
        guard let value else { return false }
        switch try value.text() {
        case ".": return false
        case ",": return true
        default: throw value.failure("it must be \".\" or \",\"")
        }
    }

    private static func time(_ value: YAMLValue?) throws(ImportError) -> TimeRule? {
        guard let value else { return nil }
        try value.allow([
            "column", "format", "year", "month", "day", "hour", "minute", "second", "zone", "offset", "start", "step",
        ])
        let zone = try self.zone(value)
        if let start = try value.value("start") { return try steps(start, value, zone) }
        if let step = try value.value("step") { throw step.failure("it needs start, the time of the first row") }
        if let column = try value.value("column") {
            for part in ["year", "month", "day", "hour", "minute", "second"] {
                if let other = try value.value(part) { throw other.failure("leave it out where column is given") }
            }
            var format = TimeFormat.iso8601
            if let text = try value.value("format") {
                guard let read = TimeFormat(try text.text()) else { throw text.failure(TimeFormat.hint) }
                format = read
            }
            return TimeRule(source: .column(try column.text(), format), zone: zone)
        }
        if let format = try value.value("format") { throw format.failure("it needs column") }
        let hint = "name the column of the time, or the columns year, month and day"
        return TimeRule(
            source: .parts(
                year: try value.required("year", hint).text(), month: try value.required("month", hint).text(),
                day: try value.required("day", hint).text(), hour: try value.value("hour")?.text(),
                minute: try value.value("minute")?.text(), second: try value.value("second")?.text()),
            zone: zone)
    }

    /// Times of rows that do not tell theirs.
    private static func steps(
        _ start: YAMLValue, _ value: YAMLValue, _ zone: ZoneRule
    ) throws(ImportError) -> TimeRule {
        try value.allow(["start", "step", "zone", "offset"])
        let step = try value.required("step", "give the seconds from one row to the next")
        let seconds = try step.number()
        guard (0.001...366 * 86_400).contains(seconds) else {
            throw step.failure("it must be 0.001 to \(366 * 86_400) seconds")
        }
        let text = Array(try start.text().utf8)
        let first: Int64
        switch text.withUnsafeBufferPointer({ TimeFormat.iso8601.read($0) }) {
        case .utc(let milliseconds)?: first = milliseconds
        case .local(let milliseconds)?:
            var converter = ZoneConverter(zone)
            first = converter.utc(fromLocal: milliseconds).millisecondsSinceEpoch
        case nil: throw start.failure("it must be a time such as 2026-03-01T00:00:00Z")
        }
        return TimeRule(source: .steps(start: first, step: Int64((seconds * 1_000).rounded())), zone: zone)
    }

    private static func wide(_ value: YAMLValue?) throws(ImportError) -> Wide? {
        guard let value else { return nil }
        try value.allow(["name", "value", "except"])
        let name = try value.required("name", "give a name for what a column stands for, such as detector")
        let cell = try value.required("value", "give a name for what its cells hold, such as speed")
        guard try name.text() != cell.text() else { throw cell.failure("name and value need two names") }
        return Wide(name: try name.text(), value: try cell.text(), except: try value.value("except")?.texts() ?? [])
    }

    package static func zone(_ value: YAMLValue) throws(ImportError) -> ZoneRule {
        if let offset = try value.value("offset") {
            if let zone = try value.value("zone") { throw zone.failure("give zone or offset, not both") }
            guard let milliseconds = ZoneRule.offset(try offset.text()) else {
                throw offset.failure("it must be an offset from UTC such as \"+08:00\"")
            }
            return .offset(milliseconds: milliseconds)
        }
        guard let name = try value.value("zone") else { return .offset(milliseconds: 0) }
        let text = try name.text()
        guard text.contains("/") || text == "UTC", let zone = TimeZone(identifier: text) else {
            throw name.failure("\(text) is no time zone; write a name such as Europe/Paris, or use offset")
        }
        return .named(zone)
    }

    package static func constants(_ value: YAMLValue?) throws(ImportError) -> [ConstantAttribute] {
        guard let value else { return [] }
        var constants: [ConstantAttribute] = []
        for (name, child) in try value.members() {
            try checkName(name, child)
            constants.append(ConstantAttribute(name: name, member: try member(name, child)))
        }
        return constants
    }

    /// A constant as JSON: a plain value or list, `{longitude, latitude}`, `{object}` or `{value, unit}`.
    private static func member(_ name: String, _ value: YAMLValue) throws(ImportError) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(UInt8(ascii: ","))
        writer.append(jsonString: name)
        if value.isMapping, let object = try value.value("object") {
            try value.allow(["object"])
            guard EntityID.isURI(Array(try object.text().utf8)) else { throw object.failure("it must be a URI") }
            writer.append(":{\"type\":\"Relationship\",\"object\":")
            writer.append(jsonString: try object.text())
        } else if value.isMapping, let longitude = try value.value("longitude") {
            try value.allow(["longitude", "latitude"])
            let latitude = try value.required("latitude", "a position needs both")
            let (x, y) = (try longitude.number(), try latitude.number())
            guard abs(x) <= 180 else { throw longitude.failure("it must be -180 to 180 degrees") }
            guard abs(y) <= 90 else { throw latitude.failure("it must be -90 to 90 degrees") }
            writer.append(":{\"type\":\"GeoProperty\",\"value\":")
            AttributeWriter.appendPoint(longitude: x, latitude: y, to: &writer)
        } else if value.isMapping, let inner = try value.value("value") {
            try value.allow(["value", "unit"])
            writer.append(":{\"type\":\"Property\",\"value\":")
            try inner.appendJSON(to: &writer)
            if let unit = try value.value("unit") {
                writer.append(",\"unitCode\":")
                writer.append(jsonString: try unit.text())
            }
        } else if value.isMapping {
            throw value.failure("give value, object, or longitude and latitude")
        } else {
            writer.append(":{\"type\":\"Property\",\"value\":")
            try value.appendJSON(to: &writer)
        }
        writer.append(UInt8(ascii: "}"))
        return writer.array()
    }

    private static func lookup(_ value: YAMLValue?) throws(ImportError) -> Lookup? {
        guard let value else { return nil }
        try value.allow(["column", "table"])
        let column = try value.required("column", "name the column whose values are the keys of the table").text()
        var table: [[UInt8]: [ConstantAttribute]] = [:]
        let rows = try value.required("table", "give attributes for each value of the column")
        for (key, row) in try rows.members() { table[Array(key.utf8)] = try constants(row) }
        return Lookup(column: column, table: table)
    }

    private static func attributes(_ value: YAMLValue?, hasTime: Bool) throws(ImportError) -> [AttributeRule] {
        guard let value else { return [] }
        var rules: [AttributeRule] = []
        for (name, child) in try value.members() {
            try checkName(name, child)
            let source = try self.source(child)
            if case .time = source, !hasTime { throw child.failure("kind time needs the key time") }
            let unit = try child.isMapping ? child.value("unit") : nil
            rules.append(AttributeRule(name: name, source: source, unitCode: try unit?.text()))
        }
        return rules
    }

    private static func source(_ value: YAMLValue) throws(ImportError) -> AttributeRule.Source {
        // pm10: PM10 is short for pm10: {column: PM10}.
        guard value.isMapping else { return .number(column: try value.text(), scale: 1, offset: 0) }
        let kind = try value.value("kind")
        switch try kind?.text() ?? "property" {
        case "relationship":
            try value.allow(["kind", "object"])
            return .relationship(try template(value.required("object", "give the pattern of the target's id")))
        case "geo":
            try value.allow(["kind", "longitude", "latitude", "column"])
            if let column = try value.value("column") { return .geometry(column: try column.text()) }
            return .point(
                longitude: try value.required("longitude", "name its column").text(),
                latitude: try value.required("latitude", "name its column").text())
        case "time":
            try value.allow(["kind"])
            return .time
        case "property": return try propertySource(value)
        default: throw (kind ?? value).failure("it must be property, relationship, geo or time")
        }
    }

    private static func propertySource(_ value: YAMLValue) throws(ImportError) -> AttributeRule.Source {
        try value.allow(["kind", "column", "as", "unit", "scale", "offset", "values"])
        let column = try value.required("column", "name the column that holds the value").text()
        let form = try value.value("as")
        if let values = try value.value("values") {
            if let form { throw form.failure("leave it out where values are given") }
            return .table(column: column, values: try table(values))
        }
        let (scale, offset) = (try value.value("scale"), try value.value("offset"))
        switch try form?.text() ?? "number" {
        case "number":
            return .number(column: column, scale: try scale?.number() ?? 1, offset: try offset?.number() ?? 0)
        case "text":
            if let only = scale ?? offset { throw only.failure("only numbers can be scaled") }
            return .text(column: column)
        case "boolean":
            if let only = scale ?? offset { throw only.failure("only numbers can be scaled") }
            return .boolean(column: column)
        default: throw (form ?? value).failure("it must be number, text or boolean")
        }
    }

    /// What stands for what, as JSON.
    package static func table(_ values: YAMLValue) throws(ImportError) -> [[UInt8]: [UInt8]] {
        var table: [[UInt8]: [UInt8]] = [:]
        for (key, child) in try values.members() {
            var writer = ByteWriter()
            try child.appendJSON(to: &writer)
            table[Array(key.utf8)] = writer.array()
        }
        return table
    }

    /// An entity has each attribute once, so a name stands in one place.
    private static func refuseDoubles(
        _ constants: [ConstantAttribute], _ lookup: Lookup?, _ attributes: [AttributeRule], _ root: YAMLValue
    ) throws(ImportError) {
        var seen = Set(constants.map(\.name))
        var looked: Set<String> = []
        for row in lookup?.table.values ?? [:].values { looked.formUnion(row.map(\.name)) }
        if let double = seen.intersection(looked).min() {
            throw root.failure("attribute \(double) stands under static and under lookup; keep one")
        }
        seen.formUnion(looked)
        if let double = attributes.first(where: { seen.contains($0.name) }) {
            throw root.failure("attribute \(double.name) stands under attributes and under static or lookup; keep one")
        }
    }
}
