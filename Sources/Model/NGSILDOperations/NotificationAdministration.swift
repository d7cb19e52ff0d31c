public import NGSILDModel

/// How the notifications of one subscription go.
public struct DeliveryStatus: Sendable {
    /// Whether its endpoint takes what is sent.
    public enum Condition: String, Sendable {
        /// Nothing failed last.
        case ok
        /// Some attempts in a row failed.
        case retrying
        /// So many failed that one is tried only now and then.
        case open
    }

    public let subscription: String
    public let tenant: String
    public let endpoint: String
    public let condition: Condition
    /// Notifications that wait, in memory or in the outbox only.
    public let waiting: Int
    /// Attempts, and how many of them failed.
    public let sent: Int
    public let failed: Int
    /// Notifications that were dropped because too many waited.
    public let dropped: Int
    public let deadLetters: Int
    /// Why the last attempt failed; `nil` when it did not.
    public let lastError: String?
    public let lastSuccess: Timestamp
    public let lastFailure: Timestamp

    public init(
        subscription: String, tenant: String, endpoint: String, condition: Condition, waiting: Int, sent: Int,
        failed: Int, dropped: Int, deadLetters: Int, lastError: String?, lastSuccess: Timestamp, lastFailure: Timestamp
    ) {
        self.subscription = subscription
        self.tenant = tenant
        self.endpoint = endpoint
        self.condition = condition
        self.waiting = waiting
        self.sent = sent
        self.failed = failed
        self.dropped = dropped
        self.deadLetters = deadLetters
        self.lastError = lastError
        self.lastSuccess = lastSuccess
        self.lastFailure = lastFailure
    }
}

/// A notification that was given up.
public struct DeadLetterStatus: Sendable {
    public let id: String
    /// When it was given up.
    public let at: Timestamp
    public let reason: String
    /// Bytes that are kept of it.
    public let length: Int
    /// Whether it waits to be sent again.
    public let isReplayed: Bool

    public init(id: String, at: Timestamp, reason: String, length: Int, isReplayed: Bool) {
        self.id = id
        self.at = at
        self.reason = reason
        self.length = length
        self.isReplayed = isReplayed
    }
}

/// What came of trying an endpoint out.
public struct NotificationTest: Sendable {
    /// Where it went, without a user and password.
    public let endpoint: String
    /// Whether the endpoint took it.
    public let isTaken: Bool
    /// The HTTP status it was refused with; `nil`: it was taken, or there was no such answer.
    public let status: Int?
    /// Why it was not taken.
    public let reason: String?
    /// Entities in it: 1, or 0 when none matches the subscription now.
    public let entities: Int
    /// From the first step to the endpoint until its answer.
    public let duration: Duration

    public init(endpoint: String, isTaken: Bool, status: Int?, reason: String?, entities: Int, duration: Duration) {
        self.endpoint = endpoint
        self.isTaken = isTaken
        self.status = status
        self.reason = reason
        self.entities = entities
        self.duration = duration
    }
}

/// Shows operators how notifications go, lets them try endpoints out, and replay or drop what was given up.
public protocol NotificationAdministration: Sendable {
    /// The subscriptions of all tenants, in a stable order, from `offset` on.
    func deliveries(offset: Int, limit: Int) -> [DeliveryStatus]

    /// - Throws: `resourceNotFound` when there is no such subscription.
    func delivery(of subscription: String, tenant: String) throws(NGSILDError) -> DeliveryStatus

    /// The oldest first.
    ///
    /// - Throws: `resourceNotFound` when there is no such subscription.
    func deadLetters(of subscription: String, tenant: String) throws(NGSILDError) -> [DeadLetterStatus]

    /// Sends one notification to the endpoint now, beside what waits: of an entity that matches, or of none. It is sent
    /// once and counts nowhere.
    ///
    /// - Parameter reply: gets what came of it within some seconds, also when the endpoint did not take it.
    func test(
        _ subscription: String, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<NotificationTest, NGSILDError>) -> Void)

    /// Queues a dead letter, or with `nil` all of the subscription, to be sent again, behind what waits already. Each is
    /// kept until the endpoint takes it.
    ///
    /// - Parameter reply: gets how many were queued.
    func replay(
        _ letter: String?, of subscription: String, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Int, NGSILDError>) -> Void)

    /// Deletes a dead letter, or with `nil` all of the subscription.
    ///
    /// - Parameter reply: gets how many are gone, for good.
    func drop(
        _ letter: String?, of subscription: String, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Int, NGSILDError>) -> Void)
}
