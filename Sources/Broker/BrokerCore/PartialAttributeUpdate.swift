import NGSILDModel
import NGSILDOperations

extension OperationContext {
    /// CIM 009 clause 5.6.4.
    mutating func partialAttributeUpdate(
        _ id: String, _ attribute: TermID, _ fragment: AttributeForest, _ tenant: Tenant
    ) throws(NGSILDError) -> ProvisionResult {
        let (position, record) = try existing(id, tenant)
        for root in fragment.roots {
            let dataset = fragment.dataset(of: root)
            guard let target = record.attributes.root(named: attribute, dataset: dataset) else {
                throw .resourceNotFound(
                    dataset.isEmpty
                        ? "Entity \(id) has no such attribute; append it with POST /entities/{id}/attrs"
                        : "Entity \(id) has no instance of the attribute with datasetId \(dataset)")
            }
            let given = fragment.nodes[root]
            if !given.flags.contains(.kindIsInferred), !given.flags.contains(.isNull),
                given.kind != record.attributes.nodes[target].kind
            {
                throw .badRequestData(
                    "The attribute is a \(record.attributes.nodes[target].kind.typeName); a partial update cannot make it a \(given.kind.typeName)"
                )
            }
        }
        return try change(position, record, EntityDraft(attributes: fragment), rule: .partial, scopes: nil)
    }
}
