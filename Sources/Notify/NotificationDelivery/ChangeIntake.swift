import NGSILDOperations
import Synchronization

/// Changes between the committer, which must not wait, and the matcher.
///
/// At most `limit` changes wait; more drop the oldest, which are counted.
final class ChangeIntake: Sendable {
    private struct State {
        var waiting: [EntityChange] = []
        var dropped = 0
        var isHeld = true
    }

    private let state = Mutex(State())
    private let limit: Int
    private let wake: AsyncStream<Void>.Continuation
    /// Yields when there may be something to take.
    let wakeUps: AsyncStream<Void>

    init(limit: Int) {
        self.limit = max(1, limit)
        (wakeUps, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Called on the committer's thread.
    func append(_ changes: [EntityChange]) {
        let wasEmpty = state.withLock { state in
            let wasEmpty = state.waiting.isEmpty
            state.waiting.append(contentsOf: changes)
            if state.waiting.count > limit {
                let surplus = state.waiting.count - limit
                // A run at once, so that a full queue does not move its whole content for each commit.
                let removed = min(state.waiting.count, surplus + limit / 16)
                state.waiting.removeFirst(removed)
                state.dropped += removed
            }
            return wasEmpty
        }
        if wasEmpty { wake.yield() }
    }

    /// Lets the changes through, those of `backlog` first.
    func release(after backlog: [EntityChange]) {
        state.withLock { state in
            let last = backlog.last?.sequence ?? 0
            state.waiting = backlog + state.waiting.filter { $0.sequence > last }
            state.isHeld = false
        }
        wake.yield()
    }

    /// All that wait, and how many were dropped before them.
    func take() -> (changes: [EntityChange], dropped: Int) {
        state.withLock { state in
            if state.isHeld { return ([], 0) }
            defer {
                state.waiting = []
                state.dropped = 0
            }
            return (state.waiting, state.dropped)
        }
    }

    func finish() { wake.finish() }
}
