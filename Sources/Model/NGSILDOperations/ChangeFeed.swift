public import NGSILDModel

/// One change of one entity, as everything downstream sees it: subscriptions, streams, services.
public struct EntityChange: Sendable {
    /// What happened to the entity. The raw values are part of the stored change record.
    public enum Kind: UInt8, Sendable { case created = 1, updated, deleted }

    public let sequence: UInt64
    public let at: Timestamp
    public let tenant: String
    public let kind: Kind
    /// The state before; `nil` for a creation.
    public let before: EntityRecord?
    /// The state after; `nil` for a deletion.
    public let after: EntityRecord?
    public let attributes: [AttributeChange]

    public init(
        sequence: UInt64, at: Timestamp, tenant: String, kind: Kind, before: EntityRecord?, after: EntityRecord?,
        attributes: [AttributeChange]
    ) {
        self.sequence = sequence
        self.at = at
        self.tenant = tenant
        self.kind = kind
        self.before = before
        self.after = after
        self.attributes = attributes
    }

    public var id: String { after?.id ?? before?.id ?? "" }
}

/// Hands each commit's changes, in order, to whoever follows.
public protocol ChangeFeed: Sendable {
    /// Follows the changes from now on. `receive` runs on the committer's thread: it must be quick and must not block.
    ///
    /// - Returns: a token; the following ends when it is released or cancelled.
    func follow(_ receive: @escaping @Sendable ([EntityChange]) -> Void) -> ChangeFollower

    /// The newest sequence number that was handed out.
    var lastSequence: UInt64 { get }

    /// The latest changes after `sequence`, or `nil` when the feed no longer holds all of them.
    func recentChanges(after sequence: UInt64) -> [EntityChange]?
}

/// Keeps a following alive.
public final class ChangeFollower: Sendable {
    private let onCancel: @Sendable () -> Void
    public init(onCancel: @escaping @Sendable () -> Void) { self.onCancel = onCancel }
    /// Ends the following; calling it twice does no harm.
    public func cancel() { onCancel() }
    deinit { onCancel() }
}
