/// Who asks, and what they may do.
public final class Caller: Sendable {
    /// Such as `key:ab12`, `person:anna`, `anonymous` or `open`.
    public let id: String
    /// For people to read.
    public let name: String
    public let permit: Permit
    /// What the caller came with, for whoever made this value; `nil`: nothing that could end.
    public let credential: (any Sendable)?

    /// The caller of a server that asks nobody who they are.
    public static let open = Caller(id: "open", name: "open", permit: .everything)

    /// Whether the request brought no credential, so that a refusal asks for one.
    public var isAnonymous: Bool { id == Self.anonymousID }

    /// The id of callers without a credential.
    public static let anonymousID = "anonymous"

    public init(id: String, name: String, permit: Permit, credential: (any Sendable)? = nil) {
        self.credential = credential
        self.id = id
        self.name = name
        self.permit = permit
    }
}

/// Finds callers again that left something behind, such as a subscription.
public protocol CallerDirectory: Sendable {
    /// The caller as they are now: with the roles and policies of this moment.
    ///
    /// Asked at each delivery, on any thread; must not block.
    ///
    /// - Returns: `nil` for one that is gone, revoked or expired.
    func caller(id: String) -> Caller?
}
