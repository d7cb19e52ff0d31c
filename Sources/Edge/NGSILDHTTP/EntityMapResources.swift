import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// `/entityMaps` and `/temporal/entityMaps`.
///
/// - Source: CIM 009 clauses 6.34, 6.35.
struct EntityMapsResource {
    let exchange: Exchange
    let isTemporal: Bool

    static func parameters(isTemporal: Bool) -> ParameterSet {
        isTemporal
            ? EntitySelection.selectionParameters.union(TemporalSelectionReader.names) : EntitySelection.queryParameters
    }

    func run() throws(HTTPFailure) {
        exchange.request.operation = isTemporal ? .createTemporalEntityMap : .createEntityMap
        let type = try exchange.accepted()
        let url = try exchange.parameters(Self.parameters(isTemporal: isTemporal))
        let (exchange, isTemporal) = (exchange, isTemporal)
        switch exchange.method {
        case .GET, .HEAD:
            try exchange.withLinkedContext { (context) throws(HTTPFailure) in
                try Self.create(exchange, isTemporal, type, context, url, [])
            }
        case .POST:
            try exchange.withBody { (document, context) throws(HTTPFailure) in
                let (parameters, selectors) = try PostedQuery(document, context.terms, isTemporal: isTemporal)
                    .read(adding: url)
                try Self.create(exchange, isTemporal, type, context, parameters, selectors)
            }
        default: throw exchange.methodNotAllowed(.GET, .POST)
        }
    }

    /// Create EntityMap for Query Entities, 5.14.4, and for Query Temporal Evolution of Entities, 5.14.5.
    private static func create(
        _ exchange: Exchange, _ isTemporal: Bool, _ type: MediaType, _ context: BoundContext,
        _ parameters: QueryParameters, _ selectors: [EntitySelector]
    ) throws(HTTPFailure) {
        let service = try exchange.entityMaps()
        let selection = EntitySelection(parameters: parameters, context: context.terms)
        var query = try selection.query()
        query.selectors = selectors
        if selectors.isEmpty { try selection.refuseTooWide(query) }
        // The map is the same however its entities will be shown; a word that nobody knows is refused all the same.
        if !isTemporal { _ = try parameters.options(EntitySelection.representationOptions) }
        let (text, lifetime) = (EntityMapUse.selection(parameters), try EntityMapUse.lifetime(parameters))
        guard isTemporal else {
            let map = try translating { () throws(NGSILDError) in
                try service.createEntityMap(for: query, selection: text, lifetime: lifetime, tenant: exchange.tenant)
            }
            return answer(exchange, type, context, map, status: 201)
        }
        guard parameters[.timerel] != nil else {
            throw .badRequest("A temporal query needs timerel (before, after, between) and timeAt")
        }
        let times = try TemporalSelectionReader(parameters: parameters, context: context.terms).read().selection
        service.createEntityMap(
            for: query, times, selection: text, lifetime: lifetime, tenant: exchange.tenant, on: exchange.request.loop
        ) { result in
            switch result {
            case .success(let map): answer(exchange, type, context, map, status: 201)
            case .failure(let error): exchange.fail(error)
            }
        }
    }

    static func answer(
        _ exchange: Exchange, _ type: MediaType, _ context: BoundContext, _ map: EntityMap, status: Int
    ) {
        let location = (name: EntityMapUse.header, value: EntityMapUse.path + PercentCoding.encode(map.id))
        exchange.answer(type, context, status: status, headers: [location]) { writer, contextText in
            writer.append("{\"id\":")
            writer.append(jsonString: map.id)
            writer.append(",\"type\":\"EntityMap\",\"expiresAt\":")
            map.expiresAt.append(quotedTo: &writer)
            writer.append(",\"entityMap\":{")
            for (index, id) in map.entityIDs.enumerated() {
                if index > 0 { writer.append(",") }
                writer.append(jsonString: id)
                writer.append(":[\"@none\"]")
            }
            writer.append("}")
            AnswerWriter.close(contextText, to: &writer)
        }
    }
}

/// `/entityMaps/{entityMapId}`.
///
/// - Source: CIM 009 clause 6.32.
struct EntityMapResource {
    let exchange: Exchange
    let id: String

    func run() throws(HTTPFailure) {
        guard EntityID.isValid(id) else { throw .badRequest("The EntityMap id \"\(id)\" in the path is not a URI") }
        switch exchange.method {
        case .GET, .HEAD: try retrieve()
        case .PATCH: try update()
        case .DELETE: try delete()
        default: throw exchange.methodNotAllowed(.GET, .PATCH, .DELETE)
        }
    }

    /// Retrieve EntityMap, 5.14.1.
    private func retrieve() throws(HTTPFailure) {
        exchange.request.operation = .retrieveEntityMap
        let type = try exchange.accepted()
        _ = try exchange.parameters([])
        let (exchange, id, service) = (exchange, id, try exchange.entityMaps())
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            let map = try translating { () throws(NGSILDError) in
                try service.retrieveEntityMap(id: id, tenant: exchange.tenant)
            }
            EntityMapsResource.answer(exchange, type, context, map, status: 200)
        }
    }

    /// What the broker says of a map, and passes over when it is sent.
    private static let reported: Set<String> = ["id", "type", "entityMap", "linkedMaps", "@context"]

    /// Update EntityMap, 5.14.2.
    private func update() throws(HTTPFailure) {
        exchange.request.operation = .updateEntityMap
        _ = try exchange.parameters([])
        let (exchange, id, service) = (exchange, id, try exchange.entityMaps())
        try exchange.withBody { (document, _) throws(HTTPFailure) in
            guard document.isObject(document.root) else { throw .badRequest("An EntityMap fragment is a JSON object") }
            var expiresAt: Timestamp?
            for (key, value) in document.members(document.root) {
                let name = document.string(key) ?? ""
                if Self.reported.contains(name) { continue }
                guard name == "expiresAt" else {
                    throw .badRequest("An EntityMap has no member \"\(name)\"; expiresAt can be updated")
                }
                guard let time = document.string(value).flatMap({ Timestamp($0) }) else {
                    throw .badRequest("\"expiresAt\" is \(document.text(value).prefix(100)); it is a DateTime in UTC")
                }
                expiresAt = time
            }
            try translating { () throws(NGSILDError) in
                try service.updateEntityMap(id: id, expiresAt: expiresAt, tenant: exchange.tenant)
            }
            exchange.answer(HTTPAnswer(status: 204))
        }
    }

    /// Delete EntityMap, 5.14.3.
    private func delete() throws(HTTPFailure) {
        exchange.request.operation = .deleteEntityMap
        _ = try exchange.parameters([])
        let (exchange, service) = (exchange, try exchange.entityMaps())
        try translating { () throws(NGSILDError) in try service.deleteEntityMap(id: id, tenant: exchange.tenant) }
        exchange.answer(HTTPAnswer(status: 204))
    }
}
