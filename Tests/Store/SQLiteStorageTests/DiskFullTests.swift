import BrokerStorage
import NGSILDModel
import Testing

@testable import SQLiteStorage

@Suite struct DiskFullTests {
    @Test func `a commit that does not fit leaves nothing, reads go on, and writes too when there is space`() throws {
        let root = try TemporaryDirectory()
        let directory = root.file("data")
        let store = try SQLiteStorage(directory: directory)
        defer { store.close() }
        try store.fill()
        try store.executeOnWriter("PRAGMA max_page_count = 60")
        var created = 0
        var error: StorageError?
        while error == nil, created < 1000 {
            do {
                _ = try store.create(["urn:full:\(created)"], body: [UInt8](repeating: 1, count: 3000))
                created += 1
            } catch let thrown as StorageError { error = thrown }
        }
        #expect(error == .full(path: directory + "/parvis.db"))
        let before = try store.picture()
        #expect(before.entities.count == 50 + created)

        // Fails late in the commit, after entities were written.
        _ = try store.internTerm("https://example.org/late")
        var commit = Commit(at: Timestamp(microseconds: 1))
        commit.entities = [
            EntityWrite(tenant: "new", id: "urn:small", expectation: .absent, body: [1], change: [1])
        ]
        commit.outbox = [1]
        commit.removedOutbox = [1...1]
        commit.documents = [DocumentWrite(kind: "kind", tenant: "", key: "k0", body: nil)]
        commit.history = [
            HistoryChunk(
                series: Picture.series, start: Timestamp(microseconds: 10_000), end: Timestamp(microseconds: 10_001),
                count: 1, body: [UInt8](repeating: 1, count: 1 << 20))
        ]
        #expect(throws: StorageError.full(path: directory + "/parvis.db")) { try store.commit(commit) }
        var after = try store.picture()
        #expect(after.terms.count == before.terms.count + 1)
        after = Picture(
            entities: after.entities, changes: after.changes, last: after.last, tenants: after.tenants,
            documents: after.documents, terms: before.terms, chunks: after.chunks, outbox: after.outbox)
        #expect(after == before)

        try store.executeOnWriter("PRAGMA max_page_count = 100000")
        guard case .committed(let first, _) = try store.commit(commit) else {
            Issue.record("conflict")
            return
        }
        #expect(first == before.last + 1)
        #expect(try store.entity(tenant: "new", id: "urn:small")?.1 == [1])
        #expect(try store.tenants() == ["", "new", "north"])
        #expect(try store.outbox(after: 0, limit: 10) == [StoredOutboxRow(sequence: first, body: [1])])
    }
}
