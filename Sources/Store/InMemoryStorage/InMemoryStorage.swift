public import BrokerStorage
public import NGSILDModel
import Synchronization

/// A store that forgets everything when it goes: for tests. Several brokers may share one instance.
///
/// Invariants:
/// 1. All state is behind one lock, which is held only for the time of one call and never while a caller's closure
///    runs: a visitor may call the store.
/// 2. A commit is checked whole before anything of it is applied.
public final class InMemoryStorage: BrokerStorage {
    private let state = Mutex<MemoryState?>(MemoryState())

    /// An empty store.
    public init() {}

    private func withState<R: Sendable>(
        _ body: (inout MemoryState) throws(StorageError) -> R
    ) throws(StorageError) -> R {
        try state.withLock { (state) throws(StorageError) -> R in
            guard state != nil else { throw .closed }
            return try body(&state!)
        }
    }

    public func terms() throws(StorageError) -> [String] {
        try withState { (state) throws(StorageError) in state.terms.map(\.text) }
    }

    public func internTerm(_ iri: String) throws(StorageError) -> UInt32 {
        try withState { (state) throws(StorageError) in state.internTerm(ExactText(iri)) }
    }

    public func tenants() throws(StorageError) -> [String] {
        try withState { (state) throws(StorageError) in state.tenants.map(\.text).sorted() }
    }

    public func visitEntities(_ visit: (StoredEntity, UnsafeRawBufferPointer) throws -> Void) throws {
        for row in try withState({ (state) throws(StorageError) in state.entitiesInOrder() }) {
            try row.body.withUnsafeBytes { try visit(row.stored, $0) }
        }
    }

    public func entity(tenant: String, id: String) throws(StorageError) -> (StoredEntity, [UInt8])? {
        let row = try withState { (state) throws(StorageError) in
            state.entities[EntityKey(tenant: tenant, id: id)]
        }
        return row.map { ($0.stored, $0.body) }
    }

    public func commit(_ commit: Commit) throws(StorageError) -> CommitOutcome {
        try withState { (state) throws(StorageError) in try state.apply(commit) }
    }

    public func lastSequence() throws(StorageError) -> UInt64 {
        try withState { (state) throws(StorageError) in state.lastSequence }
    }

    public func changes(after sequence: UInt64, limit: Int) throws(StorageError) -> [StoredChange] {
        try withState { (state) throws(StorageError) in state.changes(after: sequence, limit: limit) }
    }

    public func pruneChanges(through sequence: UInt64) throws(StorageError) {
        try withState { (state) throws(StorageError) in state.changes.removeAll { $0.sequence <= sequence } }
    }

    public func outbox(after sequence: UInt64, limit: Int) throws(StorageError) -> [StoredOutboxRow] {
        try withState { (state) throws(StorageError) in
            state.outbox.keys.filter { $0 > sequence }.sorted().prefix(max(0, limit)).map {
                StoredOutboxRow(sequence: $0, body: state.outbox[$0] ?? [])
            }
        }
    }

    public func outbox(_ sequences: [UInt64]) throws(StorageError) -> [StoredOutboxRow] {
        try withState { (state) throws(StorageError) in
            sequences.compactMap { sequence in
                state.outbox[sequence].map { StoredOutboxRow(sequence: sequence, body: $0) }
            }
        }
    }

    public func documents(kind: String) throws(StorageError) -> [StoredDocument] {
        try withState { (state) throws(StorageError) in state.documents(kind: kind) }
    }

    public func document(kind: String, tenant: String, key: String) throws(StorageError) -> [UInt8]? {
        try withState { (state) throws(StorageError) in state.document(kind: kind, tenant: tenant, key: key) }
    }

    public func documents(
        kind: String, tenant: String, after key: String?, limit: Int
    ) throws(StorageError) -> [StoredDocument] {
        try withState { (state) throws(StorageError) in
            let all = state.documents(kind: kind).filter { document in
                ExactText(document.tenant) == ExactText(tenant)
                    && (key.map { ExactText($0) < ExactText(document.key) } ?? true)
            }
            return Array(all.prefix(max(0, limit)))
        }
    }

    public func historySeries(tenant: String, entity: String) throws(StorageError) -> [SeriesKey] {
        try withState { (state) throws(StorageError) in
            state.historySeries(tenant: ExactText(tenant), entity: ExactText(entity))
        }
    }

    public func historySeries(
        after position: UInt64, limit: Int
    ) throws(StorageError) -> [(position: UInt64, key: SeriesKey)] {
        try withState { (state) throws(StorageError) in state.historySeries(after: position, limit: limit) }
    }

    public func historyChunks(
        _ series: SeriesKey, from: Timestamp, to: Timestamp, newestFirst: Bool, limit: Int
    ) throws(StorageError) -> [HistoryChunk] {
        try withState { (state) throws(StorageError) in
            let found = (state.history[ExactSeries(series)]?.values.map { $0 } ?? [])
                .filter { $0.end >= from && (!to.isSet || $0.start <= to) }
                .sorted { newestFirst ? $0.start > $1.start : $0.start < $1.start }
            return Array(found.prefix(max(0, limit)))
        }
    }

    public func newestHistoryChunks(_ series: [SeriesKey]) throws(StorageError) -> [HistoryChunk?] {
        try withState { (state) throws(StorageError) in
            series.map { state.history[ExactSeries($0)]?.values.max { $0.start < $1.start } }
        }
    }

    /// - Throws: always `StorageError.unavailable`: there is no file to copy.
    public func backup(to path: String, progress: (Double) -> Void) throws(StorageError) {
        try withState { (_) throws(StorageError) in }
        throw .unavailable(path: path, reason: "a store in memory has no backup")
    }

    public func statistics() throws(StorageError) -> StorageStatistics {
        try withState { (state) throws(StorageError) in
            var statistics = StorageStatistics()
            statistics.entities = state.entities.count
            statistics.changes = state.changes.count
            statistics.outboxRows = state.outbox.count
            statistics.historyChunks = state.history.values.reduce(0) { $0 + $1.count }
            return statistics
        }
    }

    public func close() {
        state.withLock { $0 = nil }
    }
}
