#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif
import NGSILDModel
import NGSILDOperations

/// Something that waits for the committer.
struct Submission: Sendable {
    enum Work: Sendable {
        case provision(ProvisionOperation, tenant: String, @Sendable (ProvisionResult) -> Void)
        case stored(StoredWork, @Sendable (Result<Void, any Error>) -> Void)
    }

    let work: Work
    let scheduler: any ReplyScheduler
    /// How many entities it may touch; the bound of the queue counts these.
    let weight: Int
    /// When it came, in nanoseconds of the queue's clock; set by a queue that has a patience.
    fileprivate(set) var came = 0

    init(work: Work, scheduler: any ReplyScheduler, weight: Int) {
        self.work = work
        self.scheduler = scheduler
        self.weight = weight
    }
}

/// What waits between the event loops and the committer thread.
///
/// Invariants:
/// 1. What varies is touched only while `mutex` is held.
/// 2. The summed weight of `items` stays below `limit`; what would pass it is refused. So is what comes while many wait
///    and the oldest has waited for longer than the patience: better some are told at once than all wait ever longer.
/// 3. After `close`, nothing is taken in, and what was taken in is still handed out.
///
/// `@unchecked Sendable` because of invariant 1.
final class SubmissionQueue: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private let limit: Int
    private let patienceNanoseconds: Int?
    private let clock: @Sendable () -> Int
    private var items: [Submission] = []
    private var weight = 0
    private var isWaiting = false
    /// While the committer waits: how many items must be there before it is woken.
    private var wakesAt = 1
    private var isClosed = false

    /// How long the committer waits for a group to form.
    private static let gatherNanoseconds = 300_000

    /// Fewer items than this always wait as long as it takes: their senders wait for the answers.
    private static let patientItems = 256

    /// - Parameters:
    ///   - patience: With many items, what comes when the oldest has waited this long is refused.
    ///   - clock: Nanoseconds since some moment, never fewer than before; what the patience is measured with.
    init(limit: Int, patience: Duration? = nil, clock: @escaping @Sendable () -> Int = SubmissionQueue.monotonic) {
        self.limit = limit
        self.clock = clock
        patienceNanoseconds = patience.map {
            Int($0.components.seconds) * 1_000_000_000 + Int($0.components.attoseconds / 1_000_000_000)
        }
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        // A wall clock that is set back must not prolong a wait.
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// - Returns: whether the submission was taken; `false` when the queue is full or closed.
    func append(_ submission: Submission) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard !isClosed, weight + submission.weight <= limit || items.isEmpty else { return false }
        var submission = submission
        if let patienceNanoseconds {
            submission.came = clock()
            if items.count >= Self.patientItems, submission.came - items[0].came > patienceNanoseconds { return false }
        }
        items.append(submission)
        weight += submission.weight
        if isWaiting, items.count >= wakesAt { pthread_cond_signal(condition) }
        return true
    }

    /// Waits for work and takes all of it, up to about `most` in weight; `nil` when the queue is closed and empty.
    ///
    /// Clients that were answered together ask again together. So when the last group had `last` members, it waits up
    /// to 0.3 ms for half as many to come, instead of making the first of them a commit of its own. One client alone
    /// never waits.
    func takeAll(most: Int, last: Int) -> [Submission]? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        let expected = last / 2
        var deadline: timespec?
        while items.isEmpty || items.count < expected {
            if isClosed {
                if items.isEmpty { return nil }
                break
            }
            isWaiting = true
            defer { isWaiting = false }
            if items.isEmpty {
                wakesAt = 1
                pthread_cond_wait(condition, mutex)
            } else {
                wakesAt = expected
                var until = deadline ?? Self.gatherDeadline()
                deadline = until
                if pthread_cond_timedwait(condition, mutex, &until) != 0 { break }
            }
        }
        if weight <= most {
            let taken = items
            items = []
            items.reserveCapacity(taken.count)
            weight = 0
            return taken
        }
        var count = 0
        var takenWeight = 0
        while count < items.count, takenWeight < most {
            takenWeight += items[count].weight
            count += 1
        }
        let taken = Array(items[..<count])
        items.removeFirst(count)
        weight -= takenWeight
        return taken
    }

    @Sendable static func monotonic() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    private static func gatherDeadline() -> timespec {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        time.tv_nsec += gatherNanoseconds
        if time.tv_nsec >= 1_000_000_000 {
            time.tv_sec += 1
            time.tv_nsec -= 1_000_000_000
        }
        return time
    }

    /// The summed weight that waits.
    var waitingWeight: Int {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return weight
    }

    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }
}
