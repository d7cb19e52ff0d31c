import NGSILDModel
import NGSILDOperations
import NGSILDQuery

extension EntityChange {
    /// The change as a stream tells it to someone who reaches some entities, or some of their attributes, only: what
    /// comes into their reach is new to them, and what leaves it is gone.
    func told(reaching access: EntityAccess) -> EntityChange? {
        let (old, new) = (before.flatMap(access.seen), after.flatMap(access.seen))
        let kind: Kind
        switch (old, new) {
        case (nil, nil): return nil
        case (nil, _): kind = .created
        case (_, nil): kind = .deleted
        default: kind = .updated
        }
        let reached = (after ?? before).flatMap { access.attributes(of: $0) }
        let changed = attributes.filter { reached?.contains($0.name) ?? false }
        if kind == .updated, changed.isEmpty, !attributes.isEmpty { return nil }
        return EntityChange(
            sequence: sequence, at: at, tenant: tenant, kind: kind, before: old, after: new, attributes: changed)
    }
}
