import NGSILDModel
import NGSILDOperations

extension OperationContext {
    /// CIM 009 clause 5.6.17.
    mutating func mergeEntity(
        _ id: String, _ fragment: EntityDraft, _ defaults: MergeDefaults, _ tenant: Tenant
    ) throws(NGSILDError) -> ProvisionResult {
        let (position, record) = try existing(id, tenant)
        var fragment = fragment
        fragment.attributes = fragment.attributes.adapted(
            to: record.attributes, defaults, context: fragment.context)
        return try change(position, record, fragment, rule: .merge, scopes: fragment.scopes)
    }
}
