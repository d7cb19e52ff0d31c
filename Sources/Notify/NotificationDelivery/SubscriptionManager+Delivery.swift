import NGSILDModel
public import NGSILDOperations

extension SubscriptionManager: ChangeMatcher {
    public var isInterested: Bool { state.withLock { !$0.tenants.isEmpty } }

    public func body(for changes: [EntityChange], encoded: [[UInt8]?]) -> [UInt8]? {
        let tenants = state.withLock { $0.tenants }
        let now = configuration.clock()
        let made = SubscriptionManager.notifications(of: changes, tenants: tenants, now: now)
        if made.isEmpty { return nil }
        var prepared: [(notifications: SubscriptionNotifications, queue: SubscriptionQueue)] = []
        prepared.reserveCapacity(made.count)
        for notifications in made {
            let subscription = notifications.subscription
            guard let queue = tenants[subscription.tenant]?.queues[subscription.id] else { continue }
            prepared.append((notifications, queue))
        }
        let body = SubscriptionManager.row(changes, encoded, prepared.map(\.notifications))
        state.withLock { $0.prepared = Prepared(made: prepared, length: body.count, now: now) }
        return body
    }

    public func committed(_ sequence: UInt64) {
        let prepared = state.withLock { state in
            defer { state.prepared = nil }
            return state.prepared
        }
        guard let prepared else { return }
        delivery.ledger.add(sequence, recipients: prepared.made.count, length: prepared.length)
        for (notifications, queue) in prepared.made {
            if notifications.subscription.throttling > 0 {
                notifications.subscription.record.noteMade(at: prepared.now)
            }
            delivery.offer(notifications.parts(row: sequence), row: sequence, to: queue)
        }
        if delivery.ledger.bytes > configuration.outboxLimit { shrinkOutbox() }
    }

    public func discarded() { state.withLock { $0.prepared = nil } }

    /// What changes make for each subscription that they match, in the order of its first change among them.
    static func notifications(
        of changes: [EntityChange], tenants: [String: TenantSubscriptions], now: Timestamp
    ) -> [SubscriptionNotifications] {
        var made: [SubscriptionNotifications] = []
        var positions: [ObjectIdentifier: Int] = [:]
        for (place, change) in changes.enumerated() {
            guard let tenant = tenants[change.tenant] else { continue }
            for subscription in tenant.index.matches(change) {
                guard subscription.isActive, !subscription.expiresAt.isSet || subscription.expiresAt > now else {
                    continue
                }
                let key = ObjectIdentifier(subscription)
                if let position = positions[key] {
                    made[position].add(change, place: place, notifiedAt: now)
                    continue
                }
                guard subscription.record.passesThrottling(subscription.throttling, at: now) else { continue }
                var notifications = SubscriptionNotifications(subscription)
                notifications.add(change, place: place, notifiedAt: now)
                positions[key] = made.count
                made.append(notifications)
            }
        }
        return made
    }

    /// The row of the outbox: each change that is told once, with those who are told.
    private static func row(
        _ changes: [EntityChange], _ encoded: [[UInt8]?], _ made: [SubscriptionNotifications]
    ) -> [UInt8] {
        var told: [(place: Int, recipient: Int)] = []
        var needsPrevious: Set<Int> = []
        for (recipient, notifications) in made.enumerated() {
            for place in notifications.places {
                told.append((place, recipient))
                if notifications.subscription.needsPreviousState(of: changes[place]) { needsPrevious.insert(place) }
            }
        }
        told.sort { ($0.place, $0.recipient) < ($1.place, $1.recipient) }
        var rows: [OutboxRow.Change] = []
        var last = -1
        for (place, recipient) in told {
            if place == last {
                rows[rows.count - 1].recipients.append(recipient)
                continue
            }
            last = place
            let change = changes[place]
            let kept =
                needsPrevious.contains(place)
                ? change.withChangedPreviousState : change.after == nil ? change : change.withoutPreviousState
            rows.append(OutboxRow.Change(change: kept, encoded: encoded[place], recipients: [recipient]))
        }
        return OutboxRow.encode(
            at: changes[0].at, first: changes[0].sequence,
            made.map { OutboxRow.Recipient(tenant: $0.subscription.tenant, id: $0.subscription.id) }, rows)
    }

    /// Queues a notification that no commit makes; it is in memory only, and dropped where anything waits already.
    func notify(_ subscription: Subscription, _ notifications: [PendingNotification]) {
        let queue = state.withLock { $0.tenants[subscription.tenant]?.queues[subscription.id] }
        guard let queue, queue.waiting == 0 else { return }
        for notification in notifications { delivery.offer([notification], row: 0, to: queue) }
    }

    /// Takes from the subscription for which most waits a tenth of it, the oldest first.
    private func shrinkOutbox() {
        let queues = state.withLock { $0.tenants.values.flatMap { $0.queues.values } }
        guard let longest = queues.max(by: { $0.waiting < $1.waiting }) else { return }
        let released = longest.drop(max(1, longest.waiting / 10))
        delivery.release(released, of: longest, isInOrder: false)
    }
}
