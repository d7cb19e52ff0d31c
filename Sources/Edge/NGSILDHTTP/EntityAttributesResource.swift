import JSONTree
import NGSILDModel
import NGSILDOperations

/// `/entities/{entityId}/attrs`.
///
/// - Source: CIM 009 clause 6.6.
struct EntityAttributesResource {
    private let exchange: Exchange
    private let id: String

    init(_ exchange: Exchange, id: String) throws(HTTPFailure) {
        self.exchange = exchange
        self.id = id
        guard EntityID.isValid(id) else { throw .badRequest("The entity id \"\(id)\" in the path is not a URI") }
    }

    func run() throws(HTTPFailure) {
        switch exchange.method {
        case .POST: try append()
        case .PATCH: try update()
        default: throw .methodNotAllowed(exchange.method.rawValue, allowed: ["POST", "PATCH"])
        }
    }

    /// Append Attributes, 5.6.3.
    private func append() throws(HTTPFailure) {
        let parameters = try exchange.parameters(allowing: ["options", "type"])
        let overwrite = try !parameters.options().contains("noOverwrite")
        let (exchange, id) = (exchange, id)
        try exchange.withBody { (document, context) throws(HTTPFailure) in
            let draft = try translating { () throws(NGSILDError) in
                try EntityDecoder(context: context, purpose: .fragment, allowsNull: false).decodeEntity(document, document.root)
            }
            try EntityResource.checkID(draft, id)
            exchange.submit(.appendAttributes(id: id, draft, overwrite: overwrite)) {
                UpdateAnswer.make($0, exchange.services.registry)
            }
        }
    }

    /// Update Attributes, 5.6.2.
    private func update() throws(HTTPFailure) {
        _ = try exchange.parameters(allowing: ["options", "type"])
        let (exchange, id) = (exchange, id)
        try exchange.withBody { (document, context) throws(HTTPFailure) in
            let draft = try translating { () throws(NGSILDError) in
                try EntityDecoder(context: context, purpose: .fragment).decodeEntity(document, document.root)
            }
            try EntityResource.checkID(draft, id)
            exchange.submit(.updateAttributes(id: id, draft)) { UpdateAnswer.make($0, exchange.services.registry) }
        }
    }
}

/// `/entities/{entityId}/attrs/{attrId}`.
///
/// - Source: CIM 009 clause 6.7.
struct EntityAttributeResource {
    private let exchange: Exchange
    private let id: String
    private let name: String

    init(_ exchange: Exchange, id: String, name: String) throws(HTTPFailure) {
        self.exchange = exchange
        self.id = id
        self.name = name
        guard EntityID.isValid(id) else { throw .badRequest("The entity id \"\(id)\" in the path is not a URI") }
        guard AttributeName.isValid(name) else { throw .badRequest("\"\(name)\" is not a name of an attribute") }
    }

    func run() throws(HTTPFailure) {
        switch exchange.method {
        case .PATCH: try partialUpdate()
        case .PUT: try replace()
        case .DELETE: try delete()
        default: throw .methodNotAllowed(exchange.method.rawValue, allowed: ["PATCH", "PUT", "DELETE"])
        }
    }

    /// Partial Attribute Update, 5.6.4.
    private func partialUpdate() throws(HTTPFailure) {
        _ = try exchange.parameters(allowing: ["type"])
        if name == "scope" { throw .badRequest("scope is not an attribute; change it with PATCH /entities/{id}") }
        let (exchange, id, name) = (exchange, id, name)
        try exchange.withBody { (document, context) throws(HTTPFailure) in
            let (term, forest) = try translating { () throws(NGSILDError) in
                let term = try context.term(name)
                let decoder = EntityDecoder(context: context, purpose: .fragment)
                return (term, try decoder.decodeAttribute(document, document.root, name: term))
            }
            exchange.submit(.partialAttributeUpdate(id: id, attribute: term, forest)) { _ in HTTPAnswer(status: 204) }
        }
    }

    /// Replace Attribute, 5.6.19.
    private func replace() throws(HTTPFailure) {
        _ = try exchange.parameters(allowing: ["type"])
        let (exchange, id, name) = (exchange, id, name)
        try exchange.withBody { (document, context) throws(HTTPFailure) in
            let (term, forest) = try translating { () throws(NGSILDError) in
                let term = try context.term(name)
                return (term, try EntityDecoder(context: context).decodeAttribute(document, document.root, name: term))
            }
            exchange.submit(.replaceAttribute(id: id, attribute: term, forest)) { _ in HTTPAnswer(status: 204) }
        }
    }

    /// Delete Attribute, 5.6.5.
    private func delete() throws(HTTPFailure) {
        let parameters = try exchange.parameters(allowing: ["type", "datasetId", "deleteAll"])
        let deletesAll = try parameters.flag("deleteAll")
        if let dataset = parameters["datasetId"], !EntityID.isValid(dataset) {
            throw .badRequest("The datasetId \"\(dataset)\" is not a URI")
        }
        let dataset = deletesAll ? nil : parameters["datasetId"] ?? ""
        let (exchange, id, name) = (exchange, id, name)
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            let term = context.knownTerm(name) ?? .none
            exchange.submit(.deleteAttribute(id: id, attribute: term, dataset: dataset)) { _ in HTTPAnswer(status: 204) }
        }
    }
}
