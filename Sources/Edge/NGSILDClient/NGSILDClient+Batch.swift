import JSONTree

/// The batch operations that change entities.
///
/// - Source: CIM 009 clauses 5.6.7 to 5.6.10, 5.6.20.
public enum BatchOperation: Sendable {
    case create
    /// Existing entities are replaced, or with `updating` only their attributes.
    case upsert(updating: Bool)
    /// `overwriting`: attributes that exist are overwritten too.
    case update(overwriting: Bool)
    case merge
    case delete

    var path: String {
        switch self {
        case .create: "create"
        case .upsert(let updating): updating ? "upsert?options=update" : "upsert"
        case .update(let overwriting): overwriting ? "update" : "update?options=noOverwrite"
        case .merge: "merge"
        case .delete: "delete"
        }
    }
}

/// What became of a batch.
public struct BatchSummary: Hashable, Sendable {
    /// An entity that was not done, and why.
    public struct Failure: Hashable, Sendable {
        public let entityID: String
        public let status: Int?
        public let reason: String

        public init(entityID: String, status: Int?, reason: String) {
            self.entityID = entityID
            self.status = status
            self.reason = reason
        }
    }

    /// The ids that the broker names as done: for create and upsert those created. Others are not named when all went
    /// well, so count with `failures`.
    public var named: [String] = []
    public var failures: [Failure] = []
    /// Whether every entity was done.
    public var isComplete: Bool { failures.isEmpty }

    public init() {}

    /// Reads the body of a 201 (an array of ids) or 207 (success and errors); anything else says nothing.
    init(_ body: [UInt8]) {
        guard let document = try? JSONDocument(parsing: body) else { return }
        let list = document.isArray(document.root) ? document.root : document.member(document.root, "success")
        if let list { named = document.elements(list).compactMap { document.string($0) } }
        guard let errors = document.member(document.root, "errors") else { return }
        for element in document.elements(errors) {
            let details = document.member(element, "error")
            func text(_ name: StaticString) -> String? {
                details.flatMap { document.member($0, name) }.flatMap { document.string($0) }
            }
            failures.append(
                Failure(
                    entityID: document.member(element, "entityId").flatMap { document.string($0) } ?? "",
                    status: details.flatMap { document.member($0, "status") }.flatMap { document.integer($0) },
                    reason: text("detail") ?? text("title") ?? text("type") ?? "no reason is given"))
        }
    }
}

extension NGSILDClient {
    /// Carries out a batch; some entities may fail while others are done.
    ///
    /// - Parameter body: a JSON array of entities, or of ids for a deletion.
    /// - Throws: when the broker refuses the batch as a whole, or does not answer.
    public func batch(_ operation: BatchOperation, _ body: [UInt8]) async throws(NGSILDClientError) -> BatchSummary {
        let response = try await send("POST", "entityOperations/" + operation.path, body: body)
        switch response.status {
        case 200, 201, 204, 207: return BatchSummary(response.body)
        default:
            // A broker may answer 400 or 409 with the summary when every entity failed.
            let summary = BatchSummary(response.body)
            if !summary.failures.isEmpty { return summary }
            throw NGSILDClientError(response)
        }
    }
}
