import BrokerStorage
import NGSILDModel

extension StorageConformance {
    static let termChecks: [StorageCheck] = [
        .store("terms are numbered from 1 and keep their numbers") { store in
            let iris = [
                "https://uri.etsi.org/ngsi-ld/name", "https://example.org/é", "https://example.org/e\u{301}", "",
            ]
            for (index, iri) in iris.enumerated() {
                try expectEqual(try store.internTerm(iri), UInt32(index + 1), iri)
            }
            for (index, iri) in iris.enumerated() {
                try expectEqual(try store.internTerm(iri), UInt32(index + 1), "again: \(iri)")
            }
            try expectEqual(try store.terms().map(ExactText.init), iris.map(ExactText.init), "all terms")
            try store.write(.create("urn:a"))
            try expectEqual(try store.internTerm("https://example.org/new"), 5, "a new one after a commit")
            try expectEqual(try store.terms().count, 5, "count")
        },
        .store("terms given from many threads at once are given once") { store in
            let results = try concurrently(8) { thread in
                try (0..<200).map { try store.internTerm("https://example.org/\(($0 + thread * 25) % 200)") }
            }
            for (thread, numbers) in results.enumerated() {
                for index in 0..<200 {
                    let iri = "https://example.org/\((index + thread * 25) % 200)"
                    try expectEqual(try store.internTerm(iri), numbers[index], iri)
                }
            }
            try expectEqual(try store.terms().count, 200, "count")
        },
        StorageCheck("terms are durable with the next commit, whatever it is for") { engine in
            guard let reopen = engine.reopen else { return }
            var store = try engine.make()
            defer { store.close() }
            _ = try store.internTerm("https://example.org/1")
            try store.write(.create("urn:a"))
            _ = try store.internTerm("https://example.org/2")
            try store.write(.with { $0.documents = [DocumentWrite(kind: "kind", tenant: "", key: "k", body: [])] })
            _ = try store.internTerm("https://example.org/3")
            // A commit that fails, then one that has nothing of its own.
            _ = try store.commit(Commit([.create("urn:a")]))
            try store.write(Commit())
            let known = (1...3).map { "https://example.org/\($0)" }
            store = try reopen(store)
            try expectEqual(try store.terms(), known, "terms")
            try expectEqual(try store.internTerm(known[1]), 2, "number")
            try expectEqual(try store.internTerm("https://example.org/4"), 4, "new number")
        },
    ]
}
