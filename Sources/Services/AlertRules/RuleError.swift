/// Why something is no rule: which member, and what is expected there.
public struct RuleError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The path to the member, such as `condition.tests[0].value`.
    public let member: String
    /// A sentence that names the remedy.
    public let reason: String

    /// - Parameters:
    ///   - member: the path to it, from the rule on.
    ///   - reason: what is expected there.
    public init(_ member: String, _ reason: String) {
        self.member = member
        self.reason = reason
    }

    public var description: String { "\(member): \(reason)" }
}
