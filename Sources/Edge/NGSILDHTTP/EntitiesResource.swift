import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// `/entities`.
///
/// - Source: CIM 009 clause 6.4.
struct EntitiesResource {
    let exchange: Exchange

    func run() throws(HTTPFailure) {
        switch exchange.method {
        case .GET, .HEAD: try query()
        case .POST: try create()
        case .DELETE: try EntityPurge(exchange: exchange).run()
        case .PUT, .PATCH:
            if exchange.request.path.hasSuffix("/") {
                throw .badRequest("The path names no entity; it is /ngsi-ld/v1/entities/{id}")
            }
            throw exchange.methodNotAllowed(.GET, .POST, .DELETE)
        default: throw exchange.methodNotAllowed(.GET, .POST, .DELETE)
        }
    }

    /// Create Entity, 5.6.1.
    private func create() throws(HTTPFailure) {
        exchange.request.operation = .createEntity
        _ = try exchange.parameters([])
        let exchange = exchange
        try exchange.withBody { (document, context) throws(HTTPFailure) in
            let draft = try translating { () throws(NGSILDError) in
                try EntityDecoder(context: context.terms).decodeEntity(document, document.root)
            }
            exchange.request.nameSubject(draft.id)
            let location = "/ngsi-ld/v1/entities/" + PercentCoding.encode(draft.id)
            exchange.submit(.createEntity(draft)) { _ in HTTPAnswer(status: 201, headers: [("Location", location)]) }
        }
    }

    /// Query Entities, 5.7.2.
    private func query() throws(HTTPFailure) {
        exchange.request.operation = .queryEntities
        let type = try exchange.accepted(MediaType.ofEntities)
        let parameters = try exchange.parameters(EntitySelection.queryParameters)
        let exchange = exchange
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            let selection = EntitySelection(parameters: parameters, context: context.terms)
            let query = try selection.query()
            try selection.refuseTooWide(query)
            try EntityAnswer(exchange: exchange, type: type, context: context, selection: selection).page(query)
        }
    }
}
