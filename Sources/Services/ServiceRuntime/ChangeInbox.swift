public import NGSILDModel
public import NGSILDOperations
import Synchronization

/// Changes that wait for the worker, filled on the committer's thread.
///
/// Invariants:
/// 1. It holds at most `limit` changes. One more empties it and marks it as behind; then nothing is taken in until the
///    worker has begun to read the history, which has all of them.
public final class ChangeInbox: Sendable {
    private struct State {
        var changes: [EntityChange] = []
        var isBehind = false
        var types: FollowedTypes<Bool>
        var isClosed = false
    }

    private let state: Mutex<State>
    private let registry: TermRegistry
    private let limit: Int
    private let wake: AsyncStream<Void>.Continuation
    /// One element at most waits here, however many changes there are.
    public let signals: AsyncStream<Void>

    /// - Parameters:
    ///   - typeNames: The types of entities whose changes are taken; whatever their @context.
    public init(limit: Int, typeNames: [String], registry: TermRegistry) {
        self.limit = max(1, limit)
        self.registry = registry
        state = Mutex(State(types: Self.types(typeNames, registry)))
        (signals, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    private static func types(_ names: [String], _ registry: TermRegistry) -> FollowedTypes<Bool> {
        FollowedTypes(Dictionary(names.map { ($0, true) }) { first, _ in first }, registry: registry)
    }

    /// Takes changes of these types from now on, instead of those before.
    public func follow(typeNames: [String]) {
        state.withLock { $0.types = Self.types(typeNames, registry) }
    }

    /// Takes those of the changes that the service looks at.
    public func receive(_ changes: [EntityChange]) {
        let isNews = state.withLock { state in
            if state.isBehind || state.isClosed { return false }
            var isNews = false
            for change in changes {
                // An entity that lost its type is a change of that type too.
                let isFollowed =
                    change.after.map { state.types.kind(of: $0.types) != nil } == true
                    || change.before.map { state.types.kind(of: $0.types) != nil } == true
                guard isFollowed, SnapshotSpace.read(change.tenant) == nil else { continue }
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
    public func take() -> (changes: [EntityChange], isBehind: Bool) {
        state.withLock { state in
            defer {
                state.changes = []
                state.isBehind = false
            }
            return (state.changes, state.isBehind)
        }
    }

    /// Wakes the worker.
    public func signal() { wake.yield() }

    public func close() {
        state.withLock { $0.isClosed = true }
        wake.finish()
    }
}
