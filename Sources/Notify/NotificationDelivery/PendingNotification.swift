import NGSILDModel
import NGSILDOperations

/// A notification that waits to be written and sent. Holds the entities, not their text.
struct PendingNotification: Sendable {
    /// Entities in one notification.
    static let entityLimit = 100

    private(set) var notifiedAt: Timestamp
    /// An entity at most once.
    private(set) var changes: [EntityChange]
    /// The entities of a periodic notification, which has no changes.
    let entities: [EntityRecord]
    /// For each change its place among the changes of its commit.
    private(set) var places: [Int]
    /// The outbox row it comes from; 0 when it is in none.
    var row: UInt64 = 0
    /// Whether with it all of the row is told to the subscription.
    var endsRow = false
    /// The dead letter that it tries again.
    var letter: String?
    /// Whether a newer change of an entity takes the place of an older one.
    private let takesNewest: Bool

    init(_ subscription: Subscription, _ change: EntityChange, place: Int = 0, notifiedAt: Timestamp) {
        self.notifiedAt = notifiedAt
        changes = [change]
        entities = []
        places = [place]
        takesNewest = subscription.throttling > 0
    }

    /// A periodic notification.
    init(entities: [EntityRecord], notifiedAt: Timestamp) {
        self.notifiedAt = notifiedAt
        self.entities = entities
        changes = []
        places = []
        takesNewest = false
    }

    /// Takes in another change.
    ///
    /// - Returns: `false` when it must go into a notification of its own.
    mutating func add(_ change: EntityChange, place: Int = 0) -> Bool {
        if let position = changes.firstIndex(where: { $0.id == change.id }) {
            // Without throttling each change is told; with it, the newest.
            guard takesNewest else { return false }
            changes[position] = change
            places[position] = place
            return true
        }
        guard changes.count < PendingNotification.entityLimit else { return false }
        changes.append(change)
        places.append(place)
        return true
    }

    /// Takes in a notification that follows, if the two can be told as one: no entity is in both, each change is told.
    mutating func merge(_ other: PendingNotification) -> Bool {
        guard letter == nil, other.letter == nil, entities.isEmpty, other.entities.isEmpty,
            changes.count + other.changes.count <= PendingNotification.entityLimit
        else { return false }
        if changes.count < 8 {
            for change in other.changes where changes.contains(where: { $0.id == change.id }) { return false }
        } else {
            let known = Set(changes.map(\.id))
            if other.changes.contains(where: { known.contains($0.id) }) { return false }
        }
        changes += other.changes
        places += other.places
        notifiedAt = other.notifiedAt
        return true
    }

    /// About how many bytes of memory it holds.
    var footprint: Int {
        entities.reduce(0) { $0 + $1.footprint }
            + changes.reduce(256) { $0 + 128 + ($1.after?.footprint ?? 0) + ($1.before?.footprint ?? 0) }
    }
}
