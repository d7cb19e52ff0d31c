import NGSILDModel
import Synchronization

/// What came in, what became of it, and what was refused last: for operators.
final class IngestCounts: Sendable {
    struct Rule: Sendable {
        var messages = 0
        /// Entities written; one that a message names twice counts twice.
        var entities = 0
        /// Messages, records and entities that became nothing.
        var refused = 0
        /// Attributes that were left out of entities.
        var leftOut = 0
        var lastMessage: Timestamp?
    }

    /// A message of which something was refused.
    struct Sample: Sendable {
        let at: Timestamp
        let topic: String
        let reason: String
        let payload: [UInt8]
    }

    struct State: Sendable {
        var rules: [Rule]
        /// Messages of topics that no rule names: of subscriptions that an earlier mapping left at the server.
        var unmatched = 0
        var bytes = 0
        /// The latest refusals, oldest first.
        var samples: [Sample] = []
        /// What was refused since the last report to the log.
        var unreported = 0
        var reportedAt: ContinuousClock.Instant?
    }

    private let state: Mutex<State>
    static let sampleLimit = 50
    static let payloadLimit = 300
    private static let reportInterval = Duration.seconds(60)

    init(rules: Int) {
        state = Mutex(State(rules: Array(repeating: Rule(), count: rules)))
    }

    var snapshot: State { state.withLock { $0 } }

    /// - Parameter rule: `nil`: none fits.
    func came(_ rule: Int?, bytes: Int, at time: Timestamp) {
        state.withLock { state in
            state.bytes &+= bytes
            guard let rule else {
                state.unmatched += 1
                return
            }
            state.rules[rule].messages += 1
            state.rules[rule].lastMessage = time
        }
    }

    func kept(_ rule: Int, entities: Int) { state.withLock { $0.rules[rule].entities += entities } }

    /// - Parameter isWhole: whether a record or entity became nothing, rather than an attribute of it.
    func refused(_ rule: Int, isWhole: Bool, _ reason: String, topic: String, payload: [UInt8], at time: Timestamp) {
        let sample = Sample(
            at: time, topic: String(topic.prefix(200)), reason: String(reason.prefix(500)),
            payload: Array(payload.prefix(Self.payloadLimit)))
        state.withLock { state in
            if isWhole { state.rules[rule].refused += 1 } else { state.rules[rule].leftOut += 1 }
            state.unreported += 1
            if state.samples.count >= Self.sampleLimit { state.samples.removeFirst() }
            state.samples.append(sample)
        }
    }

    /// What the log should say now, if anything: at most once a minute.
    func report(now: ContinuousClock.Instant = .now) -> String? {
        state.withLock { state in
            guard state.unreported > 0, let last = state.samples.last else { return nil }
            if let before = state.reportedAt, now - before < Self.reportInterval { return nil }
            defer { state.unreported = 0 }
            state.reportedAt = now
            return "\(state.unreported) times something was refused, last of \(last.topic): \(last.reason)"
        }
    }
}
