import Logging
import MQTTClient
import NGSILDClient
import NotificationDelivery
import SMTPDelivery
import Snapshots

/// What leaves the server: notifications, mail, and what else is asked of others.
extension CityServer {
    /// A broker that only this machine can reach may reach this machine; others must be allowed to.
    static func outgoingConfiguration(_ settings: Settings) -> OutgoingHTTP.Configuration {
        var configuration = OutgoingHTTP.Configuration()
        configuration.allowsLoopback = settings.isLocal || settings.allowsPrivateEndpoints
        configuration.allowsPrivateAddresses = settings.allowsPrivateEndpoints
        return configuration
    }

    /// An endpoint has one request under way, and many endpoints may be at one host: those that hang must leave
    /// connections for the others.
    static func notifyingConfiguration(_ settings: Settings) -> OutgoingHTTP.Configuration {
        var configuration = outgoingConfiguration(settings)
        configuration.connectionsPerHost = 1_000
        return configuration
    }

    static func deliveryConfiguration(_ settings: Settings) -> SubscriptionManager.Configuration {
        var configuration = SubscriptionManager.Configuration()
        configuration.backlogLimit = settings.notificationBacklog
        configuration.attempts = settings.notificationAttempts
        configuration.deadLetterLimit = settings.deadLetters
        configuration.outboxLimit = settings.outboxLimit
        return configuration
    }

    static func mqttConfiguration(_ settings: Settings) -> MQTTPublisher.Configuration {
        var configuration = MQTTPublisher.Configuration()
        configuration.trust = settings.mqttTrust
        return configuration
    }

    static func mailTransport(_ settings: Settings) -> MailTransport {
        let from = settings.smtpFrom ?? ""
        let sender = settings.smtpServer.map { server in
            var configuration = SMTPSender.Configuration(server: server, from: from)
            configuration.authorities = settings.smtpAuthorities
            return SMTPSender(configuration)
        }
        return MailTransport(sender, from: from, allowed: settings.smtpRecipients)
    }

    static func snapshotConfiguration(
        _ outgoing: OutgoingHTTP, _ logger: Logger
    ) -> SnapshotStore.Configuration {
        var configuration = SnapshotStore.Configuration()
        configuration.send = { uri, headers, body in
            let status = try? await outgoing.post(to: uri, headers: headers, body: body, timeout: nil)
            return status.map { (200..<300).contains($0) } ?? false
        }
        configuration.onFailure = { logger.warning("Snapshots", metadata: ["reason": "\($0)"]) }
        return configuration
    }
}
