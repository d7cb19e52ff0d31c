import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// Histories as far as a caller reaches them.
///
/// What an entity is now decides; of one that is gone, the types and scopes that it had last, and then a policy with an
/// area does not reach it.
struct PermittedTemporal: TemporalService {
    let base: any TemporalService
    let consumption: any EntityConsumption
    let access: EntityAccess
    let reading: WriteAccess.Reading

    func retrieveTemporalEvolution(
        id: String, _ selection: TemporalSelection, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<TemporalPage, NGSILDError>) -> Void
    ) {
        base.retrieveTemporalEvolution(id: id, reached(selection), tenant: tenant, on: scheduler, reply: reply)
    }

    func queryTemporalEvolution(
        _ query: EntityQuery, _ selection: TemporalSelection, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<TemporalPage, NGSILDError>) -> Void
    ) {
        base.queryTemporalEvolution(query, reached(selection), tenant: tenant, on: scheduler) { result in
            // The number of creation in a link would tell how many entities were created in between.
            reply(
                result.map { page in
                    var page = page
                    page.last = nil
                    return page
                })
        }
    }

    private func reached(_ selection: TemporalSelection) -> TemporalSelection {
        var selection = selection
        selection.access = access
        return selection
    }

    // MARK: Writes

    /// Finds what an entity is or was, then writes if the caller may.
    ///
    /// - Parameters:
    ///   - names: the attributes that are written; `nil`: all.
    ///   - draft: what a new history would be of; `nil` where there must be one.
    private func write<Success: Sendable>(
        _ id: String, _ names: [TermID]?, draft: EntityDraft? = nil, tenant: String, on scheduler: any ReplyScheduler,
        _ reply: @escaping @Sendable (Result<Success, NGSILDError>) -> Void, _ body: @escaping @Sendable () -> Void
    ) {
        let finish: @Sendable (EntityRecord?) -> Void = { known in
            do throws(NGSILDError) { try check(id, known, names, draft) } catch {
                return scheduler.deliver([{ reply(.failure(error)) }])
            }
            body()
        }
        if let entity = try? consumption.retrieveEntity(id: id, tenant: tenant) { return finish(entity) }
        // Of no instance: only what the entity was is asked for.
        var bare = TemporalSelection()
        bare.datasets = [""]
        base.retrieveTemporalEvolution(id: id, bare, tenant: tenant, on: scheduler) { result in
            switch result {
            case .success(let page): finish(page.entities.first.map(Self.record))
            case .failure(.resourceNotFound), .failure(.nonexistentTenant): finish(nil)
            case .failure(let error): scheduler.deliver([{ reply(.failure(error)) }])
            }
        }
    }

    private static func record(_ past: TemporalEntity) -> EntityRecord {
        let none = Timestamp(microseconds: 0)
        return EntityRecord(
            id: past.id, types: past.types, scopes: past.scopes, createdAt: none, modifiedAt: none,
            attributes: AttributeForest())
    }

    private func check(
        _ id: String, _ known: EntityRecord?, _ names: [TermID]?, _ draft: EntityDraft?
    ) throws(NGSILDError) {
        let written: EntityAccess.Attributes?
        if let known {
            written = access.attributes(of: known)
            if written == nil, !reading.reaches(known) { throw Self.unknown(id) }
        } else if let draft {
            let none = Timestamp(microseconds: 0)
            written = access.attributes(
                writing: EntityRecord(
                    id: id, types: draft.types, scopes: draft.scopes ?? [], createdAt: none, modifiedAt: none,
                    attributes: draft.attributes), after: nil)
        } else {
            throw Self.unknown(id)
        }
        guard let written else {
            throw .accessDenied(
                "The caller may not write the history of entity \(id); its type, scope or place is in no policy that grants the operation"
            )
        }
        if case .only(let some) = written, !(names.map { $0.allSatisfy(some.contains) } ?? false) {
            throw .accessDenied(
                "The caller may write the history of some attributes of entity \(id) only; ask for a policy that grants the others"
            )
        }
    }

    private static func unknown(_ id: String) -> NGSILDError {
        .resourceNotFound("No history of entity \(id) is known")
    }

    func upsertTemporalEvolution(
        _ draft: EntityDraft, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Bool, NGSILDError>) -> Void
    ) {
        write(draft.id, draft.attributes.names, draft: draft, tenant: tenant, on: scheduler, reply) { [base] in
            base.upsertTemporalEvolution(draft, tenant: tenant, on: scheduler, reply: reply)
        }
    }

    /// For snapshots, which callers with limits do not make.
    func copyTemporalEvolution(
        _ entity: TemporalEntity, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void
    ) {
        scheduler.deliver([{ reply(.failure(.accessDenied("This is not an operation of callers"))) }])
    }

    func addToTemporalEvolution(
        id: String, _ draft: EntityDraft, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void
    ) {
        write(id, draft.attributes.names, tenant: tenant, on: scheduler, reply) { [base] in
            base.addToTemporalEvolution(id: id, draft, tenant: tenant, on: scheduler, reply: reply)
        }
    }

    func deleteTemporalAttribute(
        id: String, attribute: TermID, dataset: String?, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void
    ) {
        write(id, [attribute], tenant: tenant, on: scheduler, reply) { [base] in
            base.deleteTemporalAttribute(
                id: id, attribute: attribute, dataset: dataset, tenant: tenant, on: scheduler, reply: reply)
        }
    }

    func modifyTemporalInstance(
        id: String, attribute: TermID, instanceID: String, _ instance: AttributeForest, tenant: String,
        on scheduler: any ReplyScheduler, reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void
    ) {
        write(id, [attribute], tenant: tenant, on: scheduler, reply) { [base] in
            base.modifyTemporalInstance(
                id: id, attribute: attribute, instanceID: instanceID, instance, tenant: tenant, on: scheduler,
                reply: reply)
        }
    }

    func deleteTemporalInstance(
        id: String, attribute: TermID, instanceID: String, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void
    ) {
        write(id, [attribute], tenant: tenant, on: scheduler, reply) { [base] in
            base.deleteTemporalInstance(
                id: id, attribute: attribute, instanceID: instanceID, tenant: tenant, on: scheduler, reply: reply)
        }
    }

    func deleteTemporalEvolution(
        id: String, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void
    ) {
        write(id, nil, tenant: tenant, on: scheduler, reply) { [base] in
            base.deleteTemporalEvolution(id: id, tenant: tenant, on: scheduler, reply: reply)
        }
    }
}
