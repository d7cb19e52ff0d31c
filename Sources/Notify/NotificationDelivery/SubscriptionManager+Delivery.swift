import NGSILDModel
import NGSILDOperations

extension SubscriptionManager {
    /// Matches the changes that wait and queues what they make. Runs on the matching task, and once in `stop`.
    func matchWaiting() {
        let (changes, dropped) = intake.take()
        if dropped > 0 {
            state.withLock { $0.changesDropped += dropped }
            logger.error("changes came faster than they could be matched", metadata: ["dropped": "\(dropped)"])
        }
        guard let last = changes.last?.sequence else { return }
        let tenants = state.withLock { $0.tenants }
        if !tenants.isEmpty {
            for notification in SubscriptionManager.notifications(
                of: changes, tenants: tenants, now: configuration.clock())
            {
                enqueue(notification)
            }
        }
        state.withLock { $0.matched = max($0.matched, last) }
    }

    /// The notifications that changes make, in the order of each subscription's first change in them.
    static func notifications(
        of changes: [EntityChange], tenants: [String: TenantSubscriptions], now: Timestamp
    ) -> [PendingNotification] {
        var made: [PendingNotification] = []
        var open: [ObjectIdentifier: Int] = [:]
        for change in changes {
            guard let tenant = tenants[change.tenant] else { continue }
            for subscription in tenant.index.matches(change) {
                guard subscription.isActive, !subscription.expiresAt.isSet || subscription.expiresAt > now else {
                    continue
                }
                let key = ObjectIdentifier(subscription)
                if let position = open[key], made[position].add(change) { continue }
                guard subscription.record.passesThrottling(subscription.throttling, at: now) else { continue }
                open[key] = made.count
                made.append(PendingNotification(subscription, change, notifiedAt: now))
            }
        }
        return made
    }

    private func enqueue(_ notification: PendingNotification) {
        let uri = notification.subscription.endpoint.uri
        let queue = state.withLock { state in
            if let queue = state.queues[uri] { return queue }
            let queue = EndpointQueue(limit: configuration.queueLimit, send: sender.send)
            state.queues[uri] = queue
            return queue
        }
        guard let dropped = queue.append(notification) else { return }
        let total = state.withLock { state in
            state.notificationsDropped += 1
            return state.notificationsDropped
        }
        dropped.subscription.record.update { $0.timesDropped += 1 }
        // Said at once, and then now and then: a full queue drops thousands a second.
        if total & (total - 1) == 0 {
            logger.error(
                "too many notifications wait for an endpoint; the oldest are dropped",
                metadata: ["endpoint": "\(NotificationEndpoint.name(of: uri))", "dropped": "\(total)"])
        }
    }

    private var sender: NotificationSender {
        NotificationSender(
            configuration: configuration, contexts: contexts, transport: transport, logger: logger,
            isWanted: { [weak self] subscription in self?.isWanted(subscription) ?? false })
    }

    /// Whether the subscription exists and is active; a newer version of it counts, since its change came before.
    private func isWanted(_ subscription: Subscription) -> Bool {
        guard let current = state.withLock({ $0.tenants[subscription.tenant]?.byID[subscription.id] }) else {
            return false
        }
        return current.status(at: configuration.clock()) == "active"
    }

    /// The change up to which everything has been told.
    private func cursor() -> UInt64 {
        let (matched, queues) = state.withLock { ($0.matched, Array($0.queues.values)) }
        var cursor = matched
        for queue in queues { if let oldest = queue.oldestSequence { cursor = min(cursor, oldest - min(oldest, 1)) } }
        return cursor
    }

    /// Stores what changed of counters and cursor, and forgets the queues of endpoints that nobody names any more.
    func save() async {
        let subscriptions = state.withLock { state in state.tenants.values.flatMap { Array($0.byID.values) } }
        for subscription in subscriptions {
            guard let values = subscription.record.takeChanged() else { continue }
            await put(
                SubscriptionManager.recordKind, subscription.tenant, subscription.id, values.encoded())
        }
        let cursor = cursor()
        let isNew = state.withLock { state in
            defer { state.savedCursor = cursor }
            return state.savedCursor != cursor
        }
        if isNew {
            await put(SubscriptionManager.cursorKind, "", SubscriptionManager.cursorKey, Array("\(cursor)".utf8))
        }
        let used = Set(subscriptions.map(\.endpoint.uri))
        state.withLock { state in
            for (uri, queue) in state.queues where !used.contains(uri) && queue.count == 0 { state.queues[uri] = nil }
        }
    }

    private func put(_ kind: String, _ tenant: String, _ key: String, _ body: [UInt8]) async {
        let result = await withCheckedContinuation { continuation in
            documents.putDocument(
                kind: kind, tenant: tenant, key: key, body: body, on: ImmediateReplyScheduler()
            ) { continuation.resume(returning: $0) }
        }
        if case .failure(let error) = result {
            logger.warning("delivery counters cannot be stored", metadata: ["kind": "\(kind)", "reason": "\(error)"])
        }
    }
}
