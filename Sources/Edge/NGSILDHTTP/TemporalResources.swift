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
        _ document: JSONDocument, _ context: TermContext, purpose: EntityDecoder.Purpose
    ) throws(HTTPFailure) -> EntityDraft {
        let draft = try translating { () throws(NGSILDError) in
            try EntityDecoder(context: context, purpose: purpose, allowsNull: false, keepsEveryInstance: true)
                .decodeEntity(document, document.root)
        }
        for node in draft.attributes.nodes where node.flags.contains(.hasNoValue) {
            throw .badRequest("An instance of \(context.name(node.name)) has no value")
        }
        return draft
    }
}

/// `/temporal/entities` and `/temporal/entityOperations/query`.
///
/// - Source: CIM 009 clauses 6.18, 6.24.
struct TemporalEntitiesResource {
    private let exchange: Exchange
    init(_ exchange: Exchange) { self.exchange = exchange }

    func run() throws(HTTPFailure) {
        switch exchange.method {
        case .GET, .HEAD: try query()
        case .POST: try upsert()
        default: throw .methodNotAllowed(exchange.method.rawValue, allowed: ["GET", "POST"])
        }
    }

    func runPosted() throws(HTTPFailure) {
        guard exchange.method == .POST else { throw .methodNotAllowed(exchange.method.rawValue, allowed: ["POST"]) }
        try postedQuery()
    }

    /// Create or Update Temporal Evolution of an Entity, 5.6.11.
    private func upsert() throws(HTTPFailure) {
        _ = try exchange.parameters(allowing: [])
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

    private static let queryNames = EntitySelection.queryNames.union(EntitySelection.later).union(
        TemporalSelectionReader.names)

    /// Query Temporal Evolution of Entities, 5.7.4.
    private func query() throws(HTTPFailure) {
        let type = try exchange.accepted()
        let parameters = try exchange.parameters(allowing: Self.queryNames)
        let exchange = exchange
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            try Self.answer(exchange, type, context, parameters, [])
        }
    }

    private func postedQuery() throws(HTTPFailure) {
        let type = try exchange.accepted()
        let url = try exchange.parameters(allowing: Self.queryNames)
        let exchange = exchange
        try exchange.withBody { (document, context) throws(HTTPFailure) in
            let (parameters, selectors) = try PostedQuery(document, context, isTemporal: true).read(adding: url)
            try Self.answer(exchange, type, context, parameters, selectors)
        }
    }

    private static func answer(
        _ exchange: Exchange, _ type: MediaType, _ context: TermContext, _ parameters: QueryParameters,
        _ selectors: [EntitySelector]
    ) throws(HTTPFailure) {
        let temporal = try exchange.temporal()
        let selection = EntitySelection(parameters: parameters, context: context)
        var query = try selection.query()
        query.selectors = selectors
        if selectors.isEmpty { try selection.refuseTooWide(query) }
        guard parameters["timerel"] != nil else {
            throw .badRequest("A temporal query needs timerel (before, after, between) and timeAt")
        }
        let reading = try TemporalSelectionReader(parameters: parameters, context: context).read()
        let (limit, offset) = (query.limit, query.offset)
        temporal.queryTemporalEvolution(
            query, reading.selection, tenant: exchange.tenant, on: exchange.request.loop
        ) { result in
            switch result {
            case .failure(let error): exchange.fail(error)
            case .success(let page):
                var (status, headers) = TemporalAnswer.statusAndRange(page, reading.selection.times)
                headers += Pagination.headers(
                    exchange.request, type, limit: limit, offset: offset, hasMore: page.hasMore)
                if let total = page.total { headers.append(("NGSILD-Results-Count", String(total))) }
                exchange.answer(type, context, status: status, headers: headers) { writer, text in
                    var answer = TemporalAnswer(context: context, reading: reading)
                    answer.append(page.entities, context: text, to: &writer)
                }
            }
        }
    }
}

/// `/temporal/entities/{entityId}`.
///
/// - Source: CIM 009 clause 6.19.
struct TemporalEntityResource {
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
        default: throw .methodNotAllowed(exchange.method.rawValue, allowed: ["GET", "DELETE"])
        }
    }

    /// Retrieve Temporal Evolution of an Entity, 5.7.3.
    private func retrieve() throws(HTTPFailure) {
        let type = try exchange.accepted()
        let parameters = try exchange.parameters(allowing: TemporalSelectionReader.names)
        let (exchange, id, temporal) = (exchange, id, try exchange.temporal())
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            let reading = try TemporalSelectionReader(parameters: parameters, context: context).read()
            temporal.retrieveTemporalEvolution(
                id: id, reading.selection, tenant: exchange.tenant, on: exchange.request.loop
            ) { result in
                switch result {
                case .failure(let error): exchange.fail(error)
                case .success(let page):
                    let (status, headers) = TemporalAnswer.statusAndRange(page, reading.selection.times)
                    exchange.answer(type, context, status: status, headers: headers) { writer, text in
                        var answer = TemporalAnswer(context: context, reading: reading)
                        if let entity = page.entities.first { answer.append(entity, context: text, to: &writer) }
                    }
                }
            }
        }
    }

    /// Delete Temporal Evolution of an Entity, 5.6.16.
    private func delete() throws(HTTPFailure) {
        _ = try exchange.parameters(allowing: [])
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
    private let exchange: Exchange
    private let id: String

    init(_ exchange: Exchange, id: String) throws(HTTPFailure) {
        self.exchange = exchange
        self.id = id
        guard EntityID.isValid(id) else { throw .badRequest("The entity id \"\(id)\" in the path is not a URI") }
    }

    /// Add Attributes to Temporal Evolution of an Entity, 5.6.12.
    func run() throws(HTTPFailure) {
        guard exchange.method == .POST else { throw .methodNotAllowed(exchange.method.rawValue, allowed: ["POST"]) }
        _ = try exchange.parameters(allowing: [])
        let (exchange, id, temporal) = (exchange, id, try exchange.temporal())
        try exchange.withBody { (document, context) throws(HTTPFailure) in
            let draft = try Exchange.temporalDraft(document, context, purpose: .fragment)
            try EntityResource.checkID(draft, id)
            temporal.addToTemporalEvolution(id: id, draft, tenant: exchange.tenant, on: exchange.request.loop) {
                exchange.answerEmpty($0)
            }
        }
    }

    /// Delete Attribute from Temporal Evolution of an Entity, 5.6.13.
    func runAttribute(_ name: String) throws(HTTPFailure) {
        guard exchange.method == .DELETE else { throw .methodNotAllowed(exchange.method.rawValue, allowed: ["DELETE"]) }
        guard AttributeName.isValid(name) else { throw .badRequest("\"\(name)\" is not a name of an attribute") }
        let parameters = try exchange.parameters(allowing: ["datasetId", "deleteAll"])
        if let dataset = parameters["datasetId"], !EntityID.isValid(dataset) {
            throw .badRequest("The datasetId \"\(dataset)\" is not a URI")
        }
        let dataset = try parameters.flag("deleteAll") ? nil : parameters["datasetId"] ?? ""
        let (exchange, id, temporal) = (exchange, id, try exchange.temporal())
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            temporal.deleteTemporalAttribute(
                id: id, attribute: context.knownTerm(name) ?? .none, dataset: dataset, tenant: exchange.tenant,
                on: exchange.request.loop
            ) { exchange.answerEmpty($0) }
        }
    }

    /// Modify or Delete Attribute instance, 5.6.14 and 5.6.15.
    func runInstance(_ name: String, _ instance: String) throws(HTTPFailure) {
        guard AttributeName.isValid(name) else { throw .badRequest("\"\(name)\" is not a name of an attribute") }
        guard EntityID.isValid(instance) else { throw .badRequest("The instance id \"\(instance)\" is not a URI") }
        _ = try exchange.parameters(allowing: [])
        let (exchange, id, temporal) = (exchange, id, try exchange.temporal())
        switch exchange.method {
        case .DELETE:
            try exchange.withLinkedContext { (context) throws(HTTPFailure) in
                temporal.deleteTemporalInstance(
                    id: id, attribute: context.knownTerm(name) ?? .none, instanceID: instance, tenant: exchange.tenant,
                    on: exchange.request.loop
                ) { exchange.answerEmpty($0) }
            }
        case .PATCH:
            try exchange.withBody { (document, context) throws(HTTPFailure) in
                let draft = try Exchange.temporalDraft(document, context, purpose: .fragment)
                let term = context.knownTerm(name) ?? .none
                guard let root = draft.attributes.roots(named: term).first else {
                    throw .badRequest("The body does not hold the attribute \(name) that the path names")
                }
                var forest = AttributeForest()
                forest.append(subtree: root, of: draft.attributes)
                temporal.modifyTemporalInstance(
                    id: id, attribute: term, instanceID: instance, forest, tenant: exchange.tenant,
                    on: exchange.request.loop
                ) { exchange.answerEmpty($0) }
            }
        default: throw .methodNotAllowed(exchange.method.rawValue, allowed: ["PATCH", "DELETE"])
        }
    }
}
