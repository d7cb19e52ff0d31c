import MQTTClient
import NGSILDModel

/// Where notifications go, and how they are written.
///
/// - Source: CIM 009 clause 5.2.15.
struct NotificationEndpoint: Hashable, Sendable {
    enum Accept: String, Hashable, Sendable {
        case json = "application/json"
        case jsonLD = "application/ld+json"
        case geoJSON = "application/geo+json"
    }

    var uri: String
    var accept = Accept.json
    /// Headers of every notification; metadata over MQTT.
    var receiverInfo: [Header] = []
    /// How the endpoint wants to be spoken to, such as MQTT's quality of service.
    var notifierInfo: [Header] = []
    /// How long an answer may take; `nil`: as configured.
    var timeout: Duration?
    /// The least time between a failure and the next attempt.
    var cooldown: Duration?

    /// Whether GeoJSON goes without its @context, which a Link header then names (clauses 5.3.1, 6.3.8).
    var prefersPlainGeoJSON: Bool {
        receiverInfo.contains { $0.name.lowercased() == "prefer" && $0.value.filter { $0 != " " } == "body=json" }
    }

    struct Header: Hashable, Sendable {
        let name: String
        let value: String
    }

    /// The URI as logs and messages may show it: without a user and password.
    var name: String { Self.name(of: uri) }

    static func name(of uri: String) -> String {
        guard uri.contains("@"), MailtoURI(uri) == nil else { return uri }
        if let endpoint = try? MQTTEndpoint(uri: uri) { return endpoint.name }
        // Whatever it is, what could be credentials goes.
        return uri.prefix { $0 != ":" } + "://..." + uri.suffix(from: uri.lastIndex(of: "@") ?? uri.endIndex)
    }
}
