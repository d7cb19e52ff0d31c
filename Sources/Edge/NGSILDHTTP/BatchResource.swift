import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations

/// `/entityOperations/{operation}`.
///
/// - Source: CIM 009 clauses 6.14 to 6.17, 6.23, 6.31.
struct BatchResource {
    let exchange: Exchange
    let operation: BatchOperation

    /// Entities that one batch may hold.
    static let limit = 1_000

    func run() throws(HTTPFailure) {
        guard exchange.method == .POST else { throw exchange.methodNotAllowed(.POST) }
        switch operation {
        case .query: try query()
        case .delete: try delete()
        case .create:
            exchange.request.operation = .batchCreate
            try provide([], .init(purpose: .entity)) { members, _ in .batchCreate(members) }
        case .upsert:
            exchange.request.operation = .batchUpsert
            try provide(["replace", "update"], .init(purpose: .entity)) { members, options in
                .batchUpsert(members, replaces: !options.contains("update"))
            }
        case .update:
            exchange.request.operation = .batchUpdate
            try provide(["noOverwrite"], .init(purpose: .fragment)) { members, options in
                .batchUpdate(members, overwrite: !options.contains("noOverwrite"))
            }
        case .merge:
            exchange.request.operation = .batchMerge
            try provide([], .init(purpose: .fragment, allowsNull: true, mergesValues: true)) { members, _ in
                .batchMerge(members)
            }
        }
    }

    // MARK: Batches of entities

    private func provide(
        _ knownOptions: Set<String>, _ reading: BatchReader.Reading,
        _ make: @escaping @Sendable ([BatchMember], Set<String>) -> ProvisionOperation
    ) throws(HTTPFailure) {
        let options = try exchange.parameters([.options]).options(knownOptions)
        let isLinkedData = try exchange.hasLinkedDataBody()
        if isLinkedData { try exchange.refuseLinkBesideLinkedData() }
        let document = try exchange.parseBody()
        let nodes = try members(document)
        let exchange = exchange
        let finish: @Sendable ([BatchMember]) -> Void = { members in
            exchange.request.nameSubjects(members.lazy.map(\.id))
            exchange.submit(make(members, options), BatchAnswer.make)
        }
        let reader = BatchReader(document: document, nodes: nodes, reading: reading)
        if isLinkedData {
            reader.readLinkedData(exchange, finish)
        } else {
            try exchange.withLinkedContext { (context) throws(HTTPFailure) in finish(reader.read(context.terms)) }
        }
    }

    private func members(_ document: JSONDocument) throws(HTTPFailure) -> [JSONNode] {
        let root = document.root
        guard document.isArray(root) else {
            throw .badRequest("The body of a batch is an array of \(operation == .delete ? "entity ids" : "entities")")
        }
        let nodes = Array(document.elements(root))
        guard !nodes.isEmpty else { throw .badRequest("The batch is empty") }
        guard nodes.count <= Self.limit else {
            throw .badRequest("The batch has \(nodes.count) members; at most \(Self.limit) are taken at a time")
        }
        if operation != .delete, let index = nodes.firstIndex(where: { !document.isObject($0) }) {
            throw .badRequest(
                "Member \(index + 1) of the batch is no entity but \(document.text(nodes[index]).prefix(40))")
        }
        return nodes
    }

    /// Batch Entity Delete, 5.6.10.
    private func delete() throws(HTTPFailure) {
        exchange.request.operation = .batchDelete
        _ = try exchange.parameters([])
        _ = try exchange.hasLinkedDataBody()
        let document = try exchange.parseBody()
        var ids: [String] = []
        for node in try members(document) {
            guard let id = document.string(node), EntityID.isValid(id) else {
                throw .badRequest("\(document.text(node).prefix(100)) in the batch is not a URI")
            }
            ids.append(id)
        }
        exchange.request.nameSubjects(ids.lazy.map { $0 })
        exchange.submit(.batchDelete(ids), BatchAnswer.make)
    }

    // MARK: Queries

    static let queryParameters = EntitySelection.representationParameters.union([
        .limit, .offset, .count, .pageAfter, .pageBefore,
    ])

    /// Query Entities by POST, 6.23.
    private func query() throws(HTTPFailure) {
        exchange.request.operation = .queryEntities
        let type = try exchange.accepted(MediaType.ofEntities)
        let url = try exchange.parameters(Self.queryParameters)
        let exchange = exchange
        try exchange.withBody { (document, context) throws(HTTPFailure) in
            let (parameters, selectors) = try PostedQuery(document, context.terms).read(adding: url)
            let selection = EntitySelection(parameters: parameters, context: context.terms)
            var query = try selection.query()
            query.selectors = selectors
            if selectors.isEmpty { try selection.refuseTooWide(query) }
            try EntityAnswer(exchange: exchange, type: type, context: context, selection: selection).page(query)
        }
    }
}

/// Answers to batches.
enum BatchAnswer {
    /// 201 with the ids of what was created, 204 when nothing was, 207 when something failed.
    static func make(_ result: ProvisionResult) -> HTTPAnswer {
        guard case .batch(let batch) = result else { return HTTPAnswer(status: 204) }
        if !batch.errors.isEmpty { return multiStatus(batch) }
        guard !batch.created.isEmpty else { return HTTPAnswer(status: 204) }
        var writer = ByteWriter(capacity: batch.created.count * 48 + 2)
        AnswerWriter.strings(batch.created, to: &writer)
        return HTTPAnswer(status: 201, contentType: MediaType.json.text, body: writer.array())
    }

    /// A BatchOperationResult (CIM 009 clause 5.2.16).
    private static func multiStatus(_ batch: BatchResult) -> HTTPAnswer {
        var writer = ByteWriter(capacity: 1_024)
        writer.append("{\"success\":")
        AnswerWriter.strings(batch.created + batch.updated, to: &writer)
        writer.append(",\"errors\":")
        AnswerWriter.array(batch.errors, to: &writer) { failure, writer in
            let error = failure.error
            writer.append("{\"entityId\":")
            writer.append(jsonString: failure.entityID ?? "")
            writer.append(",\"error\":")
            writer.append(
                problemOfType: error.typeURI, status: error.status, title: error.title, detail: error.detail)
            writer.append("}")
        }
        writer.append("}")
        return HTTPAnswer(status: 207, contentType: MediaType.json.text, body: writer.array())
    }
}
