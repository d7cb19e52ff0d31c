import NGSILDModel
import NGSILDOperations

extension OperationContext {
    /// CIM 009 clause 5.6.6.
    mutating func deleteEntity(_ id: String, _ tenant: Tenant) throws(NGSILDError) -> ProvisionResult {
        let (position, record) = try existing(id, tenant)
        try write(
            position, nil, attributes: record.attributes.names.map { AttributeChange(name: $0, kind: .deleted) })
        return .success
    }
}
