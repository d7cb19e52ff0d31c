/// Why a policy cannot be taken.
public struct AccessPolicyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The member at fault; empty where it is the whole policy.
    public let member: String
    /// What is wrong and what to do, naming the member.
    public let description: String

    init(_ member: String, _ description: String) {
        self.member = member
        self.description = description
    }
}
