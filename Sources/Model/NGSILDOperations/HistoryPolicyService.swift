public import NGSILDModel

/// How the history of some attributes is kept.
public struct HistoryPolicy: Hashable, Sendable {
    /// A step of retention: how fine and how long.
    public struct Tier: Hashable, Sendable {
        /// The length of the periods that instances are rolled up to, in seconds; `nil` for instances as they came.
        public var every: Int?
        /// How long they are kept, in seconds; `nil` for ever.
        public var keep: Int?

        public init(every: Int? = nil, keep: Int? = nil) {
            self.every = every
            self.keep = keep
        }
    }

    public var name: String
    /// The entity type and the attribute that it is for, as IRIs; `nil` for all.
    public var type: String?
    public var attribute: String?
    /// Whether past values are kept at all.
    public var isRecorded = true
    /// The least time between two instances that are kept, in seconds.
    public var sampleEvery: Int?
    /// How much a number must differ from the one that was kept last.
    public var deadBand: Double?
    /// From fine to coarse; empty: everything as it came, for ever.
    public var retention: [Tier] = []

    public init(name: String) { self.name = name }
}

/// The policies of the history: which attributes are kept, how densely, and for how long.
public protocol HistoryPolicyService: Sendable {
    /// By name.
    var policies: [HistoryPolicy] { get }

    /// Puts a policy in the place of the one of its name; in effect when the reply comes.
    ///
    /// - Parameter reply: gets whether it is new.
    func putPolicy(
        _ policy: HistoryPolicy, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Bool, NGSILDError>) -> Void)

    /// Removes a policy; what it has taken from the history does not come back.
    func deletePolicy(
        named name: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void)
}
