/// Where notifications go, and how they are written.
///
/// - Source: CIM 009 clause 5.2.15.
struct NotificationEndpoint: Hashable, Sendable {
    enum Accept: String, Hashable, Sendable {
        case json = "application/json"
        case jsonLD = "application/ld+json"
    }

    var uri: String
    var accept = Accept.json
    /// Headers of every notification.
    var receiverInfo: [Header] = []
    /// How long an answer may take; `nil`: as configured.
    var timeout: Duration?
    /// The least time between a failure and the next attempt.
    var cooldown: Duration?

    struct Header: Hashable, Sendable {
        let name: String
        let value: String
    }
}
