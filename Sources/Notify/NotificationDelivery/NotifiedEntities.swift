import NGSILDModel
import NGSILDOperations

/// The entities of a notification as the subscription wants to see them: with what they were, and what is gone.
///
/// - Source: CIM 009 clauses 5.2.14.1 (`showChanges`), 5.8.6.
struct NotifiedEntities {
    private let subscription: Subscription
    private let telling: ChangeTelling

    init(_ subscription: Subscription) {
        self.subscription = subscription
        var telling = ChangeTelling()
        telling.showsPrevious = subscription.form.showsChanges
        telling.showsSystemAttributes = subscription.representation.showsSystemAttributes
        telling.form = subscription.representation.form
        telling.tellsEachInstance = telling.showsPrevious || subscription.representation.datasets != nil
        self.telling = telling
    }

    func shown(_ notification: PendingNotification) -> [ShownEntity] {
        notification.entities.compactMap(subscription.owner.seen).map { ShownEntity($0, subscription.representation) }
            + notification.changes.compactMap(subscription.owner.seen).compactMap(shown)
    }

    private func shown(_ change: EntityChange) -> ShownEntity? {
        switch (change.before, change.after) {
        case (let before?, nil): return deleted(before, at: change.at)
        case (nil, let after?): return ShownEntity(after, subscription.representation)
        case (let before?, let after?):
            guard telling.showsPrevious || change.deletesInstances else {
                return ShownEntity(after, subscription.representation)
            }
            let attributes = after.attributes.telling(changesFrom: before.attributes, at: change.at, telling) { _ in
                true
            }
            return ShownEntity(
                EntityRecord(
                    id: after.id, types: after.types, scopes: after.scopes, createdAt: after.createdAt,
                    modifiedAt: after.modifiedAt, expiresAt: after.expiresAt, attributes: attributes),
                subscription.representation)
        case (nil, nil): return nil
        }
    }

    /// Of a deleted entity, what it was and when it went; attributes where changes are to be shown, or where their
    /// deletion was asked for and not the entity's.
    private func deleted(_ entity: EntityRecord, at time: Timestamp) -> ShownEntity {
        let conditions = subscription.conditions
        let tellsEntity = conditions.triggers.contains(.entityDeleted)
        let attributes = AttributeForest().telling(changesFrom: entity.attributes, at: time, telling) { name in
            if tellsEntity { return telling.showsPrevious }
            return conditions.watched.isEmpty || conditions.watched.contains(name)
        }
        var representation = subscription.representation
        representation.deletedAt = time
        return ShownEntity(
            EntityRecord(
                id: entity.id, types: entity.types, createdAt: entity.createdAt, modifiedAt: entity.modifiedAt,
                expiresAt: entity.expiresAt, attributes: attributes),
            representation)
    }
}

extension EntityChange {
    /// Whether an update took instances of attributes away.
    var deletesInstances: Bool {
        guard let before, let after else { return false }
        return attributes.contains { attribute in
            switch attribute.kind {
            case .created: false
            case .deleted: true
            case .modified:
                after.attributes.instanceChanges(of: attribute.name, since: before.attributes).contains(.deleted)
            }
        }
    }
}
