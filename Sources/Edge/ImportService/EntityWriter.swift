import Foundation
import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations

/// Gives batches to the broker, each with its journal before it.
final class EntityWriter {
    let operations: ImportService.Operations
    let tenant: String
    let control: RunControl
    private let journal: ImportJournal
    private let entityLimit: Int
    private var contexts: [String: TermContext] = [:]
    private(set) var counts: ImportState.Counts
    private(set) var failures: [ImportState.Failure] = []
    private let scheduler = ImmediateReplyScheduler()

    /// Failures told one by one; more are only counted.
    static let failureLimit = 1_000

    init(
        _ operations: ImportService.Operations, tenant: String, control: RunControl, journal: ImportJournal,
        entityLimit: Int, counts: ImportState.Counts
    ) {
        self.operations = operations
        self.tenant = tenant
        self.control = control
        self.journal = journal
        self.entityLimit = entityLimit
        self.counts = counts
    }

    /// What stops a run, as a sentence for its owner.
    struct Stop: Error { let reason: String }

    /// Creates entities, or updates those that exist.
    nonisolated(nonsending) func upsert(_ document: JSONDocument) async throws {
        var members: [BatchMember] = []
        var ids: [String] = []
        for node in document.elements(document.root) {
            let context = try await self.context(document, node)
            do throws(NGSILDError) {
                let draft = try EntityDecoder(context: context).decodeEntity(document, node)
                ids.append(draft.id)
                members.append(.draft(draft))
            } catch {
                members.append(.rejected(id: document.member(node, "id").flatMap { document.string($0) }, error))
            }
        }
        try await submit(.batchUpsert(members, replaces: false), ids)
    }

    /// Merges fragments into entities, each with its id.
    nonisolated(nonsending) func merge(_ fragments: [EntityDraft]) async throws {
        try await submit(.batchMerge(fragments.map { .draft($0) }), fragments.map(\.id))
    }

    nonisolated(nonsending) func delete(_ ids: [String]) async throws { try await submit(.batchDelete(ids), ids) }

    /// Adds to the history of an entity.
    nonisolated(nonsending) func addHistory(_ entityTemporal: [UInt8], instances: Int) async throws {
        guard let temporal = operations.temporal else {
            throw Stop(reason: "No history is kept here; import the rows as entities, or start without --no-history")
        }
        let document = try JSONDocument(parsing: entityTemporal)
        let context = try await context(document, document.root)
        let draft = try EntityDecoder(context: context, allowsNull: false, keepsEveryInstance: true)
            .decodeEntity(document, document.root)
        let result = try await patiently { [scheduler, tenant] done in
            temporal.upsertTemporalEvolution(draft, tenant: tenant, on: scheduler) { done($0) }
        }
        switch result {
        case .success(let isNew):
            try journal.add(.history, draft.id, [isNew ? 1 : 0])
            counts.moments += instances
        case .failure(let error): fail(draft.id, error.detail)
        }
        try finishBatch()
    }

    /// Another output was done, with nothing to write.
    func finishBatch() throws(ImportJournal.Failure) {
        counts.batches += 1
        counts.rows = control.progress.rows
        try journal.add(.batch, "", Array((try? JSONEncoder().encode(counts)) ?? Data()))
        try journal.write(isDurable: false)
        let counts = counts
        control.update { $0.counts = counts }
    }

    /// The rows that were read in all, which the last batch does not know.
    func finish(rows: Int) { counts.rows = rows }

    private nonisolated(nonsending) func submit(_ operation: ProvisionOperation, _ ids: [String]) async throws {
        guard counts.created + counts.updated + ids.count <= entityLimit else {
            throw Stop(
                reason:
                    "More than \(entityLimit) entities cannot be undone, so they are not imported here; use parvis import, which keeps no journal"
            )
        }
        for id in ids {
            let former = operations.consumption.linkedEntity(id: id, tenant: tenant)
            try journal.add(.previous, id, former.map { EntityCodec.encode($0) } ?? [])
        }
        try journal.write(isDurable: true)
        // The reply runs where the commit was made, so that nobody has changed the entities since.
        let (result, marks) = try await patiently {
            [operations, scheduler, tenant] (done: @escaping @Sendable ((ProvisionResult, [Timestamp?])) -> Void) in
            operations.provision.submit(operation, tenant: tenant, on: scheduler) { result in
                let marks = ids.map { operations.consumption.linkedEntity(id: $0, tenant: tenant)?.modifiedAt }
                done((result, marks))
            }
        } isBusy: {
            if case .failure(.overloaded) = $0.0 { true } else { false }
        }
        for (id, mark) in zip(ids, marks) { try journal.add(mark: mark ?? .none, of: id) }
        switch result {
        case .failure(let error): throw Stop(reason: error.detail)
        case .batch(let outcome):
            counts.created += outcome.created.count
            counts.updated += outcome.updated.count
            for error in outcome.errors { fail(error.entityID ?? "?", error.error.detail) }
        default: counts.updated += ids.count
        }
        try finishBatch()
    }

    private func fail(_ id: String, _ reason: String) {
        counts.failed += 1
        if failures.count < Self.failureLimit {
            failures.append(ImportState.Failure(reason: reason, count: 1, unit: "entity", example: id))
        }
    }

    // MARK: - Waiting

    private nonisolated(nonsending) func patiently(
        _ call: @escaping (@escaping @Sendable (Result<Bool, NGSILDError>) -> Void) -> Void
    ) async throws -> Result<Bool, NGSILDError> {
        try await patiently(call) { if case .failure(.overloaded) = $0 { true } else { false } }
    }

    /// A broker with too much to do is asked again, for half a minute.
    private nonisolated(nonsending) func patiently<R: Sendable>(
        _ call: (@escaping @Sendable (R) -> Void) -> Void, isBusy: (R) -> Bool
    ) async throws -> R {
        for _ in 0..<60 {
            let result = await withCheckedContinuation { (continuation: CheckedContinuation<R, Never>) in
                call { continuation.resume(returning: $0) }
            }
            if !isBusy(result) { return result }
            try await Task.sleep(for: .milliseconds(500))
        }
        throw Stop(reason: "The broker has too much to do; go on later")
    }

    private nonisolated(nonsending) func context(_ document: JSONDocument, _ node: JSONNode) async throws -> TermContext
    {
        let inline = document.member(node, "@context")
        let key = inline.map { document.text($0) } ?? ""
        if let context = contexts[key] { return context }
        var resolved = ResolvedContext.core
        if let inline {
            do { resolved = try await operations.contexts.resolve(.value(document, inline)) } catch {
                throw Stop(reason: "The @context cannot be had: \(error)")
            }
        }
        let context = TermContext(context: resolved, registry: operations.registry)
        if contexts.count < 1_000 { contexts[key] = context }
        return context
    }
}
