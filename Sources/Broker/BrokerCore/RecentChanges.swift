import NGSILDModel
import NGSILDOperations
import Synchronization

/// The latest changes, kept for streams that come back, and handed to whoever follows.
///
/// Invariants:
/// 1. `kept` is ordered by sequence and holds every change after `forgotten`.
/// 2. Followers are called in the order of commits, outside the lock, by the committer only: those ahead before a
///    commit's state is published, the others after.
final class RecentChanges: Sendable {
    private struct State {
        var kept: [EntityChange] = []
        var forgotten: UInt64 = 0
        var last: UInt64 = 0
        var followers: [(token: Int, receive: @Sendable ([EntityChange]) -> Void)] = []
        var ahead: [(token: Int, receive: @Sendable ([EntityChange]) -> Void)] = []
        var nextToken = 0
    }

    private let state = Mutex(State())
    private let capacity: Int

    /// - Parameter capacity: how many changes are kept; up to twice as many for a while.
    init(capacity: Int) { self.capacity = max(1, capacity) }

    func start(at sequence: UInt64) {
        state.withLock { state in
            state.last = sequence
            state.forgotten = sequence
        }
    }

    var lastSequence: UInt64 { state.withLock { $0.last } }

    /// Tells those who follow ahead what is going to be published.
    func announce(_ changes: [EntityChange]) {
        if changes.isEmpty { return }
        for follower in state.withLock({ $0.ahead }) { follower.receive(changes) }
    }

    func append(_ changes: [EntityChange]) {
        guard let newest = changes.last?.sequence else { return }
        let receivers = state.withLock { state in
            state.kept.append(contentsOf: changes)
            state.last = newest
            if state.kept.count > 2 * capacity {
                let surplus = state.kept.count - capacity
                state.forgotten = state.kept[surplus - 1].sequence
                state.kept.removeFirst(surplus)
            }
            return state.followers.map(\.receive)
        }
        for receive in receivers { receive(changes) }
    }

    /// All changes after `sequence`, or `nil` when some of them are forgotten.
    func changes(after sequence: UInt64) -> [EntityChange]? {
        state.withLock { state in
            guard sequence >= state.forgotten, sequence <= state.last else { return nil }
            return Array(state.kept[state.kept.partitionIndex { $0.sequence <= sequence }...])
        }
    }

    func follow(_ receive: @escaping @Sendable ([EntityChange]) -> Void) -> ChangeFollower {
        let token = state.withLock { state in
            state.nextToken += 1
            state.followers.append((state.nextToken, receive))
            return state.nextToken
        }
        return ChangeFollower { [weak self] in
            self?.state.withLock { state in state.followers.removeAll { $0.token == token } }
        }
    }

    func followAhead(_ receive: @escaping @Sendable ([EntityChange]) -> Void) -> ChangeFollower {
        let token = state.withLock { state in
            state.nextToken += 1
            state.ahead.append((state.nextToken, receive))
            return state.nextToken
        }
        return ChangeFollower { [weak self] in
            self?.state.withLock { state in state.ahead.removeAll { $0.token == token } }
        }
    }
}

extension Array {
    /// The first index at which `precedes` no longer holds; it must hold for a prefix of the array.
    fileprivate func partitionIndex(_ precedes: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if precedes(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
