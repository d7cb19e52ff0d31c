import BrokerStorage
import NGSILDModel
import Synchronization

/// The entities that have a history but no current state: deleted ones, and those brought in as history only.
///
/// Kept as documents in the same store; one is about 100 bytes of memory. An entity that was created again may still
/// be in it: its current state counts then.
///
/// They are read from the store when they are first asked for, 3 us each, so that a start need not wait for all that was
/// ever deleted. Whoever notes one does not wait for that.
final class TemporalDirectory: Sendable {
    static let kind = "temporal-entity"

    struct Entry: Hashable, Sendable {
        var types: [TermID]
        var scopes: [String]
    }

    private typealias Entries = [String: [String: Entry]]

    private struct State {
        var tenants: Entries = [:]
        /// What changed before the stored ones were read, by tenant and id.
        var early: Set<[String]> = []
        var removed: Set<String> = []
        var isLoaded = false
    }

    private let stored: @Sendable () throws -> [StoredDocument]
    /// Held while they are read; taken before `state`.
    private let loading = Mutex(())
    private let state = Mutex(State())
    /// Entries that are in the change record only.
    private let noted = Mutex<[[String]: Entry]>([:])

    /// - Parameter stored: reads the documents of this kind.
    init(stored: @escaping @Sendable () throws -> [StoredDocument]) { self.stored = stored }

    /// Reads what is stored, unless that was done.
    ///
    /// - Throws: `StorageError` when it cannot be read; the next one who asks tries again.
    func load() throws {
        if state.withLock({ $0.isLoaded }) { return }
        try loading.withLock { _ in
            if state.withLock({ $0.isLoaded }) { return }
            var entries: Entries = [:]
            for document in try stored() {
                guard let entity = EntityCodec.decode(document.body, id: document.key) else { continue }
                entries[document.tenant, default: [:]][document.key] = Entry(
                    types: entity.types, scopes: entity.scopes)
            }
            state.withLock { state in
                for tenant in state.removed { entries[tenant] = nil }
                for name in state.early { entries[name[0], default: [:]][name[1]] = state.tenants[name[0]]?[name[1]] }
                state = State(tenants: entries, isLoaded: true)
            }
        }
    }

    /// - Throws: `StorageError`, as all that ask.
    func entry(tenant: String, id: String) throws -> Entry? {
        try load()
        return state.withLock { $0.tenants[tenant]?[id] }
    }

    func put(_ entry: Entry?, tenant: String, id: String) {
        state.withLock { state in
            state.tenants[tenant, default: [:]][id] = entry
            if !state.isLoaded { state.early.insert([tenant, id]) }
        }
    }

    /// Puts the entry of an entity that was just deleted, to be stored with the recorder's next cursor.
    func note(_ entry: Entry, tenant: String, id: String) {
        put(entry, tenant: tenant, id: id)
        noted.withLock { $0[[tenant, id]] = entry }
    }

    /// What has been noted, to be stored.
    func takeNoted() -> [DocumentWrite] {
        let taken = noted.withLock { noted in
            defer { noted = [:] }
            return noted
        }
        return taken.keys.map { name in
            let entry = state.withLock { $0.tenants[name[0]]?[name[1]] }
            return Self.document(entry, tenant: name[0], id: name[1])
        }
    }

    /// Takes back what could not be stored.
    func note(again documents: [DocumentWrite]) {
        for document in documents {
            guard let entry = state.withLock({ $0.tenants[document.tenant]?[document.key] }) else { continue }
            note(entry, tenant: document.tenant, id: document.key)
        }
    }

    func remove(tenant: String) {
        state.withLock { state in
            state.tenants[tenant] = nil
            if !state.isLoaded { state.removed.insert(tenant) }
        }
        noted.withLock { noted in noted = noted.filter { $0.key[0] != tenant } }
    }

    /// The entries of a tenant behind an id, or all, by id.
    func entries(tenant: String, after start: String? = nil) throws -> [(id: String, entry: Entry)] {
        try load()
        return state.withLock { state in
            (state.tenants[tenant] ?? [:]).compactMap { id, entry in
                start.map { id > $0 } ?? true ? (id, entry) : nil
            }
        }.sorted { $0.id < $1.id }
    }

    static func document(_ entry: Entry?, tenant: String, id: String) -> DocumentWrite {
        let body = entry.map { entry in
            let zero = Timestamp(microseconds: 0)
            return EntityCodec.encode(
                EntityRecord(
                    id: id, types: entry.types, scopes: entry.scopes, createdAt: zero, modifiedAt: zero,
                    attributes: AttributeForest()))
        }
        return DocumentWrite(kind: kind, tenant: tenant, key: id, body: body)
    }
}
