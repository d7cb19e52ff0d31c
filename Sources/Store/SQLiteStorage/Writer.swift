import BrokerStorage
import GRDB
import GRDBSQLite
import NGSILDModel

/// The one connection that writes, with its prepared statements.
///
/// Invariants:
/// 1. One thread at a time uses it: it is behind the store's writer lock.
/// 2. `tenants` and `lastSequence` are what is committed; a commit works on copies and puts them here when it is durable.
/// 3. No transaction is open between calls.
final class Writer {
    let connection: Connection
    let terms: TermTable
    var tenants: [ExactText: Int64]
    var lastSequence: UInt64
    var changeBytes: [UInt8] = []

    /// Whether writes to the log are gathered (`LogBuffer`).
    let gathersLog: Bool
    /// Pages in the write-ahead log, told by SQLite after each commit.
    private let walPages: UnsafeMutablePointer<Int32>
    let statements: WriterStatements

    /// Opens the file, brings its schema up to date and reads what the writer keeps in memory.
    ///
    /// - Parameter terms: those of the writer before this one; `nil` reads them.
    init(path: String, cacheKiB: Int, terms known: TermTable? = nil) throws(StorageError) {
        connection = try Connection(path: path, role: .writer, cacheKiB: cacheKiB)
        try Schema.prepare(connection)
        let contents = try connection.cold { database in
            (
                iris: try String.fetchAll(database, sql: "SELECT iri FROM term ORDER BY number"),
                tenants: try Row.fetchAll(database, sql: "SELECT number, name FROM tenant"),
                // The change record may be pruned to its end.
                last: try Int64.fetchOne(
                    database,
                    sql: """
                        SELECT max(
                            coalesce((SELECT first + count - 1 FROM change ORDER BY first DESC LIMIT 1), 0),
                            (SELECT value FROM mark WHERE name = 'pruned'))
                        """) ?? 0
            )
        }
        terms = known ?? TermTable(contents.iris)
        tenants = [:]
        for row in contents.tenants { tenants[ExactText(row["name"])] = row["number"] }
        lastSequence = UInt64(bitPattern: contents.last)
        statements = try WriterStatements(connection)
        walPages = .allocate(capacity: 1)
        walPages.initialize(to: 0)
        sqlite3_wal_hook(
            connection.handle,
            { context, _, _, pages in
                context?.assumingMemoryBound(to: Int32.self).pointee = pages
                return SQLITE_OK
            }, walPages)
        gathersLog = LogBuffer.install(on: connection.handle)
    }

    deinit {
        sqlite3_wal_hook(connection.handle, nil, nil)
        walPages.deallocate()
    }

    /// Pages in the write-ahead log after the last commit.
    var logPages: Int { Int(walPages.pointee) }

    /// Runs `body` in a transaction that is kept if it returns a value, and undone if it returns `nil` or throws.
    func transaction<R>(_ body: () throws(StorageError) -> R?) throws(StorageError) -> R? {
        try connection.use { () throws(StorageError) in
            // After a commit there is nothing to roll back.
            defer { connection.rollback() }
            try statements.begin.run()
            let result = try body()
            if result != nil { try statements.commit.run() }
            return result
        }
    }

    /// Forgets changes through a sequence number, a slice of rows for each call so that commits can go between.
    ///
    /// - Returns: whether rows are left to remove.
    func pruneSlice(through sequence: UInt64) throws(StorageError) -> Bool {
        let sequence = min(sequence, lastSequence)
        let left = try transaction { () throws(StorageError) -> Bool? in
            statements.markPruned.bind(sequence, at: 1)
            try statements.markPruned.run()
            statements.pruneChanges.bind(sequence, at: 1)
            try statements.pruneChanges.run()
            return sqlite3_changes64(connection.handle) >= WriterStatements.pruneSlice
        }
        return left ?? false
    }
}

/// What the writer runs, prepared once.
struct WriterStatements {
    static let pruneSlice = 1000

    let begin, commit: Statement
    let insertTerm, insertTenant: Statement
    let removeTenant: [Statement]
    let insertEntity, findEntity, updateEntity, deleteEntity: Statement
    let insertChange, markPruned, pruneChanges: Statement
    let insertOutbox, removeOutbox: Statement
    let putDocument, deleteDocument: Statement
    let findSeries, insertSeries, widenSeries, putChunk, deleteChunk: Statement

    init(_ connection: Connection) throws(StorageError) {
        begin = try connection.prepare("BEGIN IMMEDIATE")
        commit = try connection.prepare("COMMIT")
        insertTerm = try connection.prepare("INSERT INTO term (number, iri) VALUES (?1, ?2)")
        insertTenant = try connection.prepare("INSERT INTO tenant (name) VALUES (?1)")
        var removals: [Statement] = []
        for sql in [
            "DELETE FROM entity WHERE tenant = ?1",
            "DELETE FROM document WHERE tenant = ?1",
            "DELETE FROM history WHERE series IN (SELECT number FROM series WHERE tenant = ?1)",
            "DELETE FROM series WHERE tenant = ?1",
            "DELETE FROM tenant WHERE number = ?1",
        ] { removals.append(try connection.prepare(sql)) }
        removeTenant = removals
        insertEntity = try connection.prepare(
            "INSERT INTO entity (number, tenant, id, revision, body) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING"
        )
        findEntity = try connection.prepare("SELECT number, revision FROM entity WHERE tenant = ?1 AND id = ?2")
        updateEntity = try connection.prepare("UPDATE entity SET revision = ?2, body = ?3 WHERE number = ?1")
        deleteEntity = try connection.prepare("DELETE FROM entity WHERE number = ?1")
        insertChange = try connection.prepare("INSERT INTO change (first, count, at, body) VALUES (?1, ?2, ?3, ?4)")
        markPruned = try connection.prepare("UPDATE mark SET value = max(value, ?1) WHERE name = 'pruned'")
        pruneChanges = try connection.prepare(
            """
            DELETE FROM change WHERE first IN (
                SELECT first FROM change WHERE first + count - 1 <= ?1 AND first <= ?1
                ORDER BY first LIMIT \(WriterStatements.pruneSlice))
            """)
        insertOutbox = try connection.prepare("INSERT INTO outbox (first, body) VALUES (?1, ?2)")
        removeOutbox = try connection.prepare("DELETE FROM outbox WHERE first BETWEEN ?1 AND ?2")
        putDocument = try connection.prepare(
            """
            INSERT INTO document (kind, key, tenant, body) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (kind, key, tenant) DO UPDATE SET body = excluded.body
            """)
        deleteDocument = try connection.prepare("DELETE FROM document WHERE kind = ?1 AND key = ?2 AND tenant = ?3")
        findSeries = try connection.prepare(
            """
            SELECT number, longest FROM series
            WHERE tenant = ?1 AND entity = ?2 AND attribute = ?3 AND dataset = ?4
            """)
        insertSeries = try connection.prepare(
            "INSERT INTO series (tenant, entity, attribute, dataset, longest) VALUES (?1, ?2, ?3, ?4, ?5)")
        widenSeries = try connection.prepare("UPDATE series SET longest = ?2 WHERE number = ?1")
        deleteChunk = try connection.prepare("DELETE FROM history WHERE series = ?1 AND start = ?2")
        putChunk = try connection.prepare(
            """
            INSERT INTO history (series, start, "end", count, body) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (series, start) DO UPDATE
            SET "end" = excluded."end", count = excluded.count, body = excluded.body
            """)
    }
}
