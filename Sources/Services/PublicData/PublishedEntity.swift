import GeoJSON
import JSONTree
import NGSILDModel
import NGSILDQuery

/// What of an entity is published. All answers are written from this, so nothing else can leave.
///
/// Of an attribute it holds the value of the default instance, `unitCode` and `observedAt`, and the sub-attributes that
/// the publication names, with the same of them. Other types of the entity, scopes, system times and further members
/// stay behind.
struct PublishedEntity {
    /// An attribute's value as JSON with what is needed to read it.
    struct Value {
        let column: String
        let name: String
        let kind: AttributeKind
        let json: [UInt8]
        let unitCode: String?
        let observedAt: Timestamp
        let modifiedAt: Timestamp
        let subAttributes: [Value]

        /// The text of a string, or the JSON as it is.
        var text: String {
            if json.first == UInt8(ascii: "\""), let document = try? JSONDocument(parsing: json),
                let text = document.string(document.root)
            {
                return text
            }
            return String(decoding: json, as: UTF8.self)
        }

        /// The value where it is a number.
        var number: Double? { json.first.map { $0 == UInt8(ascii: "-") || $0 < 0x3A } == true ? Double(text) : nil }
    }

    let id: String
    let type: String
    /// In the order of the publication; attributes that the entity lacks are not there.
    let values: [Value]
    /// The GeoJSON of the geometry; `nil` without one.
    let geometry: [UInt8]?
    let shape: Geometry?

    /// - Parameter language: of LanguageProperties; `nil`: all languages.
    init(_ record: EntityRecord, of layer: PublishedLayer, language: String? = nil) {
        id = record.id
        type = layer.typeName
        let forest = record.attributes
        var representation = EntityRepresentation()
        representation.language = language
        var renderer = EntityRenderer(context: layer.context, representation: representation)
        var values: [Value] = []
        for attribute in layer.attributes {
            guard let root = forest.root(named: attribute.term) else { continue }
            let children = attribute.subAttributes.isEmpty ? [] : forest.children(of: root)
            let subAttributes = attribute.subAttributes.compactMap { sub in
                children.first { forest.nodes[$0].name == sub.term && forest.nodes[$0].datasetLength == 0 }.map {
                    Self.value(forest, $0, sub.name, sub.name, [], &renderer)
                }
            }
            values.append(Self.value(forest, root, attribute.column, attribute.name, subAttributes, &renderer))
        }
        self.values = values
        if layer.geometry != .none, let root = forest.root(named: layer.geometry),
            let shape = GeoValue.geometry(of: forest, root)
        {
            self.shape = shape
            geometry = Array(forest.valueText(of: root).utf8)
        } else {
            shape = nil
            geometry = nil
        }
    }

    private static func value(
        _ forest: AttributeForest, _ index: Int, _ column: String, _ name: String, _ subAttributes: [Value],
        _ renderer: inout EntityRenderer
    ) -> Value {
        let node = forest.nodes[index]
        var writer = ByteWriter(capacity: 32)
        renderer.append(valueOf: index, in: forest, to: &writer)
        return Value(
            column: column, name: name, kind: node.kind, json: writer.array(),
            unitCode: forest.text(ofMember: "unitCode", in: index), observedAt: node.observedAt,
            modifiedAt: node.modifiedAt, subAttributes: subAttributes)
    }

    func value(_ column: String) -> Value? { values.first { $0.column == column } }

    /// The newest time at which one of the values was observed; `.none` where none says.
    var observedAt: Timestamp { values.map(\.observedAt).max() ?? .none }

    /// What people call the entity, where a name is published; else the end of its id.
    var displayName: String {
        for column in ["name", "title", "shortName", "headline"] {
            if let value = value(column), value.json.first == UInt8(ascii: "\"") { return value.text }
        }
        return id.hasPrefix("urn:ngsi-ld:") ? String(id.dropFirst(12)) : id
    }
}
