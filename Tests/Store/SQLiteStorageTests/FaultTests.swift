import BrokerStorage
import Foundation
import NGSILDModel
import Testing

@testable import SQLiteStorage

/// What the store does when the disk fails: nothing acknowledged is lost, nothing refused comes back, reads go on.
@Suite struct FaultTests {
    let root: TemporaryDirectory
    let directory: String
    let disk: FaultyDisk
    let store: SQLiteStorage
    var file: String { directory + "/parvis.db" }

    init() throws {
        root = try TemporaryDirectory()
        directory = root.file("data")
        disk = FaultyDisk(directory)
        var configuration = SQLiteStorage.Configuration.withoutCheckpoints
        configuration.suspensionPause = .zero
        store = try SQLiteStorage(directory: directory, configuration: configuration)
        try store.fill()
        _ = try store.create(["urn:acknowledged"])
    }

    /// What the start after a crash at this instant finds.
    private func afterCrash(_ name: String) throws -> Picture {
        let copy = try SQLiteStorage(directory: try root.copyStore(from: directory, to: name))
        defer { copy.close() }
        return try copy.picture()
    }

    private func reopened() throws -> Picture {
        let again = try SQLiteStorage(directory: directory)
        defer { again.close() }
        return try again.picture()
    }

    private func expectSuspended(_ body: () throws -> CommitOutcome) throws {
        let error = #expect(throws: StorageError.self) { try body() }
        guard case .suspended(file, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    private func end() {
        disk.heal()
        store.close()
        disk.end()
    }

    // MARK: Flushes

    @Test(arguments: [EIO, ENOSPC], [false, true])
    func `after a flush that failed nothing is written until the disk keeps what it is given`(
        _ systemError: Int32, _ losesWrites: Bool
    ) throws {
        defer { end() }
        let before = try store.picture()
        disk.fail(.init(call: .flush, of: "-wal", systemError: systemError, losesWrites: losesWrites))
        for attempt in 0..<3 {
            try expectSuspended { try store.create(["urn:refused:\(attempt)"]) }
            #expect(try store.picture() == before)
            #expect(try afterCrash("crash\(attempt)") == before)
        }
        disk.heal()
        _ = try store.create(["urn:after"])
        #expect(try store.lastSequence() == before.last + 1)
        #expect(!store.suspension.isStopped)
        let after = try store.picture()
        #expect(after.entities.count == before.entities.count + 1)
        #expect(try afterCrash("later") == after)
        store.close()
        #expect(try reopened() == after)
    }

    @Test func `while writing is stopped commits are refused without a look at the disk`() throws {
        var configuration = SQLiteStorage.Configuration.withoutCheckpoints
        configuration.suspensionPause = .seconds(3600)
        let directory = root.file("patient")
        let disk = FaultyDisk(directory)
        let store = try SQLiteStorage(directory: directory, configuration: configuration)
        defer {
            store.close()
            disk.end()
        }
        disk.fail(.init(call: .flush, of: "-wal", systemError: EIO))
        #expect(throws: StorageError.self) { try store.create(["urn:a"]) }
        let failed = disk.failed
        for _ in 0..<10 { #expect(throws: StorageError.self) { try store.create(["urn:a"]) } }
        #expect(disk.failed == failed)
    }

    @Test func `pages that were copied before a flush of the file failed are copied again`() throws {
        defer { end() }
        for index in 60..<200 { _ = try store.create(["urn:\(index)"], body: [UInt8](repeating: 3, count: 900)) }
        // Part of the log is copied, without a flush, while somebody reads an old state.
        var isFirst = true
        try store.visitEntities { _, _ in
            guard isFirst else { return }
            isFirst = false
            for index in 200..<250 { _ = try store.create(["urn:\(index)"], body: [UInt8](repeating: 4, count: 900)) }
            store.checkpointer.run()
        }
        // The flush of the rest fails, and the kernel drops what was copied, the first part too.
        disk.fail(.init(call: .flush, of: ".db", systemError: EIO, times: 1, losesWrites: true))
        store.checkpointer.run()
        #expect(disk.failed == 1)
        #expect(store.suspension.isStopped)
        _ = try store.create(["urn:last"])
        #expect(!store.suspension.isStopped)
        let picture = try store.picture()
        #expect(picture.entities.count == 51 + 190 + 1)
        // What is in the file alone is all of it but the last.
        let bare = root.file("bare")
        try FileManager.default.createDirectory(atPath: bare, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: file, toPath: bare + "/parvis.db")
        let alone = try SQLiteStorage(directory: bare)
        defer { alone.close() }
        #expect(try alone.picture().entities == Array(picture.entities.dropLast()))
        #expect(try StoreCheck(file: bare + "/parvis.db").findings.filter { $0.contains("Pages") } == [])
    }

    @Test func `a store that stops while writing is stopped leaves its log for the next start`() throws {
        let before = try store.picture()
        disk.fail(.init(call: .flush, of: ".db", systemError: EIO))
        store.checkpointer.run()
        #expect(store.suspension.isStopped)
        store.close()
        #expect(FileSystem.size(file + "-wal") > 0)
        disk.heal()
        #expect(try reopened() == before)
        disk.end()
    }

    // MARK: Writes

    @Test(arguments: 0..<6)
    func `a full disk at any write leaves nothing of the commit, and the next one is whole`(_ writes: Int) throws {
        defer { end() }
        var commit = Commit(at: Timestamp(microseconds: 1))
        commit.entities = (0..<200).map {
            EntityWrite(
                tenant: "", id: "urn:large:\($0)", expectation: .absent, body: [UInt8](repeating: 7, count: 3_000),
                change: [1])
        }
        let before = try store.picture()
        disk.fail(.init(call: .write, of: "-wal", systemError: ENOSPC, after: writes, isTorn: true))
        #expect(throws: StorageError.full(path: file)) { try store.commit(commit) }
        #expect(disk.failed > 0)
        #expect(try store.picture() == before)
        #expect(try afterCrash("full") == before)
        disk.heal()
        _ = try store.commit(commit)
        let after = try store.picture()
        #expect(after.entities.count == before.entities.count + 200)
        #expect(try afterCrash("room") == after)
    }

    @Test func `a full disk under the copying of the log refuses nothing that the log has room for`() throws {
        defer { end() }
        disk.fail(.init(call: .write, of: ".db", systemError: ENOSPC))
        for index in 0..<20 {
            _ = try store.create(["urn:full:\(index)"])
            store.checkpointer.run()
        }
        #expect(disk.failed > 0)
        #expect(!store.suspension.isStopped)
        let expected = try store.picture()
        #expect(try afterCrash("full") == expected)
        disk.heal()
        store.checkpointer.run()
        #expect(try store.picture() == expected)
        #expect(try afterCrash("copied") == expected)
    }

    @Test(arguments: [EROFS, EIO])
    func `a disk that turns read-only stops writing and reads go on`(_ error: Int32) throws {
        defer { end() }
        let before = try store.picture()
        disk.fail(.init(call: .write, of: "", systemError: error))
        for _ in 0..<2 {
            try expectSuspended { try store.create(["urn:refused"]) }
        }
        #expect(try store.picture() == before)
        #expect(try afterCrash("read-only") == before)
        disk.heal()
        _ = try store.create(["urn:after"])
        #expect(try store.picture().entities.count == before.entities.count + 1)
    }

    @Test(arguments: 0..<10) func `a write that a crash tore is dropped whole`(_ writes: Int) throws {
        defer { end() }
        var acknowledged = try store.picture()
        disk.fail(.init(call: .write, of: "-wal", systemError: EIO, after: writes, isTorn: true))
        for index in 0...writes {
            let body = [UInt8](repeating: 1, count: 9_000)
            guard let outcome = try? store.create(["urn:torn:\(index)"], body: body) else { break }
            // An entity that is there already would write nothing, and be taken for a write that went well.
            guard case .committed = outcome else {
                Issue.record("\(outcome)")
                break
            }
            acknowledged = try store.picture()
        }
        #expect(disk.failed > 0)
        #expect(try afterCrash("torn") == acknowledged)
    }

    @Test func `a commit that fails for another reason does not stop writing`() throws {
        defer { end() }
        try store.executeOnWriter("PRAGMA max_page_count = 20")
        #expect(throws: StorageError.full(path: file)) {
            try store.create(["urn:large"], body: [UInt8](repeating: 1, count: 1 << 20))
        }
        #expect(!store.suspension.isStopped)
        try store.executeOnWriter("PRAGMA max_page_count = 100000")
        _ = try store.create(["urn:large"], body: [UInt8](repeating: 1, count: 1 << 20))
    }
}
