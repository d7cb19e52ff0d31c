public import JSONLD
public import NGSILDModel
public import NGSILDOperations

/// The operations that the NGSI-LD binding calls.
public struct BrokerServices: Sendable {
    public internal(set) var provision: any EntityProvision
    public internal(set) var consumption: any EntityConsumption
    public let feed: any ChangeFeed
    public let documents: any DocumentKeeping
    /// `nil` where subscriptions are not offered: their resource then answers OperationNotSupported.
    public internal(set) var subscriptions: (any SubscriptionService)?
    /// `nil` where subscriptions are not read from the broker itself: `/streams/subscriptions` is not found then.
    public let notificationStreams: (any NotificationStreaming)?
    /// `nil` where no history is kept: its resources then answer OperationNotSupported.
    public internal(set) var temporal: (any TemporalService)?
    /// `nil` where there are none: their resources then answer OperationNotSupported.
    public internal(set) var entityMaps: (any EntityMapService)?
    /// `nil` where there are none: their resources then answer OperationNotSupported.
    public let snapshots: (any SnapshotService)?
    public let registry: TermRegistry
    public let contexts: ContextCache
    /// The contexts that the broker hosts, which is also the loader of `contexts`; `nil` where it hosts none:
    /// `/jsonldContexts` then answers OperationNotSupported.
    public let hostedContexts: HostedContexts?
    /// `nil` where tenants are not administered here: `/admin/tenants` is not found then.
    public let tenants: TenantAdministration?
    /// `nil` where no history is kept: `/admin/history` is not found then.
    public let historyPolicies: (any HistoryPolicyService)?
    /// `nil` where notifications are not administered here: `/admin/notifications` is not found then.
    public let notifications: (any NotificationAdministration)?
    /// `nil` where the air is not mapped: `/air/map` and `/air/tiles` are not found then.
    public let airMaps: AirMapPages?
    /// `nil` where no alert rules are kept: `/admin/rules` is not found then.
    public let rules: RulePages?
    /// `nil` where there are none: `/tiles` is not found then.
    public internal(set) var entityTiles: EntityTilePages?

    public init(
        provision: any EntityProvision, consumption: any EntityConsumption, feed: any ChangeFeed,
        documents: any DocumentKeeping, subscriptions: (any SubscriptionService)?,
        notificationStreams: (any NotificationStreaming)? = nil, temporal: (any TemporalService)? = nil,
        entityMaps: (any EntityMapService)? = nil, snapshots: (any SnapshotService)? = nil, registry: TermRegistry,
        contexts: ContextCache, hostedContexts: HostedContexts? = nil, tenants: TenantAdministration? = nil,
        notifications: (any NotificationAdministration)? = nil, historyPolicies: (any HistoryPolicyService)? = nil,
        airMaps: AirMapPages? = nil, rules: RulePages? = nil, entityTiles: EntityTilePages? = nil
    ) {
        self.entityTiles = entityTiles
        self.airMaps = airMaps
        self.rules = rules
        self.historyPolicies = historyPolicies
        self.notifications = notifications
        self.tenants = tenants
        self.provision = provision
        self.consumption = consumption
        self.feed = feed
        self.documents = documents
        self.subscriptions = subscriptions
        self.notificationStreams = notificationStreams
        self.temporal = temporal
        self.entityMaps = entityMaps
        self.snapshots = snapshots
        self.registry = registry
        self.contexts = contexts
        self.hostedContexts = hostedContexts
    }
}
