import BrokerStorage
import NGSILDModel
import Synchronization

/// The entities that have a history but no current state: deleted ones, and those brought in as history only.
///
/// Kept as documents in the same store; one is about 100 bytes of memory. An entity that was created again may still
/// be in it: its current state counts then.
final class TemporalDirectory: Sendable {
    static let kind = "temporal-entity"

    struct Entry: Hashable, Sendable {
        var types: [TermID]
        var scopes: [String]
    }

    private let tenants = Mutex<[String: [String: Entry]]>([:])
    /// Entries that are in the change record only.
    private let noted = Mutex<[[String]: Entry]>([:])

    init(documents: [StoredDocument]) {
        for document in documents {
            guard let entity = EntityCodec.decode(document.body, id: document.key) else { continue }
            put(Entry(types: entity.types, scopes: entity.scopes), tenant: document.tenant, id: document.key)
        }
    }

    func entry(tenant: String, id: String) -> Entry? { tenants.withLock { $0[tenant]?[id] } }

    func put(_ entry: Entry?, tenant: String, id: String) {
        tenants.withLock { $0[tenant, default: [:]][id] = entry }
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
            Self.document(entry(tenant: name[0], id: name[1]), tenant: name[0], id: name[1])
        }
    }

    /// Takes back what could not be stored.
    func note(again documents: [DocumentWrite]) {
        for document in documents {
            guard let entry = entry(tenant: document.tenant, id: document.key) else { continue }
            note(entry, tenant: document.tenant, id: document.key)
        }
    }

    func remove(tenant: String) {
        tenants.withLock { $0[tenant] = nil }
        noted.withLock { noted in noted = noted.filter { $0.key[0] != tenant } }
    }

    /// The entries of a tenant behind an id, or all, by id.
    func entries(tenant: String, after start: String? = nil) -> [(id: String, entry: Entry)] {
        tenants.withLock { tenants in
            (tenants[tenant] ?? [:]).compactMap { id, entry in start.map { id > $0 } ?? true ? (id, entry) : nil }
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
