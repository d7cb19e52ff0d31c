public import JSONLD
public import Logging
public import NGSILDModel
public import NGSILDOperations
import Synchronization

/// Keeps subscriptions and sends their notifications.
///
/// Subscriptions are documents in the broker's store. Changes come from the change feed: the committer's thread only
/// hands them over, one task finds the subscriptions that match, and each endpoint has a queue and a task of its own,
/// so that a dead endpoint never delays another.
///
/// Within one run of the process a notification is sent until the endpoint takes it or the attempts are used up. What
/// waits is in memory: after a restart of the process, changes that the feed no longer holds are not told (see
/// docs/subscriptions.md).
///
/// Invariants:
/// 1. A subscription is answered for and matched only once it is durable.
/// 2. At most one write of a subscription is on its way to the store at a time (`State.busy`).
/// 3. `State` is locked before any queue's or record's lock, never the other way round.
public final class SubscriptionManager: Sendable {
    /// The limits and the rhythm of delivery.
    public struct Configuration: Sendable {
        /// Subscriptions over all tenants, default 100,000; more are refused.
        public var subscriptionLimit = 100_000
        /// Notifications that wait for one endpoint, default 10,000; beyond it the oldest is dropped and counted.
        public var queueLimit = 10_000
        /// Changes that wait to be matched, default 65,536; beyond it the oldest are dropped and counted.
        public var intakeLimit = 65_536
        /// How often a notification is tried, default 5.
        public var attempts = 5
        /// The pause after the first failed attempt, default 0.5 s; it doubles with each.
        public var firstPause = Duration.milliseconds(500)
        /// How often counters and the place in the change record are stored, default 10 s.
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
        var index = SubscriptionIndex()
    }

    struct State {
        var tenants: [String: TenantSubscriptions] = [:]
        var count = 0
        /// Tenant and id of the subscriptions that are being written.
        var busy: Set<[String]> = []
        var queues: [String: EndpointQueue] = [:]
        var matched: UInt64 = 0
        var savedCursor: UInt64 = 0
        var changesDropped = 0
        var notificationsDropped = 0
        var follower: ChangeFollower?
        var tasks: [Task<Void, Never>] = []
        var periodicTask: Task<Void, Never>?
        var isStopped = false
    }

    static let subscriptionKind = "subscription"
    static let recordKind = "subscriptionRecord"
    static let cursorKind = "cursor"
    static let cursorKey = "notifications"

    let configuration: Configuration
    let feed: any ChangeFeed
    let documents: any DocumentKeeping
    let contexts: NotificationContexts
    let transport: any NotificationTransport
    let logger: Logger
    let state = Mutex(State())
    let intake: ChangeIntake
    /// Finds linked entities, and those of periodic notifications; `nil`: there are none.
    let consumption: (any EntityConsumption)?
    let periodic: PeriodicNotifications?

    var registry: TermRegistry { contexts.registry }

    /// Reads the stored subscriptions; `start` begins to notify.
    ///
    /// - Parameter consumption: finds linked entities, and those of periodic notifications.
    /// - Throws: when the store cannot be read. A subscription that cannot be read is logged and left alone.
    public init(
        feed: any ChangeFeed, documents: any DocumentKeeping, registry: TermRegistry, contexts: ContextCache,
        transport: any NotificationTransport, consumption: (any EntityConsumption)? = nil,
        configuration: Configuration = Configuration(),
        logger: Logger = Logger(label: "parvis.notifications")
    ) throws {
        self.configuration = configuration
        self.feed = feed
        self.documents = documents
        self.contexts = NotificationContexts(cache: contexts, registry: registry)
        self.transport = transport
        self.logger = logger
        self.consumption = consumption
        periodic = consumption.map {
            PeriodicNotifications(
                clock: configuration.periodicClock, wallClock: configuration.clock, consumption: $0)
        }
        intake = ChangeIntake(limit: configuration.intakeLimit)
        try load()
    }

    private func load() throws {
        var records: [[String]: DeliveryRecord.Values] = [:]
        for (tenant, key, body) in try documents.documents(kind: SubscriptionManager.recordKind) {
            records[[tenant, key]] = DeliveryRecord.Values(decoding: body)
        }
        for (tenant, id, body) in try documents.documents(kind: SubscriptionManager.subscriptionKind) {
            do {
                guard let stored = StoredSubscription(decoding: body) else {
                    throw NGSILDError.internalError("its stored form is not known to this version")
                }
                let subscription = try reader(stored.definition).read(
                    id: id, tenant: tenant, stored: stored,
                    record: DeliveryRecord(records[[tenant, id]] ?? DeliveryRecord.Values()))
                state.withLock { $0.insert(subscription) }
            } catch {
                logger.error(
                    "a stored subscription cannot be read; it is kept and does nothing",
                    metadata: ["subscription": "\(id)", "tenant": "\(tenant)", "reason": "\(error)"])
            }
        }
        let cursor = try documents.documents(kind: SubscriptionManager.cursorKind).first {
            $0.key == SubscriptionManager.cursorKey
        }
        let sequence = cursor.flatMap { UInt64(String(decoding: $0.body, as: UTF8.self)) } ?? feed.lastSequence
        state.withLock { state in
            state.matched = sequence
            state.savedCursor = cursor == nil ? .max : sequence
        }
    }

    /// Begins to follow the changes, first those since the stored place that the feed still holds. Call it once.
    public func start() {
        let follower = feed.follow { [intake] changes in intake.append(changes) }
        let after = state.withLock { $0.matched }
        let backlog = feed.recentChanges(after: after)
        if backlog == nil {
            let last = feed.lastSequence
            logger.warning(
                "changes from before the start are not told to subscribers",
                metadata: ["from": "\(after)", "to": "\(last)"])
            state.withLock { state in
                state.matched = last
            }
        }
        intake.release(after: backlog ?? [])
        let matching = Task { [self] in for await _ in intake.wakeUps { matchWaiting() } }
        let saving = Task { [self] in
            while !Task.isCancelled {
                do { try await configuration.sleep(configuration.savingInterval) } catch { return }
                await save()
            }
        }
        state.withLock { state in
            state.follower = follower
            state.tasks = [matching, saving]
        }
        startPeriodic()
    }

    /// Stops following and sending, and stores the counters and the place in the change record.
    ///
    /// - Parameter grace: how long notifications that wait may still be sent.
    public func stop(grace: Duration = .seconds(2)) async {
        await stopPeriodic()
        let (follower, tasks) = state.withLock { state in
            defer {
                state.isStopped = true
                state.follower = nil
                state.tasks = []
            }
            return (state.follower, state.tasks)
        }
        follower?.cancel()
        intake.finish()
        if tasks.count == 2 {
            tasks[1].cancel()
            await tasks[0].value
        }
        matchWaiting()
        let queues = state.withLock { Array($0.queues.values) }
        if grace > .zero, queues.contains(where: { $0.count > 0 }) {
            let timer = Task {
                try? await Task.sleep(for: grace)
                for queue in queues { await queue.close() }
            }
            for queue in queues { await queue.finish() }
            timer.cancel()
        }
        for queue in queues { await queue.close() }
        await save()
    }

    /// What the manager holds and has done, for metrics.
    public var statistics: NotificationStatistics {
        let (queues, records, counts) = state.withLock { state in
            (
                Array(state.queues.values), state.tenants.values.flatMap { $0.byID.values.map(\.record) },
                (state.count, state.changesDropped, state.notificationsDropped)
            )
        }
        var result = NotificationStatistics()
        (result.subscriptions, result.changesDropped, result.notificationsDropped) = counts
        result.endpoints = queues.count
        for queue in queues { result.waiting += queue.count }
        for values in records.map(\.values) {
            result.sent += values.timesSent
            result.failed += values.timesFailed
        }
        return result
    }
}

/// What a subscription manager holds and has done. Sent and failed count the present subscriptions only.
public struct NotificationStatistics: Sendable {
    public var subscriptions = 0
    public var endpoints = 0
    public var waiting = 0
    public var sent = 0
    public var failed = 0
    /// Changes that were never matched, since too many waited.
    public var changesDropped = 0
    /// Notifications that were never sent, since too many waited for their endpoint.
    public var notificationsDropped = 0
}

extension SubscriptionManager.State {
    mutating func insert(_ subscription: Subscription) {
        if let old = tenants[subscription.tenant]?.byID[subscription.id] {
            tenants[subscription.tenant]?.index.remove(old)
        } else {
            count += 1
        }
        tenants[subscription.tenant, default: .init()].byID[subscription.id] = subscription
        tenants[subscription.tenant, default: .init()].index.insert(subscription)
    }

    mutating func remove(_ subscription: Subscription) {
        guard tenants[subscription.tenant]?.byID.removeValue(forKey: subscription.id) != nil else { return }
        tenants[subscription.tenant]?.index.remove(subscription)
        if tenants[subscription.tenant]?.byID.isEmpty == true { tenants[subscription.tenant] = nil }
        count -= 1
    }
}
