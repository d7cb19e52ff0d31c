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
    /// The entities of a periodic notification, which has no changes.
    let entities: [EntityRecord]
    /// Held for as long as a periodic notification waits.
    private let ticket: PeriodicTicket?

    init(_ subscription: Subscription, _ change: EntityChange, notifiedAt: Timestamp) {
        self.subscription = subscription
        self.notifiedAt = notifiedAt
        changes = [change]
        entities = []
        ticket = nil
    }

    /// A periodic notification.
    init(_ subscription: Subscription, _ entities: [EntityRecord], notifiedAt: Timestamp, ticket: PeriodicTicket?) {
        self.subscription = subscription
        self.notifiedAt = notifiedAt
        self.entities = entities
        self.ticket = ticket
        changes = []
    }

    /// The first change it tells; a periodic notification tells none.
    var firstSequence: UInt64 { changes.first?.sequence ?? .max }

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
