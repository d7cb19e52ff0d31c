import BrokerStorage
import NGSILDModel

extension StorageConformance {
    static let expectationChecks: [StorageCheck] = [
        .store("a creation of what exists is a conflict") { store in
            try store.write(.create("urn:a"))
            try expectEqual(try store.commit(Commit([.create("urn:a")])), .conflicts([0]), "outcome")
        },
        .store("an update or deletion at another revision is a conflict") { store in
            try store.write(.create("urn:a"))
            try store.write(.update("urn:a", at: 1, "two"))
            for revision: UInt64 in [0, 1, 3, .max] {
                try expectEqual(
                    try store.commit(Commit([.update("urn:a", at: revision, "x")])), .conflicts([0]),
                    "update at \(revision)")
                try expectEqual(
                    try store.commit(Commit([.delete("urn:a", at: revision)])), .conflicts([0]),
                    "deletion at \(revision)")
            }
        },
        .store("an update of what does not exist, or not any more, is a conflict") { store in
            try expectEqual(try store.commit(Commit([.update("urn:a", at: 1, "x")])), .conflicts([0]), "never")
            try store.write(.create("urn:a"))
            try store.write(.delete("urn:a", at: 1))
            try expectEqual(try store.commit(Commit([.update("urn:a", at: 1, "x")])), .conflicts([0]), "deleted")
            try expectEqual(try store.commit(Commit([.delete("urn:a", at: 1)])), .conflicts([0]), "deleted twice")
            try store.write(.create("urn:a"))
            try expectEqual(
                try store.commit(Commit([.update("urn:a", at: 1, "x")])), .conflicts([0]), "deleted and created again")
            try store.write(.update("urn:a", at: 3, "y"))
        },
        .store("an entity of another tenant meets no expectation") { store in
            try store.write(.create("urn:a", tenant: "north"))
            try expectEqual(
                try store.commit(Commit([.update("urn:a", at: 1, "x", tenant: "south")])), .conflicts([0]), "south")
            try store.write(.create("urn:a"))
        },
        .store("every conflict of a commit is named, and nothing of the commit is kept") { store in
            try store.write(.create("urn:a", "one"), .create("urn:b", "one"))
            try store.write(.with { $0.documents = [DocumentWrite(kind: "kind", tenant: "", key: "k", body: [1])] })
            let before = try store.picture()
            var commit = Commit([
                .create("urn:c", tenant: "new"), .create("urn:a"), .update("urn:b", at: 2, "two"),
                .update("urn:a", at: 9, "x"), .update("urn:none", at: 1, "x"), .delete("urn:b", at: 1),
            ])
            commit.documents = [DocumentWrite(kind: "kind", tenant: "", key: "k", body: nil)]
            commit.createdTenants = ["created"]
            commit.removedTenants = ["removed"]
            // Write 5 comes after write 2 on the same entity and is a conflict either way.
            try expectEqual(try store.commit(commit), .conflicts([1, 3, 4, 5]), "outcome")
            try expectEqual(try store.picture(), before, "the store")
            try expectEqual(try store.seen("urn:c", tenant: "new"), nil, "the new entity")
            try store.write(.update("urn:b", at: 2, "two"))
        },
        .store("a deletion that expects nothing to be there is refused whole") { store in
            let before = try store.picture()
            do {
                _ = try store.commit(
                    Commit([
                        .create("urn:a"),
                        EntityWrite(tenant: "", id: "urn:b", expectation: .absent, body: nil, change: []),
                    ]))
                throw ConformanceFailure(description: "it was not refused")
            } catch StorageError.failed {}
            try expectEqual(try store.picture(), before, "the store")
        },
    ]
}
