public import JSONTree

/// Whom a rule tells, and by what way.
public struct RuleNotice: Hashable, Sendable {
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
            let uri = try json.needed("uri", "an address is expected that begins with \(schemes.joined(separator: " or "))")
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
            for element in try to.elements(limit: RuleLimits.recipients) {
                guard let text = element.text, Self.isAddress(text) else {
                    throw element.fail("an e-mail address is expected, such as duty@city.example")
                }
                if !addresses.contains(text) { addresses.append(text) }
            }
            guard !addresses.isEmpty else { throw to.fail("at least one address is expected") }
            uri = "mailto:" + addresses.map(Self.escaped).joined(separator: ",")
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

    /// A dot-atom, an `@` and a name of a host (RFC 5321 section 4.1.2, without quoted strings and literals).
    static func isAddress(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard text.utf8.count <= 254, parts.count == 2, (1...64).contains(parts[0].count), !parts[1].isEmpty else {
            return false
        }
        func isAtom(_ bytes: Substring.UTF8View, _ more: String) -> Bool {
            bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { atom in
                !atom.isEmpty && atom.allSatisfy { isAlphanumeric($0) || more.utf8.contains($0) }
            }
        }
        return isAtom(parts[0], "!#$%&'*+-/=?^_`{|}~") && isAtom(parts[1], "-")
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        let lower = byte | 0x20
        return (lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z"))
            || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
    }

    /// As it stands in a `mailto` URI (RFC 6068 section 2).
    private static func escaped(_ address: String) -> String {
        let hex = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in address.utf8 {
            if isAlphanumeric(byte) || "@.-_~!$'*+".utf8.contains(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
