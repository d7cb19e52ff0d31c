/// Looks at each commit before it is made, and has written with it what must be told of its changes.
///
/// All methods run on the committer's thread, one commit after the other: `body`, then `committed` or `discarded`.
public protocol ChangeMatcher: Sendable {
    /// Whether any change could matter now; if not, the commit is not shown.
    var isInterested: Bool { get }

    /// What the outbox keeps of a commit; `nil` when nothing of it has to be told.
    ///
    /// Called again when the commit has to be computed anew, because another writer was faster.
    ///
    /// - Parameters:
    ///   - changes: all steps of the commit; their sequence numbers are those that it will most likely get.
    ///   - encoded: for each change, the entity's stored form after it (`EntityCodec`) where that was made already.
    func body(for changes: [EntityChange], encoded: [[UInt8]?]) -> [UInt8]?

    /// The commit whose body was asked for last is durable, the body under its first sequence number. Must not block.
    func committed(_ sequence: UInt64)

    /// The commit whose body was asked for last was not made.
    func discarded()
}

/// One row of the outbox: what a commit's changes have to be told, opaque to the broker and its store.
public struct OutboxEntry: Hashable, Sendable {
    /// The first sequence number of the commit.
    public let sequence: UInt64
    public let body: [UInt8]

    public init(sequence: UInt64, body: [UInt8]) {
        self.sequence = sequence
        self.body = body
    }
}

/// Puts or, with `nil`, removes a document.
public struct DocumentUpdate: Hashable, Sendable {
    public let kind: String
    public let tenant: String
    public let key: String
    public let body: [UInt8]?

    public init(kind: String, tenant: String, key: String, body: [UInt8]?) {
        self.kind = kind
        self.tenant = tenant
        self.key = key
        self.body = body
    }
}

/// Keeps an outbox beside the entities: rows that become durable with the changes they tell of.
public protocol OutboxKeeping: DocumentKeeping {
    /// Shows every commit from the next one on to `matcher`; `nil` ends that.
    func show(commitsTo matcher: (any ChangeMatcher)?)

    /// Rows after a sequence number, oldest first, at most `limit`; fewer mean that there are no more.
    func outbox(after sequence: UInt64, limit: Int) throws -> [OutboxEntry]

    /// Those of the rows that are there, in the order given.
    func outbox(_ sequences: [UInt64]) throws -> [OutboxEntry]

    /// Writes documents and removes rows of the outbox in one commit; `reply` runs on `scheduler` once that is durable.
    ///
    /// - Parameter removed: sequence numbers; every row in them goes.
    func keep(
        _ documents: [DocumentUpdate], removingOutbox removed: [ClosedRange<UInt64>], on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, any Error>) -> Void)
}
