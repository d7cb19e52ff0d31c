public import NGSILDOperations
import Synchronization

/// What a service has under way: it follows the changes, and works in some tasks.
///
/// It starts once, and is not started again when it has ended.
public final class RunningTasks: Sendable {
    private struct State {
        var follower: ChangeFollower?
        var tasks: [Task<Void, Never>] = []
    }
    private let state = Mutex(State())

    /// Nothing is under way yet.
    public init() {}

    /// Follows the changes and starts the tasks; does nothing the second time.
    ///
    /// - Parameters:
    ///   - receive: takes changes in on the committer's thread, and must not wait.
    ///   - tasks: makes them. Each has to end when it is cancelled.
    public func start(
        following feed: any ChangeFeed, _ receive: @escaping @Sendable ([EntityChange]) -> Void,
        _ tasks: () -> [Task<Void, Never>]
    ) {
        state.withLock { state in
            guard state.follower == nil else { return }
            state.follower = feed.follow(receive)
            state.tasks = tasks()
        }
    }

    /// Ends the following and the tasks, and waits for those.
    ///
    /// - Parameter close: ends what they wait for.
    public func stop(_ close: () -> Void) async {
        let tasks = state.withLock { state in
            state.follower?.cancel()
            defer { state.tasks = [] }
            return state.tasks
        }
        close()
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    /// Lets those who wait for changes look again now and then, for what comes with time alone.
    public static func signalling(_ inboxes: [ChangeInbox], everySeconds seconds: Double) -> Task<Void, Never> {
        Task {
            while !Task.isCancelled {
                do { try await Task.sleep(for: .seconds(seconds)) } catch { return }
                for inbox in inboxes { inbox.signal() }
            }
        }
    }
}
