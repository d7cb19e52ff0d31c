import JSONTree
import NGSILDModel
import NGSILDOperations

/// `/types`.
///
/// - Source: CIM 009 clause 6.25, 5.7.5, 5.7.6.
struct TypesResource {
    private let exchange: Exchange
    init(_ exchange: Exchange) { self.exchange = exchange }

    func run() throws(HTTPFailure) {
        guard exchange.method == .GET || exchange.method == .HEAD else {
            throw .methodNotAllowed(exchange.method.rawValue, allowed: ["GET"])
        }
        let type = try exchange.accepted()
        let showsDetails = try exchange.parameters(allowing: ["details"]).flag("details")
        let exchange = exchange
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            let types = try translating { () throws(NGSILDError) in
                try exchange.services.consumption.entityTypes(tenant: exchange.tenant)
            }
            exchange.answer(type, context) { writer, contextText in
                if showsDetails {
                    DiscoveryWriter.array(types, to: &writer) { description, writer in
                        Self.append(description, context, contextText, to: &writer)
                    }
                } else {
                    DiscoveryWriter.list(
                        "EntityTypeList", "typeList", types.map { context.name($0.type) }, contextText, to: &writer)
                }
            }
        }
    }

    private static func append(
        _ description: EntityTypeDescription, _ context: TermContext, _ contextText: [UInt8]?, to writer: inout ByteWriter
    ) {
        writer.append("{\"id\":")
        writer.append(jsonString: context.registry.iri(description.type))
        writer.append(",\"type\":\"EntityType\",\"typeName\":")
        writer.append(jsonString: context.name(description.type))
        writer.append(",\"attributeNames\":")
        DiscoveryWriter.strings(description.attributes.keys.map { context.name($0) }.sorted(), to: &writer)
        DiscoveryWriter.close(contextText, to: &writer)
    }
}

/// `/types/{type}`.
///
/// - Source: CIM 009 clause 6.26, 5.7.7.
struct TypeResource {
    private let exchange: Exchange
    private let name: String

    init(_ exchange: Exchange, name: String) {
        self.exchange = exchange
        self.name = name
    }

    func run() throws(HTTPFailure) {
        guard exchange.method == .GET || exchange.method == .HEAD else {
            throw .methodNotAllowed(exchange.method.rawValue, allowed: ["GET"])
        }
        let type = try exchange.accepted()
        _ = try exchange.parameters(allowing: [])
        let (exchange, name) = (exchange, name)
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            let term = context.knownTerm(name)
            let types = try translating { () throws(NGSILDError) in
                try exchange.services.consumption.entityTypes(tenant: exchange.tenant)
            }
            guard let description = types.first(where: { $0.type == term }) else {
                throw .ngsild(.resourceNotFound("There is no entity of type \(name)"))
            }
            exchange.answer(type, context) { writer, contextText in
                writer.append("{\"id\":")
                writer.append(jsonString: context.registry.iri(description.type))
                writer.append(",\"type\":\"EntityTypeInfo\",\"typeName\":")
                writer.append(jsonString: context.name(description.type))
                writer.append(",\"entityCount\":")
                writer.append(integer: description.entityCount)
                writer.append(",\"attributeDetails\":")
                let attributes = description.attributes.sorted { $0.key < $1.key }
                DiscoveryWriter.array(attributes, to: &writer) { attribute, writer in
                    DiscoveryWriter.attribute(attribute.key, context, to: &writer)
                    writer.append(",\"attributeTypes\":")
                    DiscoveryWriter.strings(DiscoveryWriter.kinds(attribute.value), to: &writer)
                    writer.append("}")
                }
                DiscoveryWriter.close(contextText, to: &writer)
            }
        }
    }
}

/// `/attributes`.
///
/// - Source: CIM 009 clause 6.27, 5.7.8, 5.7.9.
struct AttributesResource {
    private let exchange: Exchange
    init(_ exchange: Exchange) { self.exchange = exchange }

    func run() throws(HTTPFailure) {
        guard exchange.method == .GET || exchange.method == .HEAD else {
            throw .methodNotAllowed(exchange.method.rawValue, allowed: ["GET"])
        }
        let type = try exchange.accepted()
        let showsDetails = try exchange.parameters(allowing: ["details"]).flag("details")
        let exchange = exchange
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            let attributes = try translating { () throws(NGSILDError) in
                try exchange.services.consumption.attributes(tenant: exchange.tenant)
            }
            exchange.answer(type, context) { writer, contextText in
                if showsDetails {
                    DiscoveryWriter.array(attributes, to: &writer) { description, writer in
                        DiscoveryWriter.attribute(description.name, context, to: &writer)
                        writer.append(",\"typeNames\":")
                        DiscoveryWriter.strings(description.types.map { context.name($0) }.sorted(), to: &writer)
                        DiscoveryWriter.close(contextText, to: &writer)
                    }
                } else {
                    DiscoveryWriter.list(
                        "AttributeList", "attributeList", attributes.map { context.name($0.name) }, contextText, to: &writer)
                }
            }
        }
    }
}

/// `/attributes/{attrId}`.
///
/// - Source: CIM 009 clause 6.28, 5.7.10.
struct AttributeResource {
    private let exchange: Exchange
    private let name: String

    init(_ exchange: Exchange, name: String) {
        self.exchange = exchange
        self.name = name
    }

    func run() throws(HTTPFailure) {
        guard exchange.method == .GET || exchange.method == .HEAD else {
            throw .methodNotAllowed(exchange.method.rawValue, allowed: ["GET"])
        }
        let type = try exchange.accepted()
        _ = try exchange.parameters(allowing: [])
        let (exchange, name) = (exchange, name)
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            let term = context.knownTerm(name)
            let attributes = try translating { () throws(NGSILDError) in
                try exchange.services.consumption.attributes(tenant: exchange.tenant)
            }
            guard let description = attributes.first(where: { $0.name == term }) else {
                throw .ngsild(.resourceNotFound("No entity has an attribute \(name)"))
            }
            exchange.answer(type, context) { writer, contextText in
                DiscoveryWriter.attribute(description.name, context, to: &writer)
                writer.append(",\"attributeCount\":")
                writer.append(integer: description.instanceCount)
                writer.append(",\"attributeTypes\":")
                DiscoveryWriter.strings(DiscoveryWriter.kinds(description.kinds), to: &writer)
                writer.append(",\"typeNames\":")
                DiscoveryWriter.strings(description.types.map { context.name($0) }.sorted(), to: &writer)
                DiscoveryWriter.close(contextText, to: &writer)
            }
        }
    }
}

/// The pieces that the discovery answers are put together from.
enum DiscoveryWriter {
    static func strings(_ texts: [String], to writer: inout ByteWriter) {
        array(texts, to: &writer) { text, writer in writer.append(jsonString: text) }
    }

    static func array<T>(_ items: [T], to writer: inout ByteWriter, _ body: (T, inout ByteWriter) -> Void) {
        writer.append("[")
        for (offset, item) in items.enumerated() {
            if offset > 0 { writer.append(",") }
            body(item, &writer)
        }
        writer.append("]")
    }

    /// The start of an Attribute (CIM 009 clause 5.2.28), to be closed by the caller.
    static func attribute(_ name: TermID, _ context: TermContext, to writer: inout ByteWriter) {
        writer.append("{\"id\":")
        writer.append(jsonString: context.registry.iri(name))
        writer.append(",\"type\":\"Attribute\",\"attributeName\":")
        writer.append(jsonString: context.name(name))
    }

    static func kinds(_ kinds: Set<AttributeKind>) -> [String] { kinds.map { "\($0.typeName)" }.sorted() }

    static func list(
        _ type: StaticString, _ member: StaticString, _ names: [String], _ contextText: [UInt8]?,
        to writer: inout ByteWriter
    ) {
        // One list for each state of the names, so that its id is unique and the same for the same list.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in names.joined(separator: ",").utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        writer.append("{\"id\":\"urn:ngsi-ld:")
        writer.append(type)
        writer.append(":")
        writer.append(utf8: String(hash, radix: 16))
        writer.append("\",\"type\":\"")
        writer.append(type)
        writer.append("\",\"")
        writer.append(member)
        writer.append("\":")
        strings(names, to: &writer)
        close(contextText, to: &writer)
    }

    static func close(_ contextText: [UInt8]?, to writer: inout ByteWriter) {
        if let contextText {
            writer.append(",\"@context\":")
            writer.append(contextText)
        }
        writer.append("}")
    }
}
