import JSONTree

/// What each column of a table means: a mapping as a form shows it, with one choice for each column.
///
/// It says less than a mapping can; `yaml()` writes it as one, which may then be extended by hand.
public struct TableChoices: Codable, Sendable, Equatable {
    /// What a column is.
    public enum Role: String, Codable, Sendable, CaseIterable {
        case ignore, id, number, text, boolean, link
        case longitude, latitude, geometry
        case time, year, month, day, hour, minute
    }

    /// A column and what it means.
    public struct Column: Codable, Sendable, Equatable {
        /// The name in the header.
        public var name: String
        public var role: Role
        /// The attribute that it becomes; empty where it becomes none.
        public var attribute: String
        /// UN/CEFACT code of the unit; empty where there is none.
        public var unit: String
        /// Whether its cells are URIs, which are ids by themselves.
        public var isURI: Bool

        public init(name: String, role: Role, attribute: String = "", unit: String = "", isURI: Bool = false) {
            self.name = name
            self.role = role
            self.attribute = attribute
            self.unit = unit
            self.isURI = isURI
        }
    }

    /// The entity type.
    public var type: String
    /// The pattern of the ids; empty makes one of the columns that are `id`, or of the number of the row.
    public var id = ""
    /// Whether a row is a moment in the history of an entity, instead of its state.
    public var isHistory = false
    /// The name of a `TextEncoding`; `nil` for UTF-8.
    public var encoding: String?
    /// One character, or `tab`.
    public var delimiter = ","
    /// `.` or `,`.
    public var decimal = "."
    /// Cells that mean "no value".
    public var missing: [String] = []
    /// As `time.format` of a mapping.
    public var timeFormat = "iso8601"
    /// A time zone such as `Europe/Paris`; empty for UTC.
    public var zone = ""
    public var columns: [Column]

    public init(type: String, columns: [Column]) {
        self.type = type
        self.columns = columns
    }

    /// The ids that these choices make.
    public var idPattern: String {
        if !id.isEmpty { return id }
        let parts = columns.filter { $0.role == .id }
        if parts.count == 1, parts[0].isURI { return "{\(parts[0].name)}" }
        let name = type.split(whereSeparator: { "/#:".contains($0) }).last.map(String.init) ?? type
        let pattern = parts.isEmpty ? "{file}:{row}" : parts.map { "{\($0.name)}" }.joined(separator: ":")
        return "urn:ngsi-ld:\(name):\(pattern)"
    }

    /// The mapping, as `parvis import csv` and `parvis import geojson` take it.
    ///
    /// - Throws: `ImportError.invalidMapping` where choices clash.
    public func yaml() throws(ImportError) -> String {
        var text = "type: \(Self.quoted(type))\nid: \(Self.quoted(idPattern))\n"
        if isHistory { text += "mode: history\n" }
        if let encoding, TextEncoding(name: encoding) != .utf8 { text += "encoding: \(Self.quoted(encoding))\n" }
        if delimiter != "," { text += "delimiter: \(Self.quoted(delimiter))\n" }
        if decimal != "." { text += "decimal: \(Self.quoted(decimal))\n" }
        if !missing.isEmpty { text += "missing: [\(missing.map(Self.quoted).joined(separator: ", "))]\n" }
        text += try timeLine()
        let lines = try attributeLines()
        if !lines.isEmpty { text += "attributes:\n" + lines.map { "  \($0)\n" }.joined() }
        return text
    }

    /// The mapping itself.
    public func mapping() throws(ImportError) -> TabularMapping {
        try TabularMapping(yaml: yaml(), file: "the mapping")
    }

    private func timeLine() throws(ImportError) -> String {
        let zonePart =
            zone.isEmpty
            ? ""
            : zone.first == "+" || zone.first == "-" ? ", offset: \(Self.quoted(zone))" : ", zone: \(Self.quoted(zone))"
        if let column = try only(.time) {
            let format = timeFormat == "iso8601" || timeFormat.isEmpty ? "" : ", format: \(Self.quoted(timeFormat))"
            return "time: {column: \(Self.quoted(column.name))\(format)\(zonePart)}\n"
        }
        guard let year = try only(.year) else { return "" }
        var parts = ["year: \(Self.quoted(year.name))"]
        for role in [Role.month, .day, .hour, .minute] {
            if let column = try only(role) { parts.append("\(role.rawValue): \(Self.quoted(column.name))") }
        }
        return "time: {\(parts.joined(separator: ", "))\(zonePart)}\n"
    }

    private func attributeLines() throws(ImportError) -> [String] {
        var lines: [String] = []
        if let longitude = try only(.longitude) {
            guard let latitude = try only(.latitude) else {
                throw Self.clash("column \(longitude.name) is the longitude, and none is the latitude; choose it too")
            }
            let name = longitude.attribute.isEmpty ? "location" : longitude.attribute
            lines.append(
                "\(Self.quoted(name)): {kind: geo, longitude: \(Self.quoted(longitude.name)), latitude: \(Self.quoted(latitude.name))}"
            )
        } else if let latitude = try only(.latitude) {
            throw Self.clash("column \(latitude.name) is the latitude, and none is the longitude; choose it too")
        }
        for column in columns {
            let name = Self.quoted(column.attribute)
            let cell = Self.quoted(column.name)
            let unit = column.unit.isEmpty ? "" : ", unit: \(Self.quoted(column.unit))"
            switch column.role {
            case .number: lines.append("\(name): {column: \(cell)\(unit)}")
            case .text: lines.append("\(name): {column: \(cell), as: text}")
            case .id: if !column.attribute.isEmpty { lines.append("\(name): {column: \(cell), as: text}") }
            case .boolean: lines.append("\(name): {column: \(cell), as: boolean}")
            case .geometry:
                let name = column.attribute.isEmpty ? "location" : column.attribute
                lines.append("\(Self.quoted(name)): {kind: geo, column: \(cell)}")
            case .link:
                let pattern = column.isURI ? "{\(column.name)}" : "urn:ngsi-ld:\(column.attribute):{\(column.name)}"
                lines.append("\(name): {kind: relationship, object: \(Self.quoted(pattern))}")
            case .ignore, .longitude, .latitude, .time, .year, .month, .day, .hour, .minute: break
            }
        }
        return lines
    }

    private func only(_ role: Role) throws(ImportError) -> Column? {
        let found = columns.filter { $0.role == role }
        guard found.count <= 1 else {
            throw Self.clash(
                "columns \(found[0].name) and \(found[1].name) are both \(role.rawValue); choose one of them")
        }
        return found.first
    }

    private static func clash(_ reason: String) -> ImportError {
        .invalidMapping(file: "the mapping", line: nil, key: "columns", reason: reason)
    }

    /// Text in double quotes, as JSON and so YAML has it.
    static func quoted(_ text: String) -> String {
        var writer = ByteWriter()
        writer.append(jsonString: text)
        return writer.string()
    }
}
