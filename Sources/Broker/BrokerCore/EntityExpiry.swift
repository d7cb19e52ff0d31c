import NGSILDModel
import NGSILDOperations
import Synchronization
import WorkThreads

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension OperationContext {
    /// CIM 009 clause 4.22.
    mutating func removeExpired(_ ids: [String], _ tenant: Tenant) -> ProvisionResult {
        var unreadable: String?
        for id in ids {
            let position = working.entry(id, in: tenant)
            guard let record = working.entries[position].record else { continue }
            if working.entries[position].isUnreadable || record.isEvicted {
                unreadable = id
            } else {
                working.removeExpired(position, record)
            }
        }
        guard let unreadable else { return .success }
        return .failure(.internalError("Entity \(unreadable) has expired and cannot be read from the store"))
    }
}

/// Removes transient entities and attributes when their time has come, as writes of the broker's own: history,
/// subscriptions and streams see them like any other.
///
/// Follows the changes to learn what expires when. Its thread begins with the first transient entity, sleeps until the
/// next one's time, and hands at most `partSize` entities at a time to the committer.
///
/// Invariants:
/// 1. `wake` is raised whenever the thread may have something to do sooner than it knew.
/// 2. At most one part is with the committer (`isBusy`).
///
/// `@unchecked Sendable` because of `wake`, a semaphore of the system that is made for several threads.
final class EntityExpiry: @unchecked Sendable {
    private struct State {
        var schedule = ExpirySchedule()
        var isBusy = false
        var isStopped = false
        var thread: WorkerThread?
        var follower: ChangeFollower?
    }

    private let state = Mutex(State())
    private let queue: SubmissionQueue
    private let clock: @Sendable () -> Timestamp
    private let wake: UnsafeMutablePointer<sem_t>

    private static let partSize = 1_000
    /// The longest sleep while something is waited for, in seconds: the clock may be set forward.
    private static let longestSleep = 1.0
    /// When to try again what the committer could not do, in seconds.
    private static let retryDelay = 5.0

    init(queue: SubmissionQueue, clock: @escaping @Sendable () -> Timestamp) {
        self.queue = queue
        self.clock = clock
        wake = .allocate(capacity: 1)
        sem_init(wake, 0, 0)
    }

    deinit {
        sem_destroy(wake)
        wake.deallocate()
    }

    /// Takes in an entity that was loaded.
    func load(_ record: EntityRecord, tenant: String) {
        let time = record.nextExpiry
        if time.isSet { set([(ExpirySchedule.Key(tenant: tenant, id: record.id), time)]) }
    }

    func start(following feed: RecentChanges) {
        let follower = feed.follow { [weak self] changes in self?.follow(changes) }
        state.withLock { $0.follower = follower }
    }

    /// Ends the thread; call it before the committer stops.
    func stop() {
        let (thread, follower) = state.withLock { state in
            state.isStopped = true
            defer {
                state.thread = nil
                state.follower = nil
            }
            return (state.thread, state.follower)
        }
        follower?.cancel()
        sem_post(wake)
        thread?.join()
    }

    /// Looks again whether something is due; for clocks that do not run by themselves.
    func lookAgain() { sem_post(wake) }

    /// How many entities have something that expires.
    var count: Int { state.withLock { $0.schedule.count } }

    private func follow(_ changes: [EntityChange]) {
        var times: [(ExpirySchedule.Key, Timestamp)] = []
        for change in changes {
            let time = change.after?.nextExpiry ?? .none
            guard time.isSet || change.before?.nextExpiry.isSet == true else { continue }
            times.append((ExpirySchedule.Key(tenant: change.tenant, id: change.id), time))
        }
        if !times.isEmpty { set(times) }
    }

    private func set(_ times: [(ExpirySchedule.Key, Timestamp)]) {
        let isSooner = state.withLock { state in
            let next = state.schedule.next
            for (key, time) in times { state.schedule.set(time, key) }
            let isSooner = state.schedule.next.isSet && (!next.isSet || state.schedule.next < next)
            if isSooner, state.thread == nil, !state.isStopped { state.thread = WorkerThread { [self] in run() } }
            return isSooner
        }
        if isSooner { sem_post(wake) }
    }

    private func run() {
        while true {
            let now = clock()
            let (due, next, isStopped) = state.withLock { state -> ([ExpirySchedule.Key], Timestamp, Bool) in
                let due = state.isBusy ? [] : state.schedule.takeDue(now, most: Self.partSize)
                if !due.isEmpty { state.isBusy = true }
                return (due, state.isBusy ? .none : state.schedule.next, state.isStopped)
            }
            if isStopped { return }
            if due.isEmpty { sleep(until: next, now) } else { remove(due) }
        }
    }

    private func remove(_ due: [ExpirySchedule.Key]) {
        let tenants = Dictionary(grouping: due, by: \.tenant)
        let countdown = Countdown(tenants.count)
        for (tenant, keys) in tenants {
            let submission = Submission(
                work: .provision(.removeExpired(keys.map(\.id)), tenant: tenant) { [self] result in
                    finish(keys, result)
                    if countdown.isLast() { rest() }
                }, scheduler: ImmediateReplyScheduler(), weight: keys.count)
            if !queue.append(submission) {
                finish(keys, .failure(Broker.overloaded))
                if countdown.isLast() { rest() }
            }
        }
    }

    private func finish(_ keys: [ExpirySchedule.Key], _ result: ProvisionResult) {
        // A tenant that is gone took its entities with it.
        guard case .failure(let error) = result else { return }
        if case .nonexistentTenant = error { return }
        let again = clock().adding(seconds: Self.retryDelay)
        set(keys.map { ($0, again) })
    }

    private func rest() {
        state.withLock { $0.isBusy = false }
        sem_post(wake)
    }

    private func sleep(until next: Timestamp, _ now: Timestamp) {
        guard next.isSet else {
            sem_wait(wake)
            return
        }
        let seconds = min(Self.longestSleep, max(0.001, Double(next.microseconds - now.microseconds) / 1_000_000))
        var until = timespec()
        clock_gettime(CLOCK_REALTIME, &until)
        let nanoseconds = until.tv_nsec + Int(seconds * 1_000_000_000)
        until.tv_sec += nanoseconds / 1_000_000_000
        until.tv_nsec = nanoseconds % 1_000_000_000
        sem_timedwait(wake, &until)
    }
}

private final class Countdown: Sendable {
    private let open: Atomic<Int>
    init(_ count: Int) { open = Atomic(count) }
    func isLast() -> Bool { open.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 }
}
