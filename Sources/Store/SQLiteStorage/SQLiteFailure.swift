import BrokerStorage
import GRDB
import GRDBSQLite

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What SQLite reports, as the errors of the contract. No SQL leaves the store.
enum SQLiteFailure {
    /// - Parameters:
    ///   - code: a result code, extended or not.
    ///   - path: the file, for the message.
    ///   - systemError: the `errno` behind an input or output error; 0 if there is none.
    static func storageError(code: Int32, message: String, path: String, systemError: Int32 = 0) -> StorageError {
        switch code & 0xFF {
        case SQLITE_FULL: .full(path: path)
        // Also when the flush says that there is no room: what it left on the disk is not known.
        case SQLITE_IOERR where isFlush(code) || isChange(code) && !isFull(systemError):
            .suspended(
                path: path,
                reason: systemError == 0 ? "SQLite \(code)" : String(cString: strerror(systemError)))
        case SQLITE_IOERR where isFull(systemError): .full(path: path)
        case SQLITE_IOERR:
            .unavailable(
                path: path,
                // The extended code tells which call failed; https://sqlite.org/rescode.html has them.
                reason: "the disk reports an error"
                    + (code == SQLITE_IOERR ? "" : " (SQLite \(code))")
                    + (systemError == 0 ? "" : ": \(String(cString: strerror(systemError)))"))
        case SQLITE_READONLY: .unavailable(path: path, reason: "it cannot be written; check its permissions")
        case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH: .unavailable(path: path, reason: message)
        case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt(path: path, reason: message)
        case SQLITE_BUSY, SQLITE_LOCKED: .failed(reason: "another program holds a lock on \(path)")
        default: .failed(reason: message)
        }
    }

    private static func isFull(_ systemError: Int32) -> Bool { systemError == ENOSPC || systemError == EDQUOT }

    /// Whether `fsync` failed, of a file (`SQLITE_IOERR_FSYNC`) or a directory: the kernel has forgotten what it could not
    /// write, so that the next `fsync` may succeed without it (https://lwn.net/Articles/752063).
    private static func isFlush(_ code: Int32) -> Bool { code >> 8 == 4 || code >> 8 == 5 }

    /// Whether a file could not be written or cut (`SQLITE_IOERR_WRITE`, `SQLITE_IOERR_TRUNCATE`).
    private static func isChange(_ code: Int32) -> Bool { code >> 8 == 3 || code >> 8 == 6 }

    /// The error that a connection reports for its last call.
    static func storageError(of connection: OpaquePointer, code: Int32, path: String) -> StorageError {
        let extended = sqlite3_extended_errcode(connection)
        let code = extended & 0xFF == code & 0xFF ? extended : code
        let message = sqlite3_errmsg(connection).map { String(cString: $0) } ?? "SQLite error \(code)"
        return storageError(
            code: code, message: message, path: path, systemError: sqlite3_system_errno(connection))
    }

    /// Runs a cold query through GRDB and translates what it throws.
    static func translating<R>(path: String, _ body: () throws -> R) throws(StorageError) -> R {
        do { return try body() } catch let error as StorageError { throw error } catch let error as DatabaseError {
            throw storageError(
                code: error.extendedResultCode.rawValue, message: error.message ?? "SQLite error", path: path)
        } catch { throw .failed(reason: "\(error)") }
    }
}
