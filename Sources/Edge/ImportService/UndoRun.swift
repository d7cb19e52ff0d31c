import Foundation
import NGSILDModel
import NGSILDOperations

/// Puts back what an import changed, the last written first.
///
/// An entity that is not as the import left it was changed by somebody else; it is named and left alone, unless forced.
struct UndoRun {
    static let batchSize = 500
    static let namedLimit = 1_000

    let folder: ImportFolder
    let operations: ImportService.Operations
    let tenant: String
    let control: RunControl
    let isForced: Bool
    let journalLimit: Int

    private enum Fate { case delete, restore(EntityRecord), gone, leave, nothing }

    nonisolated(nonsending) func run() async throws -> ImportState.Undo {
        var outcome = ImportState.Undo()
        let plan = try JournalReader.plan(folder.journal)
        // Undone marks are small; they must find room in a journal that is full.
        let journal = try ImportJournal(path: folder.journal, limit: journalLimit + (256 << 20))
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: folder.journal))
        defer { try? file.close() }
        let ids = Array(plan.order.reversed())
        var start = 0
        while start < ids.count {
            try await control.checkpoint()
            let part = ids[start..<min(ids.count, start + Self.batchSize)]
            start += part.count
            try await undo(part, plan, file, journal, &outcome)
            let fraction = Double(start) / Double(max(1, ids.count))
            control.update {
                $0.phase = "undoing"
                $0.rows = start
                $0.fraction = fraction
            }
        }
        try await undoHistories(plan, &outcome)
        return outcome
    }

    private nonisolated(nonsending) func undo(
        _ ids: ArraySlice<String>, _ plan: JournalReader.Plan, _ file: FileHandle, _ journal: ImportJournal,
        _ outcome: inout ImportState.Undo
    ) async throws {
        var deleted: [String] = []
        var restored: [EntityRecord] = []
        var settled: [String] = []
        for id in ids {
            guard let entry = plan.entries[id] else { continue }
            switch try fate(of: id, entry, file) {
            case .delete: deleted.append(id)
            case .restore(let former): restored.append(former)
            case .nothing: settled.append(id)
            case .gone:
                outcome.gone += 1
                settled.append(id)
            case .leave:
                outcome.leftAlone += 1
                if outcome.leftAloneIDs.count < Self.namedLimit { outcome.leftAloneIDs.append(id) }
            }
        }
        if !deleted.isEmpty {
            try await submit(.batchDelete(deleted))
            outcome.deleted += deleted.count
        }
        if !restored.isEmpty {
            let members = restored.map { record in
                BatchMember.draft(
                    EntityDraft(
                        id: record.id, types: record.types, scopes: record.scopes, expiresAt: record.expiresAt,
                        attributes: record.attributes))
            }
            try await submit(.batchUpsert(members, replaces: true))
            outcome.restored += restored.count
        }
        for id in deleted + restored.map(\.id) + settled { try journal.add(.undone, id) }
        try journal.write(isDurable: true)
    }

    private func fate(of id: String, _ entry: JournalReader.Plan.Entry, _ file: FileHandle) throws -> Fate {
        let current = operations.consumption.linkedEntity(id: id, tenant: tenant)
        let former = try JournalReader.former(entry, id: id, in: file)
        if entry.offset >= 0, former == nil { return .leave }
        guard let current else {
            // What an edit deleted comes back; what somebody else deleted does so only if forced.
            guard let former else { return entry.mark?.isSet == true ? .gone : .nothing }
            return entry.mark == Timestamp.none || isForced ? .restore(former) : .leave
        }
        // What the broker refused, or what a crash kept from being written.
        if let former, current.modifiedAt == former.modifiedAt { return .nothing }
        guard current.modifiedAt == entry.mark || isForced else { return .leave }
        return former.map { .restore($0) } ?? .delete
    }

    private nonisolated(nonsending) func undoHistories(
        _ plan: JournalReader.Plan, _ outcome: inout ImportState.Undo
    ) async throws {
        guard let temporal = operations.temporal else { return }
        let left = Set(outcome.leftAloneIDs)
        for (id, isNew) in plan.histories {
            guard isNew, !left.contains(id) else {
                outcome.historiesKept += 1
                continue
            }
            try await control.checkpoint()
            _ = await withCheckedContinuation { (continuation: CheckedContinuation<Result<Void, NGSILDError>, Never>) in
                temporal.deleteTemporalEvolution(id: id, tenant: tenant, on: ImmediateReplyScheduler()) {
                    continuation.resume(returning: $0)
                }
            }
        }
    }

    private nonisolated(nonsending) func submit(_ operation: ProvisionOperation) async throws {
        for _ in 0..<60 {
            let result = await withCheckedContinuation { (continuation: CheckedContinuation<ProvisionResult, Never>) in
                operations.provision.submit(operation, tenant: tenant, on: ImmediateReplyScheduler()) {
                    continuation.resume(returning: $0)
                }
            }
            switch result {
            case .failure(.overloaded): try await Task.sleep(for: .milliseconds(500))
            case .failure(let error): throw EntityWriter.Stop(reason: error.detail)
            case .batch(let outcome):
                // An entity that vanished in this moment is as good as deleted.
                if let error = outcome.errors.first(where: {
                    if case .resourceNotFound = $0.error { false } else { true }
                }) {
                    throw EntityWriter.Stop(reason: error.error.detail)
                }
                return
            default: return
            }
        }
        throw EntityWriter.Stop(reason: "The broker has too much to do; undo again later")
    }
}
