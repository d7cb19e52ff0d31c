import BrokerStorage
import Foundation
import NGSILDModel
import Testing

@testable import SQLiteStorage

@Suite struct LogBufferTests {
    let root: TemporaryDirectory
    let directory: String
    let store: SQLiteStorage

    init() throws {
        root = try TemporaryDirectory()
        directory = root.file("data")
        var configuration = SQLiteStorage.Configuration.withoutCheckpoints
        // So small that a large commit goes to the log before its end.
        configuration.writerCacheKiB = 64
        store = try SQLiteStorage(directory: directory, configuration: configuration)
    }

    private func commit(_ entities: Range<Int>, body: UInt8, at revision: (Int) -> UInt64?) -> Commit {
        var commit = Commit(at: Timestamp(microseconds: 1))
        commit.entities = entities.map { index in
            EntityWrite(
                tenant: "", id: "urn:\(index)", expectation: revision(index).map { .revision($0) } ?? .absent,
                body: [UInt8](repeating: body, count: 3000), change: [body])
        }
        return commit
    }

    @Test func `the writer's log is gathered`() throws {
        defer { store.close() }
        #expect(try store.gate.withWriter { (writer) throws(StorageError) in writer.gathersLog })
    }

    @Test func `what was acknowledged is in the file when the commit returns`() throws {
        defer { store.close() }
        var last = FileSystem.size(directory + "/parvis.db-wal")
        for index in 0..<20 {
            _ = try store.create(["urn:\(index)"])
            let size = FileSystem.size(directory + "/parvis.db-wal")
            #expect(size > last)
            last = size
        }
    }

    @Test func `a commit larger than the cache and than the buffer is kept whole`() throws {
        defer { store.close() }
        _ = try store.commit(commit(0..<1000, body: 1) { _ in nil })
        _ = try store.commit(commit(0..<1000, body: 2) { UInt64($0 + 1) })
        let expected = try store.picture()
        #expect(expected.entities.count == 1000)
        #expect(expected.entities.allSatisfy { $0.body == [UInt8](repeating: 2, count: 3000) })
        let copy = try SQLiteStorage(directory: try root.copyStore(from: directory, to: "copy"))
        defer { copy.close() }
        #expect(try copy.picture() == expected)
    }

    @Test func `a commit undone after part of it went to the log leaves nothing, and the next one is whole`() throws {
        defer { store.close() }
        _ = try store.commit(commit(0..<1000, body: 1) { _ in nil })
        let before = try store.picture()
        // The conflict is found at the end.
        var conflicting = commit(0..<1000, body: 2) { UInt64($0 + 1) }
        conflicting.entities.append(contentsOf: commit(999..<1000, body: 3) { _ in nil }.entities)
        for _ in 0..<3 {
            #expect(try store.commit(conflicting) == .conflicts([1000]))
            #expect(try store.picture() == before)
        }
        _ = try store.commit(commit(0..<10, body: 4) { UInt64($0 + 1) })
        let expected = try store.picture()
        #expect(expected.entities.prefix(10).allSatisfy { $0.body.first == 4 })
        #expect(Array(expected.entities[10...]) == Array(before.entities[10...]))
        let copy = try SQLiteStorage(directory: try root.copyStore(from: directory, to: "copy"))
        defer { copy.close() }
        #expect(try copy.picture() == expected)
    }

    @Test func `the log begins anew and is gathered after it was copied and cut`() throws {
        defer { store.close() }
        for round in 0..<5 {
            _ = try store.commit(commit(round * 100..<(round + 1) * 100, body: 1) { _ in nil })
            if round % 2 == 0 { store.checkpointer.run() } else { store.checkpointer.truncate() }
        }
        #expect(try store.picture().entities.count == 500)
        let expected = try store.picture()
        store.close()
        let again = try SQLiteStorage(directory: directory)
        defer { again.close() }
        #expect(try again.picture() == expected)
    }
}
