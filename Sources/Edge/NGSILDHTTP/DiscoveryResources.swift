import JSONTree
import NGSILDModel
import NGSILDOperations

/// `/types`.
///
/// - Source: CIM 009 clause 6.25, 5.7.5, 5.7.6.
struct TypesResource {
    let exchange: Exchange

    func run() throws(HTTPFailure) {
        guard exchange.method == .GET || exchange.method == .HEAD else {
            throw exchange.methodNotAllowed(.GET)
        }
        exchange.request.operation = .retrieveEntityTypes
        let type = try exchange.accepted()
        let showsDetails = try exchange.parameters([.details]).flag(.details)
        let exchange = exchange
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            let types = try translating { () throws(NGSILDError) in
                try exchange.services.consumption.entityTypes(tenant: exchange.tenant)
            }
            exchange.answer(type, context) { writer, contextText in
                if showsDetails {
                    AnswerWriter.array(types, to: &writer) { description, writer in
                        Self.append(description, context.terms, contextText, to: &writer)
                    }
                } else {
                    AnswerWriter.list(
                        "EntityTypeList", "typeList", types.map { context.terms.name($0.type) }, contextText,
                        to: &writer)
                }
            }
        }
    }

    private static func append(
        _ description: EntityTypeDescription, _ context: TermContext, _ contextText: [UInt8]?,
        to writer: inout ByteWriter
    ) {
        writer.append("{\"id\":")
        writer.append(jsonString: context.registry.iri(description.type))
        writer.append(",\"type\":\"EntityType\",\"typeName\":")
        writer.append(jsonString: context.name(description.type))
        writer.append(",\"attributeNames\":")
        AnswerWriter.strings(description.attributes.keys.map { context.name($0) }.sorted(), to: &writer)
        AnswerWriter.close(contextText, to: &writer)
    }
}

/// `/types/{type}`.
///
/// - Source: CIM 009 clause 6.26, 5.7.7.
struct TypeResource {
    let exchange: Exchange
    let name: String

    func run() throws(HTTPFailure) {
        guard exchange.method == .GET || exchange.method == .HEAD else {
            throw exchange.methodNotAllowed(.GET)
        }
        exchange.request.operation = .retrieveEntityType
        let type = try exchange.accepted()
        _ = try exchange.parameters([])
        let (exchange, name) = (exchange, name)
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            let term = context.terms.knownTerm(name)
            let types = try translating { () throws(NGSILDError) in
                try exchange.services.consumption.entityTypes(tenant: exchange.tenant)
            }
            guard let description = types.first(where: { $0.type == term }) else {
                throw .ngsild(.resourceNotFound("There is no entity of type \(name)"))
            }
            exchange.answer(type, context) { writer, contextText in
                writer.append("{\"id\":")
                writer.append(jsonString: context.terms.registry.iri(description.type))
                writer.append(",\"type\":\"EntityTypeInfo\",\"typeName\":")
                writer.append(jsonString: context.terms.name(description.type))
                writer.append(",\"entityCount\":")
                writer.append(integer: description.entityCount)
                writer.append(",\"attributeDetails\":")
                let attributes = description.attributes.sorted { $0.key < $1.key }
                AnswerWriter.array(attributes, to: &writer) { attribute, writer in
                    AnswerWriter.attribute(attribute.key, context.terms, to: &writer)
                    writer.append(",\"attributeTypes\":")
                    AnswerWriter.strings(AnswerWriter.kinds(attribute.value), to: &writer)
                    writer.append("}")
                }
                AnswerWriter.close(contextText, to: &writer)
            }
        }
    }
}

/// `/attributes`.
///
/// - Source: CIM 009 clause 6.27, 5.7.8, 5.7.9.
struct AttributesResource {
    let exchange: Exchange

    func run() throws(HTTPFailure) {
        guard exchange.method == .GET || exchange.method == .HEAD else {
            throw exchange.methodNotAllowed(.GET)
        }
        exchange.request.operation = .retrieveAttributes
        let type = try exchange.accepted()
        let showsDetails = try exchange.parameters([.details]).flag(.details)
        let exchange = exchange
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            let attributes = try translating { () throws(NGSILDError) in
                try exchange.services.consumption.attributes(tenant: exchange.tenant)
            }
            exchange.answer(type, context) { writer, contextText in
                if showsDetails {
                    AnswerWriter.array(attributes, to: &writer) { description, writer in
                        AnswerWriter.attribute(description.name, context.terms, to: &writer)
                        writer.append(",\"typeNames\":")
                        AnswerWriter.strings(description.types.map { context.terms.name($0) }.sorted(), to: &writer)
                        AnswerWriter.close(contextText, to: &writer)
                    }
                } else {
                    AnswerWriter.list(
                        "AttributeList", "attributeList", attributes.map { context.terms.name($0.name) }, contextText,
                        to: &writer)
                }
            }
        }
    }
}

/// `/attributes/{attrId}`.
///
/// - Source: CIM 009 clause 6.28, 5.7.10.
struct AttributeResource {
    let exchange: Exchange
    let name: String

    func run() throws(HTTPFailure) {
        guard exchange.method == .GET || exchange.method == .HEAD else {
            throw exchange.methodNotAllowed(.GET)
        }
        exchange.request.operation = .retrieveAttribute
        let type = try exchange.accepted()
        _ = try exchange.parameters([])
        let (exchange, name) = (exchange, name)
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            let term = context.terms.knownTerm(name)
            let attributes = try translating { () throws(NGSILDError) in
                try exchange.services.consumption.attributes(tenant: exchange.tenant)
            }
            guard let description = attributes.first(where: { $0.name == term }) else {
                throw .ngsild(.resourceNotFound("No entity has an attribute \(name)"))
            }
            exchange.answer(type, context) { writer, contextText in
                AnswerWriter.attribute(description.name, context.terms, to: &writer)
                writer.append(",\"attributeCount\":")
                writer.append(integer: description.instanceCount)
                writer.append(",\"attributeTypes\":")
                AnswerWriter.strings(AnswerWriter.kinds(description.kinds), to: &writer)
                writer.append(",\"typeNames\":")
                AnswerWriter.strings(description.types.map { context.terms.name($0) }.sorted(), to: &writer)
                AnswerWriter.close(contextText, to: &writer)
            }
        }
    }
}
