import BrokerStorage
import GeoJSON
import NGSILDModel
import NGSILDQuery
import SpatialIndex
import Synchronization

/// The current state of one tenant's entities, in memory, with the indexes that queries start from.
///
/// Readers see the last published state: the committer publishes a commit's changes under the lock, readers take
/// records out under it and work on them outside.
final class Tenant: Sendable {
    let name: String
    private let memory: EntityMemory
    private let state: Mutex<TenantState>

    init(name: String, memory: EntityMemory) {
        self.name = name
        self.memory = memory
        state = Mutex(TenantState(tenant: name, memory: memory))
    }

    /// The record with its attributes, read from the store when they are not in memory.
    ///
    /// - Returns: `nil` when the entity is gone or cannot be read. Cost: some 10 us for an evicted one.
    func whole(_ record: EntityRecord) -> EntityRecord? {
        record.isEvicted ? memory.load(record.id, tenant: name) : record
    }

    /// The same for many, which costs about 2 us for each evicted one.
    ///
    /// - Parameter slots: in the order of their numbers.
    func whole(_ slots: some Collection<EntitySlot>) -> [EntityRecord?] {
        var records = slots.map(\.record)
        let evicted = zip(records.indices, slots).filter { $0.1.record?.isEvicted == true }
        if evicted.isEmpty { return records }
        let places = evicted.map { EntityPlace(id: $0.1.record?.id ?? "", number: $0.1.number) }
        for (entry, record) in zip(evicted, memory.read(places, tenant: name)) { records[entry.0] = record }
        return records
    }

    /// Reads an evicted record's whole form from the store.
    func load(_ record: EntityRecord) -> EntityMemory.Loaded { memory.read(record.id, tenant: name) }

    func withState<R>(_ body: (inout TenantState) throws -> R) rethrows -> R {
        try state.withLock { (state: inout sending TenantState) throws -> R in
            nonisolated(unsafe) let result = try body(&state)  // what leaves the lock is a value or an immutable record
            return result
        }
    }
}

/// An entity's place in the tenant, with what the store knows of it.
struct EntitySlot: Sendable {
    var record: EntityRecord?
    var number: Int64
    var revision: UInt64
}

/// Invariants:
/// 1. `slots` is ordered by `number`; a deleted entity leaves an empty slot until `compact`.
/// 2. `ids` finds slot `s` for `id` exactly when `slots[s].record?.id` is `id`, byte for byte.
/// 3. `byType[t]` lists, in order, the slots of the live entities that have type `t`.
/// 4. `scopes` knows the scopes of the live entities by their slots.
/// 5. `spatial[a]` holds one box for each instance of GeoProperty `a` of the live entities, keyed by slot. It may hold
///    an outdated one besides, so what it finds is checked again.
/// 6. `numbers` is told of each slot whose entity changes.
/// 7. Records may be evicted (`EntityRecord.isEvicted`); all indexes still know them.
/// 8. `numbering` is another number whenever slots stand for other entities than before.
struct TenantState {
    private let tenant: String
    private let memory: EntityMemory
    /// Where eviction goes on.
    private var hand = 0
    private(set) var slots = ContiguousArray<EntitySlot>()
    private var ids = EntityIDIndex()
    private(set) var byType: [TermID: ContiguousArray<UInt32>] = [:]
    private(set) var scopes = ScopeIndex()
    private(set) var spatial: [TermID: RTree] = [:]
    var numbers = NumberColumns()
    private(set) var footprint = 0
    /// How many records are evicted.
    private(set) var evictedCount = 0
    private(set) var revisions = StateRevisions()
    private(set) var numbering = StateRevisions.next()
    /// While many entities come at once: what `spatial` is to be built from.
    private var gathered: [TermID: [(key: UInt32, box: BoundingBox)]]?

    init(tenant: String, memory: EntityMemory) {
        self.tenant = tenant
        self.memory = memory
    }

    var count: Int { ids.count }

    func slot(of id: String) -> EntitySlot? {
        slotIndex(of: id).map { slots[Int($0)] }
    }

    /// Captures the slots alone: with `self`, each look-up would copy the state's every member.
    func slotIndex(of id: String) -> UInt32? { ids.slot(of: id) { [slots] in Self.isEntity(id, slots[Int($0)]) } }

    private static func isEntity(_ id: String, _ slot: EntitySlot) -> Bool { slot.record?.id.isExactly(id) ?? false }

    /// The first slot whose entity has a number above `number`.
    func firstSlot(after number: Int64) -> Int {
        var low = 0
        var high = slots.count
        while low < high {
            let middle = (low + high) / 2
            if slots[middle].number <= number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Puts the state of an entity that a commit made, or removes it.
    ///
    /// - Parameter before: the whole old record, where the caller has it and the one in memory may be evicted.
    mutating func publish(
        id: String, record: EntityRecord?, before: EntityRecord? = nil, number: Int64, revision: UInt64
    ) {
        if let record { revisions.changed(record.types) }
        if let index = slotIndex(of: id) {
            if let old = slots[Int(index)].record { revisions.changed(old.types) }
            let kept = slots[Int(index)].record
            if kept?.isEvicted == true { evictedCount -= 1 }
            footprint -= kept?.footprint ?? 0
            memory.add(-(kept?.footprint ?? 0))
            let old = kept?.isEvicted == true ? before ?? kept : kept
            numbers.changed(index)
            if let record {
                slots[Int(index)] = EntitySlot(record: record, number: slots[Int(index)].number, revision: revision)
                reindex(index, from: old, to: record)
            } else {
                ids.remove(id) { $0 == index }
                slots[Int(index)].record = nil
                reindex(index, from: old, to: nil)
                if slots.count > 1024, slots.count > 2 * ids.count { compact() }
            }
        } else if let record {
            insert(record, number: number, revision: revision)
        }
    }

    private mutating func insert(_ record: EntityRecord, number: Int64, revision: UInt64) {
        if let last = slots.last, last.number >= number {
            // Another node's commit arrived late; its place is further up.
            let position = firstSlot(after: number)
            slots.insert(EntitySlot(record: record, number: number, revision: revision), at: position)
            compact()
            return
        }
        let index = UInt32(slots.count)
        slots.append(EntitySlot(record: record, number: number, revision: revision))
        ids.insert(record.id, at: index)
        reindex(index, from: nil, to: record)
    }

    mutating func reserve(_ capacity: Int) {
        slots.reserveCapacity(capacity)
        ids.reserve(capacity)
    }

    private mutating func reindex(_ index: UInt32, from old: EntityRecord?, to new: EntityRecord?) {
        footprint += new?.footprint ?? 0
        memory.add(new?.footprint ?? 0)
        if old?.types != new?.types {
            for type in old?.types ?? [] where new?.types.contains(type) != true { removeFromType(type, index) }
            for type in new?.types ?? [] where old?.types.contains(type) != true { addToType(type, index) }
        }
        if old?.scopes != new?.scopes {
            // All of the old ones first: two texts can name one scope.
            for scope in old?.scopes ?? [] { scopes.remove(index, from: scope) }
            for scope in new?.scopes ?? [] { scopes.insert(index, in: scope) }
        }
        reindexSpace(index, from: old, to: new)
    }

    private mutating func addToType(_ type: TermID, _ index: UInt32) {
        if let last = byType[type]?.last, last > index {
            let position = TenantState.lowerBound(byType[type] ?? [], index)
            byType[type]?.insert(index, at: position)
        } else {
            byType[type, default: []].append(index)
        }
    }

    private mutating func removeFromType(_ type: TermID, _ index: UInt32) {
        guard let list = byType[type] else { return }
        let position = TenantState.lowerBound(list, index)
        guard position < list.count, list[position] == index else { return }
        byType[type]?.remove(at: position)
        if byType[type]?.isEmpty == true { byType[type] = nil }
    }

    static func lowerBound(_ list: ContiguousArray<UInt32>, _ value: UInt32) -> Int {
        var low = 0
        var high = list.count
        while low < high {
            let middle = (low + high) / 2
            if list[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func reindexSpace(_ index: UInt32, from old: EntityRecord?, to new: EntityRecord?) {
        let before = old.map(TenantState.boxes) ?? []
        let after = new.map(TenantState.boxes) ?? []
        if before.isEmpty, after.isEmpty { return }
        if before.elementsEqual(after, by: { $0.attribute == $1.attribute && $0.box == $1.box }) { return }
        for (attribute, box) in before { _ = spatial[attribute]?.remove(index, at: box) }
        if gathered != nil {
            for (attribute, box) in after { gathered?[attribute, default: []].append((index, box)) }
            return
        }
        for (attribute, box) in after { spatial[attribute, default: RTree()].insert(index, at: box) }
    }

    /// Builds the indexes of space at the end, which is ten times as fast as entity by entity.
    ///
    /// Until `endLoading`, entities are only brought in, none twice, and nothing is asked of space.
    mutating func beginLoading() { if gathered == nil { gathered = [:] } }

    mutating func endLoading() {
        for (attribute, entries) in gathered ?? [:] { spatial[attribute] = RTree(loading: entries) }
        gathered = nil
    }

    private static func boxes(_ record: EntityRecord) -> [(attribute: TermID, box: BoundingBox)] {
        var result: [(attribute: TermID, box: BoundingBox)] = []
        let forest = record.attributes
        var index = 0
        while index < forest.nodes.count {
            let node = forest.nodes[index]
            if node.kind == .geoProperty, let box = GeoValue.boundingBox(of: forest, index) {
                result.append((node.name, box))
            }
            index += 1 + Int(node.descendants)
        }
        return result
    }

    /// Squeezes out empty slots and builds the indexes anew. Cost: linear in the entities; amortised over deletions.
    private mutating func compact() {
        numbering = StateRevisions.next()
        var kept = ContiguousArray<EntitySlot>()
        kept.reserveCapacity(slots.count)
        for slot in slots where slot.record != nil { kept.append(slot) }
        slots = kept
        ids.removeAll()
        numbers.removeAll()
        byType = [:]
        scopes = ScopeIndex()
        spatial = [:]
        memory.add(-footprint)
        footprint = 0
        hand = 0
        let isLoading = gathered != nil
        gathered = [:]
        defer { if !isLoading { endLoading() } }
        for (index, slot) in slots.enumerated() {
            guard let record = slot.record else { continue }
            ids.insert(record.id, at: UInt32(index))
            // Its geometry is needed for the index of space.
            let whole = record.isEvicted ? memory.load(record.id, tenant: tenant) ?? record : record
            reindex(UInt32(index), from: nil, to: whole)
            if record.isEvicted {
                footprint += record.footprint - whole.footprint
                memory.add(record.footprint - whole.footprint)
            }
        }
    }

    /// Takes the attributes of entities out of memory, going round in the order of creation.
    ///
    /// - Parameter bytes: how much is to be freed.
    mutating func evict(_ bytes: Int) {
        var freed = 0
        var visited = 0
        while freed < bytes, visited < slots.count {
            if hand >= slots.count { hand = 0 }
            if let record = slots[hand].record, !record.isEvicted, !record.attributes.isEmpty {
                let stub = record.evicted()
                slots[hand].record = stub
                evictedCount += 1
                freed += record.footprint - stub.footprint
            }
            hand += 1
            visited += 1
        }
        footprint -= freed
        memory.add(-freed)
    }
}
