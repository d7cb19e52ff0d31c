import NGSILDModel
import NGSILDOperations

extension OperationContext {
    /// CIM 009 clause 5.6.19.
    mutating func replaceAttribute(
        _ id: String, _ attribute: TermID, _ forest: AttributeForest, _ tenant: Tenant
    ) throws(NGSILDError) -> ProvisionResult {
        let (position, record) = try existing(id, tenant)
        guard let change = record.attributes.replacing(attribute, with: forest, now: now) else {
            throw .resourceNotFound("Entity \(id) has no such attribute; append it with POST /entities/{id}/attrs")
        }
        write(position, record, change)
        return .success
    }

    mutating func write(_ position: Int, _ record: EntityRecord, _ change: ForestChange) {
        let changed = EntityRecord(
            id: record.id, types: record.types, scopes: record.scopes, createdAt: record.createdAt, modifiedAt: now,
            expiresAt: record.expiresAt, attributes: change.forest)
        working.write(position, changed, attributes: change.changes)
    }
}
