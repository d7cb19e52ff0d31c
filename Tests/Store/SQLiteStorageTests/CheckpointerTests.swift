import BrokerStorage
import Foundation
import NGSILDModel
import Testing

@testable import SQLiteStorage

@Suite struct CheckpointerTests {
    let root: TemporaryDirectory
    let directory: String

    init() throws {
        root = try TemporaryDirectory()
        directory = root.file("data")
    }

    private func logPages(_ store: SQLiteStorage) throws -> Int {
        try store.gate.withWriter { (writer) throws(StorageError) in writer.logPages }
    }

    @Test func `after a run the log begins anew`() throws {
        let store = try SQLiteStorage(directory: directory, configuration: .withoutCheckpoints)
        defer { store.close() }
        for index in 0..<50 { _ = try store.create(["urn:\(index)"]) }
        let before = try logPages(store)
        #expect(before > 100)
        store.checkpointer.run()
        _ = try store.create(["urn:a"])
        #expect(try logPages(store) < 20)
        #expect(try store.picture().entities.count == 51)
    }

    @Test func `the log is copied beside commits when it passes the trigger, and stays short`() throws {
        var configuration = SQLiteStorage.Configuration()
        configuration.checkpointBytes = 100 * 4096
        let store = try SQLiteStorage(directory: directory, configuration: configuration)
        defer { store.close() }
        for index in 0..<300 {
            _ = try store.create(["urn:\(index)"], body: [UInt8](repeating: 1, count: 10_000))
            // So that the test does not depend on how fast the other thread is.
            if index % 50 == 49 { store.checkpointer.waitUntilQuiet() }
        }
        // 300 commits are 1,500 pages.
        #expect(FileSystem.size(directory + "/parvis.db-wal") < 900 * 4096)
        #expect(try store.picture().entities.count == 300)
    }

    @Test func `commits copy the log themselves when it passes the limit`() throws {
        var configuration = SQLiteStorage.Configuration.withoutCheckpoints
        configuration.logLimitBytes = 50 * 4096
        let store = try SQLiteStorage(directory: directory, configuration: configuration)
        defer { store.close() }
        for index in 0..<200 { _ = try store.create(["urn:\(index)"], body: [UInt8](repeating: 1, count: 10_000)) }
        #expect(FileSystem.size(directory + "/parvis.db-wal") < 70 * 4120)
        #expect(try store.picture().entities.count == 200)
    }

    @Test func `a reader of an old state keeps it, and the log is copied afterwards`() throws {
        let store = try SQLiteStorage(directory: directory, configuration: .withoutCheckpoints)
        defer { store.close() }
        _ = try store.create((0..<10).map { "urn:\($0)" })
        var visited: [String] = []
        try store.visitEntities { stored, _ in
            visited.append(stored.id)
            _ = try store.create(["urn:new:\(visited.count)"])
            store.checkpointer.run()
        }
        #expect(visited == (0..<10).map { "urn:\($0)" })
        store.checkpointer.run()
        _ = try store.create(["urn:last"])
        #expect(try logPages(store) < 20)
        #expect(try store.picture().entities.count == 21)
    }

    @Test func `truncating gives the log's space back`() throws {
        let store = try SQLiteStorage(directory: directory, configuration: .withoutCheckpoints)
        defer { store.close() }
        try store.fill()
        let expected = try store.picture()
        store.checkpointer.truncate()
        #expect(FileSystem.size(directory + "/parvis.db-wal") == 0)
        #expect(try store.picture() == expected)
    }

    @Test func `a store that was closed is one file and its lock`() throws {
        let store = try SQLiteStorage(directory: directory)
        try store.fill()
        store.close()
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: directory).sorted() == ["parvis.db", "parvis.lock"])
    }
}
