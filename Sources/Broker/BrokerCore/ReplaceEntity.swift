import NGSILDModel
import NGSILDOperations

extension OperationContext {
    /// CIM 009 clause 5.6.18.
    mutating func replaceEntity(_ id: String, _ draft: EntityDraft, _ tenant: Tenant) throws(NGSILDError)
        -> ProvisionResult
    {
        let (position, record) = try existing(id, tenant)
        try replace(position, record, draft)
        return .success
    }

    /// Puts a new content in the place of the old; the entity and attributes that stay keep `createdAt`.
    mutating func replace(_ position: Int, _ record: EntityRecord, _ draft: EntityDraft) throws(NGSILDError) {
        try checkComplete(draft)
        let attributes = draft.attributes.stamped(now, keepingCreationOf: record.attributes)
        let replaced = record.changed(
            at: now, types: draft.types.isEmpty ? nil : draft.types, scopes: draft.scopes ?? [],
            expiresAt: draft.expiresAt ?? Timestamp.none, attributes: attributes)
        var changes = attributes.names.map {
            AttributeChange(name: $0, kind: record.attributes.contains($0) ? .modified : .created)
        }
        for name in record.attributes.names where !attributes.contains(name) {
            changes.append(AttributeChange(name: name, kind: .deleted))
        }
        try write(position, replaced, attributes: changes)
    }

    /// A whole entity says what each attribute is; only a fragment may leave values out or ask for removal.
    func checkComplete(_ draft: EntityDraft) throws(NGSILDError) {
        if draft.attributes.nodes.contains(where: { !$0.flags.isDisjoint(with: [.isNull, .hasNoValue]) }) {
            throw .badRequestData(
                "Entity \(draft.id) has an attribute without a value; only fragments may leave it out")
        }
    }
}
