public import BrokerStorage
public import NGSILDModel
public import NGSILDOperations

/// One NGSI-LD context broker over one store: carries out the operations that the protocols of NGSILDOperations name.
///
/// Entities are held in memory in their rendered form; the store is the truth. Reads are answered on the caller's
/// thread from the last published state; writes go through one committer thread.
public final class Broker: Sendable {
    /// Bounds of the queue and the change feed, the clock, and who is told of failed commits.
    public struct Configuration: Sendable {
        /// Entities that may wait for the committer before writes are refused with `overloaded`.
        public var queueLimit = 20_000
        /// When many operations wait, and the oldest for longer than this, further ones are refused; `nil`: never.
        public var queuePatience: Duration?
        /// Bytes of memory for entities and their indexes; past it, attributes are read from the store when needed.
        public var memoryBudget = Int.max
        /// Changes kept in memory for streams that come back.
        public var recentChanges = 8_192
        /// Whether the change record keeps what changes take from the present, for the history.
        public var keepsPast = true
        /// Where time comes from.
        public var clock: @Sendable () -> Timestamp = { Timestamp.now() }
        /// Told why the store refuses commits, with the identifier that answers name.
        public var onStorageFailure: @Sendable (StorageError, String) -> Void = { _, _ in }
        public init() {}
    }

    public let registry: TermRegistry
    public let storage: any BrokerStorage
    let tenants: TenantTable
    private let memory: EntityMemory
    let feed: RecentChanges
    let committer: Committer
    let expiry: EntityExpiry

    /// Loads the current state from the store and begins to accept operations.
    ///
    /// - Throws: `StorageError` when the store cannot be read.
    /// - Cost: about 2 us for each stored entity.
    public init(storage: any BrokerStorage, configuration: Configuration = Configuration()) throws {
        self.storage = storage
        registry = try TermRegistry(store: storage)
        memory = EntityMemory(storage: storage, budget: configuration.memoryBudget)
        tenants = TenantTable(memory: memory)
        feed = RecentChanges(capacity: configuration.recentChanges)
        committer = Committer(
            storage: storage, tenants: tenants, feed: feed, queueLimit: configuration.queueLimit,
            queuePatience: configuration.queuePatience,
            pastTerms: configuration.keepsPast ? registry : nil, clock: configuration.clock,
            onFailure: configuration.onStorageFailure)
        expiry = EntityExpiry(queue: committer.queue, clock: configuration.clock)
        try load()
        feed.start(at: try storage.lastSequence())
        expiry.start(following: feed)
        committer.start()
    }

    private func load() throws {
        for name in try storage.tenants() { _ = tenants.create(name) }
        let states = try StateLoader.load(from: storage, memory: memory) { [expiry] record, tenant in
            expiry.load(record, tenant: tenant)
        }
        for (name, state) in states { tenants.create(name).withState { $0 = state } }
    }

    /// Finishes what was submitted and stops the committer; the store stays open.
    public func stop() {
        expiry.stop()
        committer.stop()
    }

    /// The names of the tenants, the default one being "".
    public var tenantNames: [String] { tenants.names }

    /// What the broker holds and has done, for metrics.
    public var statistics: BrokerStatistics {
        var result = BrokerStatistics()
        for tenant in tenants.all {
            tenant.withState { state in
                result.entities += state.count
                result.entityBytes += state.footprint
            }
        }
        (result.commits, result.writes) = committer.counters.values
        result.waiting = committer.queue.waitingWeight
        result.lastSequence = feed.lastSequence
        return result
    }
}

/// What a broker holds and has done.
public struct BrokerStatistics: Sendable {
    public var entities = 0
    /// About how many bytes the entities take in memory, indexes not counted.
    public var entityBytes = 0
    public var commits = 0
    public var writes = 0
    /// Entities in operations that wait for the committer.
    public var waiting = 0
    public var lastSequence: UInt64 = 0
}

extension Broker: EntityProvision {
    public func submit(
        _ operation: ProvisionOperation, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (ProvisionResult) -> Void
    ) {
        let submission = Submission(
            work: .provision(operation, tenant: tenant, reply), scheduler: scheduler, weight: operation.weight)
        if !committer.queue.append(submission) { scheduler.deliver([{ reply(.failure(Broker.overloaded)) }]) }
    }

    static let overloaded = NGSILDError.overloaded("More writes wait than the broker takes; try again in a second")
}

extension Broker: ChangeFeed {
    public func follow(_ receive: @escaping @Sendable ([EntityChange]) -> Void) -> ChangeFollower {
        feed.follow(receive)
    }

    public var lastSequence: UInt64 { feed.lastSequence }

    public func recentChanges(after sequence: UInt64) -> [EntityChange]? { feed.changes(after: sequence) }
}

extension Broker: DocumentKeeping {
    public func documents(kind: String) throws -> [(tenant: String, key: String, body: [UInt8])] {
        try storage.documents(kind: kind).map { ($0.tenant, $0.key, $0.body) }
    }

    public func putDocument(
        kind: String, tenant: String, key: String, body: [UInt8]?, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        submit(
            .document(DocumentWrite(kind: kind, tenant: tenant, key: key, body: body)), weight: 1, on: scheduler,
            reply: reply)
    }

    /// Queues work that touches no entity.
    func submit(
        _ work: StoredWork, weight: Int, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        let submission = Submission(work: .stored(work, reply), scheduler: scheduler, weight: weight)
        if !committer.queue.append(submission) { scheduler.deliver([{ reply(.failure(Broker.overloaded)) }]) }
    }
}
