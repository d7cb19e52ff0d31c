import BrokerStorage
import NGSILDModel
import Synchronization
import Testing

@testable import TemporalEvolution

@Suite struct TemporalDirectoryTests {
    typealias Entry = TemporalDirectory.Entry

    /// Documents as a store has them, and whether reading them fails.
    private final class Store: Sendable {
        let documents = Mutex<[StoredDocument]>([])
        let isBroken = Mutex(false)
        let reads = Mutex(0)

        func add(_ entry: Entry, tenant: String, id: String) {
            let write = TemporalDirectory.document(entry, tenant: tenant, id: id)
            documents.withLock {
                $0.append(StoredDocument(kind: write.kind, tenant: tenant, key: id, body: write.body ?? []))
            }
        }

        func read() throws -> [StoredDocument] {
            reads.withLock { $0 += 1 }
            if isBroken.withLock({ $0 }) { throw StorageError.corrupt(path: "test", reason: "a page is damaged") }
            return documents.withLock { $0 }
        }
    }

    private static let stored = Entry(types: [TermID(1)], scopes: [])
    private static let newer = Entry(types: [TermID(2)], scopes: ["/north"])

    @Test func `what is stored is read once, when it is asked for`() throws {
        let store = Store()
        store.add(Self.stored, tenant: "", id: "urn:a")
        let directory = TemporalDirectory { try store.read() }
        #expect(store.reads.withLock { $0 } == 0)
        #expect(try directory.entry(tenant: "", id: "urn:a") == Self.stored)
        #expect(try directory.entry(tenant: "north", id: "urn:a") == nil)
        #expect(try directory.entries(tenant: "").map(\.id) == ["urn:a"])
        #expect(store.reads.withLock { $0 } == 1)
    }

    @Test func `what is noted before that counts instead of what is stored, and nobody waits to note it`() throws {
        let store = Store()
        for id in ["urn:a", "urn:b", "urn:c"] { store.add(Self.stored, tenant: "", id: id) }
        store.add(Self.stored, tenant: "north", id: "urn:a")
        store.add(Self.stored, tenant: "south", id: "urn:a")
        let directory = TemporalDirectory { try store.read() }
        directory.note(Self.newer, tenant: "", id: "urn:a")
        directory.put(nil, tenant: "", id: "urn:b")
        directory.remove(tenant: "north")
        directory.put(Self.newer, tenant: "south", id: "urn:b")
        directory.remove(tenant: "south")
        directory.put(Self.newer, tenant: "south", id: "urn:c")
        #expect(directory.takeNoted().map(\.key) == ["urn:a"])
        #expect(store.reads.withLock { $0 } == 0)
        #expect(try directory.entry(tenant: "", id: "urn:a") == Self.newer)
        #expect(try directory.entries(tenant: "").map(\.id) == ["urn:a", "urn:c"])
        #expect(try directory.entries(tenant: "north").isEmpty)
        #expect(try directory.entries(tenant: "south").map(\.id) == ["urn:c"])
    }

    @Test func `a store that cannot be read is not taken for an empty one, and is asked again`() throws {
        let store = Store()
        store.add(Self.stored, tenant: "", id: "urn:a")
        store.isBroken.withLock { $0 = true }
        let directory = TemporalDirectory { try store.read() }
        #expect(throws: StorageError.self) { try directory.entry(tenant: "", id: "urn:a") }
        #expect(throws: StorageError.self) { try directory.entries(tenant: "") }
        store.isBroken.withLock { $0 = false }
        #expect(try directory.entry(tenant: "", id: "urn:a") == Self.stored)
    }
}
