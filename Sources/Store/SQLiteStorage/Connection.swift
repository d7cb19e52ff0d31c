import BrokerStorage
import GRDB
import GRDBSQLite

/// One SQLite connection: opened and closed by GRDB, used through the C API where it is hot.
///
/// Not thread-safe: its owner (the writer's lock, the reader pool, the checkpointer) lets one thread in at a time. It
/// closes when its last user, a statement too, lets it go.
final class Connection {
    enum Role { case writer, reader, checkpointer }

    static let pageBytes = 4096

    let path: String
    private let queue: DatabaseQueue
    let handle: OpaquePointer

    /// - Parameter cacheKiB: SQLite's page cache. The kernel caches the file too, so a small one costs little.
    init(path: String, role: Role, cacheKiB: Int) throws(StorageError) {
        self.path = path
        (queue, handle) = try SQLiteFailure.translating(path: path) {
            var configuration = GRDB.Configuration()
            configuration.readonly = role == .reader
            configuration.foreignKeysEnabled = false
            configuration.label = "parvis.\(role)"
            // Only other programs can hold locks for long: SQLite's shell, a copy by hand.
            configuration.busyMode = role == .checkpointer ? .immediateError : .timeout(5)
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            let handle = try queue.inDatabase { database in
                try database.execute(sql: "PRAGMA cache_size = \(-cacheKiB)")
                return database.sqliteConnection
            }
            guard let handle else { throw StorageError.closed }
            return (queue, handle)
        }
        if role != .reader { try setFullSynchronous() }
    }

    /// Runs what calls the C API. GRDB's hooks insist that its queue is held when a transaction ends.
    ///
    /// Not to be nested, in `cold` neither; `body` leaves no transaction open. Cost: 0.5 us.
    func use<R>(_ body: () throws(StorageError) -> R) throws(StorageError) -> R {
        try SQLiteFailure.translating(path: path) { try queue.inDatabase { _ in try body() } }
    }

    /// Runs cold queries through GRDB, outside a transaction.
    func cold<R>(_ body: (Database) throws -> R) throws(StorageError) -> R {
        try SQLiteFailure.translating(path: path) { try queue.inDatabase(body) }
    }

    func migrate(_ migrator: DatabaseMigrator) throws(StorageError) {
        try SQLiteFailure.translating(path: path) { try migrator.migrate(queue) }
    }

    func prepare(_ sql: String) throws(StorageError) -> Statement {
        try Statement(sql, on: self)
    }

    /// Runs SQL whose rows do not matter. Not to be nested in `use`.
    func execute(_ sql: String) throws(StorageError) {
        try cold { try $0.execute(sql: sql) }
    }

    func failure(_ code: Int32) -> StorageError { SQLiteFailure.storageError(of: handle, code: code, path: path) }

    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Makes each commit wait for the disk, and checks that SQLite took it.
    ///
    /// GRDB and some distributions choose NORMAL for a write-ahead log, which loses acknowledged commits with the power.
    func setFullSynchronous() throws(StorageError) {
        try execute("PRAGMA synchronous = FULL")
        guard try synchronousLevel() == 2 else { throw .failed(reason: "SQLite does not take synchronous = FULL") }
    }

    /// SQLite's `synchronous`: 2 is FULL.
    func synchronousLevel() throws(StorageError) -> Int? {
        try cold { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
    }

    /// Ends the transaction that is open, if one is. SQLite itself has ended it after some errors.
    func rollback() {
        if isInTransaction { sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }
    }

    enum Checkpoint {
        /// Copies what it can without waiting for anyone.
        case passive
        /// Copies everything, so that the next commit begins the log anew. Only while no commit runs.
        case restart
        /// Like `restart`, and gives the log's space back.
        case truncate
    }

    /// Copies pages from the write-ahead log into the database file.
    ///
    /// - Returns: pages in the log and how many of them are copied; `nil` if another connection was in the way.
    func checkpoint(_ kind: Checkpoint) throws(StorageError) -> (logged: Int, copied: Int)? {
        let mode =
            switch kind {
            case .passive: SQLITE_CHECKPOINT_PASSIVE
            case .restart: SQLITE_CHECKPOINT_RESTART
            case .truncate: SQLITE_CHECKPOINT_TRUNCATE
            }
        var logged: Int32 = 0
        var copied: Int32 = 0
        let code = sqlite3_wal_checkpoint_v2(handle, nil, mode, &logged, &copied)
        switch code & 0xFF {
        case SQLITE_OK: return (Int(logged), Int(copied))
        case SQLITE_BUSY, SQLITE_LOCKED: return nil
        default: throw failure(code)
        }
    }
}
