import NGSILDModel
import Synchronization

/// What became of a subscription's notifications. Shared by the committer, the senders and whoever asks.
final class DeliveryRecord: Sendable {
    struct Values: Hashable, Sendable {
        /// Attempts.
        var timesSent = 0
        /// Attempts that failed.
        var timesFailed = 0
        /// Notifications that became dead letters.
        var timesGivenUp = 0
        /// Dropped because too many waited.
        var timesDropped = 0
        var lastNotification = Timestamp.none
        var lastSuccess = Timestamp.none
        var lastFailure = Timestamp.none
        /// Why the last attempt failed; `nil` when it did not.
        var lastError: String?
        /// The last outbox row of which nothing has to be told any more.
        var deliveredThrough: UInt64 = 0
    }

    private struct State {
        var values: Values
        var isDirty = false
        /// When the last notification was made, for throttling.
        var lastMade = Timestamp.none
    }

    private let state: Mutex<State>

    init(_ values: Values = Values()) {
        state = Mutex(State(values: values, lastMade: values.lastNotification))
    }

    var values: Values { state.withLock { $0.values } }

    func update(_ change: (inout Values) -> Void) {
        state.withLock { state in
            change(&state.values)
            state.isDirty = true
        }
    }

    /// The values if they changed since they were last taken.
    func takeChanged() -> Values? {
        state.withLock { state in
            guard state.isDirty else { return nil }
            state.isDirty = false
            return state.values
        }
    }

    /// Takes note that what was taken could not be stored.
    func putBack() { state.withLock { $0.isDirty = true } }

    /// Whether throttling lets a notification be made now.
    func passesThrottling(_ interval: Int64, at now: Timestamp) -> Bool {
        if interval <= 0 { return true }
        return state.withLock { state in
            // A clock that was set back must not silence the subscription: times to come do not count.
            !state.lastMade.isSet || state.lastMade > now
                || now.microseconds - state.lastMade.microseconds >= interval
        }
    }

    /// Takes note that a notification was made, for throttling.
    func noteMade(at now: Timestamp) { state.withLock { $0.lastMade = now } }
}
