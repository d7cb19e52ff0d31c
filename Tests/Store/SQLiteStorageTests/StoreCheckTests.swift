import BrokerStorage
import Foundation
import NGSILDModel
import Synchronization
import Testing

@testable import SQLiteStorage

@Suite struct StoreCheckTests {
    let root: TemporaryDirectory
    let directory: String
    var file: String { directory + "/parvis.db" }

    init() throws {
        root = try TemporaryDirectory()
        directory = root.file("data")
    }

    /// An entity as the broker stores it.
    private static let body = EntityCodec.encode(
        EntityRecord(
            id: "urn:x", types: [TermID(1)], createdAt: Timestamp(microseconds: 1),
            modifiedAt: Timestamp(microseconds: 1), attributes: AttributeForest()))

    /// A store whose entities fill some hundred pages.
    private func filled(_ count: Int = 4_000) throws {
        let store = try SQLiteStorage(directory: directory)
        defer { store.close() }
        _ = try store.internTerm("https://example.org/T")
        _ = try store.create((1...count).map { "urn:ngsi-ld:Room:\($0)" }, body: Self.body)
    }

    @Test func `a store in order has no findings and is counted`() throws {
        try filled()
        let check = try StoreCheck(file: file)
        #expect(check.findings == [])
        #expect(check.entities == 4_000)
        #expect(check.changes == 4_000)
        #expect(check.version == Schema.version)
    }

    @Test func `a store that is in use is looked at beside its user`() throws {
        let store = try SQLiteStorage(directory: directory, configuration: .withoutCheckpoints)
        defer { store.close() }
        _ = try store.create(["urn:a"], body: Self.body)
        let check = try StoreCheck(file: file)
        #expect(check.findings == [])
        #expect(check.entities == 1)
    }

    @Test func `an entity, a chunk and a change that make no sense are named`() throws {
        let store = try SQLiteStorage(directory: directory)
        _ = try store.create(["urn:good", "urn:bad"], body: Self.body)
        try store.fillHistory()
        try store.executeOnWriter("UPDATE entity SET body = x'FF' WHERE id = 'urn:bad'")
        store.close()
        let check = try StoreCheck(file: file, readsChunk: { _ in false })
        #expect(check.entities == 1)
        #expect(check.findings.contains { $0.contains("urn:bad") })
        #expect(check.findings.contains { $0.contains("history of urn:0") })
        #expect(!check.findings.contains { $0.contains("urn:good") })
    }

    @Test func `a file that is no store is refused with words`() throws {
        #expect(throws: StorageError.self) { try StoreCheck(file: root.file("none")) }
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try Data(repeating: 0x41, count: 20_000).write(to: URL(filePath: file))
        #expect(try StoreCheck(file: file).findings.count == 1)
    }

    @Test(arguments: [0.2, 0.5, 0.9])
    func `of a store with damaged pages of entities what is intact is read, and nothing is written`(_ place: Double)
        throws
    {
        try filled()
        var content = try Data(contentsOf: URL(filePath: file))
        let leaves = (0..<content.count / 4096).filter { page in
            // Leaves of a table by number (type 13) that hold entities.
            content[page * 4096] == 13
                && content[page * 4096..<(page + 1) * 4096].range(of: Data("urn:ngsi-ld:Room:".utf8)) != nil
        }
        #expect(leaves.count > 20)
        let page = leaves[Int(Double(leaves.count) * place)]
        content.replaceSubrange(page * 4096..<(page + 1) * 4096, with: Data(repeating: 0, count: 4096))
        try content.write(to: URL(filePath: file))

        #expect(throws: StorageError.self) { try SQLiteStorage(directory: directory).picture() }
        let told = Mutex<[String]>([])
        var configuration = SQLiteStorage.Configuration()
        configuration.readsDamaged = true
        configuration.onDamage = { finding in told.withLock { $0.append(finding) } }
        let store = try SQLiteStorage(directory: directory, configuration: configuration)
        defer { store.close() }
        var read = 0
        try store.visitEntities { _, _ in read += 1 }
        #expect(read > 3_500 && read < 4_000)
        #expect(!told.withLock { $0.isEmpty })
        #expect(throws: StorageError.corrupt(path: file, reason: "entities could not be read at the start")) {
            try store.create(["urn:new"])
        }
        let check = try StoreCheck(file: file)
        #expect(check.entities == read)
        #expect(check.findings.contains { $0.hasPrefix("Entities among the numbers") })
    }

    @Test func `a bit that flips anywhere is named or leaves what is read readable`() throws {
        try filled(500)
        let intact = try Data(contentsOf: URL(filePath: file))
        var random = SystemRandomNumberGenerator()
        for attempt in 0..<40 {
            var damaged = intact
            let position = Int.random(in: 100..<intact.count, using: &random)
            damaged[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            let path = root.file("flip\(attempt).db")
            try damaged.write(to: URL(filePath: path))
            do {
                let check = try StoreCheck(file: path)
                #expect(!check.findings.isEmpty || check.entities == 500, "bit at \(position)")
            } catch {
                // Refused as a whole: seen too.
            }
        }
    }

    // MARK: Restore

    @Test func `a backup is restored, and a store that is there only on request`() throws {
        try filled(50)
        try SQLiteStorage.backUp(directory: directory, to: root.file("copy.db")) { _ in }
        let check = try SQLiteStorage.restore(root.file("copy.db"), into: root.file("new"), replaces: false) { _ in }
        #expect(check.entities == 50)
        #expect(try StoreCheck(file: root.file("new/parvis.db")).entities == 50)

        let store = try SQLiteStorage(directory: directory)
        #expect(throws: StorageError.self) {
            try SQLiteStorage.restore(root.file("copy.db"), into: directory, replaces: true) { _ in }
        }
        _ = try store.create(["urn:newer"], body: Self.body)
        store.close()
        #expect(throws: StorageError.self) {
            try SQLiteStorage.restore(root.file("copy.db"), into: directory, replaces: false) { _ in }
        }
        _ = try SQLiteStorage.restore(root.file("copy.db"), into: directory, replaces: true) { _ in }
        #expect(try StoreCheck(file: file).entities == 50)
        #expect(try StoreCheck(file: file + ".before-restore").entities == 51)
        #expect(FileManager.default.fileExists(atPath: root.file("copy.db")))
    }

    @Test func `a damaged backup is not restored`() throws {
        try filled()
        try SQLiteStorage.backUp(directory: directory, to: root.file("copy.db")) { _ in }
        var content = try Data(contentsOf: URL(filePath: root.file("copy.db")))
        let page = content.count / 4096 / 2
        content.replaceSubrange(page * 4096..<(page + 1) * 4096, with: Data(repeating: 0x5A, count: 4096))
        try content.write(to: URL(filePath: root.file("copy.db")))
        #expect(throws: StorageError.self) {
            try SQLiteStorage.restore(root.file("copy.db"), into: root.file("new"), replaces: false) { _ in }
        }
        #expect(!FileManager.default.fileExists(atPath: root.file("new/parvis.db")))
    }
}

extension SQLiteStorage {
    fileprivate func fillHistory() throws {
        var commit = Commit(at: Timestamp(microseconds: 7))
        commit.history = [
            HistoryChunk(
                series: Picture.series, start: Timestamp(microseconds: 0), end: Timestamp(microseconds: 9), count: 10,
                body: [1, 2, 3])
        ]
        _ = try self.commit(commit)
    }
}
