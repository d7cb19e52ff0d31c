import Dispatch
import NGSILDModel
import Synchronization

/// Hashes and checks passwords away from the event loops, a few at a time, for each takes some 46 MiB.
///
/// Invariants:
/// 1. At most `width` computations run, and at most `limit` wait; one more is refused.
/// 2. A computation that ends starts the one that has waited longest.
final class PasswordWork: Sendable {
    private struct State {
        var running = 0
        var waiting: [@Sendable () -> Void] = []
    }

    private let width: Int
    private let limit: Int
    private let queue = DispatchQueue(label: "parvis.passwords", attributes: .concurrent)
    private let state = Mutex(State())

    init(width: Int = 2, limit: Int = 32) {
        self.width = width
        self.limit = limit
    }

    /// Runs `body` when its turn comes.
    ///
    /// - Throws: `.overloaded` when too many wait.
    func run<R: Sendable>(_ body: @escaping @Sendable () -> R) async throws(NGSILDError) -> R {
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<R?, Never>) in
            let isTaken = start { continuation.resume(returning: body()) }
            if !isTaken { continuation.resume(returning: nil) }
        }
        guard let result else {
            throw .overloaded("As many passwords are being checked as are taken; try again in a few seconds")
        }
        return result
    }

    /// - Returns: whether it runs or waits; it is dropped otherwise.
    func start(_ work: @escaping @Sendable () -> Void) -> Bool {
        enum Turn { case now, later, never }
        let turn = state.withLock { state -> Turn in
            if state.running < width {
                state.running += 1
                return .now
            }
            guard state.waiting.count < limit else { return .never }
            state.waiting.append(work)
            return .later
        }
        if turn == .now { queue.async { [self] in perform(work) } }
        return turn != .never
    }

    private func perform(_ first: @escaping @Sendable () -> Void) {
        var work = Optional(first)
        while let current = work {
            current()
            work = state.withLock { state in
                if state.waiting.isEmpty {
                    state.running -= 1
                    return nil
                }
                return state.waiting.removeFirst()
            }
        }
    }
}
