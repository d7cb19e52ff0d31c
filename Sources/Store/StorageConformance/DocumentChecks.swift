import BrokerStorage
import NGSILDModel

extension StorageConformance {
    static let documentChecks: [StorageCheck] = [
        .store("documents are found by key and read by pages, in the order of the bytes of their keys") { store in
            // Two spellings of one letter, one that sorts otherwise by its value than by its bytes, and none at all.
            let keys = ["b", "", "a", "e\u{301}", "\u{E9}", "ab", "\u{FF5E}", "\u{1F600}"]
            func put(_ keys: [String], kind: String = "kind", tenant: String = "") -> [DocumentWrite] {
                keys.map { DocumentWrite(kind: kind, tenant: tenant, key: $0, body: Array("\(tenant)/\($0)".utf8)) }
            }
            try store.write(
                .with {
                    $0.documents = put(keys) + put(["a", "aa", "z"], tenant: "north") + put(["aaa"], kind: "other")
                })
            func page(_ tenant: String, after key: String?, _ limit: Int = 100) throws -> [[UInt8]] {
                try store.documents(kind: "kind", tenant: tenant, after: key, limit: limit).map { Array($0.key.utf8) }
            }
            let sorted = keys.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
            try expectEqual(try page("", after: nil), sorted, "all")
            try expectEqual(try page("", after: nil, 3), Array(sorted.prefix(3)), "the first")
            try expectEqual(try page("", after: "a", 2), Array(sorted[2..<4]), "behind one")
            try expectEqual(try page("", after: "aab"), Array(sorted.dropFirst(2)), "behind one that is not there")
            try expectEqual(try page("", after: "\u{1F600}"), [], "behind the last")
            try expectEqual(try page("", after: ""), Array(sorted.dropFirst()), "behind the empty one")
            try expectEqual(try page("", after: nil, 0), [], "none")
            try expectEqual(try page("", after: nil, -1), [], "less than none")
            try expectEqual(try page("north", after: "a"), ["aa", "z"].map { Array($0.utf8) }, "another tenant")
            try expectEqual(try page("south", after: nil), [], "a tenant without")
            for document in try store.documents(kind: "kind", tenant: "", after: nil, limit: 100) {
                try expectEqual(document.body, Array("/\(document.key)".utf8), "a body of a page")
                let body = try store.document(kind: "kind", tenant: "", key: document.key)
                try expectEqual(body, document.body, "the body by key")
            }
            try expectEqual(
                try store.document(kind: "kind", tenant: "north", key: "a"), Array("north/a".utf8), "of the tenant")
            for (kind, tenant, key) in [("kind", "", "aa"), ("other", "", "a"), ("kind", "south", "a")] {
                try expectEqual(
                    try store.document(kind: kind, tenant: tenant, key: key), nil, "\(kind) \(tenant) \(key)")
            }
        },
        .store("a document is put, replaced and removed; the last write of a key wins") { store in
            func put(_ key: String, _ body: [UInt8]?, kind: String = "kind", tenant: String = "") -> DocumentWrite {
                DocumentWrite(kind: kind, tenant: tenant, key: key, body: body)
            }
            func body(_ kind: String = "kind") throws -> [[UInt8]] { try store.documents(kind: kind).map(\.body) }

            try store.write(.with { $0.documents = [put("k", [1]), put("k", [2], kind: "other")] })
            try expectEqual(try body(), [[1]], "put")
            try expectEqual(try body("other"), [[2]], "another kind")
            try store.write(
                .with { $0.documents = [put("k", [3]), put("k", nil), put("k", []), put("l", [4]), put("l", nil)] })
            try expectEqual(try body(), [[]], "replaced, and empty")
            try store.write(
                .with { $0.documents = [put("k", nil), put("unknown", nil), put("k", nil, tenant: "unknown")] })
            try expectEqual(try body(), [], "removed")
            try expectEqual(try body("other"), [[2]], "another kind stays")
            try expectEqual(try body("unknown kind"), [], "unknown kind")
            try expectEqual(try store.lastSequence(), 0, "documents take no sequence number")
        },
        .store("documents come in the order of their keys' bytes, then tenants") { store in
            let keys = ["b", "a", "é", "e\u{301}", "A", "aa", "🏛", "\u{FFFD}", ""]
            try store.write(
                .with {
                    for tenant in ["z", "", "a"] {
                        for key in keys {
                            $0.documents.append(
                                DocumentWrite(kind: "kind", tenant: tenant, key: key, body: Array((tenant + key).utf8)))
                        }
                    }
                })
            let found = try store.documents(kind: "kind")
            let expected = keys.map(ExactText.init).sorted().flatMap { key in
                ["", "a", "z"].map { tenant in
                    StoredDocument(
                        kind: "kind", tenant: tenant, key: key.text, body: Array((tenant + key.text).utf8))
                }
            }
            try expectEqual(found.map { ExactText($0.key) }, expected.map { ExactText($0.key) }, "keys")
            try expectEqual(found, expected, "documents")
        },
        .store("a document may have 4 MiB") { store in
            let body = [UInt8](repeating: 7, count: 4 << 20)
            try store.write(.with { $0.documents = [DocumentWrite(kind: "kind", tenant: "", key: "k", body: body)] })
            try expect(try store.documents(kind: "kind").first?.body == body, "it is not the same")
        },
    ]
}
