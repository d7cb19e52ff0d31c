import AirQuality
import ArgumentParser
import Foundation
import MQTTClient
import NGSILDModel
import SMTPDelivery
import Yams

/// What the operator set, after flags, environment and file were put together.
///
/// Only this file reads the environment and the configuration file. `docs/configuration.md` is its table.
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

    /// One setting: its key in the file, its variable, and how a text becomes its value.
    private struct Key {
        let name: String
        let apply: @Sendable (inout Settings, String) -> Bool
        var variable: String { "PARVIS_" + name.uppercased().replacingOccurrences(of: "-", with: "_") }
        let expectation: String
        /// Whether its value may hold a password, and so is not repeated.
        var isSecret = false
    }

    private static let keys: [Key] = [
        Key(
            name: "host",
            apply: {
                $0.host = $1; return !$1.isEmpty
            }, expectation: "an address"),
        Key(
            name: "port",
            apply: { settings, text in
                guard let port = Int(text), (0...65535).contains(port) else { return false }
                settings.port = port
                return true
            }, expectation: "a number from 0 to 65535"),
        Key(
            name: "data",
            apply: {
                $0.data = $1; return !$1.isEmpty
            }, expectation: "a directory"),
        Key(
            name: "memory-budget",
            apply: { settings, text in
                guard let bytes = byteCount(text), bytes >= 1 << 20 else { return false }
                settings.memoryBudget = bytes
                return true
            }, expectation: "a size of at least 1MiB, such as 512MiB or 4GiB"),
        toggle("open") { $0.isOpen = $1 },
        toggle("open-to-network") { $0.isOpenToNetwork = $1 },
        number("session-idle-minutes", 1...10_080) { $0.sessionIdleMinutes = $1 },
        number("session-days", 1...90) { $0.sessionDays = $1 },
        Key(
            name: "oidc-issuer",
            apply: { settings, text in
                settings.tokenIssuers = list(text)
                return !settings.tokenIssuers.isEmpty && settings.tokenIssuers.allSatisfy { publicURL($0) != nil }
            }, expectation: "the issuer's URL, exactly as its tokens have it; several with commas between"),
        Key(
            name: "oidc-audience",
            apply: { settings, text in
                settings.tokenAudiences = list(text)
                return !settings.tokenAudiences.isEmpty
            }, expectation: "what tokens for this Parvis have as audience; several with commas between"),
        Key(
            name: "oidc-keys-url",
            apply: { settings, text in
                settings.tokenKeysURL = text
                return publicURL(text) != nil
            }, expectation: "the URL of the issuer's keys, a JWK set"),
        Key(
            name: "oidc-roles-claim",
            apply: {
                $0.tokenRolesClaim = $1; return !$1.isEmpty
            }, expectation: "the claim with the roles, such as roles or realm_access.roles"),
        Key(
            name: "oidc-role-prefix",
            apply: {
                $0.tokenRolePrefix = $1; return true
            }, expectation: "what roles for this Parvis begin with, such as parvis-"),
        Key(
            name: "oidc-client-id",
            apply: {
                $0.providerClientID = $1; return !$1.isEmpty
            }, expectation: "what the issuer knows this Parvis as"),
        Key(
            name: "oidc-client-secret",
            apply: {
                $0.providerClientSecret = $1; return !$1.isEmpty
            }, expectation: "the secret that the issuer gave this Parvis", isSecret: true),
        Key(
            name: "oidc-name",
            apply: {
                $0.providerName = $1; return (1...60).contains($1.count)
            }, expectation: "what people call the issuer, such as City login, in at most 60 characters"),
        file("tls-certificate") { $0.tlsCertificate = $1 },
        file("tls-key") { $0.tlsKey = $1 },
        number("redirect-port", 0...65535) { $0.redirectPort = $1 },
        number("hsts-seconds", 0...63_072_000) { $0.strictTransportSeconds = $1 },
        toggle("http2") { $0.speaksHTTP2 = $1 },
        toggle("audit") { $0.keepsAudit = $1 },
        toggle("audit-reads") { $0.auditsReads = $1 },
        toggle("audit-addresses") { $0.auditsAddresses = $1 },
        toggle("audit-strict") { $0.isAuditStrict = $1 },
        number("audit-days", 1...36_500) { $0.auditDays = $1 },
        Key(
            name: "audit-limit",
            apply: { settings, text in
                guard let bytes = byteCount(text), bytes >= 64 << 20 else { return false }
                settings.auditLimit = bytes
                return true
            }, expectation: "a size of at least 64MiB, such as 512MiB or 4GiB"),
        Key(
            name: "log-level",
            apply: { settings, text in
                settings.logLevel = text
                return ["trace", "debug", "info", "notice", "warning", "error", "critical"].contains(text)
            }, expectation: "trace, debug, info, notice, warning, error or critical"),
        Key(
            name: "log-format",
            apply: { settings, text in
                settings.logFormat = text
                return text == "text" || text == "json"
            }, expectation: "text or json"),
        Key(
            name: "assets",
            apply: {
                $0.assets = $1; return !$1.isEmpty
            }, expectation: "a directory"),
        Key(
            name: "tile-url",
            apply: { settings, text in
                settings.tileURL = text
                return text.contains("{z}") && text.contains("{x}") && text.contains("{y}")
            }, expectation: "a URL with {z}, {x} and {y}"),
        Key(
            name: "public-url",
            apply: { settings, text in
                settings.publicURL = publicURL(text)
                return settings.publicURL != nil
            }, expectation: "a URL such as https://city.example or https://city.example/parvis"),
        Key(
            name: "contexts",
            apply: {
                $0.contexts = $1; return !$1.isEmpty
            }, expectation: "a directory"),
        number("connections", 1...1_000_000) { $0.connections = $1 },
        number("header-seconds", 1...3_600) { $0.headerSeconds = $1 },
        number("body-seconds", 1...3_600) { $0.bodySeconds = $1 },
        number("idle-seconds", 1...86_400) { $0.idleSeconds = $1 },
        number("unread-seconds", 1...3_600) { $0.unreadSeconds = $1 },
        Key(
            name: "unsent-limit",
            apply: { settings, text in
                guard let bytes = byteCount(text), bytes >= 4 << 10 else { return false }
                settings.unsentLimit = bytes
                return true
            }, expectation: "a size of at least 4KiB, such as 256KiB or 1MiB"),
        toggle("history") { $0.recordsHistory = $1 },
        // The name of `history` while it was off by default.
        toggle("record-history") { $0.recordsHistory = $1 },
        number("notification-backlog", 100...10_000_000) { $0.notificationBacklog = $1 },
        number("notification-attempts", 1...1_000) { $0.notificationAttempts = $1 },
        number("dead-letters", 1...10_000) { $0.deadLetters = $1 },
        Key(
            name: "outbox-limit",
            apply: { settings, text in
                guard let bytes = byteCount(text), bytes >= 1 << 20 else { return false }
                settings.outboxLimit = bytes
                return true
            }, expectation: "a size of at least 1MiB, such as 512MiB or 4GiB"),
        Key(
            name: "import-limit",
            apply: { settings, text in
                guard let bytes = byteCount(text), bytes >= 1 << 20 else { return false }
                settings.importLimit = bytes
                return true
            }, expectation: "a size of at least 1MiB, such as 512MiB or 4GiB"),
        toggle("signals") { $0.hasSignals = $1 },
        toggle("air") { $0.hasAir = $1 },
        Key(
            name: "air-indices",
            apply: { settings, text in
                guard let indices = airIndices(text) else { return false }
                settings.airIndices = indices
                return true
            }, expectation: airIndexExpectation),
        number("air-stations", 1...100_000) { $0.airStations = $1 },
        toggle("air-forecast") { $0.hasAirForecast = $1 },
        number("air-forecasts", 1...100_000) { $0.airForecasts = $1 },
        toggle("traffic") { $0.hasTraffic = $1 },
        number("traffic-detectors", 1...100_000) { $0.trafficDetectors = $1 },
        toggle("traffic-forecast") { $0.hasTrafficForecast = $1 },
        number("traffic-forecasts", 1...10_000) { $0.trafficForecasts = $1 },
        toggle("public") { $0.hasPublic = $1 },
        Key(
            name: "public-name",
            apply: {
                $0.publicName = $1; return (1...100).contains($1.utf8.count)
            }, expectation: "a name of up to 100 bytes"),
        number("public-requests", 0...1_000_000) { $0.publicRequests = $1 },
        toggle("rules") { $0.hasRules = $1 },
        number("rules-limit", 1...100_000) { $0.rulesLimit = $1 },
        number("rule-entities", 1...10_000_000) { $0.ruleEntities = $1 },
        number("temporal-instances", 1...1_000_000) { $0.temporalInstances = $1 },
        toggle("allow-private-endpoints") { $0.allowsPrivateEndpoints = $1 },
        Key(
            name: "stream-origins",
            apply: { settings, text in
                let origins = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
                settings.streamOrigins = Set(origins)
                return origins.allSatisfy {
                    ($0.hasPrefix("https://") || $0.hasPrefix("http://")) && !$0.hasSuffix("/")
                }
            }, expectation: "origins with commas between, such as https://city.example,https://map.example:8443"),
        Key(
            name: "smtp-url",
            apply: { settings, text in
                settings.smtpServer = SMTPServer(text)
                return settings.smtpServer != nil
            }, expectation: "smtp://user:password@host:port or smtps://...; user and password are percent-encoded",
            isSecret: true),
        Key(
            name: "smtp-from",
            apply: { settings, text in
                settings.smtpFrom = text
                return MailtoURI.isAddress(text)
            }, expectation: "an e-mail address"),
        Key(
            name: "smtp-recipients",
            apply: { settings, text in
                let names = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
                settings.smtpRecipients = Set(names)
                return !names.isEmpty && names.allSatisfy { MailtoURI.isAddress($0) || MailtoURI.isAddress("x@\($0)") }
            }, expectation: "addresses and domains with commas between, such as duty@city.example,north.example"),
        file("smtp-ca-file") { $0.smtpAuthorities = $1 },
        file("mqtt-ca-file") { $0.mqttAuthorities = $1 },
        file("mqtt-certificate") { $0.mqttCertificate = $1 },
        file("mqtt-key") { $0.mqttKey = $1 },
        file("ingest") { $0.ingest = $1 },
        Key(
            name: "mqtt-ingest",
            apply: { settings, text in
                settings.ingestServers = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
                return settings.ingestServers.allSatisfy { (try? MQTTEndpoint.Server(uri: $0)) != nil }
                    && !settings.ingestServers.isEmpty
            }, expectation: "servers with commas between, each as mqtt[s]://[USER[:PASSWORD]@]HOST[:PORT]",
            isSecret: true),
    ]

    /// Texts with commas between.
    private static func list(_ text: String) -> [String] {
        text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    private static func toggle(_ name: String, set: @escaping @Sendable (inout Settings, Bool) -> Void) -> Key {
        Key(
            name: name,
            apply: { settings, text in
                guard let value = flag(text) else { return false }
                set(&settings, value)
                return true
            }, expectation: "true or false")
    }

    private static func file(_ name: String, set: @escaping @Sendable (inout Settings, String) -> Void) -> Key {
        Key(
            name: name,
            apply: { settings, text in
                set(&settings, text)
                return FileManager.default.isReadableFile(atPath: text)
            }, expectation: "a file that can be read")
    }

    private static func number(
        _ name: String, _ range: ClosedRange<Int>, set: @escaping @Sendable (inout Settings, Int) -> Void
    ) -> Key {
        Key(
            name: name,
            apply: { settings, text in
                guard let number = Int(text), range.contains(number) else { return false }
                set(&settings, number)
                return true
            }, expectation: "a number from \(range.lowerBound) to \(range.upperBound)")
    }

    static let airIndexExpectation =
        "some of \(AirQualityIndex.allCases.map(\.rawValue).joined(separator: ", ")), with commas, or all"

    /// Indices of the air by their names, with commas between, each once.
    static func airIndices(_ text: String) -> [AirQualityIndex]? {
        if text == "all" { return AirQualityIndex.allCases }
        var indices: [AirQualityIndex] = []
        for name in text.split(separator: ",", omittingEmptySubsequences: false) {
            let name = name.trimmingCharacters(in: .whitespaces).uppercased()
            guard let index = AirQualityIndex(rawValue: name) else { return nil }
            if !indices.contains(index) { indices.append(index) }
        }
        return indices
    }

    /// A size such as `512MiB`; a bare number counts bytes.
    static func byteCount(_ text: String) -> Int? {
        let units: [(String, Int)] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)]
        for (unit, factor) in units where text.hasSuffix(unit) {
            guard let count = Int(text.dropLast(unit.count).trimmingCharacters(in: .whitespaces)), count > 0 else {
                return nil
            }
            let (bytes, overflow) = count.multipliedReportingOverflow(by: factor)
            return overflow ? nil : bytes
        }
        return Int(text)
    }

    /// A URL that paths can be put behind: with scheme and host, without slash, query and fragment at its end.
    static func publicURL(_ text: String) -> String? {
        let bare = text.hasSuffix("/") ? String(text.dropLast()) : text
        guard let parts = URLComponents(string: bare), ["http", "https"].contains(parts.scheme?.lowercased()),
            parts.host?.isEmpty == false, parts.query == nil, parts.fragment == nil, parts.user == nil,
            bare.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "\"") })
        else { return nil }
        return bare
    }

    private static func flag(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "1", "yes", "on": true
        case "false", "0", "no", "off": false
        default: nil
        }
    }

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
        for key in keys {
            if let text = environment[key.variable] {
                try settings.set(key, text, place: "the environment variable \(key.variable)")
            }
        }
        for key in keys {
            if let text = flags[key.name] { try settings.set(key, text, place: "--\(key.name)") }
        }
        guard (settings.mqttCertificate == nil) == (settings.mqttKey == nil) else {
            throw ValidationError("A client certificate needs its key; give both mqtt-certificate and mqtt-key")
        }
        guard (settings.tlsCertificate == nil) == (settings.tlsKey == nil) else {
            throw ValidationError("A certificate needs its key; give both tls-certificate and tls-key")
        }
        guard settings.redirectPort == nil || settings.tlsCertificate != nil else {
            throw ValidationError("redirect-port sends clients on to https; give tls-certificate and tls-key, too")
        }
        guard !settings.isOpen || settings.isOpenToNetwork || settings.isLocal else {
            throw ValidationError(
                "--open asks for no credentials, and \(settings.host) can be reached by others; listen on 127.0.0.1, leave --open out and make keys (docs/sign-in.md), or add --open-to-network if everyone who reaches it may do everything"
            )
        }
        guard settings.providerClientID == nil || settings.tokenIssuers.count == 1 else {
            throw ValidationError("oidc-client-id needs exactly one oidc-issuer, where people sign in")
        }
        guard settings.providerClientID != nil || settings.providerClientSecret == nil && settings.providerName == nil
        else {
            throw ValidationError(
                "oidc-client-secret and oidc-name need oidc-client-id: what the issuer knows this Parvis as")
        }
        guard settings.providerClientID == nil || settings.tlsCertificate == nil || settings.publicURL != nil else {
            throw ValidationError(
                "oidc-client-id needs public-url beside a certificate: the issuer sends people back to it, such as https://city.example"
            )
        }
        guard
            settings.tokenIssuers.isEmpty || !settings.tokenAudiences.isEmpty || settings.providerClientID != nil
        else {
            throw ValidationError(
                "oidc-issuer needs oidc-audience: without it, tokens for anyone else would be taken; give what the issuer puts into aud for this Parvis"
            )
        }
        guard settings.tokenKeysURL == nil || settings.tokenIssuers.count == 1 else {
            throw ValidationError("oidc-keys-url needs exactly one oidc-issuer")
        }
        guard settings.ingestServers.isEmpty || settings.ingest != nil else {
            throw ValidationError("mqtt-ingest needs a mapping, which says what messages become; give ingest a file")
        }
        guard settings.smtpServer == nil || settings.smtpFrom != nil else {
            throw ValidationError("Mail needs a sender; give smtp-from beside smtp-url")
        }
        return settings
    }

    private mutating func set(_ key: Key, _ text: String, place: String) throws {
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
            guard let name = name.string, let key = Self.keys.first(where: { $0.name == name }) else {
                throw ValidationError(
                    "The configuration file \(path) has the unknown key \"\(name.string ?? "?")\"; known are \(Self.keys.map(\.name).joined(separator: ", "))"
                )
            }
            guard let text = value.scalar?.string else {
                throw ValidationError("The key \"\(name)\" in \(path) is \(key.expectation)")
            }
            try set(key, text, place: "the key \"\(name)\" in \(path)")
        }
    }
}
