import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// `/entities/{entityId}`.
///
/// - Source: CIM 009 clause 6.5.
struct EntityResource {
    let exchange: Exchange
    let id: String

    func run() throws(HTTPFailure) {
        try EntityPath.check(id)
        switch exchange.method {
        case .GET, .HEAD: try retrieve()
        case .DELETE: try delete()
        case .PATCH: try merge()
        case .PUT: try replace()
        default: throw exchange.methodNotAllowed(.GET, .PUT, .PATCH, .DELETE)
        }
    }

    /// Retrieve Entity, 5.7.1.
    private func retrieve() throws(HTTPFailure) {
        exchange.request.operation = .retrieveEntity
        let type = try exchange.accepted(MediaType.ofEntities)
        let parameters = try exchange.parameters(EntitySelection.retrievalParameters)
        let (exchange, id) = (exchange, id)
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            let selection = EntitySelection(parameters: parameters, context: context.terms)
            try selection.refuseLater()
            let representation = try selection.representation(type)
            let entity = try translating { () throws(NGSILDError) in
                try exchange.services.consumption.retrieveEntity(id: id, tenant: exchange.tenant)
            }
            try EntityPath.check(entity, isOf: parameters[.type], context)
            if let names = parameters[.attrs], !representation.showsAttribute(of: entity) {
                throw .ngsild(.resourceNotFound("Entity \(id) has none of the attributes \(names)"))
            }
            guard representation.showsAny(of: entity) else {
                throw .ngsild(.resourceNotFound("Entity \(id) has nothing that pick and omit leave to show"))
            }
            try EntityAnswer(exchange: exchange, type: type, context: context, selection: selection)
                .one(entity, representation)
        }
    }

    /// Delete Entity, 5.6.6.
    private func delete() throws(HTTPFailure) {
        exchange.request.operation = .deleteEntity
        let parameters = try exchange.parameters([.type])
        let (exchange, id) = (exchange, id)
        try EntityPath.withType(exchange, parameters, id) { () throws(HTTPFailure) in
            exchange.submit(.deleteEntity(id: id)) { _ in HTTPAnswer(status: 204) }
        }
    }

    /// Merge Entity, 5.6.17.
    private func merge() throws(HTTPFailure) {
        exchange.request.operation = .mergeEntity
        let parameters = try exchange.parameters([.options, .observedAt, .lang, .type, .format])
        let form = try Self.inputForm(parameters)
        let defaults = try Self.defaults(parameters)
        let (exchange, id) = (exchange, id)
        try exchange.withBody { (document, context) throws(HTTPFailure) in
            let draft = try translating { () throws(NGSILDError) in
                try EntityDecoder(context: context.terms, form: form, purpose: .fragment, mergesValues: true)
                    .decodeEntity(document, document.root)
            }
            try EntityPath.check(draft, isOf: id)
            try EntityPath.checkType(exchange, parameters, id, context)
            exchange.submit(.mergeEntity(id: id, draft, defaults)) { UpdateAnswer.make($0, exchange.services.registry) }
        }
    }

    /// What the parameters of a merge say for all attributes.
    private static func defaults(_ parameters: QueryParameters) throws(HTTPFailure) -> MergeDefaults {
        var defaults = MergeDefaults()
        if parameters.isEmpty { return defaults }
        if let text = parameters[.observedAt] {
            guard let time = Timestamp(text) else {
                throw .badRequest("observedAt is \"\(text)\"; write it as 2026-01-31T12:00:00Z")
            }
            defaults.observedAt = time
        }
        if let language = parameters[.lang] {
            guard !language.isEmpty, language.utf8.count <= 64, !language.contains(where: { ",;* \"".contains($0) })
            else { throw .badRequest("lang is \"\(language)\"; in a merge it is one language tag, such as fr") }
            defaults.language = language
        }
        return defaults
    }

    /// Replace Entity, 5.6.18.
    private func replace() throws(HTTPFailure) {
        exchange.request.operation = .replaceEntity
        let parameters = try exchange.parameters([.options, .type, .format])
        let form = try Self.inputForm(parameters)
        let (exchange, id) = (exchange, id)
        try exchange.withBody { (document, context) throws(HTTPFailure) in
            let draft = try translating { () throws(NGSILDError) in
                try EntityDecoder(context: context.terms, form: form, purpose: .fragment, allowsNull: false)
                    .decodeEntity(document, document.root)
            }
            try EntityPath.check(draft, isOf: id)
            try EntityPath.checkType(exchange, parameters, id, context)
            exchange.submit(.replaceEntity(id: id, draft)) { _ in HTTPAnswer(status: 204) }
        }
    }

    /// The form of a body; `format` comes before `options`.
    private static func inputForm(_ parameters: QueryParameters) throws(HTTPFailure) -> EntityDecoder.Form {
        let options = try parameters.options(["keyValues", "simplified", "normalized", "concise"])
        switch parameters[.format] {
        case "keyValues", "simplified": return .simplified
        case "normalized", "concise": return .normalized
        case nil: return options.contains("keyValues") || options.contains("simplified") ? .simplified : .normalized
        case let format?: throw .invalidRequest("The format \"\(format)\" is not taken here; take simplified, or none")
        }
    }
}

extension EntityRepresentation {
    /// Whether an attribute of the entity is shown.
    func showsAttribute(of entity: EntityRecord) -> Bool {
        if picked == nil, omitted.isEmpty { return true }
        return entity.attributes.names.contains { shows($0) }
    }

    /// Whether anything of the entity is shown.
    func showsAny(of entity: EntityRecord) -> Bool {
        showsID || showsType || (showsScope && !entity.scopes.isEmpty) || showsAttribute(of: entity)
    }
}
