public import NGSILDModel
import Synchronization

/// Slows down those who guess passwords: by the name they try, and by the address they come from.
///
/// A few failures are free. From then on each doubles the time until the next attempt is looked at, up to a quarter of an
/// hour. What was counted is forgotten after an hour without a failure, or for a name once someone signs in with it from
/// that address.
public final class SignInLimiter: Sendable {
    private struct Count {
        var failures = 0
        var last: Timestamp
    }

    /// Failures of one name from one address before the next has to wait.
    static let freeOfName = 5
    /// Failures from one address before the next has to wait; more, for many may share one.
    static let freeOfAddress = 20
    /// Failures of one name, from anywhere, before the next has to wait; the most, or anyone could lock anyone out.
    static let freeOfNameAnywhere = 100
    private static let longestSeconds = 900.0
    private static let forgottenSeconds = 3_600.0
    /// What is counted at once; beyond it the oldest count goes.
    private static let limit = 20_000

    private let counts = Mutex<[String: Count]>([:])

    public init() {}

    private static func keys(_ name: String, _ address: String) -> [(key: String, free: Int)] {
        [
            ("n\n\(name)\n\(address)", freeOfName), ("a\n\(address)", freeOfAddress),
            ("e\n\(name)", freeOfNameAnywhere),
        ]
    }

    /// Seconds, at least 1, until an attempt is looked at; `nil`: it is now.
    public func wait(name: String, address: String, now: Timestamp) -> Int? {
        let longest = counts.withLock { counts in
            Self.keys(name, address).compactMap { key, free -> Double? in
                guard let count = counts[key], count.failures >= free else { return nil }
                let pause = min(Self.longestSeconds, Double(1 << min(20, count.failures - free)))
                return pause - Double(now.microseconds - count.last.microseconds) / 1e6
            }.max()
        }
        guard let longest, longest > 0 else { return nil }
        return Int(longest.rounded(.up))
    }

    /// Counts an attempt that failed.
    public func failed(name: String, address: String, now: Timestamp) {
        counts.withLock { counts in
            for (key, _) in Self.keys(name, address) {
                var count = counts[key] ?? Count(last: now)
                if Double(now.microseconds - count.last.microseconds) / 1e6 > Self.forgottenSeconds {
                    count.failures = 0
                }
                count.failures += 1
                count.last = now
                counts[key] = count
            }
            guard counts.count > Self.limit else { return }
            counts = counts.filter {
                Double(now.microseconds - $0.value.last.microseconds) / 1e6 < Self.forgottenSeconds
            }
            if counts.count > Self.limit {
                let oldest = counts.sorted { $0.value.last < $1.value.last }.prefix(Self.limit / 4)
                for (key, _) in oldest { counts[key] = nil }
            }
        }
    }

    /// Forgets what failed for a name from an address, since someone signed in there.
    public func succeeded(name: String, address: String) {
        counts.withLock { $0["n\n\(name)\n\(address)"] = nil }
    }
}
