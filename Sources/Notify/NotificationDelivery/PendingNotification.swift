import NGSILDModel
import NGSILDOperations

/// A notification that waits to be written and sent. Holds the entities, not their text.
struct PendingNotification: Sendable {
    /// Entities in one notification.
    static let entityLimit = 100

    let subscription: Subscription
    let notifiedAt: Timestamp
    /// An entity at most once.
    private(set) var changes: [EntityChange]

    init(_ subscription: Subscription, _ change: EntityChange, notifiedAt: Timestamp) {
        self.subscription = subscription
        self.notifiedAt = notifiedAt
        changes = [change]
    }

    var firstSequence: UInt64 { changes.first?.sequence ?? 0 }

    /// Takes in another change.
    ///
    /// - Returns: `false` when it must go into a notification of its own.
    mutating func add(_ change: EntityChange) -> Bool {
        if let position = changes.firstIndex(where: { $0.id == change.id }) {
            // Without throttling each change is told; with it, the newest.
            guard subscription.throttling > 0 else { return false }
            changes[position] = change
            return true
        }
        guard changes.count < PendingNotification.entityLimit else { return false }
        changes.append(change)
        return true
    }
}
