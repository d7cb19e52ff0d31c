import BrokerStorage
import NGSILDModel
import Synchronization

/// The entities that have a history but no current state: deleted ones, and those brought in as history only.
///
/// Kept as documents in the same store; one is about 100 bytes of memory.
final class TemporalDirectory: Sendable {
    static let kind = "temporal-entity"

    struct Entry: Hashable, Sendable {
        var types: [TermID]
        var scopes: [String]
    }

    private let tenants = Mutex<[String: [String: Entry]]>([:])

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

    func remove(tenant: String) { tenants.withLock { $0[tenant] = nil } }

    /// All entries of a tenant, by id.
    func entries(tenant: String) -> [(id: String, entry: Entry)] {
        tenants.withLock { tenants in (tenants[tenant] ?? [:]).map { ($0.key, $0.value) } }.sorted { $0.id < $1.id }
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
