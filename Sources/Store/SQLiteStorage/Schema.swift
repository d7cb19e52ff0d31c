import BrokerStorage
import GRDB

/// The tables, and how a store written by an older Parvis is brought up to date.
///
/// A migration that was released is never changed: a new one is added, and the tests keep a store of each version.
enum Schema {
    /// The version that this Parvis writes, kept in the file as `user_version`.
    static let version = 2
    /// Marks the file as a store of Parvis ("PRVS").
    static let applicationID = 0x5052_5653

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { try $0.execute(sql: version1) }
        migrator.registerMigration("2") { try $0.execute(sql: version2) }
        return migrator
    }

    /// Sets the file up as a store, brings an older one up to date, or refuses it.
    static func prepare(_ connection: Connection) throws(StorageError) {
        let found = try check(connection)
        if found == 0 {
            try connection.execute("PRAGMA page_size = \(Connection.pageBytes)")
            // Before any table: a crash in between must not make the file look like another program's.
            try connection.execute("PRAGMA application_id = \(applicationID)")
        }
        let mode = try connection.cold { try String.fetchOne($0, sql: "PRAGMA journal_mode = WAL") }
        guard mode == "wal" else {
            throw .unavailable(path: connection.path, reason: "its file system cannot hold a write-ahead log")
        }
        // The checkpointer does it, beside the committer.
        try connection.execute("PRAGMA wal_autocheckpoint = 0")
        if found < version { try connection.migrate(migrator) }
    }

    /// Refuses a file that is not ours or not yet known, before anything is written to it.
    ///
    /// - Returns: the version found; 0 for a new file.
    static func check(_ connection: Connection) throws(StorageError) -> Int {
        let path = connection.path
        let (application, found, objects) = try connection.cold { database in
            (
                try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0,
                try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0,
                try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") ?? 0
            )
        }
        if application == 0, found == 0, objects == 0 { return 0 }
        guard application == applicationID else {
            throw .unavailable(path: path, reason: "it is a database of another program")
        }
        guard found <= version else { throw .tooNew(path: path, found: found, known: version) }
        return found
    }

    /// - `entity.number` is the sequence number of the creation.
    /// - `change` holds one row for each commit (`ChangeRow`); `first` is its first sequence number.
    /// - `tenant.number` is never given twice: changes of a removed tenant name a number that is gone.
    /// - `series.longest` is the longest span of a chunk, so that a search by overlap knows where to begin.
    /// - `mark` keeps `pruned`, the last sequence number that was forgotten.
    private static let version1 = """
        CREATE TABLE mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        INSERT INTO mark (name, value) VALUES ('pruned', 0);

        CREATE TABLE term (number INTEGER PRIMARY KEY, iri TEXT NOT NULL) STRICT;

        CREATE TABLE tenant (number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE) STRICT;
        INSERT INTO tenant (name) VALUES ('');

        CREATE TABLE entity (
            number INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, id TEXT NOT NULL, revision INTEGER NOT NULL,
            body BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX entity_by_id ON entity (tenant, id);

        CREATE TABLE change (
            first INTEGER PRIMARY KEY, count INTEGER NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL
        ) STRICT;

        CREATE TABLE document (
            kind TEXT NOT NULL, key TEXT NOT NULL, tenant INTEGER NOT NULL, body BLOB NOT NULL,
            PRIMARY KEY (kind, key, tenant)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE series (
            number INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, entity TEXT NOT NULL, attribute INTEGER NOT NULL,
            dataset TEXT NOT NULL, longest INTEGER NOT NULL,
            UNIQUE (tenant, entity, attribute, dataset)
        ) STRICT;

        CREATE TABLE history (
            series INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, count INTEGER NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (series, start)
        ) STRICT, WITHOUT ROWID;

        PRAGMA user_version = 1;
        """

    /// - `outbox.first` is the first sequence number of the commit that wrote the row.
    private static let version2 = """
        CREATE TABLE outbox (first INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;

        PRAGMA user_version = 2;
        """
}
