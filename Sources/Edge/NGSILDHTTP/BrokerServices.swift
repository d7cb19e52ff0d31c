public import JSONLD
public import NGSILDModel
public import NGSILDOperations

/// The operations that the NGSI-LD binding calls.
public struct BrokerServices: Sendable {
    public internal(set) var provision: any EntityProvision
    public internal(set) var consumption: any EntityConsumption
    public let feed: any ChangeFeed
    public let documents: any DocumentKeeping
    public let registry: TermRegistry
    public let contexts: ContextCache
    /// `nil` where subscriptions are not offered: their resource then answers OperationNotSupported.
    public var subscriptions: (any SubscriptionService)?
    /// `nil` where subscriptions are not read from the broker itself: `/streams/subscriptions` is not found then.
    public var notificationStreams: (any NotificationStreaming)?
    /// `nil` where no history is kept: its resources then answer OperationNotSupported.
    public var temporal: (any TemporalService)?
    /// `nil` where there are none: their resources then answer OperationNotSupported.
    public var entityMaps: (any EntityMapService)?
    /// `nil` where there are none: their resources then answer OperationNotSupported.
    public var snapshots: (any SnapshotService)?
    /// The contexts that the broker hosts, which is also the loader of `contexts`; `nil` where it hosts none:
    /// `/jsonldContexts` then answers OperationNotSupported.
    public var hostedContexts: HostedContexts?
    /// `nil` where tenants are not administered here: `/admin/tenants` is not found then.
    public var tenants: TenantAdministration?
    /// `nil` where no history is kept: `/admin/history` is not found then.
    public var historyPolicies: (any HistoryPolicyService)?
    /// `nil` where notifications are not administered here: `/admin/notifications` is not found then.
    public var notifications: (any NotificationAdministration)?
    /// `nil` where the air is not mapped: `/air/map` and `/air/tiles` are not found then.
    public var airMaps: AirMapPages?
    /// `nil` where no alert rules are kept: `/admin/rules` is not found then.
    public var rules: RulePages?
    /// `nil` where there are none: `/tiles` is not found then.
    public var entityTiles: EntityTilePages?
    /// `nil` where no audit log is kept: `/admin/audit` is not found then.
    public var audit: AuditPages?
    /// `nil` where files are not brought in here: `/admin/imports` is not found then.
    public var imports: ImportPages?
    /// `nil` where nothing is shown to everybody: `/public/` and `/admin/publications` are not found then.
    public var publicPages: PublicPages?

    /// What there is everywhere; the rest is set where it is offered.
    public init(
        provision: any EntityProvision, consumption: any EntityConsumption, feed: any ChangeFeed,
        documents: any DocumentKeeping, registry: TermRegistry, contexts: ContextCache
    ) {
        self.provision = provision
        self.consumption = consumption
        self.feed = feed
        self.documents = documents
        self.registry = registry
        self.contexts = contexts
    }
}
