import NGSILDModel
import NGSILDOperations

extension OperationContext {
    /// CIM 009 clause 5.6.5.
    mutating func deleteAttribute(
        _ id: String, _ attribute: TermID, dataset: String?, _ tenant: Tenant
    ) throws(NGSILDError) -> ProvisionResult {
        let (position, record) = try existing(id, tenant)
        guard let change = record.attributes.removing(attribute, dataset: dataset) else {
            throw .resourceNotFound(
                "Entity \(id) has no such attribute instance; deleteAll=true removes instances with any datasetId")
        }
        try write(position, record, change)
        return .success
    }
}
