import NGSILDModel
import NGSILDOperations

extension OperationContext {
    /// CIM 009 clause 5.6.7.
    mutating func batchCreate(_ members: [BatchMember], _ tenant: Tenant) -> ProvisionResult {
        batch(members) { (context, draft, result) throws(NGSILDError) in
            try context.checkCreating(draft)
            _ = try context.createEntity(draft, tenant)
            result.created.append(draft.id)
        }
    }

    /// CIM 009 clause 5.6.8.
    mutating func batchUpsert(_ members: [BatchMember], replaces: Bool, _ tenant: Tenant) -> ProvisionResult {
        batch(members) { (context, draft, result) throws(NGSILDError) in
            let position = context.working.entry(draft.id, in: tenant)
            guard let record = context.working.entries[position].record else {
                _ = try context.createEntity(draft, tenant)
                result.created.append(draft.id)
                return
            }
            try context.checkWriting(draft.id, position, draft.attributes.names)
            if replaces {
                try context.replace(position, record, draft)
            } else {
                _ = try context.updateAttributes(draft.id, draft, tenant)
            }
            // An entity that this very batch created stays among the created ones.
            if !result.created.contains(draft.id) { result.updated.append(draft.id) }
        }
    }

    /// CIM 009 clause 5.6.9.
    mutating func batchUpdate(_ members: [BatchMember], overwrite: Bool, _ tenant: Tenant) -> ProvisionResult {
        batch(members) { (context, draft, result) throws(NGSILDError) in
            try context.checkWriting(draft.id, in: tenant, draft.attributes.names)
            let outcome = try context.appendAttributes(draft.id, draft, overwrite: overwrite, tenant)
            if case .updated(let update) = outcome, !update.notUpdated.isEmpty {
                let left = update.notUpdated.map { "\(draft.context?.name($0.name) ?? "an attribute"): \($0.reason)" }
                throw .badRequestData(
                    "Of entity \(draft.id) these attributes were not updated: \(left.joined(separator: "; "))")
            }
            result.updated.append(draft.id)
        }
    }

    /// CIM 009 clause 5.6.20.
    mutating func batchMerge(_ members: [BatchMember], _ tenant: Tenant) -> ProvisionResult {
        batch(members) { (context, draft, result) throws(NGSILDError) in
            try context.checkWriting(draft.id, in: tenant, draft.attributes.names)
            _ = try context.mergeEntity(draft.id, draft, MergeDefaults(), tenant)
            result.updated.append(draft.id)
        }
    }

    /// CIM 009 clause 5.6.10.
    mutating func batchDelete(_ ids: [String], _ tenant: Tenant) -> ProvisionResult {
        var result = BatchResult()
        for id in ids {
            do throws(NGSILDError) {
                _ = try deleteEntity(id, tenant)
                result.updated.append(id)
            } catch {
                result.errors.append(BatchEntityError(entityID: id, error: error))
            }
        }
        return .batch(result)
    }

    private mutating func batch(
        _ members: [BatchMember],
        _ body: (inout OperationContext, EntityDraft, inout BatchResult) throws(NGSILDError) -> Void
    ) -> ProvisionResult {
        var result = BatchResult()
        for member in members {
            switch member {
            case .rejected(let id, let error): result.errors.append(BatchEntityError(entityID: id, error: error))
            case .draft(let draft):
                do throws(NGSILDError) { try body(&self, draft, &result) } catch {
                    result.errors.append(BatchEntityError(entityID: draft.id, error: error))
                }
            }
        }
        return .batch(result)
    }
}
