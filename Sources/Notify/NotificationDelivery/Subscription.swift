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
    let form: NotificationForm
    let endpoint: NotificationEndpoint
    let isActive: Bool
    /// `.none`: never.
    let expiresAt: Timestamp
    /// Least time between two notifications, in microseconds; 0: none.
    let throttling: Int64
    /// Time between two periodic notifications, in microseconds; 0: changes are notified instead.
    let timeInterval: Int64
    /// Finds entities that Relationships link to, for `q` and `join`.
    let linkedEntity: @Sendable (String) -> EntityRecord?
    let owner: SubscriptionOwner
    let record: DeliveryRecord

    /// How many links `q` follows for one change; beyond it, terms about linked entities do not hold.
    static let linkLimit = 1_000

    init(
        id: String, tenant: String, stored: StoredSubscription, conditions: Conditions, form: NotificationForm,
        endpoint: NotificationEndpoint, isActive: Bool, expiresAt: Timestamp, throttling: Int64, timeInterval: Int64,
        linkedEntity: @escaping @Sendable (String) -> EntityRecord?, owner: SubscriptionOwner, record: DeliveryRecord
    ) {
        self.id = id
        self.tenant = tenant
        self.stored = stored
        self.conditions = conditions
        self.form = form
        self.endpoint = endpoint
        self.isActive = isActive
        self.expiresAt = expiresAt
        self.throttling = throttling
        self.timeInterval = timeInterval
        self.linkedEntity = linkedEntity
        self.owner = owner
        self.record = record
    }

    var representation: EntityRepresentation { form.representation }

    /// Whether the notification of a change tells what attributes were before, be it only that they were there.
    func needsPreviousState(of change: EntityChange) -> Bool {
        form.showsChanges || change.after == nil || change.deletesInstances
    }

    /// The value of the member `status`.
    func status(at now: Timestamp) -> String {
        if expiresAt.isSet, expiresAt <= now { return "expired" }
        return isActive && owner.refusal == nil ? "active" : "paused"
    }

    /// Whether a change makes a notification, throttling aside.
    ///
    /// - Source: CIM 009 clause 5.8.6.
    func matches(_ change: EntityChange) -> Bool { matches(change, ChangeTriggers(change)) }

    /// The same with what `change` sets off, which is the same for all subscriptions.
    func matches(_ change: EntityChange, _ triggers: ChangeTriggers) -> Bool {
        switch owner.reach {
        case .all: return matchesWhole(change, triggers)
        case .nothing: return false
        case .limited(let access):
            guard timeInterval == 0, let seen = change.seen(through: access) else { return false }
            return matchesWhole(seen, ChangeTriggers(seen))
        }
    }

    private func matchesWhole(_ change: EntityChange, _ triggers: ChangeTriggers) -> Bool {
        guard timeInterval == 0, let entity = change.after ?? change.before,
            isTriggered(by: triggers)
        else { return false }
        if !conditions.selectors.isEmpty, !conditions.selectors.contains(where: { $0.matches(entity) }) { return false }
        if let scope = conditions.scope, !scope.matches(entity.scopes) { return false }
        if let expression = conditions.expression, !holds(expression, for: entity) { return false }
        if let geo = conditions.geo, !geo.matches(entity) { return false }
        return true
    }

    private func holds(_ expression: QueryExpression, for entity: EntityRecord) -> Bool {
        guard expression.hasLinks else { return expression.matches(entity) }
        return expression.matches(entity, links: LinkFollower(limit: Self.linkLimit, lookup: linkedEntity))
    }

    private func isTriggered(by change: ChangeTriggers) -> Bool {
        if !change.entity.isDisjoint(with: conditions.triggers),
            conditions.watched.isEmpty || change.attributes.contains(where: { conditions.watched.contains($0.name) })
        {
            return true
        }
        return change.attributes.contains { attribute in
            !attribute.trigger.isDisjoint(with: conditions.triggers)
                && (conditions.watched.isEmpty || conditions.watched.contains(attribute.name))
        }
    }
}
