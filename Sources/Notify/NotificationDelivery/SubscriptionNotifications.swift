import NGSILDModel
import NGSILDOperations

/// What one commit makes for one subscription: one notification, or several where one cannot hold all.
struct SubscriptionNotifications {
    let subscription: Subscription
    private var parts: [PendingNotification] = []

    init(_ subscription: Subscription) { self.subscription = subscription }

    /// - Parameter place: where the change stands among those of the commit.
    mutating func add(_ change: EntityChange, place: Int, notifiedAt: Timestamp) {
        let change = subscription.needsPreviousState(of: change) ? change : change.withoutPreviousState
        if let last = parts.indices.last, parts[last].add(change, place: place) { return }
        parts.append(PendingNotification(subscription, change, place: place, notifiedAt: notifiedAt))
    }

    /// The notifications, as those of a row.
    func parts(row: UInt64) -> [PendingNotification] {
        var result = parts
        for index in result.indices {
            result[index].row = row
            result[index].endsRow = row > 0 && index == result.count - 1
        }
        return result
    }

    /// The places of the changes that are told.
    var places: [Int] { parts.flatMap(\.places) }
}

extension EntityChange {
    /// The change without the entity's state before it, which would only keep memory.
    var withoutPreviousState: EntityChange {
        guard before != nil else { return self }
        return EntityChange(
            sequence: sequence, at: at, tenant: tenant, kind: kind, before: nil, after: after, attributes: attributes)
    }

    /// The change with no more of the state before it than the attributes that changed.
    var withChangedPreviousState: EntityChange {
        guard let before, after != nil else { return self }
        var changed = AttributeForest()
        var last = TermID.none
        for attribute in attributes where attribute.name != last {
            last = attribute.name
            for root in before.attributes.roots(named: attribute.name) {
                changed.append(subtree: root, of: before.attributes)
            }
        }
        let reduced = EntityRecord(
            id: before.id, types: before.types, scopes: before.scopes, createdAt: before.createdAt,
            modifiedAt: before.modifiedAt, expiresAt: before.expiresAt, attributes: changed)
        return EntityChange(
            sequence: sequence, at: at, tenant: tenant, kind: kind, before: reduced, after: after,
            attributes: attributes)
    }
}
