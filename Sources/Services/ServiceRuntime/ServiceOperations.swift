public import NGSILDModel
public import NGSILDOperations

/// The operations of the broker that a city service uses; all of them are public ones.
public struct ServiceOperations: Sendable {
    public let provision: any EntityProvision
    public let consumption: any EntityConsumption
    /// `nil` where no history is kept: then nothing is caught up.
    public let temporal: (any TemporalService)?
    public let feed: any ChangeFeed
    public let registry: TermRegistry
    public let tenantNames: @Sendable () -> [String]

    public init(
        provision: any EntityProvision, consumption: any EntityConsumption, temporal: (any TemporalService)?,
        feed: any ChangeFeed, registry: TermRegistry, tenantNames: @escaping @Sendable () -> [String]
    ) {
        self.provision = provision
        self.consumption = consumption
        self.temporal = temporal
        self.feed = feed
        self.registry = registry
        self.tenantNames = tenantNames
    }

    /// Hands an operation to the broker and waits until it is durable.
    public func submit(_ operation: ProvisionOperation, tenant: String) async -> ProvisionResult {
        await withCheckedContinuation { continuation in
            provision.submit(operation, tenant: tenant, on: ImmediateReplyScheduler()) {
                continuation.resume(returning: $0)
            }
        }
    }
}
