import JSONTree
import NGSILDModel
import NGSILDOperations

/// `/entities/{entityId}/attrs/{attrId}`.
///
/// - Source: CIM 009 clause 6.7.
struct EntityAttributeResource {
    let exchange: Exchange
    let id: String
    let name: String

    func run() throws(HTTPFailure) {
        try EntityPath.check(id)
        try EntityPath.check(attribute: name)
        switch exchange.method {
        case .PATCH: try partialUpdate()
        case .PUT: try replace()
        case .DELETE: try delete()
        default: throw exchange.methodNotAllowed(.PATCH, .PUT, .DELETE)
        }
    }

    /// Partial Attribute Update, 5.6.4.
    private func partialUpdate() throws(HTTPFailure) {
        exchange.request.operation = .partialAttributeUpdate
        try write(decoding: .fragment) { id, term, forest in .partialAttributeUpdate(id: id, attribute: term, forest) }
    }

    /// Replace Attribute, 5.6.19.
    private func replace() throws(HTTPFailure) {
        exchange.request.operation = .replaceAttribute
        try write(decoding: .entity) { id, term, forest in .replaceAttribute(id: id, attribute: term, forest) }
    }

    private func write(
        decoding purpose: EntityDecoder.Purpose,
        _ operation: @escaping @Sendable (String, TermID, AttributeForest) -> ProvisionOperation
    ) throws(HTTPFailure) {
        let parameters = try exchange.parameters([.type])
        if name == "scope" { throw .badRequest("scope is not an attribute; change it with PATCH /entities/{id}") }
        let (exchange, id, name) = (exchange, id, name)
        try exchange.withBody { (document, context) throws(HTTPFailure) in
            let (term, forest) = try translating { () throws(NGSILDError) in
                let term = try context.terms.term(name)
                let decoder = EntityDecoder(context: context.terms, purpose: purpose)
                return (term, try decoder.decodeAttribute(document, document.root, name: term))
            }
            try EntityPath.checkType(exchange, parameters, id, context)
            exchange.submit(operation(id, term, forest)) { _ in HTTPAnswer(status: 204) }
        }
    }

    /// Delete Attribute, 5.6.5.
    private func delete() throws(HTTPFailure) {
        exchange.request.operation = .deleteAttribute
        let parameters = try exchange.parameters([.type, .datasetId, .deleteAll])
        let deletesAll = try parameters.flag(.deleteAll)
        if let dataset = parameters[.datasetId], !EntityID.isValid(dataset) {
            throw .badRequest("The datasetId \"\(dataset)\" is not a URI")
        }
        let dataset = deletesAll ? nil : parameters[.datasetId] ?? ""
        let (exchange, id, name) = (exchange, id, name)
        if name == "scope" { return try deleteScope(parameters) }
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            try EntityPath.checkType(exchange, parameters, id, context)
            let term = context.terms.knownTerm(name) ?? .none
            exchange.submit(.deleteAttribute(id: id, attribute: term, dataset: dataset)) { _ in HTTPAnswer(status: 204)
            }
        }
    }

    /// The scope is deleted like an attribute (clause 5.6.5.4), though it is none.
    private func deleteScope(_ parameters: QueryParameters) throws(HTTPFailure) {
        let (exchange, id) = (exchange, id)
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            try EntityPath.checkType(exchange, parameters, id, context)
            let entity = try translating { () throws(NGSILDError) in
                try exchange.services.consumption.retrieveEntity(id: id, tenant: exchange.tenant)
            }
            guard !entity.scopes.isEmpty else { throw .ngsild(.resourceNotFound("Entity \(id) has no scope")) }
            exchange.submit(.mergeEntity(id: id, EntityDraft(scopes: []))) { _ in HTTPAnswer(status: 204) }
        }
    }
}
