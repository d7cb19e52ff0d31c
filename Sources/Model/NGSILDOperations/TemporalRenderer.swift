public import JSONTree
public import NGSILDModel
public import NGSILDQuery

/// How histories are written.
public enum TemporalForm: Sendable { case normalized, concise, values, aggregated }

/// What histories are written as.
public struct TemporalRepresentation: Sendable {
    public var form = TemporalForm.normalized
    public var entity = EntityRepresentation()
    /// The time of an instance that stands beside its value, in the forms that show one.
    public var time = TemporalQuery.TimeProperty.observedAt
    /// The methods of the aggregated form, in order.
    public var methods: [TemporalAggregation.Method] = []
    /// Instances are shown newest first.
    public var isNewestFirst = false

    public init() {}

    /// The time that stands for an instance: its `observedAt`, where it has none its `modifiedAt`, or the time asked for.
    public func time(of node: AttributeNode) -> Timestamp {
        switch time {
        case .observedAt: node.observedAt.isSet ? node.observedAt : node.modifiedAt
        case .createdAt: node.createdAt
        case .modifiedAt, .deletedAt: node.modifiedAt
        }
    }
}

/// Writes temporal representations of entities as JSON.
///
/// - Source: CIM 009 clauses 4.5.6 to 4.5.9, 4.5.19.
public struct TemporalRenderer {
    private let context: TermContext
    private let representation: TemporalRepresentation
    private var renderer: EntityRenderer

    /// Writes under a context.
    public init(context: TermContext, representation: TemporalRepresentation) {
        self.context = context
        self.representation = representation
        renderer = EntityRenderer(context: context, representation: representation.entity)
    }

    /// Appends histories as a JSON array.
    ///
    /// - Parameter context: the text of a `@context` member to put last into each of them.
    public mutating func append(_ entities: [TemporalEntity], context text: [UInt8]?, to writer: inout ByteWriter) {
        writer.append(UInt8(ascii: "["))
        var isFirst = true
        for entity in entities {
            if !isFirst { writer.append(UInt8(ascii: ",")) }
            isFirst = false
            append(entity, context: text, to: &writer)
        }
        writer.append(UInt8(ascii: "]"))
    }

    /// Appends a history as a JSON object.
    ///
    /// - Parameter context: the text of a `@context` member to put last.
    public mutating func append(_ entity: TemporalEntity, context text: [UInt8]?, to writer: inout ByteWriter) {
        writer.append(UInt8(ascii: "{"))
        let start = writer.count
        appendMembers(entity, to: &writer)
        for attribute in entity.attributes {
            if writer.count > start { writer.append(UInt8(ascii: ",")) }
            renderer.append(name: attribute.name, to: &writer)
            writer.append(UInt8(ascii: ":"))
            switch representation.form {
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
        if entity.createdAt.isSet || !representation.entity.showsSystemAttributes {
            renderer.append(membersOf: record, to: &writer)
            return
        }
        // An entity of the history only has no system attributes of its own.
        var bare = representation.entity
        bare.showsSystemAttributes = false
        var plain = EntityRenderer(context: context, representation: bare)
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
        // A LanguageProperty read in one language is a Property (clause 4.15).
        let isInLanguage = attribute.kind == .languageProperty && representation.entity.language != nil
        let kind = isInLanguage ? AttributeKind.property : attribute.kind
        writer.append("{\"type\":\"")
        writer.append(kind.typeName)
        if !dataset.isEmpty {
            writer.append("\",\"datasetId\":")
            writer.append(jsonString: dataset)
            writer.append(",\"")
        } else {
            writer.append("\",\"")
        }
        writer.append(Self.listMember(kind))
        writer.append("\":[")
        var isFirst = true
        for root in roots {
            if !isFirst { writer.append(UInt8(ascii: ",")) }
            isFirst = false
            writer.append(UInt8(ascii: "["))
            if isInLanguage {
                renderer.append(valueOf: root, in: attribute.instances, to: &writer)
            } else {
                renderer.append(simplifiedValueOf: root, in: attribute.instances, to: &writer)
            }
            writer.append(UInt8(ascii: ","))
            representation.time(of: attribute.instances.nodes[root]).append(quotedTo: &writer)
            writer.append(UInt8(ascii: "]"))
        }
        writer.append("]}")
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
