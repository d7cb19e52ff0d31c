import BrokerStorage
import NGSILDModel

extension StorageConformance {
    static let documentChecks: [StorageCheck] = [
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
