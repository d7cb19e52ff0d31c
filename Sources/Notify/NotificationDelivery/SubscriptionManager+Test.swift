public import NGSILDModel
public import NGSILDOperations
import NGSILDQuery
import Synchronization

/// Tries an endpoint out: one notification beside the queue, which counts nowhere and is not tried again.
extension SubscriptionManager {
    /// How long the endpoint may take at most; less where it says so itself (`timeout`).
    static let testTimeout = Duration.seconds(10)
    /// Tests under way; each holds a connection of its own.
    static let testLimit = 16
    /// Marks the notification for whoever receives it; over MQTT it stands in `metadata`.
    static let testHeader = (name: "Parvis-Test", value: "true")

    public func test(
        _ subscription: String, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<NotificationTest, NGSILDError>) -> Void
    ) {
        let found: Subscription
        do throws(NGSILDError) {
            found = try self.subscription(subscription, tenant)
            guard tests.enter(Self.testLimit) else {
                throw .overloaded("\(Self.testLimit) tests of endpoints are under way; try again in a moment")
            }
        } catch {
            return scheduler.deliver([{ reply(.failure(error)) }])
        }
        // Ends by itself: the endpoint's answer is waited for so long and no longer.
        Task {
            let result = await test(found)
            tests.leave()
            scheduler.deliver([{ reply(result) }])
        }
    }

    private func test(_ subscription: Subscription) async -> Result<NotificationTest, NGSILDError> {
        let example: EntityRecord?
        do throws(NGSILDError) { example = try entity(thatMatches: subscription) } catch { return .failure(error) }
        let notification = PendingNotification(
            entities: example.map { [$0] } ?? [], notifiedAt: configuration.clock())
        let written = await delivery.sender.draft(
            SubscriptionQueue.Batch(subscription: subscription, notification: notification, count: 1, draft: nil))
        let draft = SubscriptionQueue.Draft(
            version: written.version, count: 1, body: written.body, headers: [Self.testHeader] + written.headers)
        let start = ContinuousClock.now
        var failure: NotificationFailure?
        do throws(NotificationFailure) {
            try await delivery.sender.send(draft, of: subscription, within: Self.testTimeout)
        } catch {
            failure = error
        }
        return .success(
            NotificationTest(
                endpoint: subscription.endpoint.name, isTaken: failure == nil, status: failure?.status,
                reason: failure?.reason, entities: notification.entities.count, duration: ContinuousClock.now - start))
    }

    /// An entity that the subscription would notify now, the first that there is; `nil`: none matches.
    private func entity(thatMatches subscription: Subscription) throws(NGSILDError) -> EntityRecord? {
        guard let consumption, var query = subscription.query else { return nil }
        query.attributes = Array(subscription.conditions.watched)
        query.limit = 1
        do throws(NGSILDError) {
            return try consumption.queryEntities(query, tenant: subscription.tenant).entities.first
        } catch {
            // A tenant that is not there has no entities.
            if case .nonexistentTenant = error { return nil }
            throw error
        }
    }
}

/// How many of something are under way.
final class Occupancy: Sendable {
    private let count = Mutex(0)

    /// - Returns: `false` when that would be more than `limit`.
    func enter(_ limit: Int) -> Bool {
        count.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
    }

    func leave() { count.withLock { $0 -= 1 } }
}
