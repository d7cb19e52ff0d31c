public import AccessPolicies
public import JSONLD
public import Logging
public import NGSILDModel
public import NGSILDOperations
import Synchronization

/// Keeps subscriptions and sends their notifications.
///
/// Subscriptions are documents in the broker's store. The committer shows each commit before it is made; what matches
/// is written with it, one row of the outbox for each commit. After the commit the same notifications are queued, for
/// each subscription in memory up to a bound and beyond it as row numbers only, and each endpoint has a task that sends
/// them, so that a dead endpoint never delays another. A start reads the outbox and goes on (docs/subscriptions.md).
///
/// Invariants:
/// 1. A subscription is answered for and matched only once it is durable.
/// 2. At most one write of a subscription is on its way to the store at a time (`State.busy`).
/// 3. `State` is locked before any queue's, and a queue before any record's lock, never the other way round; a queue
///    and an endpoint are never locked together.
public final class SubscriptionManager: Sendable {
    /// The limits and the rhythm of delivery.
    public struct Configuration: Sendable {
        /// Subscriptions over all tenants, default 100,000; more are refused.
        public var subscriptionLimit = 100_000
        /// Notifications that wait for one subscription in memory, default 1,000; more wait in the outbox.
        public var queueLimit = 1_000
        /// Bytes of entities that wait in memory for all subscriptions, default 64 MiB; more wait in the outbox.
        public var memoryLimit = 64 << 20
        /// What waits for one subscription, default 100,000; beyond it the oldest in the outbox are dropped and counted.
        public var backlogLimit = 100_000
        /// Bytes of the outbox, default 1 GiB; beyond it the subscription for which most waits loses its oldest.
        public var outboxLimit = 1 << 30
        /// Dead letters of one subscription, default 100; one more drops the oldest.
        public var deadLetterLimit = 100
        /// How often a notification is tried that may itself be why it fails, default 10.
        public var attempts = 10
        /// How old a notification becomes for an endpoint that is not there, default 3 days.
        public var lifetime = Duration.seconds(3 * 86_400)
        /// The pause after the first failed attempt, default 0.5 s; it doubles with each in a row.
        public var firstPause = Duration.milliseconds(500)
        /// Failed attempts in a row that open the breaker of an endpoint, default 5.
        public var breakerLimit = 5
        /// The first pause of an open breaker, default 10 s; it doubles up to `longestCooldown`, default 60 s.
        public var cooldown = Duration.seconds(10)
        public var longestCooldown = Duration.seconds(60)
        /// How long progress is gathered before it is stored, default 200 ms; longer where storing takes long.
        public var progressInterval = Duration.milliseconds(200)
        /// How often counters are stored, default 10 s.
        public var savingInterval = Duration.seconds(10)
        /// Where time comes from.
        public var clock: @Sendable () -> Timestamp = { Timestamp.now() }
        /// How pauses are made; tests pass one that returns at once.
        public var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
        /// How periodic notifications are timed.
        var periodicClock = PeriodicClock.system
        /// Numbers in 0..<1 that vary the pauses.
        public var random: @Sendable () -> Double = { Double.random(in: 0..<1) }

        public init() {}
    }

    struct TenantSubscriptions {
        var byID: [String: Subscription] = [:]
        var queues: [String: SubscriptionQueue] = [:]
        var index = SubscriptionIndex()
    }

    /// What the committer was told of a commit that is being made.
    struct Prepared {
        let made: [(notifications: SubscriptionNotifications, queue: SubscriptionQueue)]
        let length: Int
        let now: Timestamp
    }

    struct State {
        var tenants: [String: TenantSubscriptions] = [:]
        var count = 0
        /// Tenant and id of the subscriptions that are being written.
        var busy: Set<[String]> = []
        var endpoints: [String: EndpointSender] = [:]
        var prepared: Prepared?
        var tasks: [Task<Void, Never>] = []
        var periodicTask: Task<Void, Never>?
        var isStopped = false
    }

    static let subscriptionKind = "subscription"
    static let recordKind = "subscriptionRecord"

    let configuration: Configuration
    let feed: any ChangeFeed
    let documents: any OutboxKeeping
    let contexts: NotificationContexts
    let delivery: Delivery
    let logger: Logger
    let state = Mutex(State())
    /// Finds linked entities, and those of periodic notifications; `nil`: there are none.
    let consumption: (any EntityConsumption)?
    let periodic: PeriodicNotifications?
    /// Finds the owners of subscriptions; `nil`: there are none, and subscriptions that have one deliver nothing.
    let callers: (any CallerDirectory)?
    let tests = Occupancy()

    var registry: TermRegistry { contexts.registry }

    /// Reads the stored subscriptions; `start` begins to notify.
    ///
    /// - Parameters:
    ///   - consumption: finds linked entities, and those of periodic notifications.
    ///   - callers: finds the owners of subscriptions, to ask what they may see.
    /// - Throws: when the store cannot be read. A subscription that cannot be read is logged and left alone.
    public init(
        feed: any ChangeFeed, documents: any OutboxKeeping, registry: TermRegistry, contexts: ContextCache,
        transport: any NotificationTransport, consumption: (any EntityConsumption)? = nil,
        callers: (any CallerDirectory)? = nil,
        configuration: Configuration = Configuration(),
        logger: Logger = Logger(label: "parvis.notifications")
    ) throws {
        self.configuration = configuration
        self.feed = feed
        self.documents = documents
        self.contexts = NotificationContexts(cache: contexts, registry: registry)
        self.logger = logger
        self.consumption = consumption
        self.callers = callers
        periodic = consumption.map {
            PeriodicNotifications(
                clock: configuration.periodicClock, wallClock: configuration.clock, consumption: $0)
        }
        delivery = Delivery(
            configuration: configuration, outbox: documents,
            sender: NotificationSender(contexts: self.contexts, transport: transport, logger: logger), logger: logger)
        try load()
    }

    private func load() throws {
        var records: [[String]: DeliveryRecord.Values] = [:]
        for (tenant, key, body) in try documents.documents(kind: SubscriptionManager.recordKind) {
            records[[tenant, key]] = DeliveryRecord.Values(decoding: body)
        }
        delivery.letters.load(try documents.documents(kind: DeadLetters.indexKind))
        for (tenant, id, body) in try documents.documents(kind: SubscriptionManager.subscriptionKind) {
            do {
                guard let stored = StoredSubscription(decoding: body) else {
                    throw NGSILDError.internalError("its stored form is not known to this version")
                }
                let subscription = try reader(stored.definition).read(
                    id: id, tenant: tenant, stored: stored,
                    record: DeliveryRecord(records[[tenant, id]] ?? DeliveryRecord.Values()))
                insert(subscription)
            } catch {
                logger.error(
                    "a stored subscription cannot be read; it is kept and does nothing",
                    metadata: ["subscription": "\(id)", "tenant": "\(tenant)", "reason": "\(error)"])
            }
        }
    }

    /// Goes on with what the outbox holds, and has every commit from now on matched. Call it once.
    ///
    /// - Throws: when the outbox cannot be read.
    /// - Cost: reads the whole outbox.
    public func start() throws {
        try recover()
        documents.show(commitsTo: self)
        let progress = Task { [self] in await keepProgress() }
        let saving = Task { [self] in
            while !Task.isCancelled {
                do { try await configuration.sleep(configuration.savingInterval) } catch { return }
                await save()
            }
        }
        state.withLock { $0.tasks = [progress, saving] }
        startPeriodic()
    }

    /// Stops sending, and stores what was told. What waits stays in the outbox, and what is still committed comes to it.
    ///
    /// - Parameter grace: how long notifications that wait may still be sent.
    public func stop(grace: Duration = .seconds(2)) async {
        await stopPeriodic()
        let (tasks, endpoints) = state.withLock { state in
            defer {
                state.isStopped = true
                state.tasks = []
            }
            return (state.tasks, Array(state.endpoints.values))
        }
        if grace > .zero, endpoints.contains(where: { !$0.isIdle && $0.condition == .ok }) {
            let timer = Task {
                try? await Task.sleep(for: grace)
                for endpoint in endpoints { await endpoint.close() }
            }
            // One that fails is not waited for.
            for endpoint in endpoints where endpoint.condition == .ok { await endpoint.finish() }
            timer.cancel()
        }
        for endpoint in endpoints { await endpoint.close() }
        for task in tasks { task.cancel() }
        delivery.end()
        for task in tasks { await task.value }
        await save()
    }

    /// What the manager holds and has done, for metrics.
    public var statistics: NotificationStatistics {
        let (queues, records, endpoints, count) = state.withLock { state in
            (
                state.tenants.values.flatMap { $0.queues.values },
                state.tenants.values.flatMap { $0.byID.values.map(\.record) }, Array(state.endpoints.values),
                state.count
            )
        }
        var result = NotificationStatistics()
        result.subscriptions = count
        result.endpoints = endpoints.count
        for endpoint in endpoints {
            switch endpoint.condition {
            case .ok: break
            case .retrying: result.endpointsRetrying += 1
            case .open: result.endpointsOpen += 1
            }
        }
        for queue in queues { result.waiting += queue.waiting }
        for values in records.map(\.values) {
            result.sent += values.timesSent
            result.failed += values.timesFailed
            result.givenUp += values.timesGivenUp
        }
        result.notificationsDropped = delivery.notificationsDropped
        result.deadLetters = delivery.letters.count
        result.outboxRows = delivery.ledger.count
        result.outboxBytes = delivery.ledger.bytes
        return result
    }
}

/// What a subscription manager holds and has done. Sent and failed count attempts of the present subscriptions only.
public struct NotificationStatistics: Sendable {
    public var subscriptions = 0
    public var endpoints = 0
    /// Endpoints that failed last, but not often enough for their breaker to open.
    public var endpointsRetrying = 0
    /// Endpoints whose breaker is open.
    public var endpointsOpen = 0
    public var waiting = 0
    public var sent = 0
    public var failed = 0
    /// Notifications that became dead letters.
    public var givenUp = 0
    public var deadLetters = 0
    /// Notifications that were never sent, since too many waited.
    public var notificationsDropped = 0
    public var outboxRows = 0
    public var outboxBytes = 0
}

extension SubscriptionManager {
    /// Takes a subscription, or a new version of it, into use.
    func insert(_ subscription: Subscription) {
        let (queue, list, unlist) = state.withLock { state in state.insert(subscription, delivery) }
        guard let list else { return }
        // A queue that the old endpoint is at work on is handed over when it comes back.
        if let unlist, !unlist.unlist(queue) { return }
        list.list(queue)
    }
}

extension SubscriptionManager.State {
    mutating func insert(
        _ subscription: Subscription, _ delivery: Delivery
    ) -> (queue: SubscriptionQueue, list: EndpointSender?, unlist: EndpointSender?) {
        var tenant = tenants.removeValue(forKey: subscription.tenant) ?? .init()
        defer { tenants[subscription.tenant] = tenant }
        if let old = tenant.byID[subscription.id] { tenant.index.remove(old) } else { count += 1 }
        tenant.byID[subscription.id] = subscription
        tenant.index.insert(subscription)
        let uri = subscription.endpoint.uri
        let endpoint = endpoints[uri] ?? delivery.endpoint(uri)
        endpoints[uri] = endpoint
        if let queue = tenant.queues[subscription.id] {
            let (list, unlist) = queue.use(subscription, endpoint)
            return (queue, list, unlist)
        }
        let queue = SubscriptionQueue(subscription, endpoint)
        tenant.queues[subscription.id] = queue
        return (queue, nil, nil)
    }

    /// - Returns: the queue of what waited for it.
    mutating func remove(_ subscription: Subscription) -> SubscriptionQueue? {
        guard tenants[subscription.tenant]?.byID.removeValue(forKey: subscription.id) != nil else { return nil }
        tenants[subscription.tenant]?.index.remove(subscription)
        let queue = tenants[subscription.tenant]?.queues.removeValue(forKey: subscription.id)
        if tenants[subscription.tenant]?.byID.isEmpty == true { tenants[subscription.tenant] = nil }
        count -= 1
        return queue
    }
}
