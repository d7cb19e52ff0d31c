import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A few threads for work that computes or waits for long, beside the threads that Swift's tasks share.
///
/// Tasks run on as many threads as there are cores, and so does what is handed to a concurrent queue of Dispatch: the two
/// have these threads in common. As many long computations as there are cores would keep every notification, every message
/// of a device and every request of a service waiting (ADR 0031). These threads are of their own, and where all want the
/// cores they get a third of what another thread gets.
///
/// Invariants:
/// 1. At most `width` pieces of work run. At most `limit` more wait, tasks not counted; one more is refused.
/// 2. What ends starts the piece that has waited longest.
/// 3. A thread that runs nothing is idle, or has been called; never both.
public final class WorkThreads: TaskExecutor {
    /// How far the threads step back, in the system's measure.
    private static let niceness: Int32 = 5
    /// How long a thread waits for more work before it ends.
    private static let patience = DispatchTimeInterval.seconds(5)

    private struct State {
        var waiting: [@Sendable () -> Void] = []
        var threads = 0
        var idle = 0
        /// Threads that begin, or were idle, and for each of which something is in `waiting`, unless another took it.
        var called = 0
    }

    private let width: Int
    private let limit: Int
    private let state = Mutex(State())
    private let call = DispatchSemaphore(value: 0)
    private let underWay = DispatchGroup()

    /// How many cores the system has running, 1 or more.
    public static var cores: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// - Parameters:
    ///   - width: how many pieces of work run at a time, 1 or more. A thread begins when there is work for it, and ends some
    ///     seconds after the last.
    ///   - limit: how many pieces may wait, 0 or more.
    public init(width: Int, limit: Int) {
        self.width = max(1, width)
        self.limit = limit
    }

    /// Runs `work` when its turn comes.
    ///
    /// - Returns: whether it runs or waits; it is dropped otherwise.
    public func run(_ work: @escaping @Sendable () -> Void) -> Bool { take(work, limit: limit) }

    /// Runs a part of a task. None is refused: those who start tasks bound them.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        _ = take({ [self] in job.runSynchronously(on: asUnownedTaskExecutor()) }, limit: .max)
    }

    /// Waits until nothing runs and nothing waits. Blocks its thread, which must be none of these.
    public func waitUntilIdle() { underWay.wait() }

    private func take(_ work: @escaping @Sendable () -> Void, limit: Int) -> Bool {
        enum Turn { case called, begun, later, never }
        underWay.enter()
        let turn = state.withLock { state -> Turn in
            if state.idle > 0 {
                state.idle -= 1
                state.called += 1
                state.waiting.append(work)
                return .called
            }
            if state.threads < width {
                state.threads += 1
                state.called += 1
                state.waiting.append(work)
                return .begun
            }
            guard state.waiting.count - state.called < limit else { return .never }
            state.waiting.append(work)
            return .later
        }
        switch turn {
        case .called: call.signal()
        case .begun: begin()
        case .later: break
        case .never: underWay.leave()
        }
        return turn != .never
    }

    private func begin() {
        let thread = WorkerThread { [self] in
            #if os(Linux)
                // There it is for the calling thread alone.
                setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness)
            #endif
            perform(patience: Self.patience)
        }
        if thread.isRunning { return thread.detach() }
        // The system has no room for a thread. One of Dispatch takes its place, while there is work.
        DispatchQueue(label: "parvis.work").async { [self] in perform(patience: .nanoseconds(0)) }
    }

    private func perform(patience: DispatchTimeInterval) {
        var isNew = true
        while let work = next(patience, wasCalled: isNew) {
            isNew = false
            work()
            underWay.leave()
        }
    }

    /// What a thread is to do next; `nil`: to end.
    private func next(_ patience: DispatchTimeInterval, wasCalled: Bool) -> (@Sendable () -> Void)? {
        var wasCalled = wasCalled
        while true {
            let work = state.withLock { state -> (@Sendable () -> Void)? in
                if wasCalled { state.called -= 1 }
                if state.waiting.isEmpty {
                    state.idle += 1
                    return nil
                }
                return state.waiting.removeFirst()
            }
            if let work { return work }
            wasCalled = true
            if call.wait(timeout: .now() + patience) == .success { continue }
            let mayEnd = state.withLock { state in
                if state.idle == 0 { return false }
                state.idle -= 1
                state.threads -= 1
                return true
            }
            if mayEnd { return nil }
            // All that were idle have been called, this thread among them.
            call.wait()
        }
    }
}
