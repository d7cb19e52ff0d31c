import BrokerStorage
import NGSILDModel

extension StorageConformance {
    static let tenantChecks: [StorageCheck] = [
        .store("a tenant exists when it is created, or when something is written to it") { store in
            try store.write(.with { $0.createdTenants = ["zone", "area", "area"] })
            try expectEqual(try store.tenants(), ["", "area", "zone"], "created")
            try store.write(.create("urn:a", tenant: "entity"))
            try store.write(
                .with { $0.documents = [DocumentWrite(kind: "kind", tenant: "document", key: "k", body: [])] })
            try store.write(.with { $0.history = [HistoryChunk.of("urn:a", 0...1, tenant: "history")] })
            try store.write(.with { $0.documents = [DocumentWrite(kind: "kind", tenant: "none", key: "k", body: nil)] })
            try expectEqual(try store.tenants(), ["", "area", "document", "entity", "history", "zone"], "written")
        },
        .store("everything of a removed tenant goes, and nothing of another") { store in
            func fill(_ tenant: String) throws {
                try store.write(
                    .with {
                        $0.entities = [.create("urn:a", tenant: tenant), .create("urn:b", tenant: tenant)]
                        $0.documents = [DocumentWrite(kind: "kind", tenant: tenant, key: "k", body: [1])]
                        $0.history = [HistoryChunk.of("urn:a", 0...9, tenant: tenant)]
                    })
            }
            try fill("north")
            try fill("")
            try fill("south")
            // Both tenants in one commit: their changes lie side by side.
            try store.write(
                .update("urn:a", at: 1, "two", tenant: "north"), .update("urn:a", at: 3, "two"),
                .update("urn:a", at: 5, "two", tenant: "south"))
            try store.write(.with { $0.removedTenants = ["north", "unknown"] })

            try expectEqual(try store.tenants(), ["", "south"], "tenants")
            try expectEqual(try store.seen("urn:a", tenant: "north"), nil, "its entity")
            try expectEqual(try store.historySeries(tenant: "north", entity: "urn:a"), [], "its history")
            try expectEqual(
                try store.chunks(HistoryChunk.of("urn:a", 0...9, tenant: "north").series), [], "its chunks")
            try expectEqual(try store.documents(kind: "kind").map(\.tenant), ["", "south"], "documents")
            try expectEqual(try store.changes(after: 0, limit: 100).map(\.sequence), [3, 4, 5, 6, 8, 9], "changes")
            try expectEqual(try store.changes(after: 0, limit: 3).map(\.sequence), [3, 4, 5], "the first changes")
            try expectEqual(try store.changes(after: 6, limit: 1).map(\.sequence), [8], "a change after it")
            try expectEqual(try store.lastSequence(), 9, "lastSequence")
            try expectEqual(try store.seenAll().map(\.stored.tenant), ["", "", "south", "south"], "entities")
            try expectEqual(try store.historySeries(tenant: "south", entity: "urn:a").count, 1, "other history")
            try expectEqual(try store.statistics().historyChunks, 2, "chunks")
        },
        .store("a removed tenant that comes back is empty") { store in
            try store.write(.create("urn:a", "old", tenant: "north"))
            try store.write(
                .with {
                    $0.removedTenants = ["north"]
                    $0.entities = [.create("urn:a", "new", tenant: "north")]
                })
            try expectEqual(
                try store.seenAll(),
                [Seen("urn:a", "new", tenant: "north", number: 2, revision: 2)]
                    .map { Seen($0.stored.id, "new", tenant: "north", number: try store.number(of: $0), revision: 2) },
                "entities")
            try expectEqual(try store.changes(after: 0, limit: 10).map(\.sequence), [2], "changes")
            try expectEqual(try store.tenants(), ["", "north"], "tenants")
            try store.write(
                .with {
                    $0.removedTenants = ["north"]
                    $0.createdTenants = ["north"]
                })
            try expectEqual(try store.tenants(), ["", "north"], "removed and created")
            try expectEqual(try store.seenAll(), [], "removed entities")
        },
        .store("the default tenant can be emptied but stays") { store in
            try store.write(.create("urn:a"), .create("urn:b", tenant: "north"))
            try store.write(.with { $0.removedTenants = [""] })
            try expectEqual(try store.tenants(), ["", "north"], "tenants")
            try expectEqual(try store.seenAll().map(\.stored.id), ["urn:b"], "entities")
            try expectEqual(try store.changes(after: 0, limit: 10).map(\.sequence), [2], "changes")
            try store.write(.create("urn:a"))
            try expectEqual(try store.changes(after: 0, limit: 10).map(\.sequence), [2, 3], "changes after")
        },
        .store("an entity of a removed tenant meets no expectation in the same commit") { store in
            try store.write(.create("urn:a", tenant: "north"))
            let outcome = try store.commit(
                .with {
                    $0.removedTenants = ["north"]
                    $0.entities = [.update("urn:a", at: 1, "two", tenant: "north")]
                })
            try expectEqual(outcome, .conflicts([0]), "outcome")
            try expectEqual(try store.seen("urn:a", tenant: "north")?.stored.revision, 1, "the entity stays")
            try expectEqual(try store.tenants(), ["", "north"], "the tenant stays")
        },
    ]
}

extension BrokerStorage {
    fileprivate func number(of seen: Seen) throws -> Int64 {
        try self.seen(seen.stored.id, tenant: seen.stored.tenant)?.stored.number ?? 0
    }
}
