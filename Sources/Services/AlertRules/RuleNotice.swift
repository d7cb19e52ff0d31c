public import JSONTree
import NGSILDModel

/// Whom a rule tells, and by what way.
public struct RuleNotice: Hashable, Sendable {
    /// By what way it goes.
    public enum Channel: String, Sendable, CaseIterable { case webhook, mqtt, email }

    public var channel: Channel
    /// Where it goes: `https:`, `mqtt:` or `mailto:`.
    public var uri: String
    /// Further members of the endpoint (CIM 009 clause 5.2.15) as JSON: name and text.
    public var members: [String: String] = [:]

    /// Reads one element of `notify`.
    ///
    /// - Throws: `RuleError` naming the member and what is expected there.
    public init(_ document: JSONDocument, _ node: JSONNode) throws(RuleError) {
        try self.init(RuleJSON(document: document, node: node, path: ""))
    }

    init(_ json: RuleJSON) throws(RuleError) {
        guard json.isObject else { throw json.fail("an object with \"channel\" is expected") }
        let names = Channel.allCases.map(\.rawValue).joined(separator: ", ")
        let member = try json.needed("channel", "one of \(names) is expected")
        guard let channel = member.text.flatMap({ Channel(rawValue: $0) }) else {
            throw member.fail("one of \(names) is expected")
        }
        self.channel = channel
        switch channel {
        case .webhook, .mqtt:
            try json.checkMembers(["channel", "uri", "receiverInfo", "notifierInfo", "timeout", "cooldown"])
            let schemes = channel == .webhook ? ["https://", "http://"] : ["mqtt://", "mqtts://"]
            let uri = try json.needed(
                "uri", "an address is expected that begins with \(schemes.joined(separator: " or "))")
            self.uri = try uri.string("an address", limit: 2_000)
            let lower = self.uri.lowercased()
            guard schemes.contains(where: { lower.hasPrefix($0) && lower.utf8.count > $0.utf8.count }) else {
                throw uri.fail("an address is expected that begins with \(schemes.joined(separator: " or "))")
            }
            for name in ["receiverInfo", "notifierInfo", "timeout", "cooldown"] {
                if let member = json.member(name) { members[name] = member.document.text(member.node) }
            }
        case .email:
            try json.checkMembers(["channel", "to"])
            let to = try json.needed("to", "addresses are expected, such as [\"duty@city.example\"]")
            var addresses: [String] = []
            for element in try to.elements(limit: MailtoURI.limit) {
                guard let text = element.text, MailtoURI.isAddress(text) else {
                    throw element.fail("an e-mail address is expected, such as duty@city.example")
                }
                if !addresses.contains(text) { addresses.append(text) }
            }
            guard let mailto = MailtoURI(addresses: addresses) else {
                throw to.fail("at least one address is expected")
            }
            uri = mailto.text
        }
    }

    static func list(_ json: RuleJSON) throws(RuleError) -> [RuleNotice] {
        var notices: [RuleNotice] = []
        for element in try json.elements(limit: RuleLimits.notices) {
            let notice = try RuleNotice(element)
            if !notices.contains(notice) { notices.append(notice) }
        }
        return notices
    }
}
