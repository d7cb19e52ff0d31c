import NGSILDModel
import NGSILDOperations

extension OperationContext {
    /// CIM 009 clause 5.6.1.
    mutating func createEntity(_ draft: EntityDraft, _ tenant: Tenant) throws(NGSILDError) -> ProvisionResult {
        let position = working.entry(draft.id, in: tenant)
        guard working.entries[position].record == nil else {
            throw .alreadyExists("Entity \(draft.id) already exists; use Merge Entity (PATCH) to change it")
        }
        try checkComplete(draft)
        // Its time is over (clause 4.22): the id is free, and there is nothing to keep.
        if let expiry = draft.expiresAt, expiry.isSet, expiry <= now { return .success }
        let record = EntityRecord(
            id: draft.id, types: draft.types, scopes: draft.scopes ?? [], createdAt: now, modifiedAt: now,
            expiresAt: draft.expiresAt ?? .none, attributes: draft.attributes.stamped(now))
        try write(
            position, record, attributes: record.attributes.names.map { AttributeChange(name: $0, kind: .created) })
        return .success
    }
}
