import JSONLD
import Logging
import NGSILDModel

/// Sends a notification: tries again while that can help, and notes in the subscription how it went.
struct NotificationSender: Sendable {
    let configuration: SubscriptionManager.Configuration
    let contexts: NotificationContexts
    let transport: any NotificationTransport
    let logger: Logger
    /// Whether the subscription still is what it was when the notification was made.
    let isWanted: @Sendable (Subscription) -> Bool

    private enum Outcome {
        case taken
        case failed(String, mayRetry: Bool)
    }

    func send(_ notification: PendingNotification) async {
        let subscription = notification.subscription
        guard isWanted(subscription) else { return }
        var context: TermContext?
        do {
            context = try await contexts.context(of: subscription.stored.definition)
        } catch {
            logger.warning(
                "names in notifications are written in full: the subscription's @context cannot be had",
                metadata: ["subscription": "\(subscription.id)", "reason": "\(error)"])
        }
        var writer = NotificationWriter(subscription, context: context, registry: contexts.registry)
        let (body, headers) = (writer.body(notification), writer.headers())
        for attempt in 1...max(1, configuration.attempts) {
            guard !Task.isCancelled, isWanted(subscription) else { return }
            let isFirst = attempt == 1
            subscription.record.update { values in
                if isFirst { values.timesSent += 1 }
                values.lastNotification = configuration.clock()
            }
            let outcome = await post(subscription, headers, body)
            if Task.isCancelled { return }
            switch outcome {
            case .taken:
                subscription.record.update { values in
                    values.lastSuccess = configuration.clock()
                    values.lastError = nil
                }
                return
            case .failed(let reason, let mayRetry):
                let isLast = !mayRetry || attempt >= configuration.attempts
                note(reason, isLast: isLast, subscription)
                if isLast { return }
                guard await pause(after: attempt, subscription.endpoint) else { return }
            }
        }
    }

    private func post(
        _ subscription: Subscription, _ headers: [(name: String, value: String)], _ body: [UInt8]
    ) async -> Outcome {
        let endpoint = subscription.endpoint
        do throws(NotificationFailure) {
            try await transport.deliver(
                NotificationMessage(
                    subscription: subscription.id, tenant: subscription.tenant, uri: endpoint.uri,
                    notifierInfo: endpoint.notifierInfo.map { ($0.name, $0.value) }, headers: headers, body: body,
                    timeout: endpoint.timeout))
            return .taken
        } catch {
            return .failed(error.reason, mayRetry: error.mayRetry)
        }
    }

    private func note(_ reason: String, isLast: Bool, _ subscription: Subscription) {
        subscription.record.update { values in
            values.lastFailure = configuration.clock()
            values.lastError = reason
            if isLast { values.timesFailed += 1 }
        }
        guard isLast else { return }
        logger.warning(
            "a notification is given up", metadata: ["subscription": "\(subscription.id)", "reason": "\(reason)"])
    }

    /// - Returns: `false` when the wait was cut short.
    private func pause(after attempt: Int, _ endpoint: NotificationEndpoint) async -> Bool {
        let doubled = configuration.firstPause * (1 << min(attempt - 1, 10))
        // Up to a quarter less, so that many endpoints behind one host do not come back at the same instant.
        let varied = doubled * (1 - 0.25 * configuration.random())
        do {
            try await configuration.sleep(max(varied, endpoint.cooldown ?? .zero))
            return true
        } catch {
            return false
        }
    }
}
