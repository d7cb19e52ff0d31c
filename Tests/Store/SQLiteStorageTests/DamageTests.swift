import BrokerStorage
import Foundation
import NGSILDModel
import Testing

@testable import SQLiteStorage

@Suite struct DamageTests {
    let root: TemporaryDirectory
    let directory: String
    var file: String { directory + "/parvis.db" }

    init() throws {
        root = try TemporaryDirectory()
        directory = root.file("data")
    }

    @Test func `a file that is no database is refused as damaged`() throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try Data(repeating: 0x41, count: 20_000).write(to: URL(filePath: file))
        let error = #expect(throws: StorageError.self) { try SQLiteStorage(directory: directory) }
        guard case .corrupt(file, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try Data(contentsOf: URL(filePath: file)) == Data(repeating: 0x41, count: 20_000))
    }

    @Test(arguments: [UInt8(0), 0xFF, 0x5A])
    func `damage to any page is an error or goes unseen, never a crash`(_ filling: UInt8) throws {
        let store = try SQLiteStorage(directory: directory)
        try store.fill()
        store.close()
        let intact = try Data(contentsOf: URL(filePath: file))
        let pages = intact.count / 4096
        #expect(pages > 20)
        var corrupt = 0
        for page in 0..<pages {
            var damaged = intact
            damaged.replaceSubrange(page * 4096..<(page + 1) * 4096, with: Data(repeating: filling, count: 4096))
            if try isDamageSeen(damaged, "page\(page)") { corrupt += 1 }
        }
        #expect(corrupt > pages / 2)
    }

    @Test func `a file that was cut is an error or goes unseen, never a crash`() throws {
        let store = try SQLiteStorage(directory: directory)
        try store.fill()
        store.close()
        let intact = try Data(contentsOf: URL(filePath: file))
        for part in 1..<20 {
            #expect(try isDamageSeen(intact.prefix(intact.count * part / 20), "cut\(part)"))
        }
    }

    /// Uses a damaged store in every way.
    ///
    /// - Returns: whether it was refused as damaged.
    private func isDamageSeen(_ content: Data, _ name: String) throws -> Bool {
        let directory = root.file(name)
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try content.write(to: URL(filePath: directory + "/parvis.db"))
        var isSeen = false
        func attempt(_ body: () throws -> Void) throws {
            do { try body() } catch StorageError.corrupt { isSeen = true } catch let error as StorageError {
                // Damaged tables may look like those of another program, or of none.
                switch error {
                case .failed, .unavailable, .tooNew: isSeen = true
                default: throw error
                }
            }
        }
        var store: SQLiteStorage?
        try attempt { store = try SQLiteStorage(directory: directory) }
        guard let store else { return isSeen }
        defer { store.close() }
        try attempt { _ = try store.picture() }
        try attempt { _ = try store.entity(tenant: "north", id: "urn:1") }
        try attempt { _ = try store.historySeries(tenant: "", entity: "urn:0") }
        try attempt { _ = try store.statistics() }
        try attempt { _ = try store.create((0..<100).map { "urn:new:\($0)" }) }
        try attempt { try store.pruneChanges(through: 1000) }
        try attempt { try store.backup(to: root.file(name + ".backup")) { _ in } }
        return isSeen
    }

    @Test func `a damaged change record is reported with its number`() throws {
        let store = try SQLiteStorage(directory: directory)
        defer { store.close() }
        _ = try store.create(["urn:a", "urn:b"])
        _ = try store.create(["urn:c"])
        for damage in ["x'01'", "x'0101010a75726e'", "x'02'", "x''", "zeroblob(5)"] {
            try store.executeOnWriter("UPDATE change SET body = \(damage) WHERE first = 1")
            #expect(
                throws: StorageError.corrupt(path: file, reason: "the change record at 1 cannot be read")
            ) { try store.changes(after: 0, limit: 10) }
            #expect(try store.changes(after: 2, limit: 10).map(\.id) == ["urn:c"])
        }
    }
}
