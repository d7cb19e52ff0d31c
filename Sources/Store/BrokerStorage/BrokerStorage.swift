public import NGSILDModel

/// What the broker asks of a store: terms, entities with revisions, one atomic commit, the ordered change record,
/// documents, and history chunks.
///
/// Nothing here assumes that this process is the only writer. A commit states which revision of each entity it was
/// computed from; where another writer was faster it changes nothing and names the conflicts, and the broker computes
/// again from the newest state. Caches follow `changes(after:limit:)`.
///
/// Invariants that every store keeps, checked by the conformance suite (`StorageConformance`):
/// 1. A commit is visible whole or not at all, also after a crash at any instant; when `commit` has returned
///    `.committed`, it is durable.
/// 2. Each entity write of a commit gets one sequence number; numbers grow by one without a gap, in the order of the
///    writes, over all tenants. The number is the entity's new revision.
/// 3. An entity keeps its `number` from creation to deletion; a later creation gets a higher one, over all tenants.
/// 4. Methods may be called from any thread; `commit` from one at a time. Reads do not wait for a commit.
/// 5. Names (tenants, ids, terms, kinds, keys, datasets) are equal byte by byte (`ExactText`).
/// 6. A tenant exists from the first commit that creates it or writes an entity, a document or history of it. When it
///    is removed, everything of it goes, its changes too; sequence numbers stay given. The default tenant "" is only
///    emptied. Outbox rows are of no tenant and stay until they are removed.
public protocol BrokerStorage: TermStore {
    /// The tenants that exist, in the order of their bytes; the default tenant "" always does.
    func tenants() throws(StorageError) -> [String]

    /// Visits every entity in the order of its number.
    ///
    /// - Parameter visit: gets the body as bytes that are valid only during the call.
    func visitEntities(_ visit: (StoredEntity, UnsafeRawBufferPointer) throws -> Void) throws

    /// One entity with its body, or `nil`.
    func entity(tenant: String, id: String) throws(StorageError) -> (StoredEntity, [UInt8])?

    /// Visits several entities of a tenant, in one go where that is cheaper than one by one.
    ///
    /// - Parameters:
    ///   - places: in the order of their numbers. Those where there is no such entity (any more) are passed over.
    ///   - visit: gets the index of the place, and the body as bytes that are valid only during the call. Must not read
    ///     the store.
    func visitEntities(
        tenant: String, at places: [EntityPlace], _ visit: (Int, UnsafeRawBufferPointer) -> Void
    ) throws(StorageError)

    /// Applies everything in `commit`, or nothing.
    func commit(_ commit: Commit) throws(StorageError) -> CommitOutcome

    /// The newest sequence number; 0 in an empty store.
    func lastSequence() throws(StorageError) -> UInt64

    /// Changes after a sequence number, oldest first, at most `limit`.
    ///
    /// Fewer than `limit` means that there are no more. Numbers are missing where changes were pruned or their tenant
    /// was removed.
    func changes(after sequence: UInt64, limit: Int) throws(StorageError) -> [StoredChange]

    /// Forgets changes up to and including `sequence`. `lastSequence` stays.
    func pruneChanges(through sequence: UInt64) throws(StorageError)

    /// Rows of the outbox after a sequence number, oldest first, at most `limit`.
    func outbox(after sequence: UInt64, limit: Int) throws(StorageError) -> [StoredOutboxRow]

    /// The rows of the outbox with these sequence numbers, in the order given; numbers without a row are left out.
    func outbox(_ sequences: [UInt64]) throws(StorageError) -> [StoredOutboxRow]

    /// All documents of a kind, over all tenants, in the order of their keys, then tenants.
    func documents(kind: String) throws(StorageError) -> [StoredDocument]

    /// The body of one document; `nil` where there is none.
    func document(kind: String, tenant: String, key: String) throws(StorageError) -> [UInt8]?

    /// Documents of a kind and tenant whose keys come after one, in the order of their UTF-8 bytes, at most `limit`.
    ///
    /// Fewer than `limit` means that there are no more. Linear in what is passed, and in the documents of this kind that
    /// other tenants have between.
    ///
    /// - Parameter key: `nil`: from the first on.
    func documents(
        kind: String, tenant: String, after key: String?, limit: Int
    ) throws(StorageError) -> [StoredDocument]

    /// The series that an entity has history for, by attribute, then dataset. History outlives its entity.
    func historySeries(tenant: String, entity: String) throws(StorageError) -> [SeriesKey]

    /// All series, of all tenants, by pages: those after a position, with their positions, in an order of the store's
    /// own. Positions stay for as long as the store is open.
    func historySeries(after position: UInt64, limit: Int) throws(StorageError) -> [(position: UInt64, key: SeriesKey)]

    /// The history chunks of a series that overlap a time range, by start. At most `limit`.
    ///
    /// - Parameters:
    ///   - from: start of the range; `.none` means from the beginning.
    ///   - to: end of the range, inclusive; `.none` means to the end.
    ///   - newestFirst: whether the order is reversed, so that `limit` keeps the newest.
    func historyChunks(
        _ series: SeriesKey, from: Timestamp, to: Timestamp, newestFirst: Bool, limit: Int
    ) throws(StorageError) -> [HistoryChunk]

    /// The newest history chunk of each series, `nil` for those that have none, in the order of the series. Cheaper than
    /// to ask for one series after the other.
    func newestHistoryChunks(_ series: [SeriesKey]) throws(StorageError) -> [HistoryChunk?]

    /// Writes a consistent copy of the store to a new file or directory while serving. It appears under its name when
    /// it is complete; what stands there already is never overwritten.
    ///
    /// - Parameter progress: gets the part done, 0...1.
    func backup(to path: String, progress: (Double) -> Void) throws(StorageError)

    /// What the store holds, for metrics.
    func statistics() throws(StorageError) -> StorageStatistics

    /// Ends all use, after the calls that are under way; later calls throw `StorageError.closed`. Not to be called from
    /// a visitor.
    func close()
}

/// Where an entity stands in the store.
public struct StoredEntity: Hashable, Sendable {
    public let tenant: String
    public let id: String
    /// Grows with creation; the default order of query results.
    public let number: Int64
    /// The sequence number of the write that made this state.
    public let revision: UInt64

    public init(tenant: String, id: String, number: Int64, revision: UInt64) {
        self.tenant = tenant
        self.id = id
        self.number = number
        self.revision = revision
    }
}

/// Where to look for an entity that is known already.
public struct EntityPlace: Hashable, Sendable {
    public let id: String
    public let number: Int64

    public init(id: String, number: Int64) {
        self.id = id
        self.number = number
    }
}

extension BrokerStorage {
    /// One by one, for stores to which it makes no difference.
    public func visitEntities(
        tenant: String, at places: [EntityPlace], _ visit: (Int, UnsafeRawBufferPointer) -> Void
    ) throws(StorageError) {
        for (index, place) in places.enumerated() {
            guard let (stored, body) = try entity(tenant: tenant, id: place.id), stored.number == place.number else {
                continue
            }
            body.withUnsafeBytes { visit(index, $0) }
        }
    }
}

/// Everything that becomes durable together.
public struct Commit: Sendable {
    public var entities: [EntityWrite] = []
    public var documents: [DocumentWrite] = []
    public var history: [HistoryChunk] = []
    /// Tenants to remove with everything in them; applied before the rest of the commit.
    public var removedTenants: [String] = []
    /// Tenants that exist from now on, also without entities.
    public var createdTenants: [String] = []
    /// What has to be told of this commit: becomes a row of the outbox under the commit's first sequence number, opaque
    /// to the store. A commit without entity writes has none.
    public var outbox: [UInt8]?
    /// Sequence numbers whose outbox rows go; applied before `outbox`.
    public var removedOutbox: [ClosedRange<UInt64>] = []
    public var at: Timestamp

    public init(at: Timestamp) { self.at = at }

    public var isEmpty: Bool {
        entities.isEmpty && documents.isEmpty && history.isEmpty && removedTenants.isEmpty && createdTenants.isEmpty
            && removedOutbox.isEmpty
    }
}

/// The new state of one entity. An entity appears at most once in a commit.
public struct EntityWrite: Sendable {
    /// What the write was computed from; the commit is refused as a conflict when it is otherwise.
    public enum Expectation: Hashable, Sendable {
        /// The entity must not exist; for creations only: a deletion states the revision that it deletes.
        case absent
        /// The entity must be at this revision.
        case revision(UInt64)
    }

    public let tenant: String
    public let id: String
    public let expectation: Expectation
    /// The stored form (`EntityCodec`); `nil` deletes the entity.
    public let body: [UInt8]?
    /// What the change record keeps of this write, opaque to the store.
    public let change: [UInt8]

    public init(tenant: String, id: String, expectation: Expectation, body: [UInt8]?, change: [UInt8]) {
        self.tenant = tenant
        self.id = id
        self.expectation = expectation
        self.body = body
        self.change = change
    }
}

/// What became of a commit.
public enum CommitOutcome: Hashable, Sendable {
    /// Durable. Write `i` has sequence number `firstSequence + i`; `numbers[i]` is its entity's number. Without writes
    /// `firstSequence` is the number that the next write will get.
    case committed(firstSequence: UInt64, numbers: [Int64])
    /// Nothing was written: the entities of these writes (indexes) are not as expected.
    case conflicts([Int])
}

/// One entry of the change record.
public struct StoredChange: Hashable, Sendable {
    public let sequence: UInt64
    public let at: Timestamp
    public let tenant: String
    public let id: String
    public let number: Int64
    /// Whether the write deleted the entity.
    public let isDeletion: Bool
    public let change: [UInt8]

    public init(
        sequence: UInt64, at: Timestamp, tenant: String, id: String, number: Int64, isDeletion: Bool, change: [UInt8]
    ) {
        self.sequence = sequence
        self.at = at
        self.tenant = tenant
        self.id = id
        self.number = number
        self.isDeletion = isDeletion
        self.change = change
    }
}

/// One row of the outbox.
public struct StoredOutboxRow: Hashable, Sendable {
    /// The first sequence number of the commit that wrote it.
    public let sequence: UInt64
    public let body: [UInt8]

    public init(sequence: UInt64, body: [UInt8]) {
        self.sequence = sequence
        self.body = body
    }
}

/// Anything kept whole under a key: a subscription, a hosted context, a cursor.
public struct StoredDocument: Hashable, Sendable {
    public let kind: String
    public let tenant: String
    public let key: String
    public let body: [UInt8]

    public init(kind: String, tenant: String, key: String, body: [UInt8]) {
        self.kind = kind
        self.tenant = tenant
        self.key = key
        self.body = body
    }
}

/// Puts or removes a document; the last write of a key wins.
public struct DocumentWrite: Hashable, Sendable {
    public let kind: String
    public let tenant: String
    public let key: String
    /// `nil` removes the document.
    public let body: [UInt8]?

    public init(kind: String, tenant: String, key: String, body: [UInt8]?) {
        self.kind = kind
        self.tenant = tenant
        self.key = key
        self.body = body
    }
}

/// Names the history of one attribute instance.
public struct SeriesKey: Hashable, Sendable {
    public let tenant: String
    public let entity: String
    public let attribute: TermID
    /// The datasetId; empty for the default instance.
    public let dataset: String

    public init(tenant: String, entity: String, attribute: TermID, dataset: String = "") {
        self.tenant = tenant
        self.entity = entity
        self.attribute = attribute
        self.dataset = dataset
    }
}

/// A run of samples of one series. A chunk with the same series and start replaces the stored one; one without samples
/// removes it.
public struct HistoryChunk: Hashable, Sendable {
    public let series: SeriesKey
    public let start: Timestamp
    public let end: Timestamp
    public let count: Int
    /// Opaque to the store.
    public let body: [UInt8]

    public init(series: SeriesKey, start: Timestamp, end: Timestamp, count: Int, body: [UInt8]) {
        self.series = series
        self.start = start
        self.end = end
        self.count = count
        self.body = body
    }
}

/// What a store holds.
public struct StorageStatistics: Hashable, Sendable {
    public var entities = 0
    public var changes = 0
    public var historyChunks = 0
    public var outboxRows = 0
    /// Bytes on disk, logs included; 0 for a store in memory.
    public var bytes = 0
    public init() {}
}
