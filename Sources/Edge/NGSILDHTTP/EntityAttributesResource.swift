import JSONTree
import NGSILDModel
import NGSILDOperations

/// `/entities/{entityId}/attrs`.
///
/// - Source: CIM 009 clause 6.6.
struct EntityAttributesResource {
    let exchange: Exchange
    let id: String

    func run() throws(HTTPFailure) {
        try EntityPath.check(id)
        switch exchange.method {
        case .POST: try append()
        case .PATCH: try update()
        default: throw exchange.methodNotAllowed(.POST, .PATCH)
        }
    }

    /// Append Attributes, 5.6.3.
    private func append() throws(HTTPFailure) {
        exchange.request.operation = .appendAttributes
        let parameters = try exchange.parameters([.options, .type])
        let overwrite = try parameters.options(["noOverwrite"]).isEmpty
        let (exchange, id) = (exchange, id)
        try exchange.withBody { (document, context) throws(HTTPFailure) in
            let draft = try translating { () throws(NGSILDError) in
                try EntityDecoder(context: context.terms, purpose: .fragment, allowsNull: false)
                    .decodeEntity(document, document.root)
            }
            try EntityPath.check(draft, isOf: id)
            try EntityPath.checkType(exchange, parameters, id, context)
            exchange.submit(.appendAttributes(id: id, draft, overwrite: overwrite)) {
                UpdateAnswer.make($0, exchange.services.registry)
            }
        }
    }

    /// Update Attributes, 5.6.2.
    private func update() throws(HTTPFailure) {
        exchange.request.operation = .updateAttributes
        let parameters = try exchange.parameters([.type])
        let (exchange, id) = (exchange, id)
        try exchange.withBody { (document, context) throws(HTTPFailure) in
            let draft = try translating { () throws(NGSILDError) in
                try EntityDecoder(context: context.terms, purpose: .fragment).decodeEntity(document, document.root)
            }
            try EntityPath.check(draft, isOf: id)
            try EntityPath.checkType(exchange, parameters, id, context)
            exchange.submit(.updateAttributes(id: id, draft)) { UpdateAnswer.make($0, exchange.services.registry) }
        }
    }
}
