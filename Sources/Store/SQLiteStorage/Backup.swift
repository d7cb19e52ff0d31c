import BrokerStorage
import GRDB
import GRDBSQLite

/// A copy of one state of the store while commits go on, by SQLite's online backup.
struct Backup {
    private static let pagesPerStep: Int32 = 256

    /// - Parameters:
    ///   - source: a connection of the backup's own; its open transaction keeps the state that is copied. The log cannot
    ///     be emptied meanwhile.
    ///   - path: where nothing stands yet; the file is there when it is complete, and only then.
    static func write(
        from source: Connection, to path: String, progress: (Double) -> Void
    ) throws(StorageError) {
        guard !FileSystem.exists(path) else {
            throw .unavailable(path: path, reason: "it exists already; choose a new name")
        }
        let partial = path + ".partial"
        removePartial(partial)
        do {
            try copy(from: source, to: partial, progress: progress)
            try FileSystem.synchronize(partial)
            try verify(partial)
            try FileSystem.publish(partial, as: path)
        } catch {
            removePartial(partial)
            throw error
        }
        progress(1)
    }

    private static func removePartial(_ partial: String) {
        for suffix in ["", "-wal", "-shm", "-journal"] { FileSystem.remove(partial + suffix) }
    }

    private static func copy(
        from source: Connection, to partial: String, progress: (Double) -> Void
    ) throws(StorageError) {
        let target = try Connection(path: partial, role: .writer, cacheKiB: 256)
        // Until it has its name, nobody relies on it: one flush at the end is enough.
        try target.execute("PRAGMA synchronous = OFF")

        let begin = try source.prepare("BEGIN")
        let look = try source.prepare("SELECT count(*) FROM sqlite_master")
        try source.use { () throws(StorageError) in
            defer { source.rollback() }
            try begin.run()
            // The transaction takes its state with the first look at the file.
            try look.run()
            try copyPages(from: source, to: target, progress: progress)
        }
        // One file without a log beside it, readable also from a medium that cannot be written.
        try target.execute("PRAGMA journal_mode = DELETE")
    }

    /// Reads the copy back from the disk, and lets SQLite look at every page.
    private static func verify(_ partial: String) throws(StorageError) {
        FileSystem.forgetCached(partial)
        let copy = try Connection(path: partial, role: .reader, cacheKiB: 1_024)
        let found = try copy.cold { try String.fetchAll($0, sql: "PRAGMA integrity_check(5)") }
        guard found == ["ok"] else {
            throw .corrupt(path: partial, reason: "the copy is not in order: " + found.joined(separator: "; "))
        }
    }

    private static func copyPages(
        from source: Connection, to target: Connection, progress: (Double) -> Void
    ) throws(StorageError) {
        guard let backup = sqlite3_backup_init(target.handle, "main", source.handle, "main") else {
            throw target.failure(sqlite3_errcode(target.handle))
        }
        var code: Int32
        repeat {
            code = sqlite3_backup_step(backup, pagesPerStep)
            let total = sqlite3_backup_pagecount(backup)
            let rest = sqlite3_backup_remaining(backup)
            // The end is told when the file has its name.
            if total > 0, rest > 0 { progress(Double(total - rest) / Double(total)) }
        } while code == SQLITE_OK
        let finished = sqlite3_backup_finish(backup)
        guard code == SQLITE_DONE, finished == SQLITE_OK else {
            throw target.failure(code == SQLITE_DONE ? finished : code)
        }
    }
}
