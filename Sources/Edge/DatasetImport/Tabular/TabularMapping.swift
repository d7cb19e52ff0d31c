/// How the columns of a table become entities, or the history of entities; read from a YAML file.
///
/// `docs/import-csv.md` describes every key.
public struct TabularMapping: Sendable {
    /// What the rows of a table are.
    public enum Mode: String, Sendable, CaseIterable {
        /// Each row is the state of an entity.
        case entities
        /// Each row is a moment in the history of an entity.
        case history
    }

    /// The entity type.
    public let type: String
    public let mode: Mode
    /// URLs for the `@context` of each entity; empty leaves the names to the default @context.
    public let context: [String]
    let id: TextTemplate
    let encoding: TextEncoding
    let delimiter: UInt8
    let decimalComma: Bool
    /// Cells that mean "no value", beside the empty one.
    let missing: [[UInt8]]
    let time: TimeRule?
    /// `nil`: a row of the table is a row.
    let wide: Wide?
    /// Attributes that every entity has.
    let constants: [ConstantAttribute]
    let lookup: Lookup?
    let attributes: [AttributeRule]

    /// An attribute with the same value for many rows, as JSON: `,"name":{...}`.
    package struct ConstantAttribute: Sendable, Equatable {
        package let name: String
        package let member: [UInt8]
    }

    /// A table with a column for each thing: the names that its columns' names and their cells get.
    struct Wide: Sendable, Equatable {
        let name: String
        let value: String
        /// Columns that are left out.
        let except: [String]
    }

    /// Attributes that depend on the value of one column, such as the position of a station.
    struct Lookup: Sendable {
        let column: String
        let table: [[UInt8]: [ConstantAttribute]]
    }

    /// All columns that the mapping names.
    var columns: Set<String> {
        Set(
            id.columns + (time?.columns ?? []) + (lookup.map { [$0.column] } ?? [])
                + attributes.flatMap(\.columns))
    }

    struct AttributeRule: Sendable {
        let name: String
        let source: Source
        let unitCode: String?

        enum Source: Sendable {
            case number(column: String, scale: Double, offset: Double)
            case text(column: String)
            case boolean(column: String)
            /// The cell is a key; the value is JSON.
            case table(column: String, values: [[UInt8]: [UInt8]])
            case relationship(TextTemplate)
            case point(longitude: String, latitude: String)
            /// WKT, GeoJSON, or `latitude, longitude`.
            case geometry(column: String)
            /// The row's own time, as a DateTime.
            case time
        }

        var columns: [String] {
            switch source {
            case .number(let column, _, _), .text(let column), .boolean(let column), .table(let column, _),
                .geometry(let column):
                [column]
            case .relationship(let template): template.columns
            case .point(let longitude, let latitude): [longitude, latitude]
            case .time: []
            }
        }

        var kind: AttributeKind {
            switch source {
            case .number, .text, .boolean, .table, .time: .property
            case .relationship: .relationship
            case .point, .geometry: .geoProperty
            }
        }
    }
}

/// The kinds of attribute that an import writes.
public enum AttributeKind: String, Sendable {
    case property = "Property"
    case relationship = "Relationship"
    case geoProperty = "GeoProperty"

    /// The member that holds the value: `object` for a Relationship, else `value`.
    var valueMember: String { self == .relationship ? "object" : "value" }
}

/// Text with columns in it, such as `urn:ngsi-ld:AirQualityObserved:{station}`.
///
/// `{file}` stands for the name of the file without directories and endings, `{row}` for the number of the row, unless a
/// column has that name.
package struct TextTemplate: Sendable, Equatable {
    package enum Piece: Sendable, Equatable {
        case literal([UInt8])
        case column(String)
    }
    package let pieces: [Piece]

    var columns: [String] {
        pieces.compactMap { if case .column(let name) = $0 { name } else { nil } }
    }

    /// - Returns: `nil` when a brace is open or empty.
    init?(_ text: String) {
        var pieces: [Piece] = []
        var rest = text[...]
        while !rest.isEmpty {
            if rest.first == "{" {
                guard let end = rest.firstIndex(of: "}") else { return nil }
                let name = rest[rest.index(after: rest.startIndex)..<end]
                guard !name.isEmpty else { return nil }
                pieces.append(.column(String(name)))
                rest = rest[rest.index(after: end)...]
            } else {
                let end = rest.firstIndex(of: "{") ?? rest.endIndex
                guard !rest[..<end].contains("}") else { return nil }
                pieces.append(.literal(Array(rest[..<end].utf8)))
                rest = rest[end...]
            }
        }
        self.pieces = pieces
    }
}
