import BrokerCore
import BrokerStorage
import Dispatch
import NGSILDModel
import NGSILDOperations

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension HistoryStore {
    private static let urgentCount = 1_024
    /// Changes in memory from which on the committer takes them in itself, so that there are never many.
    private static let committerCount = 8 * urgentCount
    /// Changes that are read again at a time; the committer may have to wait while they are taken in, 1 to 2 us each.
    private static let replayPage = 500
    /// Changes after which a store that refused chunks is asked again.
    private static let replayRetry: UInt64 = 50_000
    /// How long a reader waits for what memory had no room for, in seconds.
    private static let patience = 10.0

    /// Takes changes for recording, before their state is published. Runs on the committer's thread.
    func record(_ changes: [EntityChange]) {
        guard let last = changes.last?.sequence else { return }
        let isRecording = configuration.isRecording
        let count = pending.withLock { pending in
            if pending.isMissing {
                pending.missingThrough = max(pending.missingThrough, last)
            } else {
                // A creation takes nothing from the present.
                if isRecording { for change in changes where change.before != nil { pending.changes.append(change) } }
                pending.taken = max(pending.taken, last)
            }
            return pending.changes.count
        }
        if count >= Self.committerCount {
            if tails.withLock({ $0.footprint }) < 2 * configuration.tailMemory {
                absorb()
            } else {
                // The writing of chunks does not keep up; the change record has what memory has no room for.
                pending.withLock { pending in
                    pending.isMissing = true
                    pending.missingThrough = max(pending.missingThrough, last)
                }
            }
        }
        schedule(urgent: count >= Self.urgentCount)
    }

    /// Sees to it that a round runs: soon when it is urgent, else when it is time to look after everything.
    func schedule(urgent: Bool) {
        let isNeeded = pending.withLock { pending in
            if urgent {
                defer { pending.isUrgent = true }
                return !pending.isUrgent
            }
            defer { pending.isScheduled = true }
            return !pending.isScheduled
        }
        guard isNeeded else { return }
        if urgent {
            queue.async { [weak self] in
                self?.pending.withLock { $0.isUrgent = false }
                self?.runRound()
            }
        } else {
            queue.asyncAfter(deadline: .now() + configuration.careSeconds) { [weak self] in
                self?.pending.withLock { $0.isScheduled = false }
                self?.careRound()
            }
        }
    }

    /// Takes in what is pending. Any thread may do it.
    func absorb() {
        tails.withLock { tails in
            let (changes, taken) = pending.withLock { pending in
                defer { pending.changes = [] }
                return (pending.changes, pending.taken)
            }
            for change in changes {
                tails.absorb(change)
                if change.kind == .deleted, let entity = change.before {
                    keepName(of: entity, tenant: change.tenant, at: change.sequence)
                }
            }
            tails.start(at: taken)
        }
    }

    private func keepName(of entity: EntityRecord, tenant: String, at sequence: UInt64) {
        directory.note(
            TemporalDirectory.Entry(types: entity.types, scopes: entity.scopes, through: sequence), tenant: tenant,
            id: entity.id)
    }

    /// Takes in all that was acknowledged before. Waits where memory had no room for it.
    ///
    /// - Throws: `overloaded` when it takes too long.
    func settle() throws(NGSILDError) {
        absorb()
        let through = pending.withLock { $0.isMissing ? $0.missingThrough : 0 }
        if through == 0 { return }
        let deadline = DispatchTime.now() + Self.patience
        while true {
            try refuseWhileStopping()
            let isDone = tails.withLock { $0.absorbed } >= through || pending.withLock { !$0.isMissing }
            if isDone { return absorb() }
            guard DispatchTime.now() < deadline else {
                throw .overloaded("The history is still taking in the changes of the last minutes; try again later")
            }
            schedule(urgent: true)
            usleep(1_000)
        }
    }

    /// Takes in changes that memory had no room for, or that the last run left behind, from the change record. On
    /// `queue`. Leaves off where the store is stopped; the next start goes on.
    func replayMissing() {
        // From where on a store that refused chunks is asked again: a full one is not asked for each page.
        var nextWrite: UInt64 = 0
        while true {
            absorb()
            let (isMissing, through) = pending.withLock { ($0.isMissing, $0.missingThrough) }
            if !isMissing { return }
            let (from, removals) = tails.withLock { ($0.absorbed, $0.removals) }
            if from >= through {
                let isDone = pending.withLock { pending in
                    guard pending.missingThrough <= from else { return false }
                    pending.isMissing = false
                    pending.taken = max(pending.taken, from)
                    return true
                }
                if isDone { return }
                continue
            }
            do throws(NGSILDError) { try refuseWhileStopping() } catch { return }
            do {
                let changes = try keeping.storage.changes(after: from, limit: Self.replayPage)
                let reached = changes.last?.sequence ?? through
                let pasts = configuration.isRecording ? try changes.compactMap { try past(of: $0) } : []
                tails.withLock { tails in
                    // Of a tenant that was deleted meanwhile nothing may come back: what is read anew has none of it.
                    if tails.removals != removals { return }
                    for past in pasts { tails.replay(past.change, past.steps, types: past.types) }
                    tails.start(at: reached)
                }
                // All of them, so that a start that is ended early need not read so many changes once more.
                if reached >= nextWrite, tails.withLock({ $0.footprint }) > configuration.tailMemory {
                    if writeTails(.everything) {
                        storeCursor()
                    } else {
                        nextWrite = reached + Self.replayRetry
                    }
                }
            } catch {
                configuration.onFailure("The change record cannot be read: \(error)")
                return
            }
        }
    }

    /// What a change of the record took from the present, if anything that is not in chunks yet.
    private func past(
        of change: StoredChange
    ) throws -> (change: StoredChange, steps: [RecordedStep], types: [TermID])? {
        guard let steps = RecordedStep.decode(change.change, id: change.id) else {
            configuration.onFailure(
                "Change \(change.sequence) of \(change.id) cannot be read and is not in the history")
            return nil
        }
        let isCreation = steps.allSatisfy { $0.kind == .created }
        if isCreation || settled.withLock({ $0.isSettled(change) }) { return nil }
        for case let entity? in steps.map(\.deleted) {
            let known = try directory.entry(tenant: change.tenant, id: change.id)
            if known.map({ $0.through < change.sequence }) ?? true {
                keepName(of: entity, tenant: change.tenant, at: change.sequence)
            }
        }
        return (change, steps, keeping.presentTypes(id: change.id, tenant: change.tenant))
    }
}
