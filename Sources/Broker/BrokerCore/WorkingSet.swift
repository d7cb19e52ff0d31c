import NGSILDModel
import NGSILDOperations

/// What one commit has done so far: the newest state of each entity it touched, over the published state.
struct WorkingSet {
    /// One operation's effect on one entity.
    struct Step: Sendable {
        let kind: EntityChange.Kind
        let before: EntityRecord?
        let after: EntityRecord?
        let attributes: [AttributeChange]
    }

    struct Entry {
        let tenant: Tenant
        let id: String
        /// The published state when the entity was first touched.
        let stored: EntitySlot?
        /// The attributes are in the store only and could not be read, so nothing may be made from them.
        let isUnreadable: Bool
        var record: EntityRecord?
        var steps: [Step] = []
    }

    private struct Key: Hashable {
        let tenant: ObjectIdentifier
        let id: String

        static func == (left: Key, right: Key) -> Bool { left.tenant == right.tenant && left.id.isExactly(right.id) }

        func hash(into hasher: inout Hasher) {
            var id = id
            id.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }

    let now: Timestamp
    private(set) var entries: [Entry] = []
    private var index: [Key: Int] = [:]

    init(now: Timestamp) { self.now = now }

    /// The entity's place in the set, taken in with its published state if it is new here.
    mutating func entry(_ id: String, in tenant: Tenant) -> Int {
        let key = Key(tenant: ObjectIdentifier(tenant), id: id)
        if let position = index[key] { return position }
        var stored = tenant.withState { $0.slot(of: id) }
        var isUnreadable = false
        if let record = stored?.record, record.isEvicted {
            switch tenant.load(record) {
            case .found(let whole): stored?.record = whole
            // Another writer deleted it; a commit computed from the old revision would be a conflict, so say it is gone.
            case .gone: stored = nil
            case .unreadable: isUnreadable = true
            }
        }
        entries.append(
            Entry(tenant: tenant, id: id, stored: stored, isUnreadable: isUnreadable, record: stored?.record))
        index[key] = entries.count - 1
        return entries.count - 1
    }

    mutating func record(_ id: String, in tenant: Tenant) -> EntityRecord? { entries[entry(id, in: tenant)].record }

    /// Writes an entity's new state, or its end; what of it has expired by now goes at once (clause 4.22).
    mutating func write(_ position: Int, _ record: EntityRecord?, attributes: [AttributeChange]) {
        put(position, record, attributes: attributes)
        if let record, record.nextExpiry.isSet { removeExpired(position, record) }
    }

    /// Removes what of an entity has expired, be it attributes or all.
    mutating func removeExpired(_ position: Int, _ record: EntityRecord) {
        if record.expiresAt.isSet, record.expiresAt <= now {
            // One that was created in this very commit cannot end in it; `EntityExpiry` comes back to it.
            guard entries[position].stored?.record != nil else { return }
            put(position, nil, attributes: record.attributes.names.map { AttributeChange(name: $0, kind: .deleted) })
        } else if let change = record.attributes.removingExpired(at: now) {
            put(position, record.changed(at: now, attributes: change.forest), attributes: change.changes)
        }
    }

    private mutating func put(_ position: Int, _ record: EntityRecord?, attributes: [AttributeChange]) {
        let before = entries[position].record
        let kind: EntityChange.Kind = before == nil ? .created : record == nil ? .deleted : .updated
        entries[position].record = record
        entries[position].steps.append(Step(kind: kind, before: before, after: record, attributes: attributes))
    }

    /// Whether the entity was deleted in this set: it cannot be created again in the same commit, since it is a new one.
    func deletedHere(_ id: String, in tenant: Tenant) -> Bool {
        guard let position = index[Key(tenant: ObjectIdentifier(tenant), id: id)] else { return false }
        return entries[position].record == nil && !entries[position].steps.isEmpty
    }

    /// Whether the entity was created in this set: it cannot be deleted in the same commit, or its change would be lost.
    func createdHere(_ id: String, in tenant: Tenant) -> Bool {
        guard let position = index[Key(tenant: ObjectIdentifier(tenant), id: id)] else { return false }
        return entries[position].record != nil && entries[position].stored?.record == nil
    }
}
