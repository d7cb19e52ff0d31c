import BrokerStorage
import NGSILDModel

extension StorageConformance {
    static let entityChecks: [StorageCheck] = [
        .store("a new store has the default tenant and nothing else") { store in
            try expectEqual(try store.tenants(), [""], "tenants")
            try expectEqual(try store.lastSequence(), 0, "lastSequence")
            try expectEqual(try store.seenAll(), [], "entities")
            try expectEqual(try store.changes(after: 0, limit: 10), [], "changes")
            try expectEqual(try store.terms(), [], "terms")
            try expectEqual(try store.seen("urn:a"), nil, "an entity")
            let statistics = try store.statistics()
            try expectEqual(statistics.entities, 0, "counted entities")
            try expectEqual(statistics.changes, 0, "counted changes")
        },
        .store("an entity lives from creation through updates to deletion under one number") { store in
            let number = try store.write(.create("urn:a", "one"))[0]
            try expectEqual(
                try store.seen("urn:a"), Seen("urn:a", "one", number: number, revision: 1), "created")
            try expectEqual(try store.write(.update("urn:a", at: 1, "two")), [number], "number of the update")
            try expectEqual(
                try store.seen("urn:a"), Seen("urn:a", "two", number: number, revision: 2), "updated")
            try expectEqual(try store.write(.delete("urn:a", at: 2)), [number], "number of the deletion")
            try expectEqual(try store.seen("urn:a"), nil, "deleted")
            try expectEqual(try store.seenAll(), [], "visited")
        },
        .store("an entity that is created again has a higher number") { store in
            let before = try store.write(.create("urn:a"), .create("urn:b"))
            try store.write(.delete("urn:b", at: 2), .delete("urn:a", at: 1))
            let after = try store.write(.create("urn:a"))
            try expect(after[0] > (before.max() ?? 0), "\(after) is not above \(before)")
        },
        .store("entities are visited in the order of their creation, over all tenants") { store in
            try store.write(.create("urn:c", tenant: "north"), .create("urn:b"))
            try store.write(.create("urn:a", tenant: "south"), .create("urn:a"))
            try store.write(.update("urn:c", at: 1, "later", tenant: "north"))
            let all = try store.seenAll()
            try expectEqual(all.map(\.stored.tenant), ["north", "", "south", ""], "tenants")
            try expectEqual(all.map(\.stored.id), ["urn:c", "urn:b", "urn:a", "urn:a"], "ids")
            try expectEqual(all.map(\.stored.revision), [5, 2, 3, 4], "revisions")
            try expectEqual(all[0].body, Array("later".utf8), "body")
            let numbers = all.map(\.stored.number)
            try expectEqual(numbers, numbers.sorted(), "numbers in order")
            try expectEqual(Set(numbers).count, 4, "different numbers")
        },
        .store("entities are visited at their places, those that are not there passed over") { store in
            let numbers = try store.write(.create("urn:a", "one"), .create("urn:b", "two"), .create("urn:c", "three"))
            try store.write(.create("urn:d", tenant: "north"))
            try store.write(.delete("urn:b", at: 2))
            try store.write(.create("urn:b", "again"))
            let places = zip(["urn:a", "urn:b", "urn:c"], numbers).map { EntityPlace(id: $0, number: $1) }
            var seen: [Int: [UInt8]] = [:]
            try store.visitEntities(tenant: "", at: places) { seen[$0] = [UInt8]($1) }
            try expectEqual(seen, [0: Array("one".utf8), 2: Array("three".utf8)], "visited")
            for tenant in ["north", "none"] {
                try store.visitEntities(tenant: tenant, at: places) { _, _ in seen[9] = [] }
            }
            try store.visitEntities(tenant: "", at: []) { _, _ in seen[9] = [] }
            try expectEqual(seen[9], nil, "entities of another tenant")
        },
        .store("a visitor may read the store, and its error ends the visit") { store in
            struct Enough: Error {}
            try store.write(.create("urn:a", "one"), .create("urn:b", "two"))
            var visited = 0
            do {
                try store.visitEntities { stored, _ in
                    visited += 1
                    try expectEqual(try store.seen(stored.id)?.stored, stored, "read while visiting")
                    throw Enough()
                }
                throw ConformanceFailure(description: "the visitor's error was swallowed")
            } catch is Enough {}
            try expectEqual(visited, 1, "visits")
        },
        .store("ids may be any Unicode text and are told apart byte by byte") { store in
            let ids = [
                "urn:ngsi-ld:Gebäude:1", "urn:ngsi-ld:Geba\u{308}ude:1", "urn:建物:１", "urn:🏛️", "URN:A", "urn:a",
                "urn:a ", "urn:a%20", "'; DROP TABLE entity; --", String(repeating: "x", count: 5000),
            ]
            try store.write(Commit(ids.map { .create($0, "body of \($0)") }))
            let all = try store.seenAll()
            try expectEqual(all.map { Array($0.stored.id.utf8) }, ids.map { Array($0.utf8) }, "ids")
            for id in ids {
                let found = try store.seen(id)
                try expectEqual(found?.body, Array("body of \(id)".utf8), "body of \(id.prefix(40))")
                try expectEqual(found.map { Array($0.stored.id.utf8) }, Array(id.utf8), "id")
            }
        },
        .store("bodies may be empty, and may have 4 MiB") { store in
            let large = [UInt8](unsafeUninitializedCapacity: 4 << 20) { buffer, count in
                for index in 0..<(4 << 20) { buffer[index] = UInt8(truncatingIfNeeded: index &* 31 >> 3) }
                count = 4 << 20
            }
            try store.write(
                EntityWrite(tenant: "", id: "urn:large", expectation: .absent, body: large, change: large),
                EntityWrite(tenant: "", id: "urn:empty", expectation: .absent, body: [], change: []))
            try expectEqual(try store.seen("urn:large")?.body == large, true, "the large body")
            try expectEqual(try store.seen("urn:empty")?.body, [], "the empty body")
            let changes = try store.changes(after: 0, limit: 10)
            try expectEqual(changes.map(\.change.count), [4 << 20, 0], "sizes of the changes")
            try expect(changes.first?.change == large, "the large change is not the same")
            let sizes = try store.seenAll().map(\.body.count)
            try expectEqual(sizes, [4 << 20, 0], "visited sizes")
        },
        .store("a commit may have a thousand writes") { store in
            let ids = (0..<1000).map { "urn:\($0)" }
            try store.write(Commit(ids.map { .create($0) }))
            try store.write(Commit(ids.enumerated().map { .update($1, at: UInt64($0 + 1), "second") }))
            try expectEqual(try store.seenAll().map(\.stored.id), ids, "ids")
            try expectEqual(try store.seenAll().map(\.stored.revision), Array(1001...2000), "revisions")
            try expectEqual(try store.changes(after: 0, limit: 5000).count, 2000, "changes")
            try store.write(Commit(ids.enumerated().map { .delete($1, at: UInt64($0 + 1001)) }))
            try expectEqual(try store.statistics().entities, 0, "entities left")
        },
    ]
}
