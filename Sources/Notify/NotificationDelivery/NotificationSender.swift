import JSONLD
import Logging
import NGSILDClient
import NGSILDModel

/// Writes a notification and makes one attempt to send it.
struct NotificationSender: Sendable {
    let contexts: NotificationContexts
    let transport: any NotificationTransport
    let logger: Logger

    enum Outcome {
        case taken
        case failed(String, Failure)
    }

    /// What a failure says of later attempts.
    enum Failure {
        /// Nothing is there, or it says itself that it cannot take anything now: not the notification's fault.
        case unavailable(isAnswered: Bool)
        /// It may be this notification that the endpoint cannot take.
        case doubtful
        /// Trying again cannot help.
        case final
    }

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
        let body = writer.body(batch.notification)
        return SubscriptionQueue.Draft(
            version: ObjectIdentifier(subscription), count: batch.count, body: body, headers: writer.headers())
    }

    func send(_ draft: SubscriptionQueue.Draft, to endpoint: NotificationEndpoint) async -> Outcome {
        do throws(OutgoingHTTPError) {
            let status = try await transport.post(
                to: endpoint.uri, headers: draft.headers, body: draft.body, timeout: endpoint.timeout)
            let reason = "\(endpoint.uri) answers with status \(status)"
            switch status {
            case 200..<300: return .taken
            case 408, 425, 429, 502, 503, 504: return .failed(reason, .unavailable(isAnswered: true))
            case 500...: return .failed(reason, .doubtful)
            default: return .failed(reason, .final)
            }
        } catch {
            switch error {
            case .invalidURL, .refused: return .failed(error.description, .final)
            case .unreachable, .closed: return .failed(error.description, .unavailable(isAnswered: false))
            case .timedOut, .tooLarge: return .failed(error.description, .doubtful)
            }
        }
    }
}
