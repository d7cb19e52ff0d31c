import BrokerStorage
import InMemoryStorage
import NGSILDModel
import Testing

@testable import TemporalEvolution

@Suite struct TemporalDirectoryTests {
    typealias Entry = TemporalDirectory.Entry

    private let storage = InMemoryStorage()

    private static let first = Entry(types: [TermID(1)], scopes: [])
    private static let newer = Entry(types: [TermID(2)], scopes: ["/north"])

    private func store(_ documents: [DocumentWrite]) throws {
        var commit = Commit(at: Timestamp(microseconds: 0))
        commit.documents = documents
        _ = try storage.commit(commit)
    }

    private func store(_ entry: Entry?, tenant: String = "", _ ids: String...) throws {
        try store(ids.map { TemporalDirectory.document(entry, tenant: tenant, id: $0) })
    }

    /// All ids of a tenant, by pages.
    private func ids(
        _ directory: TemporalDirectory, tenant: String = "", after start: String? = nil, limit: Int = 2
    ) throws -> [String] {
        var found: [String] = []
        var start = start
        repeat {
            let page = try directory.page(tenant: tenant, after: start, limit: limit)
            found += page.entries.map(\.id)
            start = page.next
        } while start != nil
        return found
    }

    @Test func `what is stored is read from the store, for each tenant`() throws {
        let directory = TemporalDirectory(storage: storage)
        try store(Self.first, "urn:a", "urn:b")
        try store(Self.newer, tenant: "north", "urn:a")
        #expect(try directory.entry(tenant: "", id: "urn:a") == Self.first)
        #expect(try directory.entry(tenant: "north", id: "urn:a") == Self.newer)
        #expect(try directory.entry(tenant: "north", id: "urn:b") == nil)
        #expect(try directory.entry(tenant: "south", id: "urn:a") == nil)
        #expect(try ids(directory) == ["urn:a", "urn:b"])
        #expect(try ids(directory, tenant: "north") == ["urn:a"])
    }

    @Test func `what is noted counts instead of what is stored, and is forgotten once it is stored itself`() throws {
        let directory = TemporalDirectory(storage: storage)
        try store(Self.first, "urn:a", "urn:c")
        directory.note(Self.newer, tenant: "", id: "urn:a")
        directory.note(Self.newer, tenant: "", id: "urn:b")
        #expect(try directory.entry(tenant: "", id: "urn:a") == Self.newer)
        #expect(try ids(directory) == ["urn:a", "urn:b", "urn:c"])

        let unstored = directory.unstored
        #expect(Set(unstored.map(\.key)) == ["urn:a", "urn:b"])
        // It was deleted once more while the others were stored.
        directory.note(Self.first, tenant: "", id: "urn:b")
        try store(unstored)
        directory.stored(unstored)
        #expect(directory.unstored == [TemporalDirectory.document(Self.first, tenant: "", id: "urn:b")])
        #expect(try directory.entry(tenant: "", id: "urn:a") == Self.newer)
        #expect(try directory.entry(tenant: "", id: "urn:b") == Self.first)
    }

    @Test func `what could not be stored stays noted`() throws {
        let directory = TemporalDirectory(storage: storage)
        directory.note(Self.newer, tenant: "", id: "urn:a")
        let unstored = directory.unstored
        #expect(directory.unstored == unstored)
        #expect(try ids(directory) == ["urn:a"])
    }

    @Test func `an entry that was stored otherwise counts instead of what was noted before`() throws {
        let directory = TemporalDirectory(storage: storage)
        for id in ["urn:a", "urn:b"] { directory.note(Self.first, tenant: "", id: id) }
        try store(Self.newer, "urn:a", "urn:c")
        directory.put(Self.newer, tenant: "", id: "urn:a")
        directory.put(nil, tenant: "", id: "urn:b")
        directory.put(Self.newer, tenant: "", id: "urn:c")
        #expect(try directory.entry(tenant: "", id: "urn:a") == Self.newer)
        #expect(directory.unstored == [TemporalDirectory.document(Self.newer, tenant: "", id: "urn:a")])
        #expect(try ids(directory) == ["urn:a", "urn:c"])
    }

    @Test func `what was noted of a tenant that is no more is forgotten`() throws {
        let directory = TemporalDirectory(storage: storage)
        for tenant in ["north", "south"] { directory.note(Self.first, tenant: tenant, id: "urn:a") }
        directory.remove(tenant: "north")
        #expect(directory.unstored.map(\.tenant) == ["south"])
        #expect(try ids(directory, tenant: "north") == [])
    }

    @Test(arguments: 1...7)
    func `pages of any length give each entry once, by the bytes of its id`(_ limit: Int) throws {
        let directory = TemporalDirectory(storage: storage)
        // A byte beyond the basic plane sorts before one in it by UTF-16, and behind it by UTF-8.
        let stored = ["urn:a", "urn:c", "urn:e", "urn:\u{FF5E}", "urn:\u{1F600}"]
        for id in stored { try store(Self.first, id) }
        let noted = ["urn:0", "urn:b", "urn:c", "urn:d", "urn:z", "urn:\u{1F601}"]
        for id in noted { directory.note(Self.newer, tenant: "", id: id) }
        let all = Set(stored).union(noted).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        #expect(try ids(directory, limit: limit) == all)
        #expect(try ids(directory, after: "urn:c", limit: limit) == Array(all.drop { $0 != "urn:c" }.dropFirst()))
    }

    @Test func `a store that cannot be read is not taken for an empty one`() throws {
        let directory = TemporalDirectory(storage: storage)
        directory.note(Self.first, tenant: "", id: "urn:a")
        storage.close()
        #expect(throws: StorageError.closed) { try directory.entry(tenant: "", id: "urn:b") }
        #expect(throws: StorageError.closed) { try directory.page(tenant: "", after: nil, limit: 1) }
        #expect(try directory.entry(tenant: "", id: "urn:a") == Self.first)
    }
}
