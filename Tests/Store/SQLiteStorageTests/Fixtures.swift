import BrokerStorage
import Foundation
import NGSILDModel

@testable import SQLiteStorage

/// Short ways to write and to compare.
extension SQLiteStorage {
    /// Creates entities with the bodies given.
    func create(_ ids: [String], body: [UInt8] = Array("body".utf8)) throws -> CommitOutcome {
        var commit = Commit(at: Timestamp(microseconds: 5))
        commit.entities = ids.map {
            EntityWrite(tenant: "", id: $0, expectation: .absent, body: body, change: Array($0.utf8))
        }
        return try self.commit(commit)
    }

    /// Everything that can be read.
    func picture() throws -> Picture {
        var entities: [Picture.Entity] = []
        try visitEntities { entities.append(Picture.Entity(stored: $0, body: [UInt8]($1))) }
        return Picture(
            entities: entities, changes: try changes(after: 0, limit: .max), last: try lastSequence(),
            tenants: try tenants(), documents: try documents(kind: "kind"), terms: try terms(),
            chunks: try historyChunks(
                Picture.series, from: .none, to: .none, newestFirst: false, limit: .max),
            outbox: try outbox(after: 0, limit: .max))
    }

    /// Commits something of everything.
    func fill() throws {
        _ = try internTerm("https://example.org/term")
        var commit = Commit(at: Timestamp(microseconds: 7))
        commit.entities = (0..<50).map {
            EntityWrite(
                tenant: $0 % 2 == 0 ? "" : "north", id: "urn:\($0)", expectation: .absent,
                body: [UInt8](repeating: UInt8($0), count: 700), change: [1, 2, 3])
        }
        commit.outbox = [UInt8](repeating: 6, count: 5_000)
        commit.documents = (0..<10).map {
            DocumentWrite(kind: "kind", tenant: "", key: "k\($0)", body: [UInt8](repeating: 9, count: 100 * $0))
        }
        commit.history = (0..<10).map {
            HistoryChunk(
                series: Picture.series, start: Timestamp(microseconds: $0 * 10),
                end: Timestamp(microseconds: $0 * 10 + 9), count: 10, body: [UInt8](repeating: 8, count: 900))
        }
        _ = try self.commit(commit)
    }

    /// Runs a statement on the writer's connection, as a test's way to make trouble.
    func executeOnWriter(_ sql: String) throws {
        try gate.withWriter { (writer) throws(StorageError) in try writer.connection.execute(sql) }
    }
}

struct Picture: Equatable {
    struct Entity: Equatable {
        let stored: StoredEntity
        let body: [UInt8]
    }

    static let series = SeriesKey(tenant: "", entity: "urn:0", attribute: TermID(1))

    let entities: [Entity]
    let changes: [StoredChange]
    let last: UInt64
    let tenants: [String]
    let documents: [StoredDocument]
    let terms: [String]
    let chunks: [HistoryChunk]
    var outbox: [StoredOutboxRow] = []
}

extension SQLiteStorage.Configuration {
    /// Leaves the write-ahead log alone.
    static var withoutCheckpoints: Self {
        var configuration = Self()
        configuration.checkpointBytes = .max
        configuration.logLimitBytes = .max
        configuration.idle = .seconds(3600)
        return configuration
    }
}

extension TemporaryDirectory {
    /// Copies the files of a store as they are, which is what a crash at this instant would leave.
    ///
    /// A store may give back its log meanwhile: then all is read again. Not by `copyItem`, which goes on for ever with a file
    /// that becomes shorter.
    func copyStore(from source: String, to name: String, withIndex: Bool = false) throws -> String {
        let target = file(name)
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        let suffixes = (withIndex ? ["-shm"] : []) + ["-wal", ""]
        func read() throws -> [Data?] {
            try suffixes.map { suffix in
                let path = "\(source)/\(SQLiteStorage.fileName)\(suffix)"
                guard FileManager.default.fileExists(atPath: path) else { return nil }
                return try Data(contentsOf: URL(fileURLWithPath: path))
            }
        }
        var files = try read()
        for _ in 0..<100 {
            let again = try read()
            if again == files { break }
            files = again
        }
        for (suffix, bytes) in zip(suffixes, files) {
            try bytes?.write(to: URL(fileURLWithPath: "\(target)/\(SQLiteStorage.fileName)\(suffix)"))
        }
        return target
    }
}
