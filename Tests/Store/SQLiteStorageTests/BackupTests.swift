import BrokerStorage
import Foundation
import NGSILDModel
import Synchronization
import Testing

@testable import SQLiteStorage

@Suite struct BackupTests {
    let root: TemporaryDirectory
    let store: SQLiteStorage

    init() throws {
        root = try TemporaryDirectory()
        store = try SQLiteStorage(directory: root.file("data"))
        try store.fill()
    }

    /// Opens a backup as the manual says: in a directory of its own, under the store's name.
    private func restore(_ backup: String, as name: String) throws -> SQLiteStorage {
        let directory = root.file(name)
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: backup, toPath: directory + "/parvis.db")
        return try SQLiteStorage(directory: directory)
    }

    @Test func `a backup opens with the same content, and goes on by itself`() throws {
        defer { store.close() }
        try store.backup(to: root.file("copy.db")) { _ in }
        #expect(try root.names() == ["copy.db", "data"])
        let copy = try restore(root.file("copy.db"), as: "restored")
        defer { copy.close() }
        #expect(try copy.picture() == store.picture())
        _ = try copy.create(["urn:only here"])
        #expect(try copy.lastSequence() == store.lastSequence() + 1)
    }

    @Test func `progress goes from 0 to 1 and never back`() throws {
        defer { store.close() }
        for index in 0..<40 {
            _ = try store.create(["urn:large:\(index)"], body: [UInt8](repeating: 1, count: 100_000))
        }
        var parts: [Double] = []
        try store.backup(to: root.file("copy.db")) { parts.append($0) }
        #expect(parts.count > 2)
        #expect(parts == parts.sorted())
        #expect(parts.last == 1)
        #expect(parts.allSatisfy { (0...1).contains($0) })
    }

    @Test func `what stands there already is not overwritten`() throws {
        defer { store.close() }
        try Data("precious".utf8).write(to: URL(filePath: root.file("copy.db")))
        #expect(
            throws: StorageError.unavailable(
                path: root.file("copy.db"), reason: "it exists already; choose a new name")
        ) { try store.backup(to: root.file("copy.db")) { _ in } }
        #expect(try Data(contentsOf: URL(filePath: root.file("copy.db"))) == Data("precious".utf8))
        #expect(try root.names() == ["copy.db", "data"])
    }

    @Test func `a name taken while the backup runs is not overwritten either`() throws {
        defer { store.close() }
        var isTaken = false
        for index in 0..<20 {
            _ = try store.create(["urn:large:\(index)"], body: [UInt8](repeating: 1, count: 100_000))
        }
        let path = root.file("copy.db")
        #expect(throws: StorageError.unavailable(path: path, reason: "it exists already; choose a new name")) {
            try store.backup(to: path) { _ in
                if !isTaken { isTaken = FileManager.default.createFile(atPath: path, contents: Data("precious".utf8)) }
            }
        }
        #expect(isTaken)
        #expect(try Data(contentsOf: URL(filePath: path)) == Data("precious".utf8))
        #expect(try root.names() == ["copy.db", "data"])
    }

    @Test func `a backup into a directory that does not exist says so`() throws {
        defer { store.close() }
        let path = root.file("none/copy.db")
        let error = #expect(throws: StorageError.self) { try store.backup(to: path) { _ in } }
        guard case .unavailable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `what an earlier backup left unfinished does not matter`() throws {
        defer { store.close() }
        for suffix in ["", "-wal", "-journal"] {
            try Data(repeating: 7, count: 5000).write(to: URL(filePath: root.file("copy.db.partial\(suffix)")))
        }
        try store.backup(to: root.file("copy.db")) { _ in }
        #expect(try root.names() == ["copy.db", "data"])
        let copy = try restore(root.file("copy.db"), as: "restored")
        defer { copy.close() }
        #expect(try copy.picture() == store.picture())
    }

    @Test func `a backup during commits shows the state in which it began`() throws {
        defer { store.close() }
        for index in 0..<40 {
            _ = try store.create(["urn:large:\(index)"], body: [UInt8](repeating: 1, count: 100_000))
        }
        let before = try store.picture()
        // Each step of the copy finds a store that has moved on, and was copied into the file.
        var steps = 0
        try store.backup(to: root.file("copy.db")) { _ in
            _ = try? store.create((0..<10).map { "urn:\(steps):\($0)" })
            store.checkpointer.run()
            steps += 1
        }
        #expect(steps > 2)
        #expect(try store.lastSequence() == before.last + UInt64(10 * steps))
        let copy = try restore(root.file("copy.db"), as: "restored")
        defer { copy.close() }
        #expect(try copy.picture() == before)
    }
}
