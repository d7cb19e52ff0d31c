import BrokerStorage
import NGSILDModel

/// Up to which change the past of an entity is in chunks, where that is further than the recorder's cursor: the
/// entities whose history was changed by clients. A replay must not bring back what they deleted.
struct SettledEntities {
    static let kind = "history-settled"
    /// How many there may be before the cursor has to move.
    static let limit = 10_000

    private var through: [SeriesTails.EntityName: UInt64] = [:]

    var count: Int { through.count }

    init(documents: [StoredDocument] = []) {
        for document in documents {
            guard let sequence = HistoryStore.decodeCursor(document.body) else { continue }
            through[SeriesTails.EntityName(tenant: document.tenant, entity: document.key)] = sequence
        }
    }

    func isSettled(_ change: StoredChange) -> Bool {
        if through.isEmpty { return false }
        let sequence = through[SeriesTails.EntityName(tenant: change.tenant, entity: change.id)] ?? 0
        return change.sequence <= sequence
    }

    /// Keeps that an entity is settled; returns the document that says so.
    mutating func settle(tenant: String, entity: String, through sequence: UInt64) -> DocumentWrite {
        through[SeriesTails.EntityName(tenant: tenant, entity: entity)] = sequence
        return DocumentWrite(
            kind: Self.kind, tenant: tenant, key: entity, body: HistoryStore.encodeCursor(sequence))
    }

    /// The documents of entities that the cursor has passed go.
    mutating func passed(_ cursor: UInt64, tenants: Set<String>) -> [DocumentWrite] {
        var gone: [DocumentWrite] = []
        for (name, sequence) in through where sequence <= cursor {
            through[name] = nil
            if tenants.contains(name.tenant.text) {
                gone.append(
                    DocumentWrite(kind: Self.kind, tenant: name.tenant.text, key: name.entity.text, body: nil))
            }
        }
        return gone
    }

    mutating func remove(tenant: String) {
        through = through.filter { $0.key.tenant != ExactText(tenant) }
    }
}
