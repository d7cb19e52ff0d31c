import NGSILDModel
import NGSILDOperations
import Synchronization

/// Changes that wait for the worker, filled on the committer's thread.
///
/// Invariants:
/// 1. It holds at most `limit` changes. One more empties it and marks it as behind; then nothing is taken in until the
///    worker has begun to read the history, which has all of them.
final class ChangeInbox: Sendable {
    private struct State {
        var changes: [EntityChange] = []
        var isBehind = false
        var vocabulary: AirVocabulary
        var isClosed = false
    }

    private let state: Mutex<State>
    private let limit: Int
    private let wake: AsyncStream<Void>.Continuation
    /// One element at most waits here, however many changes there are.
    let signals: AsyncStream<Void>

    init(limit: Int, vocabulary: AirVocabulary) {
        self.limit = max(1, limit)
        state = Mutex(State(vocabulary: vocabulary))
        (signals, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Takes those of the changes that the service looks at.
    func receive(_ changes: [EntityChange]) {
        let isNews = state.withLock { state in
            if state.isBehind || state.isClosed { return false }
            var isNews = false
            for change in changes {
                guard let entity = change.after ?? change.before, state.vocabulary.followed(entity.types) != nil,
                    SnapshotSpace.read(change.tenant) == nil
                else { continue }
                isNews = true
                guard state.changes.count < limit else {
                    state.changes = []
                    state.isBehind = true
                    break
                }
                state.changes.append(change)
            }
            return isNews
        }
        if isNews { wake.yield() }
    }

    /// All that waits. After `isBehind` the worker reads the history.
    func take() -> (changes: [EntityChange], isBehind: Bool) {
        state.withLock { state in
            defer {
                state.changes = []
                state.isBehind = false
            }
            return (state.changes, state.isBehind)
        }
    }

    /// Wakes the worker.
    func signal() { wake.yield() }

    func close() {
        state.withLock { $0.isClosed = true }
        wake.finish()
    }
}
