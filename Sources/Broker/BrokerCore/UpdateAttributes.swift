import NGSILDModel
import NGSILDOperations

extension OperationContext {
    /// CIM 009 clause 5.6.2.
    mutating func updateAttributes(
        _ id: String, _ fragment: EntityDraft, _ tenant: Tenant
    ) throws(NGSILDError) -> ProvisionResult {
        let (position, record) = try existing(id, tenant)
        // The scope is replaced only where there is one (clause 5.6.2.4).
        let scopes = record.scopes.isEmpty ? nil : fragment.scopes
        let result = try change(position, record, fragment, rule: .replace, scopes: scopes)
        guard scopes == nil, fragment.scopes?.isEmpty == false, case .updated(var update) = result else {
            return result
        }
        update.leavesScopeOut = true
        return .updated(update)
    }

    /// Applies a fragment by a rule and writes the result, if anything changed.
    mutating func change(
        _ position: Int, _ record: EntityRecord, _ fragment: EntityDraft, rule: InstanceRule, scopes: [String]?
    ) throws(NGSILDError) -> ProvisionResult {
        let change = record.attributes.applying(fragment.attributes, rule: rule, now: now)
        try checkSize(record.id, change.forest)
        var types = record.types
        for type in fragment.types where !types.contains(type) { types.append(type) }
        let newScopes = scopes ?? record.scopes
        let newExpiry = fragment.expiresAt ?? record.expiresAt
        if !change.changes.isEmpty || types != record.types || newScopes != record.scopes
            || newExpiry != record.expiresAt
        {
            let changed = record.changed(
                at: now, types: types, scopes: newScopes, expiresAt: newExpiry, attributes: change.forest)
            try write(position, changed, attributes: change.changes)
        }
        var result = UpdateResult()
        for name in change.changes.map(\.name) where !result.updated.contains(name) { result.updated.append(name) }
        result.notUpdated = change.notUpdated
        return .updated(result)
    }

    /// Requests are bounded, but many of them could let one entity grow without end.
    func checkSize(_ id: String, _ forest: AttributeForest) throws(NGSILDError) {
        if forest.nodes.count > EntityDecoder.attributeLimit || forest.bytes.count > EntityDecoder.sizeLimit {
            throw .badRequestData(
                "Entity \(id) would have more than \(EntityDecoder.attributeLimit) attributes or \(EntityDecoder.sizeLimit >> 20) MiB; put some of them into entities of their own"
            )
        }
    }
}
