import BrokerStorage
import NGSILDModel
import NGSILDOperations
import Synchronization
import WorkThreads

/// The one writer of the store: takes all waiting operations, applies each to the newest state, makes the whole
/// durable in one commit, publishes it, and only then answers.
///
/// Invariants:
/// 1. A reply is delivered only after its operation's commit is durable and published, or has failed whole.
/// 2. Changes reach the feed in the order of their sequence numbers.
/// 3. Everything here but `start`, `submit` and `stop` runs on the committer's own thread.
final class Committer: Sendable {
    let queue: SubmissionQueue
    private let storage: any BrokerStorage
    private let tenants: TenantTable
    private let feed: RecentChanges
    private let clock: @Sendable () -> Timestamp
    private let onFailure: @Sendable (StorageError, String) -> Void
    private let failures = FailureNames()
    /// Set where a history is kept.
    private let pastTerms: TermRegistry?
    private let thread = Mutex<WorkerThread?>(nil)
    private let matcher = Mutex<(any ChangeMatcher)?>(nil)
    let counters = CommitCounters()

    /// How many entities one commit may touch, unless a single operation touches more; some 30 ms of work.
    private static let commitWeight = 2_000
    /// How often a commit is computed again after another writer was faster.
    private static let conflictRetries = 20

    init(
        storage: any BrokerStorage, tenants: TenantTable, feed: RecentChanges, queueLimit: Int,
        queuePatience: Duration?,
        pastTerms: TermRegistry?, clock: @escaping @Sendable () -> Timestamp,
        onFailure: @escaping @Sendable (StorageError, String) -> Void
    ) {
        self.pastTerms = pastTerms
        self.storage = storage
        self.tenants = tenants
        self.feed = feed
        self.clock = clock
        self.onFailure = onFailure
        queue = SubmissionQueue(limit: queueLimit, patience: queuePatience)
    }

    func start() {
        let worker = WorkerThread { [self] in run() }
        thread.withLock { $0 = worker }
    }

    /// Carries out what waits, then ends the thread.
    func stop() {
        queue.close()
        thread.withLock { worker in
            worker?.join()
            worker = nil
        }
        show(commitsTo: nil)
    }

    func show(commitsTo matcher: (any ChangeMatcher)?) { self.matcher.withLock { $0 = matcher } }

    private func run() {
        var last = 0
        while let submissions = queue.takeAll(most: Self.commitWeight, last: last) {
            last = submissions.count
            var rest = submissions[...]
            while !rest.isEmpty { rest = commitFirst(of: rest) }
        }
    }

    /// A submission that was applied, with the answer it will get.
    private enum Answer {
        case provision(ProvisionResult, @Sendable (ProvisionResult) -> Void)
        case stored(@Sendable (Result<Void, any Error>) -> Void)
    }

    /// Commits as many of the submissions as fit in one commit and answers them; returns those that are left.
    private func commitFirst(of submissions: ArraySlice<Submission>) -> ArraySlice<Submission> {
        var attempt = 0
        while true {
            var answers: [(scheduler: any ReplyScheduler, answer: Answer)] = []
            answers.reserveCapacity(submissions.count)
            var context = OperationContext(working: WorkingSet(now: clock()))
            var commit = Commit(at: context.now)
            let taken = apply(submissions, to: &context, &commit, &answers)
            fillEntities(of: &commit, from: context.working)
            var changes = self.changes(of: context.working, from: feed.lastSequence + 1)
            let matcher = changes.isEmpty ? nil : self.matcher.withLock { $0 }.flatMap { $0.isInterested ? $0 : nil }
            if let matcher {
                commit.outbox = matcher.body(for: changes, encoded: encoded(changes.count, context.working, commit))
            }
            do throws(StorageError) {
                let outcome = commit.isEmpty ? .committed(firstSequence: 0, numbers: []) : try storage.commit(commit)
                switch outcome {
                case .committed(let first, let numbers):
                    // Another writer of the same store may have taken numbers.
                    if let expected = changes.first?.sequence, expected != first {
                        changes = self.changes(of: context.working, from: first)
                    }
                    publish(context.working, commit, changes, first, numbers)
                    matcher?.committed(first)
                    deliver(answers, error: nil)
                    return submissions.dropFirst(taken)
                case .conflicts(let writes):
                    attempt += 1
                    matcher?.discarded()
                    for write in writes { try refresh(commit.entities[write].id, in: commit.entities[write].tenant) }
                    guard attempt < Self.conflictRetries else {
                        deliver(answers, error: .conflict("Other writers keep changing the same entities; try again"))
                        return submissions.dropFirst(taken)
                    }
                }
            } catch {
                // After a conflict nothing waits any more; then this does nothing.
                matcher?.discarded()
                if case .corrupt = error, taken > 1 {
                    // What goes to a damaged place must not take along what does not.
                    for index in submissions.indices.prefix(taken) { _ = commitFirst(of: submissions[index...index]) }
                    return submissions.dropFirst(taken)
                }
                let (identifier, isTold) = failures.name(error)
                if isTold { onFailure(error, identifier) }
                deliver(answers, error: Self.translate(error, identifier))
                return submissions.dropFirst(taken)
            }
        }
    }

    private static func translate(_ error: StorageError, _ identifier: String) -> NGSILDError {
        switch error {
        case .full:
            .insufficientStorage("The store has no room left; nothing was written. Free disk space and try again")
        case .suspended:
            .unavailable(
                "The disk did not keep a write, so nothing is written for now and nothing of the request was kept; reads "
                    + "go on. Try again in some seconds; the operator finds the reason in the log as \(identifier)")
        case .corrupt:
            .internalError(
                "The store is damaged where this is written; nothing of the request was kept. Run parvis check; the log "
                    + "has the reason as \(identifier)")
        default:
            .internalError(
                "The store could not write; nothing of the request was kept. The log has the reason as \(identifier)")
        }
    }

    private func apply(
        _ submissions: ArraySlice<Submission>, to context: inout OperationContext, _ commit: inout Commit,
        _ answers: inout [(scheduler: any ReplyScheduler, answer: Answer)]
    ) -> Int {
        var taken = 0
        for submission in submissions {
            switch submission.work {
            case .stored(let work, let reply):
                switch work {
                case .document(let write): commit.documents.append(write)
                case .history(let chunks, let documents):
                    for name in Set(chunks.map(\.series.tenant)) where tenants.tenant(name) == nil {
                        _ = tenants.create(name)
                        commit.createdTenants.append(name)
                    }
                    commit.history.append(contentsOf: chunks)
                    commit.documents.append(contentsOf: documents)
                case .documents(let documents, let removedOutbox):
                    commit.documents.append(contentsOf: documents)
                    commit.removedOutbox.append(contentsOf: removedOutbox)
                }
                answers.append((submission.scheduler, .stored(reply)))
            case .provision(let operation, let tenantName, let reply):
                guard let tenant = tenant(named: tenantName, for: operation, &commit) else {
                    answers.append(
                        (submission.scheduler, .provision(.failure(TenantTable.nonexistent(tenantName)), reply)))
                    break
                }
                if context.mustCommitFirst(operation, tenant) { return taken }
                if case .deleteTenant = operation, !commit.isEmpty { return taken }
                let result = context.apply(operation, tenant)
                answers.append((submission.scheduler, .provision(result, reply)))
                if case .deleteTenant = operation {
                    commit.removedTenants.append(tenantName)
                    return taken + 1
                }
            }
            taken += 1
        }
        return taken
    }

    private func tenant(named name: String, for operation: ProvisionOperation, _ commit: inout Commit) -> Tenant? {
        if let tenant = tenants.tenant(name) { return tenant }
        guard operation.createsTenant else { return nil }
        commit.createdTenants.append(name)
        return tenants.create(name)
    }

    private func fillEntities(of commit: inout Commit, from set: WorkingSet) {
        commit.entities.reserveCapacity(set.entries.count)
        for entry in set.entries where !entry.steps.isEmpty {
            let stored = entry.stored.flatMap { $0.record == nil ? nil : $0 }
            commit.entities.append(
                EntityWrite(
                    tenant: entry.tenant.name, id: entry.id,
                    expectation: stored.map { .revision($0.revision) } ?? .absent,
                    body: entry.record.map(EntityCodec.encode),
                    change: ChangeCodec.encode(entry.steps, terms: pastTerms)))
        }
    }

    /// Every step of the commit, numbered from `first` on.
    private func changes(of set: WorkingSet, from first: UInt64) -> [EntityChange] {
        var changes: [EntityChange] = []
        changes.reserveCapacity(set.entries.count)
        var sequence = first
        for entry in set.entries where !entry.steps.isEmpty {
            for step in entry.steps {
                changes.append(
                    EntityChange(
                        sequence: sequence, at: set.now, tenant: entry.tenant.name, kind: step.kind,
                        before: step.before, after: step.after, attributes: step.attributes))
            }
            sequence += 1
        }
        return changes
    }

    /// The stored form of each change's entity where the commit has it: at the last step of each entity.
    private func encoded(_ count: Int, _ set: WorkingSet, _ commit: Commit) -> [[UInt8]?] {
        var encoded: [[UInt8]?] = []
        encoded.reserveCapacity(count)
        var write = 0
        for entry in set.entries where !entry.steps.isEmpty {
            for _ in 1..<entry.steps.count { encoded.append(nil) }
            encoded.append(commit.entities[write].body)
            write += 1
        }
        return encoded
    }

    private func publish(
        _ set: WorkingSet, _ commit: Commit, _ changes: [EntityChange], _ firstSequence: UInt64, _ numbers: [Int64]
    ) {
        for name in commit.removedTenants { tenants.remove(name) }
        // Who keeps the past takes it before the present is gone.
        feed.announce(changes)
        var write = 0
        for entry in set.entries where !entry.steps.isEmpty {
            let sequence = firstSequence + UInt64(write)
            let number = write < numbers.count ? numbers[write] : entry.stored?.number ?? 0
            entry.tenant.withState {
                $0.publish(
                    id: entry.id, record: entry.record, before: entry.stored?.record, number: number, revision: sequence
                )
            }
            write += 1
        }
        tenants.evict()
        counters.count(commits: 1, writes: write)
        if !changes.isEmpty { feed.append(changes) }
    }

    /// Takes the newest state of an entity from the store, after another writer changed it.
    private func refresh(_ id: String, in tenantName: String) throws(StorageError) {
        let tenant = tenants.create(tenantName)
        if let (stored, body) = try storage.entity(tenant: tenantName, id: id) {
            guard let record = EntityCodec.decode(body, id: id) else {
                throw .corrupt(path: tenantName, reason: "entity \(id) cannot be read")
            }
            tenant.withState {
                $0.publish(id: id, record: nil, number: stored.number, revision: stored.revision)
                $0.publish(id: id, record: record, number: stored.number, revision: stored.revision)
            }
        } else {
            tenant.withState { $0.publish(id: id, record: nil, number: 0, revision: 0) }
        }
    }

    private func deliver(_ answers: [(scheduler: any ReplyScheduler, answer: Answer)], error: NGSILDError?) {
        var groups: [(scheduler: any ReplyScheduler, replies: [@Sendable () -> Void])] = []
        for (scheduler, answer) in answers {
            let reply: @Sendable () -> Void
            switch answer {
            case .provision(let result, let answer):
                let final = error.map { Self.replacing(result, by: $0) } ?? result
                reply = { answer(final) }
            case .stored(let answer):
                let result: Result<Void, any Error> = error.map { .failure($0) } ?? .success(())
                reply = { answer(result) }
            }
            if let group = groups.firstIndex(where: { $0.scheduler === scheduler }) {
                groups[group].replies.append(reply)
            } else {
                groups.append((scheduler, [reply]))
            }
        }
        for group in groups { group.scheduler.deliver(group.replies) }
    }

    /// What an operation answers when the commit failed: its own error if it had one.
    private static func replacing(_ result: ProvisionResult, by error: NGSILDError) -> ProvisionResult {
        if case .failure = result { return result }
        return .failure(error)
    }
}

/// Counts for the metrics page.
final class CommitCounters: Sendable {
    private let commits = Atomic<Int>(0)
    private let writes = Atomic<Int>(0)

    func count(commits more: Int, writes moreWrites: Int) {
        commits.wrappingAdd(more, ordering: .relaxed)
        writes.wrappingAdd(moreWrites, ordering: .relaxed)
    }

    var values: (commits: Int, writes: Int) { (commits.load(ordering: .relaxed), writes.load(ordering: .relaxed)) }
}
