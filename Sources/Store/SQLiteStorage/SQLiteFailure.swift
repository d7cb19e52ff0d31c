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
        case SQLITE_IOERR where systemError == ENOSPC || systemError == EDQUOT: .full(path: path)
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

    /// The error that a connection reports for its last call.
    static func storageError(of connection: OpaquePointer, code: Int32, path: String) -> StorageError {
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
