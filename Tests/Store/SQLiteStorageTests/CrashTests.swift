import BrokerStorage
import Foundation
import NGSILDModel
import Synchronization
import Testing

@testable import SQLiteStorage

@Suite struct CrashTests {
    let root: TemporaryDirectory
    let directory: String

    init() throws {
        root = try TemporaryDirectory()
        directory = root.file("data")
    }

    @Test(arguments: [false, true])
    func `a store whose process was killed opens with everything committed`(_ withIndex: Bool) throws {
        let store = try SQLiteStorage(directory: directory, configuration: .withoutCheckpoints)
        defer { store.close() }
        try store.fill()
        _ = try store.create(["urn:a", "urn:b"])
        let expected = try store.picture()
        let copy = try SQLiteStorage(
            directory: try root.copyStore(from: directory, to: "copy", withIndex: withIndex))
        defer { copy.close() }
        #expect(try copy.picture() == expected)
        _ = try copy.create(["urn:c"])
        #expect(try copy.lastSequence() == expected.last + 1)
    }

    @Test func `a store killed after its log was copied into the file opens with everything committed`() throws {
        let store = try SQLiteStorage(directory: directory, configuration: .withoutCheckpoints)
        defer { store.close() }
        try store.fill()
        store.checkpointer.run()
        _ = try store.create(["urn:a", "urn:b"])
        let expected = try store.picture()
        let copy = try SQLiteStorage(directory: try root.copyStore(from: directory, to: "copy"))
        defer { copy.close() }
        #expect(try copy.picture() == expected)
    }

    @Test func `a log that was cut anywhere gives whole commits, the oldest first`() throws {
        let store = try SQLiteStorage(directory: directory, configuration: .withoutCheckpoints)
        defer { store.close() }
        for commit in 0..<6 { _ = try store.create((0..<10).map { "urn:\(commit):\($0)" }) }
        let whole = try store.picture()
        let log = directory + "/parvis.db-wal"
        let size = FileSystem.size(log)
        var found: Set<UInt64> = []
        for cut in stride(from: size, through: 0, by: -max(1, size / 40)) {
            let copy = try root.copyStore(from: directory, to: "cut\(cut)")
            #expect(truncate(copy + "/parvis.db-wal", cut) == 0)
            // A log cut before the tables were made leaves a new store.
            let opened = try SQLiteStorage(directory: copy)
            defer { opened.close() }
            let picture = try opened.picture()
            #expect(picture.last % 10 == 0)
            #expect(picture.entities == Array(whole.entities.prefix(Int(picture.last))))
            #expect(picture.changes == Array(whole.changes.prefix(Int(picture.last))))
            found.insert(picture.last)
        }
        #expect(found.contains(60) && found.count > 4)
    }

    @Test func `a copy taken while commits run shows whole commits, no acknowledged one missing`() throws {
        let store = try SQLiteStorage(directory: directory, configuration: .withoutCheckpoints)
        defer { store.close() }
        _ = try store.create((0..<10).map { "urn:first:\($0)" })
        let root = root, directory = directory
        let copied = Atomic<Bool>(false)
        let errors = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 2) { thread in
            do {
                if thread == 0 {
                    var commit = 0
                    while !copied.load(ordering: .sequentiallyConsistent), commit < 5000 {
                        _ = try store.create((0..<10).map { "urn:\(commit):\($0)" })
                        commit += 1
                    }
                } else {
                    defer { copied.store(true, ordering: .sequentiallyConsistent) }
                    for index in 0..<10 {
                        let acknowledged = try store.lastSequence()
                        let copy = try SQLiteStorage(
                            directory: try root.copyStore(from: directory, to: "copy\(index)"))
                        defer { copy.close() }
                        let last = try copy.lastSequence()
                        if last < acknowledged || last % 10 != 0 {
                            errors.withLock { $0.append("\(last) of \(acknowledged)") }
                        }
                        let entities = try copy.picture().entities.count
                        if UInt64(entities) != last { errors.withLock { $0.append("\(entities) at \(last)") } }
                    }
                }
            } catch { errors.withLock { $0.append("\(error)") } }
        }
        #expect(errors.withLock { $0 } == [])
    }

    @Test func `a term that no commit followed may be given another number after a crash`() throws {
        let store = try SQLiteStorage(directory: directory, configuration: .withoutCheckpoints)
        defer { store.close() }
        #expect(try store.internTerm("https://example.org/one") == 1)
        _ = try store.create(["urn:a"])
        #expect(try store.internTerm("https://example.org/lost") == 2)
        let copy = try SQLiteStorage(directory: try root.copyStore(from: directory, to: "copy"))
        defer { copy.close() }
        #expect(try copy.terms() == ["https://example.org/one"])
        #expect(try copy.internTerm("https://example.org/other") == 2)
    }
}
