public import BrokerStorage
public import NGSILDModel
import Synchronization

/// The store of one process: an SQLite file, `parvis.db`, in a data directory of its own.
///
/// `commit` returns when the write-ahead log is on the disk (`synchronous = FULL`).
///
/// Invariants:
/// 1. The directory is locked while the store is open: no other process writes to it.
/// 2. The writer is used behind `gate`; reads use connections of their own and never wait for it.
/// 3. `sequence` is the number of the last durable change.
/// 4. Nothing is written while `suspension` is stopped: then the disk did not keep a write.
public final class SQLiteStorage: BrokerStorage {
    /// The file's name in the data directory.
    public static let fileName = "parvis.db"

    /// Where the file is.
    public let path: String
    let configuration: Configuration
    let directory: String
    private let lock: Mutex<DirectoryLock?>
    let gate: WriterGate
    let vocabulary: TermTable
    let sequence: Atomic<UInt64>
    let readers: ReaderPool
    let checkpointer: Checkpointer
    let suspension: WriteSuspension
    let backups = Mutex<Void>(())
    private let isClosed = Atomic<Bool>(false)

    /// Opens the store in a directory, creating both if they are missing, and brings an older one up to date.
    ///
    /// - Throws: `StorageError.inUse` if another process has it, `.tooNew` if a newer Parvis wrote it.
    public init(directory: String, configuration: Configuration = Configuration()) throws(StorageError) {
        lock = Mutex(try DirectoryLock(directory: directory))
        path = directory + "/" + SQLiteStorage.fileName
        self.directory = directory
        self.configuration = configuration
        let writer = try Writer(path: path, cacheKiB: configuration.writerCacheKiB)
        sequence = Atomic(writer.lastSequence)
        vocabulary = writer.terms
        gate = WriterGate(writer)
        readers = ReaderPool(path: path, count: configuration.readers, cacheKiB: configuration.readerCacheKiB)
        let suspension = WriteSuspension(pause: configuration.suspensionPause)
        self.suspension = suspension
        checkpointer = Checkpointer(
            try Connection(path: path, role: .checkpointer, cacheKiB: 64),
            limits: Checkpointer.Limits(
                triggerPages: configuration.checkpointBytes / Connection.pageBytes, idle: configuration.idle),
            gate: gate
        ) { if case .suspended = $0 { suspension.stop($0) } }
        readers.fill()
        try FileSystem.synchronize(directory)
    }

    deinit { close() }

    public func close() {
        isClosed.store(true, ordering: .sequentiallyConsistent)
        backups.withLock { _ in }
        readers.close()
        // The last connection to go empties the log into the file. A connection that cannot write leaves the log as it is,
        // for the next start, which trusts nothing of what was copied before.
        let last = suspension.isStopped ? openAnchor() : nil
        checkpointer.close()
        gate.close()
        withExtendedLifetime(last) {}
        lock.withLock { $0 = nil }
    }

    private func checkOpen() throws(StorageError) {
        if isClosed.load(ordering: .sequentiallyConsistent) { throw .closed }
    }

    // MARK: Writing

    public func commit(_ commit: Commit) throws(StorageError) -> CommitOutcome {
        let logLimit = configuration.logLimitBytes / Connection.pageBytes
        return try withWriter { (writer) throws(StorageError) in
            let outcome = try writer.apply(commit)
            guard case .committed = outcome else { return outcome }
            sequence.store(writer.lastSequence, ordering: .releasing)
            // The commit is durable: what goes wrong from here on must not look as if it had failed.
            if writer.logPages > logLimit { copyLog(writer) }
            checkpointer.noteCommit(logPages: writer.logPages)
            return outcome
        }
    }

    private func copyLog(_ writer: Writer) {
        do throws(StorageError) { _ = try writer.connection.checkpoint(.passive) } catch {
            if case .suspended = error { suspension.stop(error) }
        }
    }

    public func internTerm(_ iri: String) throws(StorageError) -> UInt32 {
        try checkOpen()
        return try vocabulary.intern(iri)
    }

    public func pruneChanges(through sequence: UInt64) throws(StorageError) {
        while try withWriter({ (writer) throws(StorageError) in try writer.pruneSlice(through: sequence) }) {}
    }

    // MARK: Reading

    public func terms() throws(StorageError) -> [String] {
        try checkOpen()
        return vocabulary.iris
    }

    public func lastSequence() throws(StorageError) -> UInt64 {
        try checkOpen()
        return sequence.load(ordering: .acquiring)
    }

    public func tenants() throws(StorageError) -> [String] {
        try readers.read { (reader) throws(StorageError) in try reader.tenants() }
    }

    public func visitEntities(_ visit: (StoredEntity, UnsafeRawBufferPointer) throws -> Void) throws {
        guard configuration.readsDamaged else { return try readers.readAlone { try $0.visitEntities(visit) } }
        try readers.readAlone { reader in
            try reader.visitIntactEntities { numbers, reason in
                configuration.onDamage(
                    "Entities with the numbers \(numbers.lowerBound) to "
                        + "\(numbers.upperBound == .max ? "the last" : "\(numbers.upperBound)") cannot be read: \(reason)"
                )
                suspension.stop(
                    .corrupt(path: path, reason: "entities could not be read at the start"), forGood: true)
            } _: {
                try visit($0, $1)
            }
        }
    }

    public func entity(tenant: String, id: String) throws(StorageError) -> (StoredEntity, [UInt8])? {
        try readers.read { (reader) throws(StorageError) in try reader.entity(tenant: tenant, id: id) }
    }

    public func visitEntities(
        tenant: String, at places: [EntityPlace], _ visit: (Int, UnsafeRawBufferPointer) -> Void
    ) throws(StorageError) {
        try readers.read { (reader) throws(StorageError) in
            try reader.visitEntities(tenant: tenant, at: places, visit)
        }
    }

    public func changes(after sequence: UInt64, limit: Int) throws(StorageError) -> [StoredChange] {
        try readers.read { (reader) throws(StorageError) in try reader.changes(after: sequence, limit: limit) }
    }

    public func outbox(after sequence: UInt64, limit: Int) throws(StorageError) -> [StoredOutboxRow] {
        try readers.read { (reader) throws(StorageError) in try reader.outbox(after: sequence, limit: limit) }
    }

    public func outbox(_ sequences: [UInt64]) throws(StorageError) -> [StoredOutboxRow] {
        try readers.read { (reader) throws(StorageError) in try reader.outbox(sequences) }
    }

    public func documents(kind: String) throws(StorageError) -> [StoredDocument] {
        try readers.read { (reader) throws(StorageError) in try reader.documents(kind: kind) }
    }

    public func document(kind: String, tenant: String, key: String) throws(StorageError) -> [UInt8]? {
        try readers.read { (reader) throws(StorageError) in
            try reader.document(kind: kind, tenant: tenant, key: key)
        }
    }

    public func documents(
        kind: String, tenant: String, after key: String?, limit: Int
    ) throws(StorageError) -> [StoredDocument] {
        try readers.read { (reader) throws(StorageError) in
            try reader.documents(kind: kind, tenant: tenant, after: key, limit: limit)
        }
    }

    public func historySeries(tenant: String, entity: String) throws(StorageError) -> [SeriesKey] {
        try readers.read { (reader) throws(StorageError) in try reader.historySeries(tenant: tenant, entity: entity) }
    }

    public func historySeries(
        after position: UInt64, limit: Int
    ) throws(StorageError) -> [(position: UInt64, key: SeriesKey)] {
        try readers.read { (reader) throws(StorageError) in try reader.historySeries(after: position, limit: limit) }
    }

    public func historyChunks(
        _ series: SeriesKey, from: Timestamp, to: Timestamp, newestFirst: Bool, limit: Int
    ) throws(StorageError) -> [HistoryChunk] {
        try readers.read { (reader) throws(StorageError) in
            try reader.historyChunks(series, from: from, to: to, newestFirst: newestFirst, limit: limit)
        }
    }

    public func newestHistoryChunks(_ series: [SeriesKey]) throws(StorageError) -> [HistoryChunk?] {
        try readers.read { (reader) throws(StorageError) in try reader.newestHistoryChunks(series) }
    }

    public func statistics() throws(StorageError) -> StorageStatistics {
        try readers.read { (reader) throws(StorageError) in try reader.statistics() }
    }

    public func backup(to path: String, progress: (Double) -> Void) throws(StorageError) {
        try backups.withLock { (_) throws(StorageError) in
            try checkOpen()
            let source = try Connection(path: self.path, role: .reader, cacheKiB: configuration.readerCacheKiB)
            try Backup.write(from: source, to: path, progress: progress)
        }
    }
}
