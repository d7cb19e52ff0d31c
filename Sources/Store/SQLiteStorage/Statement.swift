import BrokerStorage
import GRDBSQLite

/// A statement prepared once and run many times through the C API. Parameters count from 1, columns from 0.
///
/// Every run ends with `reset`, also after an error, so that it holds no lock.
final class Statement {
    private let handle: OpaquePointer
    private let connection: Connection

    init(_ sql: String, on connection: Connection) throws(StorageError) {
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v3(
            connection.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let prepared else { throw connection.failure(code) }
        handle = prepared
        self.connection = connection
    }

    deinit { sqlite3_finalize(handle) }

    // MARK: Parameters

    func bind(_ value: Int64, at index: Int32) {
        sqlite3_bind_int64(handle, index, value)
    }

    func bind(_ value: UInt64, at index: Int32) {
        sqlite3_bind_int64(handle, index, Int64(bitPattern: value))
    }

    /// Binds a copy of a text.
    func bind(_ text: String, at index: Int32) throws(StorageError) {
        var text = text
        let code = text.withUTF8 { bytes in
            guard let start = bytes.baseAddress, bytes.count > 0 else {
                return sqlite3_bind_text(handle, index, "", 0, nil)
            }
            return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                sqlite3_bind_text64(
                    handle, index, $0, UInt64(bytes.count), unsafeBitCast(-1, to: sqlite3_destructor_type.self),
                    UInt8(SQLITE_UTF8))
            }
        }
        if code != SQLITE_OK { throw connection.failure(code) }
    }

    // MARK: Running

    /// Goes to the next row.
    ///
    /// - Returns: whether there is one.
    func step() throws(StorageError) -> Bool {
        let code = sqlite3_step(handle)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let error = connection.failure(code)
            sqlite3_reset(handle)
            throw error
        }
    }

    func reset() { sqlite3_reset(handle) }

    /// Runs a statement that returns no rows, or whose rows do not matter.
    func run() throws(StorageError) {
        _ = try step()
        reset()
    }

    /// Runs to the end a statement that returns no rows, with a blob that is not copied.
    func run(blob: [UInt8], at index: Int32) throws(StorageError) {
        let bound = blob.withUnsafeBytes { bytes -> (Int32, Int32) in
            let bound =
                if let start = bytes.baseAddress, bytes.count > 0 {
                    sqlite3_bind_blob64(handle, index, start, UInt64(bytes.count), nil)
                } else {
                    sqlite3_bind_zeroblob(handle, index, 0)
                }
            return (bound, bound == SQLITE_OK ? sqlite3_step(handle) : bound)
        }
        guard bound.0 == SQLITE_OK, bound.1 == SQLITE_DONE else {
            let error = connection.failure(bound.1)
            sqlite3_reset(handle)
            throw error
        }
        sqlite3_reset(handle)
        sqlite3_bind_null(handle, index)
    }

    // MARK: Columns of the current row

    func int64(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func uint64(_ column: Int32) -> UInt64 { UInt64(bitPattern: sqlite3_column_int64(handle, column)) }

    func text(_ column: Int32) -> String {
        guard let start = sqlite3_column_text(handle, column) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    /// The bytes of a blob, valid until the next `step` or `reset`.
    func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        guard let start = sqlite3_column_blob(handle, column) else {
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
    }
}
