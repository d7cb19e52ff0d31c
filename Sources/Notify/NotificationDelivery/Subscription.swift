import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// A subscription ready to match: immutable but for its delivery record, which it shares with its later versions.
final class Subscription: Sendable {
    /// CIM 009 clause 5.2.33.
    struct EntitySelector: Sendable {
        var types: TypeSelection
        var ids: Set<String> = []
        var idPattern: TextPattern?

        func matches(_ entity: EntityRecord) -> Bool {
            guard types.matches(entity.types) else { return false }
            if !ids.isEmpty { return ids.contains(entity.id) }  // an id goes before an idPattern
            return idPattern?.matches(entity.id) ?? true
        }
    }

    struct Conditions: Sendable {
        /// Empty: any entity.
        var selectors: [EntitySelector] = []
        /// Empty: any attribute.
        var watched: Set<TermID> = []
        var triggers = NotificationTrigger.standard
        var expression: QueryExpression?
        var geo: GeoQuery?
        var scope: ScopeQuery?
    }

    let id: String
    let tenant: String
    let stored: StoredSubscription
    let conditions: Conditions
    let representation: EntityRepresentation
    let endpoint: NotificationEndpoint
    let isActive: Bool
    /// `.none`: never.
    let expiresAt: Timestamp
    /// Least time between two notifications, in microseconds; 0: none.
    let throttling: Int64
    let record: DeliveryRecord
    /// Whether its notifications tell what changed attributes were before.
    let needsPreviousState: Bool
    /// Whether each entity goes into a notification of its own.
    let splitsEntities: Bool

    init(
        id: String, tenant: String, stored: StoredSubscription, conditions: Conditions,
        representation: EntityRepresentation, endpoint: NotificationEndpoint, isActive: Bool, expiresAt: Timestamp,
        throttling: Int64, record: DeliveryRecord
    ) {
        self.id = id
        self.tenant = tenant
        self.stored = stored
        self.conditions = conditions
        self.representation = representation
        self.endpoint = endpoint
        self.isActive = isActive
        self.expiresAt = expiresAt
        self.throttling = throttling
        self.record = record
        needsPreviousState = stored.definition.isTrue("notification.showChanges")
        splitsEntities = stored.definition.isTrue("splitEntities")
    }

    /// The value of the member `status`.
    func status(at now: Timestamp) -> String {
        if expiresAt.isSet, expiresAt <= now { return "expired" }
        return isActive ? "active" : "paused"
    }

    /// Whether a change makes a notification, throttling aside.
    ///
    /// - Source: CIM 009 clause 5.8.6.
    func matches(_ change: EntityChange) -> Bool {
        guard let entity = change.after ?? change.before, isTriggered(by: change) else {
            return false
        }
        if !conditions.selectors.isEmpty, !conditions.selectors.contains(where: { $0.matches(entity) }) { return false }
        if let scope = conditions.scope, !scope.matches(entity.scopes) { return false }
        if let expression = conditions.expression, !expression.matches(entity) { return false }
        if let geo = conditions.geo, !geo.matches(entity) { return false }
        return true
    }

    private func isTriggered(by change: EntityChange) -> Bool {
        let triggers = conditions.triggers
        let entityTrigger: NotificationTrigger =
            switch change.kind {
            case .created: .entityCreated
            case .deleted: .entityDeleted
            case .updated: []
            }
        if !entityTrigger.isEmpty, triggers.contains(entityTrigger),
            conditions.watched.isEmpty || change.attributes.contains(where: { conditions.watched.contains($0.name) })
        {
            return true
        }
        // What a deletion takes with it is told by entityDeleted, not attribute by attribute.
        if change.kind == .deleted { return false }
        return change.attributes.contains { attribute in
            let trigger: NotificationTrigger =
                switch attribute.kind {
                case .created: .attributeCreated
                case .modified: .attributeUpdated
                case .deleted: .attributeDeleted
                }
            return triggers.contains(trigger)
                && (conditions.watched.isEmpty || conditions.watched.contains(attribute.name))
        }
    }
}
