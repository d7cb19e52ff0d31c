public import AlertRules
public import NGSILDModel
public import NGSILDOperations

/// A rule as operators see it.
public struct RuleReport: Sendable {
    /// One way by which a rule tells.
    public struct Channel: Sendable {
        public let channel: RuleNotice.Channel
        /// Whether it is told when nobody acknowledges.
        public let isEscalation: Bool
        public let subscription: String
        /// `nil` where its subscription is not there (yet).
        public let delivery: DeliveryStatus?
        /// Why the subscription could not be made.
        public let problem: String?
    }

    public let id: String
    public let tenant: String
    public let name: String
    /// `watching`, `off` or `refused`.
    public let state: String
    public let reason: String?
    public let severity: AlertRule.Severity?
    public let entities: Int
    public let raised: Int
    public let mutedUntil: Timestamp?
    public let channels: [Channel]
}

/// What a rule would have done.
public struct RuleTestReport: Sendable {
    /// An alert that would have stood.
    public struct Firing: Sendable {
        public let entity: String
        public let name: String
        public let from: Timestamp
        public let to: Timestamp?
        public let peak: Double?
    }

    public var from: Timestamp
    public var to: Timestamp
    /// Entities that the rule selects now, and values of theirs that were read.
    public var entities = 0
    public var values = 0
    public var firings: [Firing] = []
    /// Whether a limit was reached, so that there may be more.
    public var isTruncated = false

    init(from: Timestamp, to: Timestamp) {
        self.from = from
        self.to = to
    }
}
