import NGSILDModel
import NGSILDOperations

extension OperationContext {
    /// Puts in entities as they are, their times included, in the place of those with the same ids. For snapshots (CIM
    /// 009 clause 5.16).
    mutating func copyEntities(_ records: [EntityRecord], _ tenant: Tenant) -> ProvisionResult {
        for record in records {
            let position = working.entry(record.id, in: tenant)
            working.write(
                position, record,
                attributes: record.attributes.names.map { AttributeChange(name: $0, kind: .created) })
        }
        return .success
    }
}
