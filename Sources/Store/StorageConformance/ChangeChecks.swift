import BrokerStorage
import NGSILDModel

extension StorageConformance {
    static let changeChecks: [StorageCheck] = [
        .store("sequence numbers have no gap over commits and tenants, and are the revisions") { store in
            try store.write(.create("urn:a"), .create("urn:a", tenant: "north"))
            try store.write(.with { $0.documents = [DocumentWrite(kind: "kind", tenant: "", key: "k", body: [])] })
            _ = try store.commit(Commit([.create("urn:z"), .create("urn:a")]))
            try store.write(.create("urn:b"))
            try store.write(.update("urn:a", at: 2, "two", tenant: "north"), .delete("urn:a", at: 1))
            let changes = try store.changes(after: 0, limit: 100)
            try expectEqual(changes.map(\.sequence), [1, 2, 3, 4, 5], "numbers")
            try expectEqual(try store.seen("urn:a", tenant: "north")?.stored.revision, 4, "revision")
            try expectEqual(try store.lastSequence(), 5, "lastSequence")
        },
        .store("a change says what was written, when, and to which entity") { store in
            let one = Timestamp(microseconds: 1_000_001)
            let two = Timestamp(microseconds: -5)
            let number = try store.write(Commit([.create("urn:ä", "one", tenant: "north")], at: one))[0]
            try store.write(Commit([.update("urn:ä", at: 1, "two", tenant: "north")], at: two))
            try store.write(Commit([.delete("urn:ä", at: 2, tenant: "north")], at: one))
            func change(_ sequence: UInt64, _ at: Timestamp, _ isDeletion: Bool, _ change: String) -> StoredChange {
                StoredChange(
                    sequence: sequence, at: at, tenant: "north", id: "urn:ä", number: number, isDeletion: isDeletion,
                    change: Array(change.utf8))
            }
            try expectEqual(
                try store.changes(after: 0, limit: 10),
                [change(1, one, false, "+one"), change(2, two, false, "=two"), change(3, one, true, "-")], "changes")
        },
        .store("changes begin after any number and end at the limit, also within a commit") { store in
            try store.write(Commit((0..<7).map { .create("urn:\($0)") }))
            try store.write(Commit((7..<10).map { .create("urn:\($0)") }))
            for after in 0...12 {
                for limit in [0, 1, 2, 3, 5, 100, .max] {
                    let found = try store.changes(after: UInt64(after), limit: limit)
                    let expected = (1...10).filter { $0 > after }.prefix(limit)
                    try expectEqual(found.map(\.sequence), expected.map(UInt64.init), "after \(after), limit \(limit)")
                    try expectEqual(found.map(\.id), expected.map { "urn:\($0 - 1)" }, "ids after \(after)")
                }
            }
            try expectEqual(try store.changes(after: .max, limit: 1), [], "after the greatest number")
            try expectEqual(try store.changes(after: UInt64(Int64.max), limit: 1), [], "after a great number")
        },
        .store("pruning forgets exactly what it was told to, and numbers go on") { store in
            try store.write(Commit((0..<5).map { .create("urn:\($0)") }))
            try store.write(Commit((5..<10).map { .create("urn:\($0)") }))
            try store.pruneChanges(through: 0)
            try expectEqual(try store.changes(after: 0, limit: 1).first?.sequence, 1, "nothing pruned")
            // In the middle of a commit.
            try store.pruneChanges(through: 3)
            try expectEqual(try store.changes(after: 0, limit: 100).map(\.sequence), Array(4...10), "after 3")
            try expectEqual(try store.statistics().changes, 7, "counted")
            try store.pruneChanges(through: 2)
            try expectEqual(try store.changes(after: 0, limit: 1).first?.sequence, 4, "pruning less changes nothing")
            try store.pruneChanges(through: 5)
            try expectEqual(try store.changes(after: 0, limit: 100).map(\.sequence), Array(6...10), "at a border")
            try expectEqual(try store.changes(after: 7, limit: 100).map(\.sequence), Array(8...10), "after 7")
            try store.pruneChanges(through: 1000)
            try expectEqual(try store.changes(after: 0, limit: 100), [], "all pruned")
            try expectEqual(try store.statistics().changes, 0, "none counted")
            try expectEqual(try store.lastSequence(), 10, "lastSequence stays")
            try store.write(.create("urn:new"))
            try expectEqual(try store.changes(after: 0, limit: 100).map(\.sequence), [11], "the next one")
            try expectEqual(try store.seenAll().count, 11, "entities stay")
        },
        .store("many small commits are pruned whole") { store in
            for index in 0..<1050 { try store.write(.create("urn:\(index)")) }
            try store.pruneChanges(through: 1020)
            try expectEqual(try store.changes(after: 0, limit: 10_000).map(\.sequence), Array(1021...1050), "left")
            try expectEqual(try store.statistics().changes, 30, "counted")
        },
    ]
}
