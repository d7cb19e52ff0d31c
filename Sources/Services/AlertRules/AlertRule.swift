public import JSONTree

/// A rule as people write it: what to watch for, how bad it is, and who is told.
public struct AlertRule: Hashable, Sendable {
    /// The words of the Smart Data Models' Alert.
    public enum Severity: String, Sendable, CaseIterable { case critical, high, medium, low, informational }

    /// Whom to tell when an alert is not acknowledged.
    public struct Escalation: Hashable, Sendable {
        public var afterSeconds: Double
        public var notices: [RuleNotice]
    }

    public var name: String
    public var description: String?
    public var isOn: Bool
    public var severity: Severity
    public var category: String?
    public var subCategory: String?
    public var condition: RuleCondition
    public var notices: [RuleNotice]
    public var escalation: Escalation?

    /// Reads a rule from the values of its attributes.
    ///
    /// - Parameters:
    ///   - value: The value of an attribute by its name; `nil` where it has none.
    ///   - needsName: Whether a rule without a name is refused; one that is only tried out needs none.
    /// - Throws: `RuleError` naming the member and what is expected there.
    public init(needsName: Bool = true, _ value: (String) -> (document: JSONDocument, node: JSONNode)?)
        throws(RuleError)
    {
        func member(_ name: String) -> RuleJSON? {
            guard let (document, node) = value(name), !document.isNull(node) else { return nil }
            return RuleJSON(document: document, node: node, path: name)
        }
        guard needsName || member("name") != nil else {
            try self.init(named: "", member)
            return
        }
        guard let name = member("name") else { throw RuleError("name", "the rule needs a name, for people") }
        try self.init(named: try name.string("a text for people"), member)
    }

    private init(named name: String, _ member: (String) -> RuleJSON?) throws(RuleError) {
        self.name = name
        description = try member("description")?.string("a text for people", limit: 4_000)
        switch member("ruleState").map({ $0.text }) {
        case nil, "off": isOn = false
        case "on": isOn = true
        default: throw RuleError("ruleState", "on or off is expected")
        }
        severity = .medium
        if let json = member("severity") {
            guard let known = json.text.flatMap({ Severity(rawValue: $0) }) else {
                throw json.fail("one of \(Severity.allCases.map(\.rawValue).joined(separator: ", ")) is expected")
            }
            severity = known
        }
        category = try member("category")?.string("a word of the Smart Data Models' Alert", limit: 100)
        subCategory = try member("subCategory")?.string("a word of the Smart Data Models' Alert", limit: 100)
        guard let json = member("condition") else {
            throw RuleError("condition", "the rule needs a condition: an object with \"entities\" and \"tests\"")
        }
        guard json.document.range(json.node).count <= RuleLimits.bytes else {
            throw json.fail("it has more than \(RuleLimits.bytes) bytes")
        }
        let times = member("activeTimes").map { (document: $0.document, node: $0.node) }
        condition = try RuleCondition(json.document, json.node, activeTimes: times)
        notices = try member("notify").map { json throws(RuleError) in try RuleNotice.list(json) } ?? []
        guard let json = member("escalation") else { return }
        try json.checkMembers(["after", "notify"])
        let after = try json.needed("after", "how long to wait for an acknowledgement is expected, such as PT30M")
        let told = try json.needed("notify", "whom to tell is expected, a list as \"notify\" of the rule")
        escalation = Escalation(
            afterSeconds: try after.seconds(upTo: RuleLimits.silenceSeconds), notices: try RuleNotice.list(told))
    }
}
