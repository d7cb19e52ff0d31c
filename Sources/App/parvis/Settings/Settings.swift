import AirQuality
import ArgumentParser
import Foundation
import SMTPDelivery
import Yams

/// What the operator set, after flags, environment and file were put together.
///
/// Only this file reads the environment and the configuration file. What can be set stands in the lists of `SettingKey`, by
/// theme; `docs/configuration.md` is their table.
struct Settings: Sendable {
    var host = "127.0.0.1"
    var port = 1026
    var data = "data"
    var memoryBudget = 1 << 30
    /// Whether whoever asks may do everything.
    var isOpen = false
    /// Whether that may also be so on an address that others can reach.
    var isOpenToNetwork = false
    var sessionIdleMinutes = 480
    var sessionDays = 7
    var tokenIssuers: [String] = []
    var tokenAudiences: [String] = []
    var tokenKeysURL: String?
    var tokenRolesClaim = "roles"
    var tokenRolePrefix = ""
    /// What the issuer knows Parvis as, where people sign in there; `nil`: they sign in by password alone.
    var providerClientID: String?
    /// Never logged.
    var providerClientSecret: String?
    /// What people call the issuer; `nil`: by its host.
    var providerName: String?
    var tlsCertificate: String?
    var tlsKey: String?
    var redirectPort: Int?
    var strictTransportSeconds = 31_536_000
    var speaksHTTP2 = true
    var keepsAudit = true
    var auditsReads = false
    var auditsAddresses = false
    var isAuditStrict = false
    var auditDays = 365
    var auditLimit = 4 << 30
    var logLevel = "info"
    var logFormat = "text"
    var assets: String?
    var tileURL: String?
    var allowsPrivateEndpoints = false
    var recordsHistory = true
    var contexts: String?
    var temporalInstances = 10_000
    var notificationBacklog = 100_000
    var notificationAttempts = 10
    var deadLetters = 100
    var outboxLimit = 1 << 30
    var importLimit = 1 << 30
    var streamOrigins: Set<String> = []
    var mqttAuthorities: String?
    var mqttCertificate: String?
    var mqttKey: String?
    var ingest: String?
    var ingestServers: [String] = []
    var publicURL: String?
    var connections = 15_000
    var headerSeconds = 15
    var bodySeconds = 60
    var idleSeconds = 120
    var unreadSeconds = 60
    var unsentLimit = 256 << 10
    var hasSignals = true
    var hasAir = true
    var airIndices: [AirQualityIndex] = [.european]
    var airStations = 1_000
    var hasAirForecast = true
    var airForecasts = 200
    var hasTraffic = true
    var trafficDetectors = 10_000
    var hasTrafficForecast = true
    var trafficForecasts = 500
    var smtpServer: SMTPServer?
    var smtpFrom: String?
    var smtpRecipients: Set<String>?
    var smtpAuthorities: String?
    var hasRules = true
    var rulesLimit = 1_000
    var ruleEntities = 50_000
    var hasPublic = true
    var publicName: String?
    var publicRequests = 1_200

    /// Whether only this machine can reach it.
    var isLocal: Bool { ["127.0.0.1", "::1", "localhost"].contains(host) }

    /// Puts file, environment and flags together, the later winning.
    ///
    /// - Throws: `ValidationError` naming the key, where it stands and what is expected.
    static func resolve(
        flags: [String: String], configFile: String?, environment: [String: String]
    ) throws -> Settings {
        var settings = Settings()
        if let path = configFile ?? environment["PARVIS_CONFIG"] {
            try settings.readFile(path)
        } else if FileManager.default.fileExists(atPath: "parvis.yaml") {
            try settings.readFile("parvis.yaml")
        }
        for key in SettingKey.all {
            if let text = environment[key.variable] {
                try settings.set(key, text, place: "the environment variable \(key.variable)")
            }
        }
        for key in SettingKey.all {
            if let text = flags[key.name] { try settings.set(key, text, place: "--\(key.name)") }
        }
        try settings.checkTogether()
        return settings
    }

    /// What one setting asks of another.
    private func checkTogether() throws {
        guard (mqttCertificate == nil) == (mqttKey == nil) else {
            throw ValidationError("A client certificate needs its key; give both mqtt-certificate and mqtt-key")
        }
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("A certificate needs its key; give both tls-certificate and tls-key")
        }
        guard redirectPort == nil || tlsCertificate != nil else {
            throw ValidationError("redirect-port sends clients on to https; give tls-certificate and tls-key, too")
        }
        guard !isOpen || isOpenToNetwork || isLocal else {
            throw ValidationError(
                "--open asks for no credentials, and \(host) can be reached by others; listen on 127.0.0.1, leave --open out and make keys (docs/sign-in.md), or add --open-to-network if everyone who reaches it may do everything"
            )
        }
        guard providerClientID == nil || tokenIssuers.count == 1 else {
            throw ValidationError("oidc-client-id needs exactly one oidc-issuer, where people sign in")
        }
        guard providerClientID != nil || providerClientSecret == nil && providerName == nil else {
            throw ValidationError(
                "oidc-client-secret and oidc-name need oidc-client-id: what the issuer knows this Parvis as")
        }
        guard providerClientID == nil || tlsCertificate == nil || publicURL != nil else {
            throw ValidationError(
                "oidc-client-id needs public-url beside a certificate: the issuer sends people back to it, such as https://city.example"
            )
        }
        guard tokenIssuers.isEmpty || !tokenAudiences.isEmpty || providerClientID != nil else {
            throw ValidationError(
                "oidc-issuer needs oidc-audience: without it, tokens for anyone else would be taken; give what the issuer puts into aud for this Parvis"
            )
        }
        guard tokenKeysURL == nil || tokenIssuers.count == 1 else {
            throw ValidationError("oidc-keys-url needs exactly one oidc-issuer")
        }
        guard ingestServers.isEmpty || ingest != nil else {
            throw ValidationError("mqtt-ingest needs a mapping, which says what messages become; give ingest a file")
        }
        guard smtpServer == nil || smtpFrom != nil else {
            throw ValidationError("Mail needs a sender; give smtp-from beside smtp-url")
        }
    }

    private mutating func set(_ key: SettingKey, _ text: String, place: String) throws {
        guard key.apply(&self, text) else {
            let given = key.isSecret ? "" : "is \"\(text)\"; it "
            throw ValidationError("\(place) \(given)is \(key.expectation)")
        }
    }

    private mutating func readFile(_ path: String) throws {
        guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8)
        else {
            throw ValidationError("The configuration file \(path) cannot be read; check --config")
        }
        let node: Yams.Node?
        do { node = try Yams.compose(yaml: text) } catch {
            throw ValidationError("The configuration file \(path) is not YAML: \(error)")
        }
        guard let node else { return }
        guard let mapping = node.mapping else {
            throw ValidationError("The configuration file \(path) is a list of key: value lines")
        }
        for (name, value) in mapping {
            guard let name = name.string, let key = SettingKey.all.first(where: { $0.name == name }) else {
                throw ValidationError(
                    "The configuration file \(path) has the unknown key \"\(name.string ?? "?")\"; "
                        + SettingKey.remedy(for: name.string ?? ""))
            }
            guard let text = value.scalar?.string else {
                throw ValidationError("The key \"\(name)\" in \(path) is \(key.expectation)")
            }
            try set(key, text, place: "the key \"\(name)\" in \(path)")
        }
    }
}
