import BrokerStorage
import Foundation
import Testing

@testable import SQLiteStorage

@Suite struct SQLiteFailureTests {
    struct Case: Sendable {
        let code: Int32
        var systemError: Int32 = 0
        let expected: StorageError
    }

    /// Result codes as <sqlite.org/rescode.html> lists them.
    static let cases = [
        Case(code: 13, expected: .full(path: "p")),
        Case(code: 10 | 3 << 8, systemError: ENOSPC, expected: .full(path: "p")),
        Case(code: 10 | 6 << 8, systemError: EDQUOT, expected: .full(path: "p")),
        Case(code: 10 | 19 << 8, systemError: ENOSPC, expected: .full(path: "p")),
        Case(
            code: 10 | 4 << 8, systemError: EIO, expected: .suspended(path: "p", reason: "Input/output error")),
        Case(
            code: 10 | 4 << 8, systemError: ENOSPC,
            expected: .suspended(path: "p", reason: "No space left on device")),
        Case(code: 10 | 5 << 8, expected: .suspended(path: "p", reason: "SQLite 1290")),
        Case(
            code: 10 | 3 << 8, systemError: EROFS,
            expected: .suspended(path: "p", reason: "Read-only file system")),
        Case(
            code: 10 | 1 << 8, systemError: EIO,
            expected: .unavailable(path: "p", reason: "the disk reports an error (SQLite 266): Input/output error")),
        Case(code: 10, expected: .unavailable(path: "p", reason: "the disk reports an error")),
        Case(
            code: 8, expected: .unavailable(path: "p", reason: "it cannot be written; check its permissions")),
        Case(code: 14, expected: .unavailable(path: "p", reason: "message")),
        Case(code: 11, expected: .corrupt(path: "p", reason: "message")),
        Case(code: 11 | 1 << 8, expected: .corrupt(path: "p", reason: "message")),
        Case(code: 26, expected: .corrupt(path: "p", reason: "message")),
        Case(code: 5, expected: .failed(reason: "another program holds a lock on p")),
        Case(code: 1, expected: .failed(reason: "message")),
        Case(code: 7, expected: .failed(reason: "message")),
    ]

    @Test(arguments: cases)
    func `what SQLite reports becomes an error of the contract`(_ case: Case) {
        #expect(
            SQLiteFailure.storageError(
                code: `case`.code, message: "message", path: "p", systemError: `case`.systemError) == `case`.expected)
    }
}
