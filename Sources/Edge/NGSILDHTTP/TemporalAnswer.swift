import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// Writes temporal representations of entities.
///
/// - Source: CIM 009 clauses 4.5.6 to 4.5.9, 4.5.19.
struct TemporalAnswer {
    private let context: TermContext
    private let reading: TemporalSelectionReader.Reading
    private var renderer: EntityRenderer

    init(context: TermContext, reading: TemporalSelectionReader.Reading) {
        self.context = context
        self.reading = reading
        renderer = EntityRenderer(context: context, representation: reading.representation)
    }

    /// Status and headers: 206 with the time that the answer covers when not all instances fit (clause 6.3.10).
    static func statusAndRange(
        _ page: TemporalPage, _ times: TemporalQuery
    ) -> (status: Int, headers: [(name: String, value: String)]) {
        guard let range = page.partialRange else { return (200, []) }
        let size = times.lastN.map(String.init) ?? "*"
        return (206, [("Content-Range", "DateTime \(range.start.text)-\(range.end.text)/\(size)")])
    }

    mutating func append(_ entities: [TemporalEntity], context text: [UInt8]?, to writer: inout ByteWriter) {
        writer.append(UInt8(ascii: "["))
        var isFirst = true
        for entity in entities {
            if !isFirst { writer.append(UInt8(ascii: ",")) }
            isFirst = false
            append(entity, context: text, to: &writer)
        }
        writer.append(UInt8(ascii: "]"))
    }

    mutating func append(_ entity: TemporalEntity, context text: [UInt8]?, to writer: inout ByteWriter) {
        writer.append(UInt8(ascii: "{"))
        let start = writer.count
        appendMembers(entity, to: &writer)
        for attribute in entity.attributes {
            if writer.count > start { writer.append(UInt8(ascii: ",")) }
            renderer.append(name: attribute.name, to: &writer)
            writer.append(UInt8(ascii: ":"))
            switch reading.form {
            case .normalized, .concise: renderer.append(instances: attribute.instances, to: &writer)
            case .values: appendValues(attribute, to: &writer)
            case .aggregated: appendAggregates(attribute, to: &writer)
            }
        }
        if let text {
            if writer.count > start { writer.append(UInt8(ascii: ",")) }
            writer.append("\"@context\":")
            writer.append(text)
        }
        writer.append(UInt8(ascii: "}"))
    }

    private mutating func appendMembers(_ entity: TemporalEntity, to writer: inout ByteWriter) {
        let record = EntityRecord(
            id: entity.id, types: entity.types, scopes: entity.scopes, createdAt: entity.createdAt,
            modifiedAt: entity.modifiedAt, attributes: AttributeForest())
        if entity.createdAt.isSet || !reading.representation.showsSystemAttributes {
            renderer.append(membersOf: record, to: &writer)
            return
        }
        // An entity of the history only has no system attributes of its own.
        var representation = reading.representation
        representation.showsSystemAttributes = false
        var plain = EntityRenderer(context: context, representation: representation)
        plain.append(membersOf: record, to: &writer)
    }

    /// `{"type":"Property","values":[[1,"…"],…]}`; an array of such objects when there are several datasetIds.
    private mutating func appendValues(_ attribute: TemporalAttribute, to writer: inout ByteWriter) {
        var datasets: [(name: String, roots: [Int])] = []
        for root in attribute.instances.roots {
            let name = attribute.instances.dataset(of: root)
            // The instances of a datasetId stand together.
            if datasets.last?.name != name { datasets.append((name, [])) }
            datasets[datasets.count - 1].roots.append(root)
        }
        if datasets.isEmpty { datasets.append(("", [])) }
        if datasets.count > 1 { writer.append(UInt8(ascii: "[")) }
        for (offset, dataset) in datasets.enumerated() {
            if offset > 0 { writer.append(UInt8(ascii: ",")) }
            appendValues(attribute, dataset.name, dataset.roots, to: &writer)
        }
        if datasets.count > 1 { writer.append(UInt8(ascii: "]")) }
    }

    private mutating func appendValues(
        _ attribute: TemporalAttribute, _ dataset: String, _ roots: [Int], to writer: inout ByteWriter
    ) {
        writer.append("{\"type\":\"")
        writer.append(attribute.kind.typeName)
        if !dataset.isEmpty {
            writer.append("\",\"datasetId\":")
            writer.append(jsonString: dataset)
            writer.append(",\"")
        } else {
            writer.append("\",\"")
        }
        writer.append(Self.listMember(attribute.kind))
        writer.append("\":[")
        var isFirst = true
        for root in roots {
            if !isFirst { writer.append(UInt8(ascii: ",")) }
            isFirst = false
            writer.append(UInt8(ascii: "["))
            renderer.append(simplifiedValueOf: root, in: attribute.instances, to: &writer)
            writer.append(UInt8(ascii: ","))
            time(attribute.instances.nodes[root]).append(quotedTo: &writer)
            writer.append(UInt8(ascii: "]"))
        }
        writer.append("]}")
    }

    private func time(_ node: AttributeNode) -> Timestamp {
        switch reading.selection.times.property {
        case .observedAt: node.observedAt.isSet ? node.observedAt : node.modifiedAt
        case .createdAt: node.createdAt
        case .modifiedAt, .deletedAt: node.modifiedAt
        }
    }

    private static func listMember(_ kind: AttributeKind) -> StaticString {
        switch kind {
        case .property, .geoProperty: "values"
        case .relationship: "objects"
        case .languageProperty: "languageMaps"
        case .vocabProperty: "vocabs"
        case .listProperty: "valueLists"
        case .listRelationship: "objectLists"
        case .jsonProperty: "jsons"
        }
    }

    /// `{"type":"Property","avg":[[1,"start","end"],…]}`
    private func appendAggregates(_ attribute: TemporalAttribute, to writer: inout ByteWriter) {
        writer.append("{\"type\":\"")
        writer.append(attribute.kind.typeName)
        writer.append("\"")
        for (method, values) in attribute.aggregates {
            writer.append(",\"")
            writer.append(utf8: method.rawValue)
            writer.append("\":[")
            var isFirst = true
            for value in values {
                if !isFirst { writer.append(UInt8(ascii: ",")) }
                isFirst = false
                writer.append(UInt8(ascii: "["))
                writer.append(utf8: value.value)
                writer.append(UInt8(ascii: ","))
                value.start.append(quotedTo: &writer)
                writer.append(UInt8(ascii: ","))
                value.end.append(quotedTo: &writer)
                writer.append(UInt8(ascii: "]"))
            }
            writer.append(UInt8(ascii: "]"))
        }
        writer.append(UInt8(ascii: "}"))
    }
}

extension EntityRepresentation {
    /// Whether nothing of the histories is left to show.
    func showsNothing(of entities: [TemporalEntity]) -> Bool {
        !showsID && !showsType
            && entities.allSatisfy { $0.attributes.isEmpty && ($0.scopes.isEmpty || !showsScope) }
    }
}
