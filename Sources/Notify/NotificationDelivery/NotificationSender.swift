import JSONLD
import Logging
import NGSILDModel

/// Writes a notification and makes one attempt to send it.
struct NotificationSender: Sendable {
    let contexts: NotificationContexts
    let transport: any NotificationTransport
    let logger: Logger

    func draft(_ batch: SubscriptionQueue.Batch) async -> SubscriptionQueue.Draft {
        let subscription = batch.subscription
        var context: TermContext?
        do {
            context = try await contexts.context(of: subscription.stored.definition)
        } catch {
            logger.warning(
                "names in notifications are written in full: the subscription's @context cannot be had",
                metadata: ["subscription": "\(subscription.id)", "reason": "\(error)"])
        }
        let writer = NotificationWriter(subscription, context: context, registry: contexts.registry)
        let reach = subscription.owner.reachNumber
        let body = writer.body(batch.notification)
        return SubscriptionQueue.Draft(
            version: ObjectIdentifier(subscription), count: batch.count, body: body, headers: writer.headers(),
            reach: reach)
    }

    /// - Parameter limit: how long the endpoint may take, where it does not ask for less itself.
    func send(
        _ draft: SubscriptionQueue.Draft, of subscription: Subscription, within limit: Duration? = nil
    ) async throws(NotificationFailure) {
        let endpoint = subscription.endpoint
        let timeout = limit.map { min($0, endpoint.timeout ?? $0) } ?? endpoint.timeout
        try await transport.deliver(
            NotificationMessage(
                subscription: subscription.id, tenant: subscription.tenant, uri: endpoint.uri,
                notifierInfo: endpoint.notifierInfo.map { ($0.name, $0.value) }, headers: draft.headers,
                body: draft.body, timeout: timeout))
    }
}
