import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// `/entities/{entityId}`.
///
/// - Source: CIM 009 clause 6.5.
struct EntityResource {
    private let exchange: Exchange
    private let id: String

    init(_ exchange: Exchange, id: String) throws(HTTPFailure) {
        self.exchange = exchange
        self.id = id
        guard EntityID.isValid(id) else { throw .badRequest("The entity id \"\(id)\" in the path is not a URI") }
    }

    func run() throws(HTTPFailure) {
        switch exchange.method {
        case .GET, .HEAD: try retrieve()
        case .DELETE: try delete()
        case .PATCH: try merge()
        case .PUT: try replace()
        default: throw .methodNotAllowed(exchange.method.rawValue, allowed: ["GET", "PUT", "PATCH", "DELETE"])
        }
    }

    /// Retrieve Entity, 5.7.1.
    private func retrieve() throws(HTTPFailure) {
        let type = try exchange.accepted([.json, .jsonLD, .geoJSON])
        let parameters = try exchange.parameters(allowing: EntitySelection.retrievalNames)
        let (exchange, id) = (exchange, id)
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            let selection = EntitySelection(parameters: parameters, context: context)
            try selection.refuseLater()
            let representation = try selection.representation(type)
            let entity = try translating { () throws(NGSILDError) in
                try exchange.services.consumption.retrieveEntity(id: id, tenant: exchange.tenant)
            }
            if let attributes = representation.picked, parameters["attrs"] != nil,
                !attributes.contains(where: { entity.attributes.contains($0) })
            {
                throw .ngsild(.resourceNotFound("Entity \(id) has none of the attributes \(parameters["attrs"] ?? "")"))
            }
            if let text = parameters["type"] {
                let types = try translating { () throws(NGSILDError) in try TypeSelection(parsing: text, context: context) }
                guard types.matches(entity.types) else {
                    throw .ngsild(.resourceNotFound("Entity \(id) is not of type \(text)"))
                }
            }
            EntityAnswer(exchange: exchange, type: type, context: context, representation: representation)
                .one(entity, geometryProperty: parameters["geometryProperty"])
        }
    }

    /// Delete Entity, 5.6.6.
    private func delete() throws(HTTPFailure) {
        _ = try exchange.parameters(allowing: ["type"])
        exchange.submit(.deleteEntity(id: id)) { _ in HTTPAnswer(status: 204) }
    }

    /// Merge Entity, 5.6.17.
    private func merge() throws(HTTPFailure) {
        let parameters = try exchange.parameters(allowing: ["options", "observedAt", "lang", "type", "format"])
        let form = try Self.inputForm(parameters)
        for name in ["observedAt", "lang"] where parameters[name] != nil {
            throw .ngsild(.operationNotSupported("The query parameter \"\(name)\" of Merge Entity is not supported yet"))
        }
        let (exchange, id) = (exchange, id)
        try exchange.withBody { (document, context) throws(HTTPFailure) in
            let draft = try translating { () throws(NGSILDError) in
                try EntityDecoder(context: context, form: form, purpose: .fragment).decodeEntity(document, document.root)
            }
            try Self.checkID(draft, id)
            exchange.submit(.mergeEntity(id: id, draft)) { UpdateAnswer.make($0, exchange.services.registry) }
        }
    }

    /// Replace Entity, 5.6.18.
    private func replace() throws(HTTPFailure) {
        let parameters = try exchange.parameters(allowing: ["options", "type", "format"])
        let form = try Self.inputForm(parameters)
        let (exchange, id) = (exchange, id)
        try exchange.withBody { (document, context) throws(HTTPFailure) in
            let draft = try translating { () throws(NGSILDError) in
                try EntityDecoder(context: context, form: form, purpose: .fragment, allowsNull: false)
                    .decodeEntity(document, document.root)
            }
            try Self.checkID(draft, id)
            exchange.submit(.replaceEntity(id: id, draft)) { _ in HTTPAnswer(status: 204) }
        }
    }

    private static func inputForm(_ parameters: QueryParameters) throws(HTTPFailure) -> EntityDecoder.Form {
        let options = try parameters.options()
        let isSimplified =
            !options.isDisjoint(with: ["keyValues", "simplified"])
            || ["keyValues", "simplified"].contains(parameters["format"] ?? "")
        return isSimplified ? .simplified : .normalized
    }

    static func checkID(_ draft: EntityDraft, _ id: String) throws(HTTPFailure) {
        guard draft.id.isEmpty || draft.id == id else {
            throw .badRequest("The body is about entity \(draft.id), the path about \(id)")
        }
    }
}

/// Answers to operations that may succeed in part.
enum UpdateAnswer {
    /// 204 when all was updated, else 207 with an UpdateResult (CIM 009 clause 5.2.18), with full names.
    static func make(_ result: ProvisionResult, _ registry: TermRegistry) -> HTTPAnswer {
        guard case .updated(let update) = result, !update.notUpdated.isEmpty else { return HTTPAnswer(status: 204) }
        var writer = ByteWriter(capacity: 256)
        writer.append("{\"updated\":[")
        for (offset, name) in update.updated.enumerated() {
            if offset > 0 { writer.append(",") }
            writer.append(jsonString: registry.iri(name))
        }
        writer.append("],\"notUpdated\":[")
        for (offset, item) in update.notUpdated.enumerated() {
            if offset > 0 { writer.append(",") }
            writer.append("{\"attributeName\":")
            writer.append(jsonString: registry.iri(item.name))
            writer.append(",\"reason\":")
            writer.append(jsonString: item.reason)
            writer.append("}")
        }
        writer.append("]}")
        return HTTPAnswer(status: 207, contentType: MediaType.json.rawValue, body: writer.array())
    }
}
