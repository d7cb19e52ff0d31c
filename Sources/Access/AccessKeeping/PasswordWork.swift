import NGSILDModel
import WorkThreads

/// Hashes and checks passwords away from the event loops and from tasks, a few at a time, for each takes some 46 MiB.
///
/// Invariants:
/// 1. At most `width` computations run, and at most `limit` wait; one more is refused.
/// 2. A computation that ends starts the one that has waited longest.
final class PasswordWork: Sendable {
    private let threads: WorkThreads

    init(width: Int = 2, limit: Int = 32) { threads = WorkThreads(width: width, limit: limit) }

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
    func start(_ work: @escaping @Sendable () -> Void) -> Bool { threads.run(work) }
}
