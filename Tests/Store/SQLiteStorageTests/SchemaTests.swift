import BrokerStorage
import Foundation
import GRDB
import NGSILDModel
import Testing

@testable import SQLiteStorage

@Suite struct SchemaTests {
    let root: TemporaryDirectory
    let directory: String
    var file: String { directory + "/parvis.db" }

    init() throws {
        root = try TemporaryDirectory()
        directory = root.file("data")
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    private func execute(_ sql: String) throws {
        let queue = try DatabaseQueue(path: file)
        try queue.inDatabase { try $0.execute(sql: sql) }
        try queue.close()
    }

    private func tables() throws -> [String] {
        let queue = try DatabaseQueue(path: file)
        defer { try? queue.close() }
        return try queue.inDatabase {
            try String.fetchAll($0, sql: "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY sql")
        }
    }

    @Test func `each commit waits for the disk`() throws {
        let store = try SQLiteStorage(directory: directory)
        defer { store.close() }
        let level = try store.gate.withWriter { (writer) throws(StorageError) in
            try writer.connection.synchronousLevel()
        }
        #expect(level == 2)
        let mode = try store.gate.withWriter { (writer) throws(StorageError) in
            try writer.connection.cold { try String.fetchOne($0, sql: "PRAGMA journal_mode") }
        }
        #expect(mode == "wal")
    }

    @Test func `a store of a newer Parvis is refused and left as it is`() throws {
        try SQLiteStorage(directory: directory).close()
        try execute("PRAGMA user_version = 99")
        let before = try Data(contentsOf: URL(filePath: file))
        #expect(throws: StorageError.tooNew(path: file, found: 99, known: Schema.version)) {
            try SQLiteStorage(directory: directory)
        }
        #expect(try Data(contentsOf: URL(filePath: file)) == before)
    }

    @Test func `a database of another program is refused and left as it is`() throws {
        try execute("CREATE TABLE other (a); INSERT INTO other VALUES (1)")
        let before = try Data(contentsOf: URL(filePath: file))
        #expect(throws: StorageError.unavailable(path: file, reason: "it is a database of another program")) {
            try SQLiteStorage(directory: directory)
        }
        #expect(try Data(contentsOf: URL(filePath: file)) == before)
    }

    @Test(arguments: StoreOfVersion.all)
    func `a store of each version opens with its content and the newest tables`(_ old: StoreOfVersion) throws {
        try execute(old.sql)
        let store = try SQLiteStorage(directory: directory)
        #expect(try store.picture() == old.picture)
        _ = try store.create(["urn:new"])
        #expect(try store.lastSequence() == old.picture.last + 1)
        store.close()
        let migrated = try tables()
        try FileManager.default.removeItem(atPath: file)
        try SQLiteStorage(directory: directory).close()
        #expect(migrated == (try tables()))
    }

    @Test(arguments: ["/dev/null", "/dev/null/data"])
    func `a path that cannot be a directory is refused`(_ path: String) {
        let error = #expect(throws: StorageError.self) { try SQLiteStorage(directory: path) }
        guard case .unavailable(_, let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason == "it is not a directory")
    }

    @Test func `directories above are created`() throws {
        let deep = root.file("a/b/c")
        let store = try SQLiteStorage(directory: deep)
        defer { store.close() }
        #expect(store.path == deep + "/parvis.db")
        #expect(FileSystem.exists(deep + "/parvis.db"))
    }
}
