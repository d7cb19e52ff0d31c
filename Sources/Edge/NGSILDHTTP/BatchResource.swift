import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// `/entityOperations/{operation}`.
///
/// - Source: CIM 009 clauses 6.14 to 6.17, 6.23, 6.31.
struct BatchResource {
    private let exchange: Exchange
    private let operation: String

    /// Entities that one batch may hold.
    static let limit = 1_000

    init(_ exchange: Exchange, operation: String) {
        self.exchange = exchange
        self.operation = operation
    }

    func run() throws(HTTPFailure) {
        guard ["create", "upsert", "update", "merge", "delete", "query"].contains(operation) else {
            throw .ngsild(.resourceNotFound("There is no batch operation \"\(operation)\"; there are create, upsert, update, merge, delete and query"))
        }
        guard exchange.method == .POST else { throw .methodNotAllowed(exchange.method.rawValue, allowed: ["POST"]) }
        switch operation {
        case "delete": try delete()
        case "query": try query()
        default: try provide()
        }
    }

    private func provide() throws(HTTPFailure) {
        let parameters = try exchange.parameters(allowing: ["options"])
        let options = try parameters.options()
        let purpose: EntityDecoder.Purpose = operation == "create" || operation == "upsert" ? .entity : .fragment
        let allowsNull = operation == "merge"
        let (exchange, name) = (exchange, operation)
        let isLinkedData = try exchange.hasLinkedDataBody()
        let document = try exchange.parseBody()
        guard document.isArray(document.root) else { throw .badRequest("A batch is an array of entities") }
        let count = document.count(document.root)
        guard count > 0 else { throw .badRequest("The batch is empty") }
        guard count <= Self.limit else {
            throw .badRequest("The batch has \(count) entities; at most \(Self.limit) are taken at a time")
        }
        let finish: @Sendable ([BatchMember]) -> Void = { members in
            exchange.submit(Self.operation(name, members, options)) { Self.answer(name, $0) }
        }
        let decode: @Sendable (JSONNode, TermContext) -> BatchMember = { node, context in
            let id = document.member(node, "id").flatMap { document.string($0) }
            if document.member(node, "@context") != nil, !isLinkedData {
                return .rejected(
                    id: id, .badRequestData("The entity has an @context; send the batch as application/ld+json"))
            }
            do throws(NGSILDError) {
                let draft = try EntityDecoder(context: context, purpose: purpose, allowsNull: allowsNull).decodeEntity(document, node)
                if draft.id.isEmpty { throw .badRequestData("The entity has no \"id\"; give it a URI") }
                return .draft(draft)
            } catch {
                return .rejected(id: id, error)
            }
        }
        if isLinkedData {
            BatchContexts(exchange: exchange, document: document, decode: decode, finish: finish).run()
        } else {
            try exchange.withLinkedContext { (context) throws(HTTPFailure) in
                var members: [BatchMember] = []
                members.reserveCapacity(count)
                for node in document.elements(document.root) { members.append(decode(node, context)) }
                finish(members)
            }
        }
    }

    private static func operation(
        _ name: String, _ members: [BatchMember], _ options: Set<String>
    ) -> ProvisionOperation {
        switch name {
        case "create": .batchCreate(members)
        case "upsert": .batchUpsert(members, replaces: !options.contains("update"))
        case "update": .batchUpdate(members, overwrite: !options.contains("noOverwrite"))
        default: .batchMerge(members)
        }
    }

    private static func answer(_ name: String, _ result: ProvisionResult) -> HTTPAnswer {
        guard case .batch(let batch) = result else { return HTTPAnswer(status: 204) }
        if !batch.errors.isEmpty { return multiStatus(batch) }
        guard !batch.created.isEmpty else { return HTTPAnswer(status: 204) }
        var writer = ByteWriter(capacity: batch.created.count * 40 + 2)
        append(batch.created, to: &writer)
        return HTTPAnswer(status: 201, contentType: MediaType.json.rawValue, body: writer.array())
    }

    private static func append(_ ids: [String], to writer: inout ByteWriter) {
        writer.append("[")
        for (offset, id) in ids.enumerated() {
            if offset > 0 { writer.append(",") }
            writer.append(jsonString: id)
        }
        writer.append("]")
    }

    /// A BatchOperationResult (CIM 009 clause 5.2.16).
    private static func multiStatus(_ batch: BatchResult) -> HTTPAnswer {
        var writer = ByteWriter(capacity: 1_024)
        writer.append("{\"success\":")
        append(batch.created + batch.updated, to: &writer)
        writer.append(",\"errors\":[")
        for (offset, failure) in batch.errors.enumerated() {
            if offset > 0 { writer.append(",") }
            writer.append("{\"entityId\":")
            writer.append(jsonString: failure.entityID ?? "")
            writer.append(",\"error\":")
            writer.append(failure.error.answer.body)
            writer.append("}")
        }
        writer.append("]}")
        return HTTPAnswer(status: 207, contentType: MediaType.json.rawValue, body: writer.array())
    }

    /// Batch Entity Delete, 5.6.10.
    private func delete() throws(HTTPFailure) {
        _ = try exchange.parameters(allowing: [])
        _ = try exchange.hasLinkedDataBody()
        let document = try exchange.parseBody()
        guard document.isArray(document.root), document.count(document.root) > 0 else {
            throw .badRequest("A batch delete is an array of entity ids, not empty")
        }
        guard document.count(document.root) <= Self.limit else {
            throw .badRequest("The batch has more than \(Self.limit) ids")
        }
        var ids: [String] = []
        for node in document.elements(document.root) {
            guard let id = document.string(node), EntityID.isValid(id) else {
                throw .badRequest("\(document.text(node)) in the batch is not a URI")
            }
            ids.append(id)
        }
        exchange.submit(.batchDelete(ids)) { result in
            guard case .batch(let batch) = result, !batch.errors.isEmpty else { return HTTPAnswer(status: 204) }
            return Self.multiStatus(batch)
        }
    }

    /// Query Entities by POST, 6.23.
    private func query() throws(HTTPFailure) {
        let type = try exchange.accepted([.json, .jsonLD, .geoJSON])
        let url = try exchange.parameters(allowing: EntitySelection.postedQueryNames)
        let exchange = exchange
        try exchange.withBody { (document, context) throws(HTTPFailure) in
            let (parameters, entities) = try PostedQuery(document, context).read(adding: url)
            let selection = EntitySelection(parameters: parameters, context: context)
            var query = try selection.query()
            if !entities.isEmpty { query.selectors = entities }
            if entities.isEmpty { try selection.refuseTooWide(query) }
            let representation = try selection.representation(type)
            let page = try translating { () throws(NGSILDError) in
                try exchange.services.consumption.queryEntities(query, tenant: exchange.tenant)
            }
            var headers: [(name: String, value: String)] = []
            if let total = page.total { headers.append(("NGSILD-Results-Count", String(total))) }
            EntityAnswer(exchange: exchange, type: type, context: context, representation: representation)
                .list(page.entities, geometryProperty: parameters["geometryProperty"], headers: headers)
        }
    }
}

/// Reads the members of a batch in JSON-LD, where each entity has a context of its own.
///
/// Contexts are resolved one after the other, since most batches use one; members after one that must be loaded wait.
private struct BatchContexts: Sendable {
    let exchange: Exchange
    let document: JSONDocument
    let decode: @Sendable (JSONNode, TermContext) -> BatchMember
    let finish: @Sendable ([BatchMember]) -> Void

    func run() { go(Array(document.elements(document.root))[...], []) }

    private func go(_ nodes: ArraySlice<JSONNode>, _ done: [BatchMember]) {
        var done = done
        var rest = nodes
        while let node = rest.popFirst() {
            let id = document.member(node, "id").flatMap { document.string($0) }
            guard let inline = document.member(node, "@context") else {
                done.append(.rejected(id: id, .badRequestData("An entity in application/ld+json needs a member \"@context\"")))
                continue
            }
            do {
                if let context = try exchange.services.contexts.resolveInline(document, inline) {
                    done.append(decode(node, exchange.contexts.table(for: context)))
                    continue
                }
            } catch {
                done.append(.rejected(id: id, Exchange.translate(error)))
                continue
            }
            let (before, after) = (done, rest)
            exchange.services.contexts.resolve(.value(document, inline)) { result in
                exchange.request.onLoop {
                    switch result {
                    case .success(let context):
                        go(after, before + [decode(node, exchange.contexts.table(for: context))])
                    case .failure(let error):
                        go(after, before + [.rejected(id: id, Exchange.translate(error))])
                    }
                }
            }
            return
        }
        finish(done)
    }
}
