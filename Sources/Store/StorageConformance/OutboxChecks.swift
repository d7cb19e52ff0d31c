import BrokerStorage
import NGSILDModel

extension StorageConformance {
    static let outboxChecks: [StorageCheck] = [
        .store("a row of the outbox comes with its commit, under the commit's first sequence number") { store in
            try store.write(.create("urn:a"))
            try store.tell([1], .create("urn:b"), .create("urn:c"))
            try store.write(.create("urn:d"))
            try store.tell([], .update("urn:a", at: 1, "two"))
            let expected = [StoredOutboxRow(sequence: 2, body: [1]), StoredOutboxRow(sequence: 5, body: [])]
            try expectEqual(try store.outbox(after: 0, limit: 10), expected, "rows")
            try expectEqual(try store.statistics().outboxRows, 2, "counted")
            try expectEqual(try store.changes(after: 0, limit: 10).count, 5, "changes")
        },
        .store("rows come after any number and end at the limit, or are asked for by number") { store in
            for number in 1...6 { try store.tell([UInt8(number)], .create("urn:\(number)")) }
            for after in 0...7 {
                for limit in [0, 1, 3, 100, .max] {
                    let found = try store.outbox(after: UInt64(after), limit: limit).map(\.sequence)
                    let expected = (1...6).filter { $0 > after }.prefix(limit).map(UInt64.init)
                    try expectEqual(found, expected, "after \(after), limit \(limit)")
                }
            }
            try expectEqual(try store.outbox(after: .max, limit: 1), [], "after the greatest number")
            let asked = try store.outbox([4, 2, 9, .max, 0, 2])
            try expectEqual(asked.map(\.sequence), [4, 2, 2], "asked for")
            try expectEqual(asked.map(\.body), [[4], [2], [2]], "their bodies")
            try expectEqual(try store.outbox([]), [], "none")
        },
        .store("ranges of rows are removed, with the rest of a commit") { store in
            for number in 1...9 { try store.tell([UInt8(number)], .create("urn:\(number)")) }
            try store.write(
                .with {
                    $0.removedOutbox = [2...4, 6...6, 9...(.max)]
                    $0.documents = [DocumentWrite(kind: "kind", tenant: "", key: "k", body: [1])]
                })
            try expectEqual(try store.outbox(after: 0, limit: 10).map(\.sequence), [1, 5, 7, 8], "left")
            try expectEqual(try store.documents(kind: "kind").count, 1, "document")
            try store.write(.with { $0.removedOutbox = [0...(.max)] })
            try store.tell([7], .create("urn:new"))
            try expectEqual(try store.outbox(after: 0, limit: 10), [StoredOutboxRow(sequence: 10, body: [7])], "new")
        },
        .store("a commit that is refused leaves no row, and removes none") { store in
            try store.tell([1], .create("urn:a"))
            var commit = Commit([.create("urn:b"), .create("urn:a")])
            commit.outbox = [2]
            commit.removedOutbox = [1...1]
            try expectEqual(try store.commit(commit), .conflicts([1]), "outcome")
            try expectEqual(try store.outbox(after: 0, limit: 10).map(\.body), [[1]], "rows")
            commit = Commit()
            commit.removedOutbox = [1...1]
            commit.outbox = [3]
            try expectError(
                .failed(reason: "an outbox row without entity writes has no sequence number"), "without entities"
            ) { _ = try store.commit(commit) }
            try expectEqual(try store.outbox(after: 0, limit: 10).map(\.body), [[1]], "rows still")
        },
        .store("rows outlive their tenant and the pruning of changes") { store in
            try store.tell([1], .create("urn:a", tenant: "north"))
            try store.write(.with { $0.removedTenants = ["north"] })
            try store.pruneChanges(through: 1)
            try expectEqual(try store.outbox(after: 0, limit: 10).map(\.body), [[1]], "rows")
        },
        .store("a row may have 4 MiB") { store in
            let body = [UInt8](repeating: 7, count: 4 << 20)
            try store.tell(body, .create("urn:a"))
            try expect(try store.outbox([1]).first?.body == body, "it is not the same")
        },
    ]
}

extension BrokerStorage {
    fileprivate func tell(_ body: [UInt8], _ entities: EntityWrite...) throws {
        var commit = Commit(entities)
        commit.outbox = body
        try write(commit)
    }
}
