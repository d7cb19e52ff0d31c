import NGSILDModel
import NGSILDOperations

extension OperationContext {
    /// CIM 009 clause 5.6.3.
    mutating func appendAttributes(
        _ id: String, _ fragment: EntityDraft, overwrite: Bool, _ tenant: Tenant
    ) throws(NGSILDError) -> ProvisionResult {
        let (position, record) = try existing(id, tenant)
        var scopes = fragment.scopes
        if let given = fragment.scopes, !overwrite {
            scopes = record.scopes + given.filter { !record.scopes.contains($0) }
        }
        return try change(position, record, fragment, rule: overwrite ? .replace : .keep, scopes: scopes)
    }
}
