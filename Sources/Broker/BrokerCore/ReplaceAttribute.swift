import NGSILDModel
import NGSILDOperations

extension OperationContext {
    /// CIM 009 clause 5.6.19.
    mutating func replaceAttribute(
        _ id: String, _ attribute: TermID, _ forest: AttributeForest, _ tenant: Tenant
    ) throws(NGSILDError) -> ProvisionResult {
        let (position, record) = try existing(id, tenant)
        if forest.roots.contains(where: { !forest.nodes[$0].flags.isDisjoint(with: [.isNull, .hasNoValue]) }) {
            throw .badRequestData("Replace Attribute needs a value; use Delete Attribute to remove the attribute")
        }
        guard let change = record.attributes.replacing(attribute, with: forest, now: now) else {
            throw .resourceNotFound(
                "Entity \(id) has no such attribute instance; append it with POST /entities/{id}/attrs")
        }
        try checkSize(id, change.forest)
        try write(position, record, change)
        return .success
    }

    mutating func write(
        _ position: Int, _ record: EntityRecord, _ change: ForestChange
    ) throws(NGSILDError) {
        try write(
            position, record.changed(at: now, attributes: change.forest), attributes: change.changes)
    }
}
