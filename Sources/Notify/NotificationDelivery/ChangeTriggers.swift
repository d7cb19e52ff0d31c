import NGSILDModel
import NGSILDOperations

/// The triggers that a change sets off, attribute by attribute. Made once for all the subscriptions a change may concern.
///
/// An attribute that was written as it was before sets off none.
///
/// - Source: CIM 009 clauses 5.2.12 (`notificationTrigger`), 5.8.6.
struct ChangeTriggers {
    private(set) var attributes: [(name: TermID, trigger: NotificationTrigger)] = []
    /// What happened to the entity itself.
    let entity: NotificationTrigger

    init(_ change: EntityChange) {
        switch change.kind {
        case .created: entity = .entityCreated
        case .deleted: entity = .entityDeleted
        case .updated: entity = []
        }
        attributes.reserveCapacity(change.attributes.count)
        for attribute in change.attributes {
            let trigger = Self.trigger(attribute, change)
            if trigger.isEmpty { continue }
            if let position = attributes.firstIndex(where: { $0.name == attribute.name }) {
                attributes[position].trigger.formUnion(trigger)
            } else {
                attributes.append((attribute.name, trigger))
            }
        }
    }

    private static func trigger(_ attribute: AttributeChange, _ change: EntityChange) -> NotificationTrigger {
        switch attribute.kind {
        case .created: return .attributeCreated
        case .deleted: return .attributeDeleted
        case .modified:
            guard let before = change.before, let after = change.after, !before.isEvicted, !after.isEvicted else {
                return .attributeUpdated
            }
            let instances = after.attributes.instanceChanges(of: attribute.name, since: before.attributes)
            // An attribute that gains or loses one of its instances is also one that was updated.
            var trigger: NotificationTrigger = instances.isEmpty ? [] : .attributeUpdated
            if instances.contains(.created) { trigger.insert(.attributeCreated) }
            if instances.contains(.deleted) { trigger.insert(.attributeDeleted) }
            return trigger
        }
    }
}
