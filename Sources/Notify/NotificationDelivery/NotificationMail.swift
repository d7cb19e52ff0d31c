import JSONTree
import NGSILDModel
import SMTPDelivery

/// A notification as people read it.
struct NotificationMail {
    private static let textLimit = 65_536
    private let json: JSONDocument?
    private let subscription: String
    private let isTest: Bool

    init(_ message: NotificationMessage) {
        json = try? JSONDocument(parsing: message.body)
        subscription = message.subscription
        isTest = message.headers.contains { $0.name == SubscriptionManager.testHeader.name }
    }

    func message(from: String, to recipients: [String]) -> MailMessage {
        let id = json.flatMap { json in json.member(json.root, "id").flatMap { json.string($0) } } ?? subscription
        let now = Timestamp.now()
        return MailMessage(
            from: from, to: recipients, subject: subject, text: text,
            time: Int(now.microseconds / 1_000_000),
            identifier: String(id.split(separator: ":").last ?? "notification"))
    }

    private var entities: [JSONNode] {
        guard let json, let data = json.member(json.root, "data"), json.isArray(data) else { return [] }
        return Array(json.elements(data))
    }

    private var subject: String {
        let entities = entities
        if isTest, entities.isEmpty { return "Test of Parvis: mail arrives" }
        guard let first = entities.first else { return "Parvis: nothing to tell" }
        let rest = entities.count > 1 ? " (and \(entities.count - 1) more)" : ""
        guard isAlert(first) else { return "Parvis: \(value(first, "id") ?? "an entity") has changed\(rest)" }
        let state =
            switch value(first, "notice") {
            case "cleared": "Over"
            case "escalated": "Not acknowledged"
            default: "Alert"
            }
        let name = value(first, "name") ?? value(first, "subCategory") ?? "alert"
        return "\(state) [\(value(first, "severity") ?? "medium")] \(name): \(value(first, "description") ?? "")\(rest)"
    }

    private var text: String {
        var text = isTest ? "This is a test of Parvis: whoever reads it gets its mail.\n\n" : ""
        for entity in entities {
            append(entity, to: &text)
            text += "\n"
            guard text.utf8.count < Self.textLimit else {
                text += "More is in Parvis.\n"
                break
            }
        }
        return text + "-- \nParvis, subscription \(subscription)\n"
    }

    private func isAlert(_ entity: JSONNode) -> Bool { value(entity, "alertState") != nil }

    private func append(_ entity: JSONNode, to text: inout String) {
        guard let json else { return }
        if isAlert(entity) {
            let lines: [(String, String?)] = [
                ("", value(entity, "description")), ("State:    ", value(entity, "alertState")),
                ("Severity: ", value(entity, "severity")), ("Since:    ", value(entity, "validFrom")),
                ("Until:    ", value(entity, "validTo")), ("Entity:   ", value(entity, "alertSource")),
                ("Alert:    ", value(entity, "id")), ("Rule:     ", value(entity, "alertRule")),
            ]
            for (name, value) in lines { if let value { text += name + value + "\n" } }
            return
        }
        for (key, _) in json.members(entity) {
            let name = json.string(key) ?? ""
            if name != "@context", let value = value(entity, name) { text += "\(name): \(value)\n" }
        }
    }

    /// The value of an attribute, however it is represented; `nil` where there is none.
    private func value(_ entity: JSONNode, _ name: String) -> String? {
        guard let json, var node = json.member(entity, named: name) else { return nil }
        for member in ["value", "object", "json", "languageMap", "vocab", "@value"] where json.isObject(node) {
            if let inner = json.member(node, named: member) { node = inner }
        }
        let text = json.string(node) ?? json.text(node)
        return text == "urn:ngsi-ld:null" ? nil : String(text.prefix(4_000))
    }
}
