import BrokerStorage
import NGSILDModel

extension StorageConformance {
    static let lifecycleChecks: [StorageCheck] = [
        .store("a closed store refuses all use, and may be closed again") { store in
            try store.write(.create("urn:a"))
            store.close()
            store.close()
            try expectError(.closed, "tenants") { _ = try store.tenants() }
            try expectError(.closed, "visit") { try store.visitEntities { _, _ in } }
            try expectError(.closed, "entity") { _ = try store.entity(tenant: "", id: "urn:a") }
            try expectError(.closed, "commit") { _ = try store.commit(Commit([.create("urn:b")])) }
            try expectError(.closed, "an empty commit") { _ = try store.commit(Commit()) }
            try expectError(.closed, "lastSequence") { _ = try store.lastSequence() }
            try expectError(.closed, "changes") { _ = try store.changes(after: 0, limit: 1) }
            try expectError(.closed, "prune") { try store.pruneChanges(through: 1) }
            try expectError(.closed, "outbox") { _ = try store.outbox(after: 0, limit: 1) }
            try expectError(.closed, "outbox rows") { _ = try store.outbox([1]) }
            try expectError(.closed, "documents") { _ = try store.documents(kind: "kind") }
            try expectError(.closed, "a document") { _ = try store.document(kind: "kind", tenant: "", key: "k") }
            try expectError(.closed, "a page of documents") {
                _ = try store.documents(kind: "kind", tenant: "", after: nil, limit: 1)
            }
            try expectError(.closed, "series") { _ = try store.historySeries(tenant: "", entity: "urn:a") }
            try expectError(.closed, "chunks") { _ = try store.chunks(HistoryChunk.of("urn:a", 0...1).series) }
            try expectError(.closed, "backup") { try store.backup(to: "unused") { _ in } }
            try expectError(.closed, "statistics") { _ = try store.statistics() }
            try expectError(.closed, "terms") { _ = try store.terms() }
            try expectError(.closed, "internTerm") { _ = try store.internTerm("https://example.org/a") }
        },
        StorageCheck("what was committed is there when the store is opened again") { engine in
            guard let reopen = engine.reopen else { return }
            var store = try engine.make()
            defer { store.close() }
            let chunk = HistoryChunk.of("urn:a", 0...9, tenant: "north")
            try store.write(
                .with {
                    $0.entities = [.create("urn:a", "one", tenant: "north"), .create("urn:b", "two")]
                    $0.documents = [DocumentWrite(kind: "kind", tenant: "south", key: "k", body: [1, 2])]
                    $0.history = [chunk]
                    $0.outbox = [5, 6]
                    $0.createdTenants = ["empty"]
                })
            try store.write(.update("urn:b", at: 2, "three"))
            let before = try store.picture()
            store = try reopen(store)
            try expectEqual(try store.picture(), before, "the store")
            try expectEqual(try store.chunks(chunk.series), [chunk], "history")
            try store.write(.update("urn:b", at: 3, "four"), .create("urn:c"))
            try store.pruneChanges(through: 100)
            store = try reopen(store)
            try expectEqual(try store.lastSequence(), 5, "lastSequence, all changes pruned")
            let numbers = try store.write(.create("urn:d", tenant: "north"))
            try expect(numbers[0] > (before.entities.last?.stored.number ?? 0), "numbers go on")
            try expectEqual(try store.changes(after: 0, limit: 10).map(\.sequence), [6], "changes go on")
        },
        StorageCheck("the number of an entity that was last is not given again") { engine in
            guard let reopen = engine.reopen else { return }
            var store = try engine.make()
            defer { store.close() }
            let number = try store.write(.create("urn:a"))[0]
            try store.write(.delete("urn:a", at: 1))
            try store.pruneChanges(through: 2)
            store = try reopen(store)
            try expect(try store.write(.create("urn:a"))[0] > number, "it is")
        },
        StorageCheck("a removed tenant stays removed when the store is opened again") { engine in
            guard let reopen = engine.reopen else { return }
            var store = try engine.make()
            defer { store.close() }
            try store.write(.create("urn:a", tenant: "north"))
            try store.write(.with { $0.removedTenants = ["north"] })
            store = try reopen(store)
            try store.write(.create("urn:b", tenant: "west"))
            try expectEqual(try store.tenants(), ["", "west"], "tenants")
            try expectEqual(try store.changes(after: 0, limit: 10).map(\.sequence), [2], "changes")
        },
    ]
}
