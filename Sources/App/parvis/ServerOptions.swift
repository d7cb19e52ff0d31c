import ArgumentParser
import Foundation

/// The flags that `serve` and `demo` share.
struct ServerOptions: ParsableArguments {
    @Option(help: "The configuration file (default: parvis.yaml in the working directory, if there is one).")
    var config: String?
    @Option(help: "The address to listen on; 0.0.0.0 for all (default: 127.0.0.1).")
    var host: String?
    @Option(help: "The port to listen on; 0 takes a free one (default: 1026).")
    var port: String?
    @Option(
        name: .customLong("public-url"),
        help: "Where clients reach this server, such as https://city.example (default: as each request says).")
    var publicURL: String?
    @Option(help: "The directory of the database; made when missing (default: data).")
    var data: String?
    @Option(help: "Memory for entities and indexes, such as 512MiB or 4GiB (default: 1GiB).")
    var memoryBudget: String?
    @Flag(help: "Ask for no credentials: whoever reaches it may do everything. On a loopback address only.")
    var open = false
    @Option(
        name: .customLong("tls-certificate"),
        help: "Speak https with this certificate, PEM, with what leads to its authority; see docs/tls.md.")
    var tlsCertificate: String?
    @Option(name: .customLong("tls-key"), help: "The key of the certificate, PEM without a passphrase.")
    var tlsKey: String?
    @Option(help: "A port that sends clients of plain http on to https; 0 takes a free one (default: none).")
    var redirectPort: String?
    @Option(help: "Seconds that browsers are told to use https only; 0 tells them nothing (default: 31536000).")
    var hstsSeconds: String?
    @Flag(name: .customLong("no-http2"), help: "Offer no HTTP/2 over https.")
    var noHTTP2 = false
    @Flag(help: "Keep no audit log.")
    var noAudit = false
    @Flag(help: "Record reads in the audit log, too.")
    var auditReads = false
    @Flag(help: "Record the addresses that requests come from in the audit log.")
    var auditAddresses = false
    @Flag(help: "Refuse writes while the audit log cannot be written.")
    var auditStrict = false
    @Option(help: "Days that audit records are kept (default: 365).")
    var auditDays: String?
    @Option(help: "Disk space for the audit log, such as 512MiB or 4GiB; beyond it the oldest goes (default: 4GiB).")
    var auditLimit: String?
    @Flag(help: "Let --open hold on an address that others can reach.")
    var openToNetwork = false
    @Option(help: "Minutes without a request after which a browser is signed out (default: 480).")
    var sessionIdleMinutes: String?
    @Option(help: "Days after which a browser is signed out in any case (default: 7).")
    var sessionDays: String?
    @Option(help: "Whose tokens (JWT) are taken: the issuer's URL; several with commas.")
    var oidcIssuer: String?
    @Option(help: "What these tokens must have as audience; several with commas.")
    var oidcAudience: String?
    @Option(name: .customLong("oidc-keys-url"), help: "Where the issuer's keys are (default: as the issuer says).")
    var oidcKeysURL: String?
    @Option(help: "The claim with the roles (default: roles).")
    var oidcRolesClaim: String?
    @Option(help: "Only roles that begin with it count, without it (default: all).")
    var oidcRolePrefix: String?
    @Option(
        name: .customLong("oidc-client-id"),
        help: "What the issuer knows this Parvis as: people may then sign in to the console there.")
    var oidcClientID: String?
    @Option(help: "The secret that goes with it; better in PARVIS_OIDC_CLIENT_SECRET (default: none, a public client).")
    var oidcClientSecret: String?
    @Option(help: "What people call the issuer, on the button of the sign-in (default: its host).")
    var oidcName: String?
    @Option(help: "trace, debug, info, notice, warning, error or critical (default: info).")
    var logLevel: String?
    @Option(help: "text for people, json for machines (default: text).")
    var logFormat: String?
    @Option(help: "Where the console's map library is (default: found beside the binary).")
    var assets: String?
    @Option(name: .customLong("tile-url"), help: "Background tiles of the console: a URL with {z}, {x}, {y}.")
    var tileURL: String?
    @Flag(help: "Let notifications and contexts reach loopback and private addresses.")
    var allowPrivateEndpoints = false

    @Option(help: "Notifications that wait for one subscription; beyond it the oldest are dropped (default: 100000).")
    var notificationBacklog: String?
    @Option(help: "How often a notification that an endpoint answers with an error is tried (default: 10).")
    var notificationAttempts: String?
    @Option(help: "Dead letters kept for one subscription; one more drops the oldest (default: 100).")
    var deadLetters: String?
    @Option(help: "Disk space for notifications that wait, such as 512MiB or 4GiB (default: 1GiB).")
    var outboxLimit: String?
    @Option(help: "Disk space for files that are imported by the console, such as 512MiB or 4GiB (default: 1GiB).")
    var importLimit: String?
    @Option(help: "A folder with copies of @contexts, as HOST/PATH, for machines without the internet.")
    var contexts: String?
    @Flag(help: "Keep no history of attributes.")
    var noHistory = false
    @Flag(help: .hidden)
    var recordHistory = false

    @Flag(help: "Control no signals.")
    var noSignals = false
    @Flag(help: "Compute no air quality indices and alerts.")
    var noAir = false
    @Option(help: "Air quality indices, with commas: EAQI, US-AQI, CN-AQI, UK-DAQI, IN-NAQI (default: EAQI).")
    var airIndices: String?
    @Option(help: "Air stations that indices are computed for; more are left out (default: 1000).")
    var airStations: String?
    @Flag(help: "Do not forecast the air.")
    var noAirForecast = false
    @Option(help: "Pollutants of stations that are forecast; more are left out (default: 200).")
    var airForecasts: String?

    @Flag(help: "Compute no levels of service, detector faults and alerts of the traffic.")
    var noTraffic = false
    @Option(help: "Traffic detectors that are followed; more are left out (default: 10000).")
    var trafficDetectors: String?
    @Flag(help: "Do not forecast the traffic.")
    var noTrafficForecast = false
    @Option(help: "Quantities of traffic detectors that are forecast; more are left out (default: 500).")
    var trafficForecasts: String?

    @Flag(help: "Watch no entities by alert rules.")
    var noRules = false
    @Option(help: "Alert rules that are kept; more are refused (default: 1000).")
    var rulesLimit: String?
    @Option(help: "Entities that rules watch, each counted for each rule; more are left out (default: 50000).")
    var ruleEntities: String?

    @Flag(help: "Show nothing to everybody: no site, data, catalogue and alerts at /public/.")
    var noPublic = false
    @Option(help: "What the public site calls the city (default: Parvis).")
    var publicName: String?
    @Option(help: "Requests a minute that one address may send to /public/; 0 for any number (default: 1200).")
    var publicRequests: String?

    @Option(help: "Attribute instances in one temporal answer; more come in parts, as 206 (default: 10000).")
    var temporalInstances: String?
    @Option(help: "Connections that are open at once; more are answered 503 (default: 15000).")
    var connections: String?
    @Option(help: "Seconds for the head of a request; beyond: 408 (default: 15).")
    var headerSeconds: String?
    @Option(help: "Seconds for the body of a request; beyond: 408 (default: 60).")
    var bodySeconds: String?
    @Option(help: "Seconds without a request after which a connection is closed (default: 120).")
    var idleSeconds: String?
    @Option(help: "Seconds that an answer may stay unread before its connection is closed (default: 60).")
    var unreadSeconds: String?
    @Option(help: "Bytes of answers that may wait for one client, such as 256KiB (default: 256KiB).")
    var unsentLimit: String?
    @Option(help: "Milliseconds that writes may wait, when many do, before more are refused (default: 60).")
    var writeWaitMilliseconds: String?
    @Option(help: "Origins, with commas, whose pages may open WebSockets here, beside the server's own.")
    var streamOrigins: String?
    @Option(
        name: .customLong("mqtt-ca-file"),
        help: "The authorities that MQTT servers' certificates may come from, PEM (default: the system's).")
    var mqttAuthorities: String?
    @Option(
        name: .customLong("smtp-url"),
        help: "Where mail is handed in, smtp://USER:PASSWORD@HOST:PORT or smtps://... (default: no mail is sent).")
    var smtpURL: String?
    @Option(help: "The address that mail comes from.")
    var smtpFrom: String?
    @Option(help: "Addresses and domains, with commas, that mail may go to (default: any).")
    var smtpRecipients: String?
    @Option(
        name: .customLong("smtp-ca-file"),
        help: "The authorities that the mail server's certificate may come from, PEM (default: the system's).")
    var smtpAuthorities: String?
    @Option(help: "The client certificate to show to MQTT servers, PEM.")
    var mqttCertificate: String?
    @Option(help: "The key of the client certificate, PEM without a passphrase.")
    var mqttKey: String?
    @Option(help: "What messages of devices become, YAML or JSON; see docs/mqtt.md.")
    var ingest: String?
    @Option(
        name: .customLong("mqtt-ingest"),
        help: "MQTT servers to take messages from, with commas: mqtt[s]://[USER[:PASSWORD]@]HOST[:PORT].")
    var mqttIngest: String?

    /// The settings of a city that was not given a directory: it gets one that its starter removes.
    ///
    /// - Returns: the settings, and whether the directory is such a one.
    func settings(temporaryNamed name: String) throws -> (settings: Settings, isTemporary: Bool) {
        var settings = try settings()
        let isTemporary = data == nil && ProcessInfo.processInfo.environment["PARVIS_DATA"] == nil
        if isTemporary {
            settings.data =
                FileManager.default.temporaryDirectory
                .appendingPathComponent("\(name)-\(ProcessInfo.processInfo.processIdentifier)").path
        }
        return (settings, isTemporary)
    }

    func settings() throws -> Settings {
        var flags: [String: String] = [:]
        flags["host"] = host
        flags["port"] = port
        flags["public-url"] = publicURL
        flags["data"] = data
        flags["memory-budget"] = memoryBudget
        if open { flags["open"] = "true" }
        flags["tls-certificate"] = tlsCertificate
        flags["tls-key"] = tlsKey
        flags["redirect-port"] = redirectPort
        flags["hsts-seconds"] = hstsSeconds
        if noHTTP2 { flags["http2"] = "false" }
        if noAudit { flags["audit"] = "false" }
        if auditReads { flags["audit-reads"] = "true" }
        if auditAddresses { flags["audit-addresses"] = "true" }
        if auditStrict { flags["audit-strict"] = "true" }
        flags["audit-days"] = auditDays
        flags["audit-limit"] = auditLimit
        if openToNetwork { flags["open-to-network"] = "true" }
        flags["session-idle-minutes"] = sessionIdleMinutes
        flags["session-days"] = sessionDays
        flags["oidc-issuer"] = oidcIssuer
        flags["oidc-audience"] = oidcAudience
        flags["oidc-keys-url"] = oidcKeysURL
        flags["oidc-roles-claim"] = oidcRolesClaim
        flags["oidc-role-prefix"] = oidcRolePrefix
        flags["oidc-client-id"] = oidcClientID
        flags["oidc-client-secret"] = oidcClientSecret
        flags["oidc-name"] = oidcName
        flags["log-level"] = logLevel
        flags["log-format"] = logFormat
        flags["assets"] = assets
        flags["tile-url"] = tileURL
        flags["contexts"] = contexts
        flags["connections"] = connections
        flags["header-seconds"] = headerSeconds
        flags["body-seconds"] = bodySeconds
        flags["idle-seconds"] = idleSeconds
        flags["unread-seconds"] = unreadSeconds
        flags["unsent-limit"] = unsentLimit
        flags["write-wait-milliseconds"] = writeWaitMilliseconds
        flags["temporal-instances"] = temporalInstances
        flags["notification-backlog"] = notificationBacklog
        flags["notification-attempts"] = notificationAttempts
        flags["dead-letters"] = deadLetters
        flags["outbox-limit"] = outboxLimit
        flags["import-limit"] = importLimit
        flags["stream-origins"] = streamOrigins
        flags["smtp-url"] = smtpURL
        flags["smtp-from"] = smtpFrom
        flags["smtp-recipients"] = smtpRecipients
        flags["smtp-ca-file"] = smtpAuthorities
        flags["mqtt-ca-file"] = mqttAuthorities
        flags["mqtt-certificate"] = mqttCertificate
        flags["mqtt-key"] = mqttKey
        flags["ingest"] = ingest
        flags["mqtt-ingest"] = mqttIngest
        if recordHistory { flags["record-history"] = "true" }
        if noSignals { flags["signals"] = "false" }
        if noAir { flags["air"] = "false" }
        flags["air-indices"] = airIndices
        flags["air-stations"] = airStations
        if noAirForecast { flags["air-forecast"] = "false" }
        flags["air-forecasts"] = airForecasts
        if noTraffic { flags["traffic"] = "false" }
        flags["traffic-detectors"] = trafficDetectors
        if noTrafficForecast { flags["traffic-forecast"] = "false" }
        flags["traffic-forecasts"] = trafficForecasts
        if noRules { flags["rules"] = "false" }
        flags["rules-limit"] = rulesLimit
        flags["rule-entities"] = ruleEntities
        if noPublic { flags["public"] = "false" }
        flags["public-name"] = publicName
        flags["public-requests"] = publicRequests
        if noHistory { flags["history"] = "false" }
        if allowPrivateEndpoints { flags["allow-private-endpoints"] = "true" }
        return try Settings.resolve(
            flags: flags, configFile: config, environment: ProcessInfo.processInfo.environment)
    }
}
