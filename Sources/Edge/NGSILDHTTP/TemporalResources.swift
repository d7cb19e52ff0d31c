import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

extension Exchange {
    /// The temporal operations, where they are offered.
    func temporal() throws(HTTPFailure) -> any TemporalService {
        guard let temporal = services.temporal else {
            throw .ngsild(.operationNotSupported("This broker keeps no history; temporal operations are switched off"))
        }
        return temporal
    }

    /// Answers a temporal write that has no content.
    func answerEmpty(_ result: Result<Void, NGSILDError>) {
        switch result {
        case .success: answer(HTTPAnswer(status: 204))
        case .failure(let error): fail(error)
        }
    }

    /// Reads a body that is (a part of) an entity in its temporal representation.
    static func temporalDraft(
        _ document: JSONDocument, _ context: BoundContext, purpose: EntityDecoder.Purpose
    ) throws(HTTPFailure) -> EntityDraft {
        let draft = try translating { () throws(NGSILDError) in
            try EntityDecoder(context: context.terms, purpose: purpose, allowsNull: false, keepsEveryInstance: true)
                .decodeEntity(document, document.root)
        }
        for node in draft.attributes.nodes where node.flags.contains(.hasNoValue) {
            throw .badRequest("An instance of \(context.terms.name(node.name)) has no value")
        }
        return draft
    }
}

/// `/temporal/entities` and `/temporal/entityOperations/query`.
///
/// - Source: CIM 009 clauses 6.18, 6.24.
struct TemporalEntitiesResource {
    let exchange: Exchange

    func run() throws(HTTPFailure) {
        switch exchange.method {
        case .GET, .HEAD: try query()
        case .POST: try upsert()
        default: throw exchange.methodNotAllowed(.GET, .POST)
        }
    }

    func runPosted() throws(HTTPFailure) {
        guard exchange.method == .POST else { throw exchange.methodNotAllowed(.POST) }
        try postedQuery()
    }

    /// Create or Update Temporal Evolution of an Entity, 5.6.11.
    private func upsert() throws(HTTPFailure) {
        exchange.request.operation = .upsertTemporal
        _ = try exchange.parameters([])
        let (exchange, temporal) = (exchange, try exchange.temporal())
        try exchange.withBody { (document, context) throws(HTTPFailure) in
            let draft = try Exchange.temporalDraft(document, context, purpose: .entity)
            let location = "/ngsi-ld/v1/temporal/entities/" + PercentCoding.encode(draft.id)
            temporal.upsertTemporalEvolution(draft, tenant: exchange.tenant, on: exchange.request.loop) { result in
                switch result {
                case .success(true): exchange.answer(HTTPAnswer(status: 201, headers: [("Location", location)]))
                case .success(false): exchange.answer(HTTPAnswer(status: 204))
                case .failure(let error): exchange.fail(error)
                }
            }
        }
    }

    static let queryNames = EntitySelection.selectionParameters.union(TemporalSelectionReader.names)
        .union([.pageAfter])

    /// Query Temporal Evolution of Entities, 5.7.4.
    private func query() throws(HTTPFailure) {
        exchange.request.operation = .queryTemporal
        let type = try exchange.accepted(MediaType.ofHistories)
        let parameters = try exchange.parameters(Self.queryNames)
        let exchange = exchange
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            try Self.answer(exchange, type, context, parameters, [])
        }
    }

    private func postedQuery() throws(HTTPFailure) {
        exchange.request.operation = .queryTemporal
        let type = try exchange.accepted(MediaType.ofHistories)
        let url = try exchange.parameters(Self.queryNames)
        let exchange = exchange
        try exchange.withBody { (document, context) throws(HTTPFailure) in
            let (parameters, selectors) = try PostedQuery(document, context.terms, isTemporal: true).read(adding: url)
            try Self.answer(exchange, type, context, parameters, selectors, asksByBody: true)
        }
    }

    private static func answer(
        _ exchange: Exchange, _ type: MediaType, _ context: BoundContext, _ parameters: QueryParameters,
        _ selectors: [EntitySelector], asksByBody: Bool = false
    ) throws(HTTPFailure) {
        let temporal = try exchange.temporal()
        let selection = EntitySelection(parameters: parameters, context: context.terms)
        var query = try selection.query(isOfHistories: true)
        query.selectors = selectors
        if selectors.isEmpty { try selection.refuseTooWide(query) }
        if let order = query.order, order.isByIDAscending == nil {
            throw .badRequest("Temporal queries are ordered by id only (clause 5.7.4.4)")
        }
        guard parameters[.timerel] != nil else {
            throw .badRequest("A temporal query needs timerel (before, after, between) and timeAt")
        }
        let reading = try TemporalSelectionReader(
            parameters: parameters, context: context.terms, asksByBody: asksByBody, isOfList: true
        ).read()
        if query.order != nil, reading.selection.place != nil {
            throw .badRequest("Pages of ordered entities are named by offset alone")
        }
        let pagination = try Pagination(parameters, isOfHistories: true)
        let answer: @Sendable (Result<TemporalPage, NGSILDError>, Int, (name: String, value: String)?) -> Void = {
            (result, mapStatus, mapHeader) in
            switch result {
            case .failure(let error): exchange.fail(error)
            case .success(let page):
                var (status, headers) = TemporalAnswer.statusAndRange(page, reading.selection.times)
                if status == 200 { status = mapStatus }
                if let mapHeader { headers.append(mapHeader) }
                headers += pagination.headers(exchange.request, type, page)
                exchange.answer(type, context, status: status, headers: headers) { writer, text in
                    TemporalAnswer(context: context.terms, reading: reading)
                        .append(page.entities, as: type, context: text, to: &writer)
                }
            }
        }
        if let use = try EntityMapUse(exchange, parameters) {
            return try use.temporalPage(query, reading.selection) { answer($0, $1, $2) }
        }
        temporal.queryTemporalEvolution(
            query, reading.selection, tenant: exchange.tenant, on: exchange.request.loop
        ) { answer($0, 200, nil) }
    }
}

/// `/temporal/entities/{entityId}`.
///
/// - Source: CIM 009 clause 6.19.
struct TemporalEntityResource {
    let exchange: Exchange
    let id: String

    func run() throws(HTTPFailure) {
        try EntityPath.check(id)
        switch exchange.method {
        case .GET, .HEAD: try retrieve()
        case .DELETE: try delete()
        default: throw exchange.methodNotAllowed(.GET, .DELETE)
        }
    }

    static let retrievalNames = TemporalSelectionReader.names.union([.entityMap, .entityMapLifetime, .pageAfter])

    /// Retrieve Temporal Evolution of an Entity, 5.7.3.
    private func retrieve() throws(HTTPFailure) {
        exchange.request.operation = .retrieveTemporal
        let type = try exchange.accepted(MediaType.ofHistories)
        let parameters = try exchange.parameters(Self.retrievalNames)
        let (exchange, id, temporal) = (exchange, id, try exchange.temporal())
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            let reading = try TemporalSelectionReader(parameters: parameters, context: context.terms).read()
            let map = try EntityMapUse(exchange, parameters)
            temporal.retrieveTemporalEvolution(
                id: id, reading.selection, tenant: exchange.tenant, on: exchange.request.loop
            ) { result in
                switch result {
                case .failure(let error): exchange.fail(error)
                case .success(let page):
                    guard !reading.representation.entity.showsNothing(of: page.entities) else {
                        return exchange.fail(
                            .resourceNotFound("Nothing of the history of entity \(id) is left by pick and omit"))
                    }
                    var (status, headers) = TemporalAnswer.statusAndRange(page, reading.selection.times)
                    if let end = page.partialRange?.end, reading.selection.times.lastN == nil {
                        let place = "pageAfter=\(end.microseconds)"
                        headers.append(("Link", Pagination.link(exchange.request, type, place, "next")))
                    }
                    do throws(HTTPFailure) {
                        if let header = try map?.header(forTemporal: id) { headers.append(header) }
                    } catch {
                        return exchange.fail(error)
                    }
                    exchange.answer(type, context, status: status, headers: headers) { writer, text in
                        guard let entity = page.entities.first else { return }
                        TemporalAnswer(context: context.terms, reading: reading)
                            .append(entity, as: type, context: text, to: &writer)
                    }
                }
            }
        }
    }

    /// Delete Temporal Evolution of an Entity, 5.6.16.
    private func delete() throws(HTTPFailure) {
        exchange.request.operation = .deleteTemporal
        _ = try exchange.parameters([])
        let exchange = exchange
        try exchange.temporal().deleteTemporalEvolution(id: id, tenant: exchange.tenant, on: exchange.request.loop) {
            exchange.answerEmpty($0)
        }
    }
}

/// `/temporal/entities/{entityId}/attrs` and below.
///
/// - Source: CIM 009 clauses 6.20 to 6.22.
struct TemporalAttributesResource {
    let exchange: Exchange
    let id: String

    /// Add Attributes to Temporal Evolution of an Entity, 5.6.12.
    func run() throws(HTTPFailure) {
        try EntityPath.check(id)
        exchange.request.operation = .addTemporal
        guard exchange.method == .POST else { throw exchange.methodNotAllowed(.POST) }
        _ = try exchange.parameters([])
        let (exchange, id, temporal) = (exchange, id, try exchange.temporal())
        try exchange.withBody { (document, context) throws(HTTPFailure) in
            let draft = try Exchange.temporalDraft(document, context, purpose: .fragment)
            try EntityPath.check(draft, isOf: id)
            temporal.addToTemporalEvolution(id: id, draft, tenant: exchange.tenant, on: exchange.request.loop) {
                exchange.answerEmpty($0)
            }
        }
    }

    /// Delete Attribute from Temporal Evolution of an Entity, 5.6.13.
    func runAttribute(_ name: String) throws(HTTPFailure) {
        try EntityPath.check(id)
        exchange.request.operation = .deleteTemporalAttribute
        guard exchange.method == .DELETE else { throw exchange.methodNotAllowed(.DELETE) }
        try EntityPath.check(attribute: name)
        let parameters = try exchange.parameters([.datasetId, .deleteAll])
        if let dataset = parameters[.datasetId], !EntityID.isValid(dataset) {
            throw .badRequest("The datasetId \"\(dataset)\" is not a URI")
        }
        let dataset = try parameters.flag(.deleteAll) ? nil : parameters[.datasetId] ?? ""
        let (exchange, id, temporal) = (exchange, id, try exchange.temporal())
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            temporal.deleteTemporalAttribute(
                id: id, attribute: context.terms.knownTerm(name) ?? .none, dataset: dataset, tenant: exchange.tenant,
                on: exchange.request.loop
            ) { exchange.answerEmpty($0) }
        }
    }

    /// Modify or Delete Attribute instance, 5.6.14 and 5.6.15.
    func runInstance(_ name: String, _ instance: String) throws(HTTPFailure) {
        try EntityPath.check(id)
        exchange.request.operation = exchange.method == .DELETE ? .deleteTemporalInstance : .modifyTemporalInstance
        try EntityPath.check(attribute: name)
        guard EntityID.isValid(instance) else { throw .badRequest("The instance id \"\(instance)\" is not a URI") }
        _ = try exchange.parameters([])
        let (exchange, id, temporal) = (exchange, id, try exchange.temporal())
        switch exchange.method {
        case .DELETE:
            try exchange.withLinkedContext { (context) throws(HTTPFailure) in
                temporal.deleteTemporalInstance(
                    id: id, attribute: context.terms.knownTerm(name) ?? .none, instanceID: instance,
                    tenant: exchange.tenant,
                    on: exchange.request.loop
                ) { exchange.answerEmpty($0) }
            }
        case .PATCH:
            try exchange.withBody { (document, context) throws(HTTPFailure) in
                let term = context.terms.knownTerm(name) ?? .none
                let forest = try Self.instance(document, context, name, term)
                temporal.modifyTemporalInstance(
                    id: id, attribute: term, instanceID: instance, forest, tenant: exchange.tenant,
                    on: exchange.request.loop
                ) { exchange.answerEmpty($0) }
            }
        default: throw exchange.methodNotAllowed(.PATCH, .DELETE)
        }
    }

    /// The one instance that a body holds: under the name of its attribute, or by itself.
    private static func instance(
        _ document: JSONDocument, _ context: BoundContext, _ name: String, _ term: TermID
    ) throws(HTTPFailure) -> AttributeForest {
        let isInstance = ["value", "object", "languageMap", "vocab", "json", "valueList", "objectList"].contains {
            document.member(document.root, named: $0) != nil
        }
        if isInstance {
            return try translating { () throws(NGSILDError) in
                try EntityDecoder(
                    context: context.terms, purpose: .fragment, allowsNull: false, keepsEveryInstance: true
                ).decodeAttribute(document, document.root, name: term)
            }
        }
        let draft = try Exchange.temporalDraft(document, context, purpose: .fragment)
        guard let root = draft.attributes.roots(named: term).first else {
            throw .badRequest("The body holds neither an instance nor the attribute \(name) that the path names")
        }
        var forest = AttributeForest()
        forest.append(subtree: root, of: draft.attributes)
        return forest
    }
}
