import Logging
import NGSILDModel
import NGSILDOperations
import Synchronization

/// Carries what commits have to be told from the outbox to the endpoints, and keeps account of it in the store.
///
/// What is settled (taken, given up, or dropped) is stored together, some hundred milliseconds later; a crash before
/// that makes it be sent again.
final class Delivery: Sendable {
    let configuration: SubscriptionManager.Configuration
    let outbox: any OutboxKeeping
    let sender: NotificationSender
    let logger: Logger
    let ledger = OutboxLedger()
    let letters: DeadLetters
    /// Bytes of the entities that wait in memory, those of several notifications counted several times.
    private let memory = Atomic<Int>(0)
    private let dropped = Atomic<Int>(0)
    /// Queues with progress that the removal of rows does not show.
    private let unsaved = Mutex<[SubscriptionQueue]>([])
    private let isAwake = Atomic<Bool>(false)
    /// The last storing of progress: one waits for the one before, so that nothing older lands on something newer.
    private let saving = Mutex<Task<Bool, Never>?>(nil)
    private let wake: AsyncStream<Void>.Continuation
    /// Yields when there is progress to store.
    let wakeUps: AsyncStream<Void>

    init(
        configuration: SubscriptionManager.Configuration, outbox: any OutboxKeeping, sender: NotificationSender,
        logger: Logger
    ) {
        self.configuration = configuration
        self.outbox = outbox
        self.sender = sender
        self.logger = logger
        letters = DeadLetters(limit: configuration.deadLetterLimit)
        (wakeUps, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Notifications that were dropped because too many waited.
    var notificationsDropped: Int { dropped.load(ordering: .relaxed) }
    var memoryBytes: Int { memory.load(ordering: .relaxed) }

    func endpoint(_ uri: String) -> EndpointSender {
        EndpointSender(uri: uri, configuration: configuration) { [weak self] queue, endpoint in
            await self?.turn(queue, endpoint) ?? .cut
        }
    }

    // In

    /// Queues what a row makes for a subscription. Called on the committer's thread.
    func offer(_ parts: [PendingNotification], row: UInt64, to queue: SubscriptionQueue) {
        let (endpoint, taken, released) = queue.offer(
            parts, row: row, limit: configuration.queueLimit, backlog: configuration.backlogLimit,
            hasMemory: memory.load(ordering: .relaxed) < configuration.memoryLimit)
        if taken > 0 { memory.wrappingAdd(taken, ordering: .relaxed) }
        endpoint?.list(queue)
        if !released.rows.isEmpty { release(released, of: queue, isInOrder: false) }
    }

    /// Queues notifications of a dead letter behind all that waits in memory.
    func replay(_ parts: [PendingNotification], to queue: SubscriptionQueue) {
        let (endpoint, taken) = queue.replay(parts)
        memory.wrappingAdd(taken, ordering: .relaxed)
        endpoint?.list(queue)
    }

    // Out

    private func turn(_ queue: SubscriptionQueue, _ endpoint: EndpointSender) async -> EndpointSender.Turn {
        let (work, released) = queue.take(
            for: endpoint, at: configuration.clock(), isProbe: endpoint.condition == .open)
        release(released, of: queue, isInOrder: true)
        switch work {
        case .nothing: return .idle
        case .elsewhere(let other): return .handedOver(other)
        case .read(let subscription, let rows): return read(rows, subscription, queue)
        case .send(let batch): return await send(batch, queue)
        }
    }

    private func read(
        _ rows: [UInt64], _ subscription: Subscription, _ queue: SubscriptionQueue
    ) -> EndpointSender.Turn {
        // Past the bound of memory little by little.
        let few = memory.load(ordering: .relaxed) < configuration.memoryLimit ? rows[...] : rows.prefix(1)
        let entries: [OutboxEntry]
        do { entries = try outbox.outbox(Array(few)) } catch {
            logger.error("the outbox cannot be read; trying again", metadata: ["reason": "\(error)"])
            return .failed(isAnswered: false, cooldown: nil)
        }
        let found = Dictionary(entries.map { ($0.sequence, $0.body) }) { first, _ in first }
        var parts: [(row: UInt64, parts: [PendingNotification])] = []
        for row in few {
            let made = found[row].flatMap { notifications($0, row: row, subscription) }
            if made == nil {
                logger.error(
                    "a row of the outbox cannot be read; what it has to tell is lost",
                    metadata: ["row": "\(row)", "subscription": "\(subscription.id)"])
            }
            parts.append((row, made ?? []))
        }
        let (released, taken) = queue.refill(parts)
        memory.wrappingAdd(taken, ordering: .relaxed)
        release(released, of: queue, isInOrder: true)
        return .again
    }

    /// What a row makes for a subscription; `nil` when it cannot be read.
    func notifications(_ body: [UInt8], row: UInt64, _ subscription: Subscription) -> [PendingNotification]? {
        guard let decoded = OutboxRow(body, sequence: row) else { return nil }
        let owner = OutboxRow.Recipient(tenant: subscription.tenant, id: subscription.id)
        guard let position = decoded.recipients.firstIndex(of: owner) else { return [] }
        guard let changes = decoded.changes(for: position) else { return nil }
        var made = SubscriptionNotifications(subscription)
        for change in changes { made.add(change, place: 0, notifiedAt: decoded.at) }
        return made.parts(row: row)
    }

    private func send(_ batch: SubscriptionQueue.Batch, _ queue: SubscriptionQueue) async -> EndpointSender.Turn {
        let subscription = batch.subscription
        let record = subscription.record
        var draft: SubscriptionQueue.Draft
        if let known = batch.draft { draft = known } else { draft = await sender.draft(batch) }
        record.update { values in
            values.timesSent += 1
            values.lastNotification = configuration.clock()
        }
        let failure: NotificationFailure
        do throws(NotificationFailure) {
            try await sender.send(draft, of: subscription)
            record.update { values in
                values.lastSuccess = configuration.clock()
                values.lastError = nil
            }
            return .sent(hasMore: finish(batch, queue) { letter, owner in letters.remove(letter, of: owner) })
        } catch {
            failure = error
        }
        if Task.isCancelled { return .cut }
        let reason = failure.reason
        record.update { values in
            values.timesFailed += 1
            values.lastFailure = configuration.clock()
            values.lastError = reason
        }
        let mayRetry: Bool
        switch failure.kind {
        case .final: mayRetry = false
        case .doubtful:
            draft.attempts += 1
            mayRetry = draft.attempts < configuration.attempts
        case .unavailable: mayRetry = !isTooOld(batch.notification)
        }
        if mayRetry {
            queue.fail(draft)
            let isAnswered = if case .unavailable(false) = failure.kind { false } else { true }
            return .failed(isAnswered: isAnswered, cooldown: subscription.endpoint.cooldown)
        }
        giveUp(batch, reason)
        return .refused(
            hasMore: finish(batch, queue) { letter, owner in
                letters.update(letter, of: owner) { letter in
                    letter.reason = reason
                    letter.isReplayed = false
                }
            })
    }

    private func isTooOld(_ notification: PendingNotification) -> Bool {
        let age = configuration.clock().microseconds - notification.notifiedAt.microseconds
        return age > configuration.lifetime.components.seconds * 1_000_000
    }

    private func finish(
        _ batch: SubscriptionQueue.Batch, _ queue: SubscriptionQueue,
        letter handle: (String, DeadLetters.Owner) -> Void
    ) -> Bool {
        if let letter = batch.notification.letter {
            handle(letter, DeadLetters.Owner(tenant: batch.subscription.tenant, id: batch.subscription.id))
        }
        let (hasMore, released) = queue.finish(batch)
        release(released, of: queue, isInOrder: true)
        if batch.notification.letter != nil { noteProgress() }
        return hasMore
    }

    private func giveUp(_ batch: SubscriptionQueue.Batch, _ reason: String) {
        let subscription = batch.subscription
        logger.warning(
            "a notification is given up", metadata: ["subscription": "\(subscription.id)", "reason": "\(reason)"])
        guard batch.notification.letter == nil else { return }
        subscription.record.update { $0.timesGivenUp += 1 }
        // A periodic one tells no change that would be lost; the next comes by the clock.
        guard batch.notification.entities.isEmpty else { return }
        let owner = DeadLetters.Owner(tenant: subscription.tenant, id: subscription.id)
        let changes = batch.notification.changes
        let body = OutboxRow.encode(
            at: batch.notification.notifiedAt, first: changes.first?.sequence ?? 0, [owner],
            changes.map { OutboxRow.Change(change: $0, encoded: nil, recipients: [0]) })
        let dropped = letters.add(
            DeadLetters.Letter(id: RandomID.uuid(), at: configuration.clock(), reason: reason, length: body.count),
            body, of: owner)
        if dropped > 0 {
            logger.warning(
                "the oldest dead letters of a subscription are dropped",
                metadata: ["subscription": "\(subscription.id)", "dropped": "\(dropped)"])
        }
    }

    // Account

    /// Settles rows that a queue let go.
    ///
    /// - Parameter isInOrder: whether nothing older waits in the queue any more.
    func release(_ released: SubscriptionQueue.Released, of queue: SubscriptionQueue, isInOrder: Bool) {
        if released.bytes > 0 { memory.wrappingSubtract(released.bytes, ordering: .relaxed) }
        let record = released.rows.isEmpty && released.dropped == 0 ? nil : queue.subscription.record
        if released.dropped > 0 {
            record?.update { $0.timesDropped += released.dropped }
            let (old, new) = dropped.wrappingAdd(released.dropped, ordering: .relaxed)
            // Said at once, and then now and then: a full queue drops thousands a second.
            if old == 0 || old.leadingZeroBitCount != new.leadingZeroBitCount {
                logger.error(
                    "notifications are dropped: too many wait, or their subscription ended",
                    metadata: ["subscription": "\(queue.subscription.id)", "dropped": "\(new)"])
            }
        }
        guard let last = released.rows.last else { return }
        if isInOrder { record?.update { $0.deliveredThrough = max($0.deliveredThrough, last) } }
        for row in released.rows where ledger.settle(row) && isInOrder {
            if queue.noteUnsaved(row) { unsaved.withLock { $0.append(queue) } }
        }
        noteProgress()
    }

    func noteProgress() {
        if !isAwake.exchange(true, ordering: .acquiringAndReleasing) { wake.yield() }
    }

    func end() { wake.finish() }

    /// Stores what was settled since the last time, what became of dead letters, and the counters of `subscriptions`
    /// that changed.
    ///
    /// - Returns: whether it could be stored.
    @discardableResult
    func saveProgress(countersOf subscriptions: [Subscription] = []) async -> Bool {
        let task = saving.withLock { last in
            let previous = last
            let task = Task {
                _ = await previous?.value
                return await storeProgress(countersOf: subscriptions)
            }
            last = task
            return task
        }
        return await task.value
    }

    private func storeProgress(countersOf subscriptions: [Subscription]) async -> Bool {
        isAwake.store(false, ordering: .sequentiallyConsistent)
        // In this order: a row goes only together with the dead letter that it became.
        let rows = ledger.takeRemovable()
        let updates = letters.takeChanges()
        let queues = unsaved.withLock { queues in
            defer { queues = [] }
            return queues
        }
        var documents = updates
        var records: [DeliveryRecord] = []
        func add(_ subscription: Subscription, _ values: DeliveryRecord.Values) {
            records.append(subscription.record)
            documents.append(
                DocumentUpdate(
                    kind: SubscriptionManager.recordKind, tenant: subscription.tenant, key: subscription.id,
                    body: values.encoded()))
        }
        for queue in queues where !queue.isGone && queue.takeUnsaved().contains(where: { ledger.isPending($0) }) {
            let subscription = queue.subscription
            _ = subscription.record.takeChanged()
            add(subscription, subscription.record.values)
        }
        for subscription in subscriptions {
            if let values = subscription.record.takeChanged() { add(subscription, values) }
        }
        if rows.isEmpty, documents.isEmpty { return true }
        if await store(documents, removing: rows) { return true }
        ledger.putBack(rows)
        letters.putBack(updates)
        for record in records { record.putBack() }
        return false
    }

    private func store(_ documents: [DocumentUpdate], removing rows: [ClosedRange<UInt64>]) async -> Bool {
        let result = await withCheckedContinuation { continuation in
            outbox.keep(documents, removingOutbox: rows, on: ImmediateReplyScheduler()) {
                continuation.resume(returning: $0)
            }
        }
        guard case .failure(let error) = result else { return true }
        logger.warning("the progress of notifications cannot be stored", metadata: ["reason": "\(error)"])
        return false
    }
}
