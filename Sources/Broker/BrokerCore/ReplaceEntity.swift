import NGSILDModel
import NGSILDOperations

extension OperationContext {
    /// CIM 009 clause 5.6.18.
    mutating func replaceEntity(_ id: String, _ draft: EntityDraft, _ tenant: Tenant) throws(NGSILDError)
        -> ProvisionResult
    {
        let (position, record) = try existing(id, tenant)
        replace(position, record, draft)
        return .success
    }

    /// Puts a new content in the place of the old; the entity and attributes that stay keep `createdAt`.
    mutating func replace(_ position: Int, _ record: EntityRecord, _ draft: EntityDraft) {
        let attributes = draft.attributes.stamped(now, keepingCreationOf: record.attributes)
        let replaced = EntityRecord(
            id: record.id, types: draft.types.isEmpty ? record.types : draft.types, scopes: draft.scopes ?? [],
            createdAt: record.createdAt, modifiedAt: now, expiresAt: draft.expiresAt ?? .none, attributes: attributes)
        var changes = attributes.names.map {
            AttributeChange(name: $0, kind: record.attributes.contains($0) ? .modified : .created)
        }
        for name in record.attributes.names where !attributes.contains(name) {
            changes.append(AttributeChange(name: name, kind: .deleted))
        }
        working.write(position, replaced, attributes: changes)
    }
}
