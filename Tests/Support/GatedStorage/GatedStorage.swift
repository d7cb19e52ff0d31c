public import BrokerStorage
public import InMemoryStorage
public import NGSILDModel
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A store whose commits, or reads of the past, wait until a test lets them through, and that can be told to fail.
public final class GatedStorage: BrokerStorage {
    private let base: InMemoryStorage
    private let gate = Mutex<(isClosed: Bool, failure: StorageError?)>((false, nil))
    private let pastGate = Mutex<(isClosed: Bool, reads: Int)>((false, 0))

    /// - Parameter base: what is stored, and stays when it fails.
    public init(_ base: InMemoryStorage = InMemoryStorage()) { self.base = base }

    /// Lets commits wait, or go on.
    public func close(gate isClosed: Bool) { gate.withLock { $0.isClosed = isClosed } }
    /// Lets reads of changes and of chunks of the history wait, or go on.
    public func close(pastGate isClosed: Bool) { pastGate.withLock { $0.isClosed = isClosed } }
    /// How many reads of changes and of chunks have come, those that wait included.
    public var pastReads: Int { pastGate.withLock { $0.reads } }

    private func passPastGate() {
        pastGate.withLock { $0.reads += 1 }
        while pastGate.withLock({ $0.isClosed }) { sched_yield() }
    }

    /// What commits, and reads of an entity, end with from now on; `nil`: they succeed again.
    public func fail(_ error: StorageError?) { gate.withLock { $0.failure = error } }

    public func commit(_ commit: Commit) throws(StorageError) -> CommitOutcome {
        while gate.withLock({ $0.isClosed }) { sched_yield() }
        if let failure = gate.withLock({ $0.failure }) { throw failure }
        return try base.commit(commit)
    }

    public func entity(tenant: String, id: String) throws(StorageError) -> (StoredEntity, [UInt8])? {
        if let failure = gate.withLock({ $0.failure }) { throw failure }
        return try base.entity(tenant: tenant, id: id)
    }

    public func terms() throws -> [String] { try base.terms() }
    public func internTerm(_ iri: String) throws -> UInt32 { try base.internTerm(iri) }
    public func tenants() throws(StorageError) -> [String] { try base.tenants() }
    public func visitEntities(_ visit: (StoredEntity, UnsafeRawBufferPointer) throws -> Void) throws {
        try base.visitEntities(visit)
    }
    public func lastSequence() throws(StorageError) -> UInt64 { try base.lastSequence() }
    public func changes(after sequence: UInt64, limit: Int) throws(StorageError) -> [StoredChange] {
        passPastGate()
        return try base.changes(after: sequence, limit: limit)
    }
    public func pruneChanges(through sequence: UInt64) throws(StorageError) { try base.pruneChanges(through: sequence) }
    public func outbox(after sequence: UInt64, limit: Int) throws(StorageError) -> [StoredOutboxRow] {
        try base.outbox(after: sequence, limit: limit)
    }
    public func outbox(_ sequences: [UInt64]) throws(StorageError) -> [StoredOutboxRow] { try base.outbox(sequences) }
    public func documents(kind: String) throws(StorageError) -> [StoredDocument] { try base.documents(kind: kind) }
    public func document(kind: String, tenant: String, key: String) throws(StorageError) -> [UInt8]? {
        try base.document(kind: kind, tenant: tenant, key: key)
    }
    public func documents(
        kind: String, tenant: String, after key: String?, limit: Int
    ) throws(StorageError) -> [StoredDocument] {
        try base.documents(kind: kind, tenant: tenant, after: key, limit: limit)
    }
    public func historySeries(tenant: String, entity: String) throws(StorageError) -> [SeriesKey] {
        try base.historySeries(tenant: tenant, entity: entity)
    }
    public func historySeries(
        after position: UInt64, limit: Int
    ) throws(StorageError) -> [(position: UInt64, key: SeriesKey)] {
        try base.historySeries(after: position, limit: limit)
    }
    public func historyChunks(
        _ series: SeriesKey, from: Timestamp, to: Timestamp, newestFirst: Bool, limit: Int
    ) throws(StorageError) -> [HistoryChunk] {
        passPastGate()
        return try base.historyChunks(series, from: from, to: to, newestFirst: newestFirst, limit: limit)
    }
    public func newestHistoryChunks(_ series: [SeriesKey]) throws(StorageError) -> [HistoryChunk?] {
        try base.newestHistoryChunks(series)
    }
    public func backup(to path: String, progress: (Double) -> Void) throws(StorageError) {
        try base.backup(to: path, progress: progress)
    }
    public func statistics() throws(StorageError) -> StorageStatistics { try base.statistics() }
    public func close() { base.close() }
}
