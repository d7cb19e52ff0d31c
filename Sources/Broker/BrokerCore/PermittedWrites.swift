import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// Writes of callers who may not do everything.
///
/// Each entity is held against the grants twice: before it is touched, as it is, and when it is written, as it would be.
/// So neither can a caller change what they may not, nor make of it what they might then change.
extension OperationContext {
    /// Carries out an operation as far as its caller may.
    mutating func applyPermitted(
        _ operation: ProvisionOperation, _ access: WriteAccess, _ tenant: Tenant
    ) throws(NGSILDError) -> ProvisionResult {
        self.access = access
        defer { self.access = nil }
        switch operation {
        case .createEntity(let draft): try checkCreating(draft)
        case .updateAttributes(let id, let fragment), .appendAttributes(let id, let fragment, _),
            .mergeEntity(let id, let fragment, _), .replaceEntity(let id, let fragment):
            try checkWriting(id, in: tenant, fragment.attributes.names)
        case .partialAttributeUpdate(let id, let attribute, _), .deleteAttribute(let id, let attribute, _),
            .replaceAttribute(let id, let attribute, _):
            try checkWriting(id, in: tenant, [attribute])
        case .deleteEntity, .batchCreate, .batchUpsert, .batchUpdate, .batchMerge, .batchDelete, .purge: break
        case .removeExpired, .copyEntities, .permitted, .deleteTenant:
            throw .accessDenied("This is not an operation of callers")
        }
        return apply(operation, tenant)
    }

    /// Refuses a new entity that the caller may not write, before it is told whether there is one already.
    func checkCreating(_ draft: EntityDraft) throws(NGSILDError) {
        guard let writing = access?.writing else { return }
        let entity = EntityRecord(
            id: draft.id, types: draft.types, scopes: draft.scopes ?? [], createdAt: now, modifiedAt: now,
            attributes: draft.attributes)
        guard let attributes = writing.attributes(writing: entity, after: nil) else { throw Self.refused(draft.id) }
        try Self.check(draft.attributes.names, of: draft.id, attributes)
    }

    /// The same as `checkWriting` of a position, for an entity that may not be in the working set yet.
    mutating func checkWriting(_ id: String, in tenant: Tenant, _ names: [TermID]) throws(NGSILDError) {
        guard access != nil else { return }
        let position = working.entry(id, in: tenant)
        try checkWriting(id, position, names)
    }

    /// Refuses a change of an entity that the caller may not write as it is.
    ///
    /// - Parameter names: the attributes that the request names, whether or not they would change.
    mutating func checkWriting(_ id: String, _ position: Int, _ names: [TermID]) throws(NGSILDError) {
        guard let access, let writing = access.writing, let record = working.entries[position].record else { return }
        // Most operations come here several times: by what they ask for, and by what they change.
        if let judged, judged.record === record { return try Self.check(names, of: id, judged.attributes) }
        guard let attributes = writing.attributes(of: record) else {
            if access.reading.reaches(record) { throw Self.refused(id) }
            throw .resourceNotFound("Entity \(id) does not exist; create it with POST /entities")
        }
        judged = (record, attributes)
        try Self.check(names, of: id, attributes)
    }

    /// Writes an entity's new state, or its end, if the caller may.
    mutating func write(
        _ position: Int, _ record: EntityRecord?, attributes changes: [AttributeChange]
    ) throws(NGSILDError) {
        if let access { try checkOutcome(position, record, changes, access) }
        working.write(position, record, attributes: changes)
    }

    private mutating func checkOutcome(
        _ position: Int, _ record: EntityRecord?, _ changes: [AttributeChange], _ access: WriteAccess
    ) throws(NGSILDError) {
        guard let writing = access.writing else { return }
        let (id, before) = (working.entries[position].id, working.entries[position].record)
        try checkWriting(id, position, changes.map(\.name))
        guard let record else { return }
        guard let attributes = writing.attributes(writing: record, after: before) else { throw Self.refused(id) }
        try Self.check(changes.map(\.name), of: id, attributes)
    }

    private static func check(
        _ names: [TermID], of id: String, _ attributes: EntityAccess.Attributes
    ) throws(NGSILDError) {
        guard names.allSatisfy(attributes.contains) else {
            throw .accessDenied(
                "The caller may write some attributes of entity \(id) only, and the operation changes others; leave them out, or ask for a policy that grants them"
            )
        }
    }

    private static func refused(_ id: String) -> NGSILDError {
        .accessDenied(
            "The caller may not write entity \(id) as it is or as it would be; its type, scope or place is in no policy that grants the operation"
        )
    }
}
