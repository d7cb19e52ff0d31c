import BrokerCore
import BrokerStorage
import Dispatch
import NGSILDModel
import NGSILDOperations

extension HistoryStore {
    private static let urgentCount = 4_096
    private static let replayPage = 1_000

    /// Takes changes for recording. Runs on the committer's thread: one append under a lock that nobody holds for long.
    func record(_ changes: [EntityChange]) {
        guard let last = changes.last?.sequence else { return }
        let isUrgent = pending.withLock { pending in
            if pending.isMissing || pending.changes.count + changes.count > configuration.pendingLimit {
                pending.isMissing = true
                pending.missingThrough = max(pending.missingThrough, last)
            } else {
                pending.changes.append(contentsOf: changes)
            }
            return pending.changes.count >= Self.urgentCount || pending.isMissing
        }
        schedule(urgent: isUrgent)
    }

    /// Sees to it that a round runs: soon when it is urgent, else when the time to flush has come.
    func schedule(urgent: Bool, after seconds: Double? = nil) {
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
                self?.flushRound(everything: false)
            }
        } else {
            queue.asyncAfter(deadline: .now() + (seconds ?? configuration.flushSeconds)) { [weak self] in
                self?.pending.withLock { $0.isScheduled = false }
                self?.flushRound(everything: true)
            }
        }
    }

    /// Takes in what is pending. Any thread may do it.
    func absorb() {
        tails.withLock { tails in
            let changes = pending.withLock { pending in
                defer { pending.changes = [] }
                return pending.changes
            }
            for change in changes { tails.absorb(change) }
        }
    }

    /// Takes in changes that memory had no room for, or that a crash left behind, from the change record. On `queue`.
    ///
    /// Creations and deletions hold no content there: a creation gives what of the entity has not changed since.
    func replayMissing() {
        while true {
            absorb()
            let (isMissing, through) = pending.withLock { ($0.isMissing, $0.missingThrough) }
            if !isMissing { return }
            let from = tails.withLock { $0.absorbed }
            if from >= through {
                let isDone = pending.withLock { pending in
                    guard pending.missingThrough <= from else { return false }
                    pending.isMissing = false
                    return true
                }
                if isDone { return }
                continue
            }
            do {
                let changes = try keeping.storage.changes(after: from, limit: Self.replayPage)
                for change in changes { replay(change) }
                let reached = changes.last?.sequence ?? through
                tails.withLock { $0.start(at: reached) }
                if tails.withLock({ $0.sampleCount }) > configuration.tailLimit { writeTails(length: 1) }
            } catch {
                configuration.onFailure("The change record cannot be read: \(error)")
                return
            }
        }
    }

    private func replay(_ change: StoredChange) {
        guard let steps = RecordedStep.decode(change.change) else {
            configuration.onFailure(
                "Change \(change.sequence) of \(change.id) cannot be read and is not in the history")
            return
        }
        let current = try? entities.retrieveEntity(id: change.id, tenant: change.tenant)
        var samples: [RecordedSample] = []
        for step in steps {
            switch step.kind {
            case .created:
                guard let current else { continue }
                samples += replayed(step, current.attributes, change, types: current.types)
            case .updated:
                samples += replayed(step, step.content, change, types: current?.types ?? [])
                let gone = Set(step.attributes.filter { $0.kind == .deleted }.map(\.name))
                if !gone.isEmpty { samples += deletions(change) { gone.contains($0.attribute) } }
            case .deleted: samples += deletions(change) { _ in true }
            }
        }
        tails.withLock { tails in
            for sample in samples { tails.add(sample, sequence: change.sequence) }
        }
    }

    private func replayed(
        _ step: RecordedStep, _ forest: AttributeForest, _ change: StoredChange, types: [TermID]
    ) -> [RecordedSample] {
        let changed = Set(step.attributes.filter { $0.kind != .deleted }.map(\.name))
        return forest.roots.compactMap { root in
            let node = forest.nodes[root]
            guard changed.contains(node.name), node.modifiedAt == change.at, node.valueLength > 0 else { return nil }
            return RecordedSample(tenant: change.tenant, entity: change.id, types: types, forest, root: root)
        }
    }

    /// Deletions of the series that the history knows.
    private func deletions(_ change: StoredChange, _ isGone: (SeriesKey) -> Bool) -> [RecordedSample] {
        let keys = (try? series(tenant: change.tenant, entity: change.id)) ?? []
        return keys.filter(isGone).compactMap { key in
            guard let last = try? lastSamples(of: key, before: change.at), let kind = last.kinds.last,
                let template = EntityCodec.decodeForest(last.templates[kind])
            else { return nil }
            if last.flags(last.count - 1).contains(.isDeletion) { return nil }
            var forest = AttributeForest()
            let added = last.withValue(last.count - 1) {
                forest.append(template: template, value: $0, times: last.times(of: last.count - 1))
            }
            guard let root = added else { return nil }
            return RecordedSample(
                deletionAt: change.at, tenant: key.tenant, entity: key.entity, types: last.types, forest, root: root)
        }
    }
}
