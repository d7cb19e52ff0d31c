import JSONLD
import JSONTree
import NGSILDModel

/// A subscription as clients gave it, members as written, with what their names mean.
///
/// Invariants:
/// 1. `members` holds no `id`, `type`, `@context`, and none of what the broker reports itself.
/// 2. The members of `notification` stand beside the others as `notification.NAME`; a fragment replaces all of them.
/// 3. Each member that can hold names has its own frozen names: an update may come under another @context.
struct SubscriptionDefinition: Sendable {
    struct Member: Sendable {
        /// One JSON value, minified.
        let json: JSONDocument
        let names: FrozenNames
        var root: JSONNode { json.root }
    }

    var members: [(name: String, member: Member)] = []
    /// The value of the @context of notifications, as JSON text.
    var contextValue: String
    /// Its URL, when it is a single document with one.
    var contextURL: String?

    static let lengthLimit = 65_536
    /// What the broker reports, and so ignores when it is sent (clause 5.2.12: provided by the system).
    private static let reported: Set<String> = [
        "id", "type", "@context", "status", "createdAt", "modifiedAt", "@id", "@type",
    ]
    private static let reportedOfNotification: Set<String> = [
        "status", "timesSent", "timesFailed", "lastNotification", "lastSuccess", "lastFailure",
    ]
    /// Members whose strings are or hold names.
    private static let named: Set<String> = [
        "entities", "watchedAttributes", "q", "geoQ", "notification.attributes", "notification.pick",
        "notification.omit", "csf",
    ]
    static let null = "urn:ngsi-ld:null"

    init(contextValue: String, contextURL: String?) {
        self.contextValue = contextValue
        self.contextURL = contextURL
    }

    subscript(_ name: String) -> Member? { members.first { $0.name == name }?.member }

    /// Whether a member is there and `true`.
    func isTrue(_ name: String) -> Bool { self[name].flatMap { $0.json.bool($0.root) } ?? false }

    private mutating func set(_ name: String, _ member: Member?) {
        if let position = members.firstIndex(where: { $0.name == name }) {
            if let member { members[position].member = member } else { members.remove(at: position) }
        } else if let member {
            members.append((name, member))
        }
    }

    mutating func remove(_ name: String) { set(name, nil) }

    /// Takes the members of a body or fragment; `urn:ngsi-ld:null` or null removes one.
    mutating func merge(_ body: JSONDocument, context: TermContext) throws(NGSILDError) {
        guard body.isObject(body.root) else { throw .badRequestData("A subscription is a JSON object") }
        guard body.bytes.count <= SubscriptionDefinition.lengthLimit else {
            throw .badRequestData(
                "The subscription is longer than \(SubscriptionDefinition.lengthLimit) bytes; split it into several")
        }
        for (key, value) in body.members(body.root) {
            let name = body.string(key) ?? ""
            if SubscriptionDefinition.reported.contains(name) { continue }
            guard name == "notification" else {
                try take(name, body, value, context)
                continue
            }
            try takeNotification(body, value, context)
        }
    }

    /// Takes `notification` as a whole: a member of a fragment replaces that of its target (clause 5.5.8).
    private mutating func takeNotification(
        _ body: JSONDocument, _ notification: JSONNode, _ context: TermContext
    ) throws(NGSILDError) {
        guard body.isObject(notification) else {
            throw .badRequestData("\"notification\" is a JSON object with an endpoint, and cannot be removed")
        }
        members.removeAll { $0.name.hasPrefix("notification.") }
        for (key, value) in body.members(notification) {
            let name = body.string(key) ?? ""
            if SubscriptionDefinition.reportedOfNotification.contains(name) { continue }
            try take("notification." + name, body, value, context)
        }
    }

    private mutating func take(
        _ name: String, _ body: JSONDocument, _ value: JSONNode, _ context: TermContext
    ) throws(NGSILDError) {
        guard SubscriptionMembers.contains(name) else { return try SubscriptionMembers.checkSpelling(name) }
        if body.isNull(value) || body.equals(value, "urn:ngsi-ld:null") { return set(name, nil) }
        let names =
            SubscriptionDefinition.named.contains(name)
            ? FrozenNames(body, value, under: context.context) : FrozenNames()
        set(name, Member(json: try SubscriptionDefinition.document(body.text(value)), names: names))
    }

    private static func document(_ text: String) throws(NGSILDError) -> JSONDocument {
        do { return try JSONDocument(parsing: text) } catch {
            throw .badRequestData("The subscription cannot be read: \(error)")
        }
    }
}
