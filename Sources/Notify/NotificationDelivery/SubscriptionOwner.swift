import AccessPolicies
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// Whose a subscription is, and what they may see now: asked at each match and each delivery.
struct SubscriptionOwner: Sendable {
    /// `nil`: the city's own, which sees everything.
    let id: String?
    let tenant: String
    let callers: (any CallerDirectory)?

    /// What of the entities an owner may see.
    enum Reach: Sendable {
        case all
        case nothing
        case limited(EntityAccess)
    }

    /// - Parameter space: the tenant, or the snapshot of one that is watched.
    init(id: String?, space: String, callers: (any CallerDirectory)?) {
        self.id = id
        tenant = SnapshotSpace.read(space)?.tenant ?? space
        self.callers = callers
    }

    var reach: Reach {
        guard let id else { return .all }
        guard let caller = callers?.caller(id: id) else { return .nothing }
        switch caller.permit.decide(.createSubscription, tenant: tenant) {
        case .all: return .all
        case .refused: return .nothing
        case .limited(let access): return .limited(access)
        }
    }

    /// Why nothing is delivered; `nil`: it is.
    var refusal: String? {
        guard let id, case .nothing = reach else { return nil }
        return callers?.caller(id: id) == nil
            ? "its owner \(id) is gone or revoked; nothing is delivered"
            : "its owner \(id) may no longer subscribe in this tenant; nothing is delivered"
    }

    /// Another number whenever something else may be seen.
    var reachNumber: UInt64 {
        switch reach {
        case .all: 0
        case .nothing: .max
        case .limited(let access): access.number
        }
    }

    /// The entity as far as the owner sees it.
    func seen(_ entity: EntityRecord) -> EntityRecord? {
        switch reach {
        case .all: entity
        case .nothing: nil
        case .limited(let access): access.seen(entity)
        }
    }

    /// The change as far as the owner sees it; `nil` where they see nothing of it.
    func seen(_ change: EntityChange) -> EntityChange? {
        switch reach {
        case .all: change
        case .nothing: nil
        case .limited(let access): change.seen(through: access)
        }
    }
}

extension EntityChange {
    /// The change as someone sees it who reaches some entities, or some of their attributes, only.
    ///
    /// - Returns: `nil` where the entity as it is now, or as it was when it was deleted, is not reached.
    func seen(through access: EntityAccess) -> EntityChange? {
        guard let now = after ?? before, let reached = access.attributes(of: now) else { return nil }
        let changed = attributes.filter { reached.contains($0.name) }
        // A change of nothing that is seen is none.
        if kind == .updated, changed.isEmpty, !attributes.isEmpty { return nil }
        return EntityChange(
            sequence: sequence, at: at, tenant: tenant, kind: kind, before: before.flatMap(access.seen),
            after: after.flatMap(access.seen), attributes: changed)
    }
}
