import MQTTClient
import NGSILDModel
import SMTPDelivery

extension SettingKey {
    /// What goes out to subscribers, and comes in from devices.
    static let delivery: [SettingKey] = [
        number("notification-backlog", 100...10_000_000) { $0.notificationBacklog = $1 },
        number("notification-attempts", 1...1_000) { $0.notificationAttempts = $1 },
        number("dead-letters", 1...10_000) { $0.deadLetters = $1 },
        size("outbox-limit", least: "1MiB", examples: "512MiB or 4GiB") { $0.outboxLimit = $1 },
        toggle("allow-private-endpoints") { $0.allowsPrivateEndpoints = $1 },
        SettingKey(
            "smtp-url", "smtp://user:password@host:port or smtps://...; user and password are percent-encoded",
            isSecret: true
        ) { settings, text in
            settings.smtpServer = SMTPServer(text)
            return settings.smtpServer != nil
        },
        SettingKey("smtp-from", "an e-mail address") { settings, text in
            settings.smtpFrom = text
            return MailtoURI.isAddress(text)
        },
        SettingKey(
            "smtp-recipients", "addresses and domains with commas between, such as duty@city.example,north.example"
        ) { settings, text in
            let names = SettingText.list(text.lowercased())
            settings.smtpRecipients = Set(names)
            return !names.isEmpty && names.allSatisfy { MailtoURI.isAddress($0) || MailtoURI.isAddress("x@\($0)") }
        },
        file("smtp-ca-file") { $0.smtpAuthorities = $1 },
        file("mqtt-ca-file") { $0.mqttAuthorities = $1 },
        file("mqtt-certificate") { $0.mqttCertificate = $1 },
        file("mqtt-key") { $0.mqttKey = $1 },
        file("ingest") { $0.ingest = $1 },
        SettingKey(
            "mqtt-ingest", "servers with commas between, each as mqtt[s]://[USER[:PASSWORD]@]HOST[:PORT]",
            isSecret: true
        ) { settings, text in
            settings.ingestServers = SettingText.list(text)
            return !settings.ingestServers.isEmpty
                && settings.ingestServers.allSatisfy { (try? MQTTEndpoint.Server(uri: $0)) != nil }
        },
    ]
}
