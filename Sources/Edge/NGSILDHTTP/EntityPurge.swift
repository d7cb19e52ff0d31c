import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// Purge Entities, 5.6.21.
///
/// - Source: CIM 009 clause 6.4.3.3.
struct EntityPurge {
    let exchange: Exchange

    static let parameters: ParameterSet = [
        .id, .type, .idPattern, .q, .georel, .geometry, .coordinates, .geoproperty, .geometryProperty, .scopeQ, .csf,
        .attrs, .keep, .drop, .expandValues,
    ]

    func run() throws(HTTPFailure) {
        exchange.request.operation = .purgeEntities
        let parameters = try exchange.parameters(Self.parameters)
        let exchange = exchange
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            try Self.refuseLinkedEntities(parameters)
            let selection = EntitySelection(parameters: parameters, context: context.terms)
            let query = try selection.query()
            try selection.refuseTooWide(query)
            let reduction = try Self.reduction(parameters, context.terms)
            exchange.services.provision.purgeEntities(
                query, reduction, tenant: exchange.tenant, on: exchange.request.loop
            ) { result in
                if case .failure(let error) = result {
                    exchange.fail(error)
                } else {
                    exchange.answer(HTTPAnswer(status: 204))
                }
            }
        }
    }

    private static func reduction(
        _ parameters: QueryParameters, _ context: TermContext
    ) throws(HTTPFailure) -> AttributeReduction? {
        let (kept, dropped) = (try names(parameters, .keep), try names(parameters, .drop))
        if kept != nil, dropped != nil { throw .badRequest("keep and drop exclude each other; give one of them") }
        let known = { (name: String) in context.knownTerm(name) ?? .none }
        if let kept { return .keep(Set(kept.map(known))) }
        return dropped.map { .drop(Set($0.map(known))) }
    }

    private static func names(
        _ parameters: QueryParameters, _ parameter: Parameter
    ) throws(HTTPFailure) -> [String]? {
        guard let names = try parameters.list(parameter) else { return nil }
        for name in names where !AttributeName.isValid(name) {
            throw .badRequest("\"\(name)\" in \(parameter.name) is not a name of an attribute")
        }
        return names
    }

    /// Linked entities can neither select nor be purged (clause 5.6.21.4).
    private static func refuseLinkedEntities(_ parameters: QueryParameters) throws(HTTPFailure) {
        for parameter in [Parameter.attrs, .keep, .drop, .q] {
            guard let text = parameters[parameter] else { continue }
            var isQuoted = false
            for character in text.unicodeScalars {
                if character == "\"" { isQuoted.toggle() }
                if character == "{", !isQuoted {
                    throw .badRequest("\(parameter.name)=\(text) follows linked entities, which a purge does not")
                }
            }
        }
        _ = try names(parameters, .attrs)
    }
}
