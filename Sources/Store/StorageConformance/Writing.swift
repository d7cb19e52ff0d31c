import BrokerStorage
import NGSILDModel

/// Short ways to write what the checks need.
extension Commit {
    static let time = Timestamp(microseconds: 1_767_225_600_000_000)

    init(_ entities: [EntityWrite] = [], at: Timestamp = Commit.time) {
        self.init(at: at)
        self.entities = entities
    }

    static func with(_ change: (inout Commit) -> Void) -> Commit {
        var commit = Commit()
        change(&commit)
        return commit
    }
}

extension EntityWrite {
    static func create(_ id: String, _ body: String = "new", tenant: String = "") -> EntityWrite {
        EntityWrite(
            tenant: tenant, id: id, expectation: .absent, body: Array(body.utf8), change: Array("+\(body)".utf8))
    }

    static func update(_ id: String, at revision: UInt64, _ body: String, tenant: String = "") -> EntityWrite {
        EntityWrite(
            tenant: tenant, id: id, expectation: .revision(revision), body: Array(body.utf8),
            change: Array("=\(body)".utf8))
    }

    static func delete(_ id: String, at revision: UInt64, tenant: String = "") -> EntityWrite {
        EntityWrite(tenant: tenant, id: id, expectation: .revision(revision), body: nil, change: Array("-".utf8))
    }
}

/// An entity as the checks compare it.
struct Seen: Equatable {
    let stored: StoredEntity
    let body: [UInt8]

    init(_ stored: StoredEntity, _ body: [UInt8]) {
        self.stored = stored
        self.body = body
    }

    init(_ id: String, _ body: String, tenant: String = "", number: Int64, revision: UInt64) {
        stored = StoredEntity(tenant: tenant, id: id, number: number, revision: revision)
        self.body = Array(body.utf8)
    }
}

extension BrokerStorage {
    func seen(_ id: String, tenant: String = "") throws -> Seen? {
        try entity(tenant: tenant, id: id).map { Seen($0.0, $0.1) }
    }

    func seenAll() throws -> [Seen] {
        var all: [Seen] = []
        try visitEntities { all.append(Seen($0, [UInt8]($1))) }
        return all
    }

    /// Commits what must succeed, and gives the numbers of the entities.
    @discardableResult
    func write(
        _ entities: EntityWrite..., file: StaticString = #fileID, line: UInt = #line
    ) throws -> [Int64] {
        try write(Commit(entities), file: file, line: line)
    }

    @discardableResult
    func write(_ commit: Commit, file: StaticString = #fileID, line: UInt = #line) throws -> [Int64] {
        let first = try lastSequence() + 1
        switch try self.commit(commit) {
        case .committed(let sequence, let numbers):
            try expectEqual(sequence, first, "the first sequence number", file: file, line: line)
            try expectEqual(numbers.count, commit.entities.count, "as many numbers as writes", file: file, line: line)
            try expectEqual(
                try lastSequence(), first + UInt64(commit.entities.count) - 1, "lastSequence", file: file, line: line)
            return numbers
        case .conflicts(let indexes):
            throw ConformanceFailure(description: "unexpected conflicts of \(indexes) (\(file):\(line))")
        }
    }

    /// All that can be read, to see that nothing changed.
    func picture() throws -> StorePicture {
        StorePicture(
            entities: try seenAll(), changes: try changes(after: 0, limit: .max), last: try lastSequence(),
            tenants: try tenants(), documents: try documents(kind: "kind"), outbox: try outbox(after: 0, limit: .max))
    }
}

struct StorePicture: Equatable {
    let entities: [Seen]
    let changes: [StoredChange]
    let last: UInt64
    let tenants: [String]
    let documents: [StoredDocument]
    let outbox: [StoredOutboxRow]
}
