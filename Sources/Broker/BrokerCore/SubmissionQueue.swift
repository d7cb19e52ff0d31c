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
}

/// What waits between the event loops and the committer thread.
///
/// Invariants:
/// 1. `items` and `state` are touched only while `mutex` is held.
/// 2. The summed weight of `items` stays below `limit`; what would pass it is refused.
/// 3. After `close`, nothing is taken in, and what was taken in is still handed out.
///
/// `@unchecked Sendable` because of invariant 1.
final class SubmissionQueue: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private let limit: Int
    private var items: [Submission] = []
    private var weight = 0
    private var isWaiting = false
    private var isClosed = false

    init(limit: Int) {
        self.limit = limit
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
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
        items.append(submission)
        weight += submission.weight
        if isWaiting { pthread_cond_signal(condition) }
        return true
    }

    /// Waits for work and takes all of it, up to about `most` in weight; `nil` when the queue is closed and empty.
    func takeAll(most: Int) -> [Submission]? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while items.isEmpty {
            if isClosed { return nil }
            isWaiting = true
            pthread_cond_wait(condition, mutex)
            isWaiting = false
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
