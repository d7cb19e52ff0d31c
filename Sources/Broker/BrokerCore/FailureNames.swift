import BrokerStorage
import Synchronization

/// Identifiers of failures of the store, which tie an answer to the log.
///
/// While the same failure comes again and again, as on a disk that is full, it keeps its identifier and is told once in
/// `period`, so that the log does not fill what room is left.
final class FailureNames: Sendable {
    private struct Last {
        let error: StorageError
        let identifier: String
        let told: ContinuousClock.Instant
    }

    private let last = Mutex<Last?>(nil)
    private let period: Duration
    private let now: @Sendable () -> ContinuousClock.Instant

    init(period: Duration = .seconds(5), now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.period = period
        self.now = now
    }

    /// - Returns: the identifier, 8 hexadecimal digits, and whether it is to be told to the operator.
    func name(_ error: StorageError) -> (identifier: String, isTold: Bool) {
        let now = now()
        return last.withLock { last in
            let isSame = last?.error == error
            if let last, isSame, now - last.told < period { return (last.identifier, false) }
            let digits = String(UInt32.random(in: .min ... .max), radix: 16)
            let identifier =
                isSame ? last?.identifier ?? digits : String(repeating: "0", count: 8 - digits.count) + digits
            last = Last(error: error, identifier: identifier, told: now)
            return (identifier, true)
        }
    }
}
