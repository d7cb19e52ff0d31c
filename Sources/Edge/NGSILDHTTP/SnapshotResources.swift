import JSONTree
import NGSILDModel
import NGSILDOperations

/// `/snapshots`.
///
/// - Source: CIM 009 clause 6.36.
struct SnapshotsResource {
    static let path = "/ngsi-ld/v1/snapshots/"

    private let exchange: Exchange
    private let service: any SnapshotService

    init(_ exchange: Exchange) throws(HTTPFailure) {
        self.exchange = exchange
        service = try exchange.snapshots()
    }

    func run() throws(HTTPFailure) {
        switch exchange.method {
        case .POST: try create()
        case .DELETE: try purge()
        default: throw exchange.methodNotAllowed(.POST, .DELETE)
        }
    }

    /// Create Snapshot, 5.16.1.
    private func create() throws(HTTPFailure) {
        exchange.request.operation = .createSnapshot
        _ = try exchange.parameters([])
        let (exchange, service) = (exchange, service)
        try exchange.withBody { (document, context) throws(HTTPFailure) in
            let (definition, queries) = try SnapshotReader(
                document: document, context: context.terms, purpose: .create
            ).read()
            service.createSnapshot(definition, queries, tenant: exchange.tenant, on: exchange.request.loop) {
                Self.answerCreated(exchange, $0)
            }
        }
    }

    static func answerCreated(_ exchange: Exchange, _ result: Result<String, NGSILDError>) {
        switch result {
        case .success(let id):
            let location = (name: "Location", value: path + PercentCoding.encode(id))
            exchange.answer(HTTPAnswer(status: 201, headers: [location]))
        case .failure(let error): exchange.fail(error)
        }
    }

    /// Purge Snapshots, 5.16.7.
    private func purge() throws(HTTPFailure) {
        exchange.request.operation = .purgeSnapshots
        guard let q = try exchange.parameters([.q])[.q] else {
            throw .badRequest("Purge Snapshots needs q, a query over members of snapshots such as snapshotPriority<5")
        }
        let exchange = exchange
        service.purgeSnapshots(q: q, tenant: exchange.tenant, on: exchange.request.loop) { result in
            switch result {
            case .success(let batch) where batch.errors.isEmpty: exchange.answer(HTTPAnswer(status: 204))
            case .success(let batch): exchange.answer(BatchAnswer.make(.batch(batch)))
            case .failure(let error): exchange.fail(error)
            }
        }
    }
}

/// `/snapshots/{snapshotId}` and `/snapshots/{snapshotId}/clone`.
///
/// - Source: CIM 009 clauses 6.37, 6.38.
struct SnapshotResource {
    private let exchange: Exchange
    private let service: any SnapshotService
    private let id: String

    init(_ exchange: Exchange, id: String) throws(HTTPFailure) {
        self.exchange = exchange
        self.id = id
        service = try exchange.snapshots()
        guard EntityID.isValid(id) else { throw .badRequest("The snapshot id \"\(id)\" in the path is not a URI") }
    }

    func run() throws(HTTPFailure) {
        switch exchange.method {
        case .GET, .HEAD: try retrieve()
        case .PATCH: try update()
        case .DELETE: try delete()
        default: throw exchange.methodNotAllowed(.GET, .PATCH, .DELETE)
        }
    }

    /// Retrieve Snapshot Status, 5.16.3.
    private func retrieve() throws(HTTPFailure) {
        exchange.request.operation = .retrieveSnapshot
        let type = try exchange.accepted()
        _ = try exchange.parameters([])
        let (exchange, id, service) = (exchange, id, service)
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            let snapshot = try translating { () throws(NGSILDError) in
                try service.retrieveSnapshot(id: id, tenant: exchange.tenant)
            }
            Self.answer(exchange, type, context, snapshot)
        }
    }

    private static func answer(_ exchange: Exchange, _ type: MediaType, _ context: BoundContext, _ snapshot: Snapshot) {
        exchange.answer(type, context) { writer, contextText in
            snapshot.append(to: &writer)
            AnswerWriter.close(contextText, to: &writer)
        }
    }

    /// Update Snapshot Status, 5.16.4.
    private func update() throws(HTTPFailure) {
        exchange.request.operation = .updateSnapshot
        let type = try exchange.accepted()
        _ = try exchange.parameters([])
        let (exchange, id, service) = (exchange, id, service)
        try exchange.withBody { (document, context) throws(HTTPFailure) in
            let (definition, _) = try SnapshotReader(
                document: document, context: context.terms, purpose: .update
            ).read()
            if let named = definition.id, named != id {
                throw .badRequest("The \"id\" of a snapshot cannot be changed; it is \(id)")
            }
            service.updateSnapshot(
                id: id, definition.settings, tenant: exchange.tenant, on: exchange.request.loop
            ) { result in
                switch result {
                case .success(let snapshot): Self.answer(exchange, type, context, snapshot)
                case .failure(let error): exchange.fail(error)
                }
            }
        }
    }

    /// Delete Snapshot, 5.16.5.
    private func delete() throws(HTTPFailure) {
        exchange.request.operation = .deleteSnapshot
        _ = try exchange.parameters([])
        let exchange = exchange
        service.deleteSnapshot(id: id, tenant: exchange.tenant, on: exchange.request.loop) {
            exchange.answerEmpty($0)
        }
    }

    /// Clone Snapshot, 5.16.2.
    func runClone() throws(HTTPFailure) {
        exchange.request.operation = .cloneSnapshot
        guard exchange.method == .POST else { throw exchange.methodNotAllowed(.POST) }
        _ = try exchange.parameters([])
        let (exchange, id, service) = (exchange, id, service)
        try exchange.withBody { (document, context) throws(HTTPFailure) in
            let (definition, _) = try SnapshotReader(
                document: document, context: context.terms, purpose: .clone
            ).read()
            service.cloneSnapshot(id: id, definition, tenant: exchange.tenant, on: exchange.request.loop) {
                SnapshotsResource.answerCreated(exchange, $0)
            }
        }
    }
}

extension Exchange {
    func snapshots() throws(HTTPFailure) -> any SnapshotService {
        guard let service = services.snapshots else {
            throw .ngsild(.operationNotSupported("This broker offers no Snapshots"))
        }
        return service
    }
}
