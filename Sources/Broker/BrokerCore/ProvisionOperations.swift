import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// Carries out one operation on a working set. One file for each operation extends it.
struct OperationContext {
    var working: WorkingSet
    /// What the caller of the operation under way may do; `nil`: everything.
    var access: WriteAccess? { didSet { judged = nil } }
    /// What it may write of the entity, as it was, that was last held against that.
    var judged: (record: EntityRecord, attributes: EntityAccess.Attributes)?
    var now: Timestamp { working.now }

    /// The entity's current state, or why there is none.
    mutating func existing(_ id: String, _ tenant: Tenant) throws(NGSILDError) -> (position: Int, record: EntityRecord)
    {
        let position = working.entry(id, in: tenant)
        try checkWriting(id, position, [])
        if working.entries[position].isUnreadable {
            throw .internalError("Entity \(id) cannot be read from the store; nothing was changed")
        }
        guard let record = working.entries[position].record else {
            throw .resourceNotFound("Entity \(id) does not exist; create it with POST /entities")
        }
        guard !record.isEvicted else { throw .internalError("Entity \(id) cannot be read from the store") }
        return (position, record)
    }

    mutating func apply(_ operation: ProvisionOperation, _ tenant: Tenant) -> ProvisionResult {
        do throws(NGSILDError) {
            switch operation {
            case .createEntity(let draft): return try createEntity(draft, tenant)
            case .updateAttributes(let id, let fragment): return try updateAttributes(id, fragment, tenant)
            case .appendAttributes(let id, let fragment, let overwrite):
                return try appendAttributes(id, fragment, overwrite: overwrite, tenant)
            case .partialAttributeUpdate(let id, let attribute, let fragment):
                return try partialAttributeUpdate(id, attribute, fragment, tenant)
            case .deleteAttribute(let id, let attribute, let dataset):
                return try deleteAttribute(id, attribute, dataset: dataset, tenant)
            case .deleteEntity(let id): return try deleteEntity(id, tenant)
            case .mergeEntity(let id, let fragment, let defaults):
                return try mergeEntity(id, fragment, defaults, tenant)
            case .replaceEntity(let id, let draft): return try replaceEntity(id, draft, tenant)
            case .replaceAttribute(let id, let attribute, let forest):
                return try replaceAttribute(id, attribute, forest, tenant)
            case .batchCreate(let members): return batchCreate(members, tenant)
            case .batchUpsert(let members, let replaces): return batchUpsert(members, replaces: replaces, tenant)
            case .batchUpdate(let members, let overwrite): return batchUpdate(members, overwrite: overwrite, tenant)
            case .batchMerge(let members): return batchMerge(members, tenant)
            case .batchDelete(let ids): return batchDelete(ids, tenant)
            case .purge(let ids, let query, let reduction): return try purge(ids, query, reduction, tenant)
            case .removeExpired(let ids): return removeExpired(ids, tenant)
            case .permitted(let inner, let access): return try applyPermitted(inner, access, tenant)
            case .copyEntities(let records): return copyEntities(records, tenant)
            case .deleteTenant: return .success
            }
        } catch {
            return .failure(error)
        }
    }

    /// Whether what was done so far must be committed before this operation, because it creates an entity that was just
    /// deleted or deletes one that was just created.
    func mustCommitFirst(_ operation: ProvisionOperation, _ tenant: Tenant) -> Bool {
        if working.entries.isEmpty { return false }
        switch operation {
        case .createEntity(let draft): return working.deletedHere(draft.id, in: tenant)
        case .deleteEntity(let id): return working.createdHere(id, in: tenant)
        case .batchCreate(let members), .batchUpsert(let members, _):
            return members.contains { member in
                if case .draft(let draft) = member { return working.deletedHere(draft.id, in: tenant) }
                return false
            }
        case .batchDelete(let ids), .purge(let ids, _, _), .removeExpired(let ids):
            return ids.contains { working.createdHere($0, in: tenant) }
        case .copyEntities(let records): return records.contains { working.deletedHere($0.id, in: tenant) }
        case .permitted(let inner, _): return mustCommitFirst(inner, tenant)
        case .deleteTenant: return true
        default: return false
        }
    }
}

extension ProvisionOperation {
    /// How many entities the operation may touch.
    var weight: Int {
        switch self {
        case .batchCreate(let members), .batchUpsert(let members, _), .batchUpdate(let members, _),
            .batchMerge(let members):
            max(1, members.count)
        case .batchDelete(let ids), .purge(let ids, _, _), .removeExpired(let ids): max(1, ids.count)
        case .copyEntities(let records): max(1, records.count)
        case .permitted(let inner, _): inner.weight
        default: 1
        }
    }

    /// Whether the operation brings a tenant into being.
    var createsTenant: Bool {
        switch self {
        case .createEntity, .batchCreate, .batchUpsert, .copyEntities: true
        case .permitted(let inner, _): inner.createsTenant
        default: false
        }
    }
}
