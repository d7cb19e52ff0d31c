public import NGSILDModel
public import NGSILDOperations

extension SubscriptionManager: NotificationAdministration {
    public func deliveries(offset: Int, limit: Int) -> [DeliveryStatus] {
        let all = state.withLock { state in state.tenants.values.flatMap { $0.byID.values } }
        let ordered = all.sorted { ($0.tenant, $0.stored.createdAt, $0.id) < ($1.tenant, $1.stored.createdAt, $1.id) }
        return ordered.dropFirst(max(0, offset)).prefix(max(0, limit)).compactMap { status($0) }
    }

    public func delivery(of subscription: String, tenant: String) throws(NGSILDError) -> DeliveryStatus {
        guard let status = status(try self.subscription(subscription, tenant)) else {
            throw .resourceNotFound("Subscription \(subscription) does not exist")
        }
        return status
    }

    private func status(_ subscription: Subscription) -> DeliveryStatus? {
        let (queue, endpoint) = state.withLock { state in
            (state.tenants[subscription.tenant]?.queues[subscription.id], state.endpoints[subscription.endpoint.uri])
        }
        guard let queue else { return nil }
        let values = subscription.record.values
        let condition: DeliveryStatus.Condition =
            switch endpoint?.condition {
            case nil, .ok: .ok
            case .retrying: .retrying
            case .open: .open
            }
        return DeliveryStatus(
            subscription: subscription.id, tenant: subscription.tenant, endpoint: subscription.endpoint.name,
            condition: condition, waiting: queue.waiting, sent: values.timesSent, failed: values.timesFailed,
            dropped: values.timesDropped, deadLetters: delivery.letters.letters(of: owner(subscription)).count,
            lastError: values.lastError, lastSuccess: values.lastSuccess, lastFailure: values.lastFailure)
    }

    private func owner(_ subscription: Subscription) -> DeadLetters.Owner {
        DeadLetters.Owner(tenant: subscription.tenant, id: subscription.id)
    }

    public func deadLetters(of subscription: String, tenant: String) throws(NGSILDError) -> [DeadLetterStatus] {
        let subscription = try self.subscription(subscription, tenant)
        return delivery.letters.letters(of: owner(subscription)).map {
            DeadLetterStatus(id: $0.id, at: $0.at, reason: $0.reason, length: $0.length, isReplayed: $0.isReplayed)
        }
    }

    public func replay(
        _ letter: String?, of subscription: String, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Int, NGSILDError>) -> Void
    ) {
        carryOut(letter, subscription, tenant, on: scheduler, reply) {
            [self] (subscription, letters) async throws(NGSILDError) -> Int in
            // What is not in the store yet cannot be read from it.
            guard await delivery.saveProgress() else { throw SubscriptionManager.unstored }
            let owner = owner(subscription)
            let bodies: [(tenant: String, key: String, body: [UInt8])]
            do { bodies = try documents.documents(kind: DeadLetters.kind(owner)) } catch {
                throw .internalError("The dead letters of \(subscription.id) cannot be read")
            }
            guard let queue = state.withLock({ $0.tenants[owner.tenant]?.queues[owner.id] }) else { return 0 }
            var count = 0
            for letter in letters where !letter.isReplayed {
                guard let body = bodies.first(where: { $0.tenant == owner.tenant && $0.key == letter.id })?.body,
                    var made = delivery.notifications(body, row: 0, subscription)
                else { continue }
                if let last = made.indices.last { made[last].letter = letter.id }
                delivery.letters.update(letter.id, of: owner) { $0.isReplayed = true }
                delivery.replay(made, to: queue)
                count += 1
            }
            return count
        }
    }

    public func drop(
        _ letter: String?, of subscription: String, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Int, NGSILDError>) -> Void
    ) {
        carryOut(letter, subscription, tenant, on: scheduler, reply) {
            [self] (subscription, letters) async throws(NGSILDError) -> Int in
            for letter in letters { delivery.letters.remove(letter.id, of: owner(subscription)) }
            guard await delivery.saveProgress() else { throw SubscriptionManager.unstored }
            return letters.count
        }
    }

    private static var unstored: NGSILDError {
        .internalError("The store could not write; try again when the disk has room")
    }

    /// Does something with one letter or all, off the caller's thread.
    private func carryOut(
        _ letter: String?, _ id: String, _ tenant: String, on scheduler: any ReplyScheduler,
        _ reply: @escaping @Sendable (Result<Int, NGSILDError>) -> Void,
        _ work: @escaping @Sendable (Subscription, [DeadLetters.Letter]) async throws(NGSILDError) -> Int
    ) {
        let subscription: Subscription
        var letters: [DeadLetters.Letter]
        do throws(NGSILDError) {
            subscription = try self.subscription(id, tenant)
            letters = delivery.letters.letters(of: owner(subscription))
            if let letter {
                letters = letters.filter { $0.id == letter }
                if letters.isEmpty { throw .resourceNotFound("Subscription \(id) has no dead letter \(letter)") }
            }
        } catch {
            return scheduler.deliver([{ reply(.failure(error)) }])
        }
        let chosen = letters
        // Ends by itself once the store has answered.
        Task {
            let result: Result<Int, NGSILDError>
            do throws(NGSILDError) { result = .success(try await work(subscription, chosen)) } catch {
                result = .failure(error)
            }
            scheduler.deliver([{ reply(result) }])
        }
    }
}
