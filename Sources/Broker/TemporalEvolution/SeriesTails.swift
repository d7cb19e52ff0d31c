import BrokerCore
import BrokerStorage
import NGSILDModel
import NGSILDOperations

/// The newest samples of each series that are past, not yet in a chunk.
///
/// Invariants:
/// 1. A sample is in `entities`, in `flushing`, or in the store, from its taking in on; in between it is in both.
/// 2. Every change up to `absorbed` has been taken in.
/// 3. `sampleCount`, `tailCount` and `footprint` tell of `entities`.
/// 4. The types of an entity in `entities` are those of its newest sample that told any.
struct SeriesTails {
    struct EntityName: Hashable {
        let tenant: ExactText
        let entity: ExactText

        init(tenant: String, entity: String) {
            self.tenant = ExactText(tenant)
            self.entity = ExactText(entity)
        }
    }

    struct EntityTails {
        var types: [TermID] = []
        var tails: [SeriesTail] = []
    }

    /// A tail on its way into chunks.
    struct Flushed {
        let name: EntityName
        let types: [TermID]
        let tail: SeriesTail

        var series: SeriesKey {
            SeriesKey(
                tenant: name.tenant.text, entity: name.entity.text, attribute: tail.attribute, dataset: tail.dataset)
        }
    }

    private(set) var entities: [EntityName: EntityTails] = [:]
    private(set) var flushing: [EntityName: EntityTails] = [:]
    private(set) var sampleCount = 0
    private(set) var tailCount = 0
    /// About how many bytes of memory they take.
    private(set) var footprint = 0
    private(set) var absorbed: UInt64 = 0
    /// Where some tail has `length` samples or more.
    private(set) var long: Set<EntityName> = []
    private(set) var templates = TemplateTable()
    /// How often a tenant was removed.
    private(set) var removals = 0
    var rules = RecordingRules() { didSet { kept.forget() } }
    private var kept = KeptSamples()
    let length: Int
    /// What the scope is known by; `nil` leaves scopes out.
    private let scope: TermID?

    init(length: Int = .max, scope: TermID? = nil) {
        self.length = length
        self.scope = scope
    }

    mutating func start(at sequence: UInt64) { absorbed = max(absorbed, sequence) }

    // MARK: Taking in

    mutating func absorb(_ change: EntityChange) {
        guard let before = change.before else { return }
        let name = EntityName(tenant: change.tenant, entity: before.id)
        if let after = change.after {
            before.attributes.forEachDisplaced(change.attributes, by: after.attributes) { root, isGone in
                take(before.attributes, root, isGone, after.types, change.at, name, change.sequence)
            }
            let displacement = before.scopeDisplacement(by: after)
            if displacement != .none, let scope {
                take(
                    before.scopeInstance(named: scope), 0, displacement == .gone, after.types, change.at, name,
                    change.sequence)
            }
        } else {
            take(before, change.at, name, change.sequence)
        }
    }

    /// Takes in a change from the record. Its steps are those of one entity, in order.
    mutating func replay(
        _ change: StoredChange, _ steps: [RecordedStep], types: [TermID]
    ) {
        let name = EntityName(tenant: change.tenant, entity: change.id)
        for step in steps {
            for root in step.replaced.roots {
                take(step.replaced, root, false, types, change.at, name, change.sequence)
            }
            for root in step.gone.roots {
                take(step.gone, root, true, types, change.at, name, change.sequence)
            }
            for root in step.written.roots where step.written.nodes[root].valueLength > 0 {
                take(step.written, root, false, types, change.at, name, change.sequence)
            }
            if let deleted = step.deleted { take(deleted, change.at, name, change.sequence) }
        }
    }

    private mutating func take(
        _ deleted: EntityRecord, _ at: Timestamp, _ name: EntityName, _ sequence: UInt64
    ) {
        for root in deleted.attributes.roots where deleted.attributes.nodes[root].valueLength > 0 {
            take(deleted.attributes, root, true, deleted.types, at, name, sequence)
        }
        if let scope, !deleted.scopes.isEmpty {
            take(deleted.scopeInstance(named: scope), 0, true, deleted.types, at, name, sequence)
        }
    }

    /// Takes in an instance that is past, and its deletion if it is gone.
    private mutating func take(
        _ forest: AttributeForest, _ root: Int, _ isGone: Bool, _ types: [TermID], _ at: Timestamp, _ name: EntityName,
        _ sequence: UInt64
    ) {
        let node = forest.nodes[root]
        if !rules.isEmpty, let policy = rules.policy(types: types, attribute: node.name) {
            let keepsValue = kept.keeps(forest, root: root, of: name, by: policy)
            // Where a value is left out, its end is kept all the same.
            guard keepsValue || (isGone && policy.isRecorded) else { return }
        }
        let place = place(of: node, forest, root, name, types, sequence)
        let template = templates.place(of: forest, root: root)
        let created = node.createdAt.isSet ? node.createdAt : node.modifiedAt
        forest.bytes.withUnsafeBytes { bytes in
            add(
                name, place, template, node.observedAt.isSet ? .isObserved : [], time: node.historyTime,
                createdAt: created, modifiedAt: node.modifiedAt,
                value: UnsafeRawBufferPointer(rebasing: bytes[node.value]))
        }
        guard isGone else { return }
        RecordedSample.null(node.kind).withUnsafeBytes { value in
            add(name, place, template, .isDeletion, time: at, createdAt: created, modifiedAt: at, value: value)
        }
    }

    /// Where the tail of an instance is among those of its entity; a new one is made where there is none.
    private mutating func place(
        of node: AttributeNode, _ forest: AttributeForest, _ root: Int, _ name: EntityName, _ types: [TermID],
        _ sequence: UInt64
    ) -> Int {
        func find(_ entity: inout EntityTails) -> (Int, isNew: Bool) {
            if !types.isEmpty, entity.types != types { entity.types = types }
            let known = entity.tails.firstIndex { tail in
                tail.attribute == node.name && tail.dataset.utf8.count == Int(node.datasetLength)
                    && (node.datasetLength == 0 || forest.bytes[node.dataset].elementsEqual(tail.dataset.utf8))
            }
            if let known { return (known, false) }
            entity.tails.append(
                SeriesTail(attribute: node.name, dataset: forest.dataset(of: root), firstSequence: sequence))
            return (entity.tails.count - 1, true)
        }
        let (place, isNew) = find(&entities[name, default: EntityTails()])
        if isNew {
            tailCount += 1
            footprint += SeriesTail.overhead
        }
        return place
    }

    private mutating func add(
        _ name: EntityName, _ place: Int, _ template: TemplateTable.Place, _ flags: SampleColumns.Flags,
        time: Timestamp, createdAt: Timestamp, modifiedAt: Timestamp, value: UnsafeRawBufferPointer
    ) {
        func append(_ tail: inout SeriesTail) -> (added: Int, count: Int) {
            let before = tail.bytes.count
            tail.append(
                template, flags: flags, time: time.microseconds, createdAt: createdAt.microseconds,
                modifiedAt: modifiedAt.microseconds, value: value)
            return (tail.bytes.count - before, tail.count)
        }
        let (added, count) = append(&entities[name, default: EntityTails()].tails[place])
        footprint += added
        sampleCount += 1
        if count == length { long.insert(name) }
    }

    // MARK: Going out

    /// Moves the tails that `isDue` to `flushing`, and returns them.
    mutating func beginFlush(_ isDue: (SeriesTail) -> Bool) -> [Flushed] {
        beginFlush(of: Array(entities.keys), isDue)
    }

    /// The same, of some entities only.
    mutating func beginFlush(of names: some Sequence<EntityName>, _ isDue: (SeriesTail) -> Bool) -> [Flushed] {
        var taken: [Flushed] = []
        for name in names {
            guard let entity = entities[name] else { continue }
            var (due, kept) = (entity, entity)
            due.tails = entity.tails.filter(isDue)
            if due.tails.isEmpty { continue }
            kept.tails = entity.tails.filter { !isDue($0) }
            entities[name] = kept.tails.isEmpty ? nil : kept
            long.remove(name)
            flushing[name] = due
            for tail in due.tails {
                taken.append(Flushed(name: name, types: entity.types, tail: tail))
                forget(tail)
            }
        }
        return taken
    }

    private mutating func forget(_ tail: SeriesTail) {
        sampleCount -= tail.count
        tailCount -= 1
        footprint -= tail.bytes.count + SeriesTail.overhead
    }

    /// Ends a flush: what was written goes, what was not goes back.
    mutating func endFlush(failed: Bool) {
        let all = flushing
        flushing.removeAll(keepingCapacity: true)
        guard failed else { return }
        for (name, entity) in all {
            for tail in entity.tails { restore(tail, entity.types, name) }
        }
    }

    /// Puts a tail back before what came after it.
    private mutating func restore(_ old: SeriesTail, _ types: [TermID], _ name: EntityName) {
        var entity = entities[name] ?? EntityTails(types: types)
        let index = entity.tails.firstIndex { $0.attribute == old.attribute && $0.dataset == old.dataset }
        var joined = old
        if let index {
            let newer = entity.tails.remove(at: index)
            forget(newer)
            let columns = newer.columns(types: [], templates: templates.templates)
            for sample in 0..<columns.count {
                let template = templates.place(of: columns.templates[columns.kinds[sample]])
                columns.withValue(sample) { value in
                    joined.append(
                        template, flags: columns.flags(sample), time: columns.times[sample],
                        createdAt: columns.createdAt[sample], modifiedAt: columns.modifiedAt[sample], value: value)
                }
            }
        }
        entity.tails.append(joined)
        entities[name] = entity
        sampleCount += joined.count
        tailCount += 1
        footprint += joined.bytes.count + SeriesTail.overhead
        if joined.count >= length { long.insert(name) }
    }

    /// The last change all of whose samples, and those of all before, are in the store once `flushing` is.
    ///
    /// - Cost: linear in the tails.
    var cursor: UInt64 {
        var cursor = absorbed
        for entity in entities.values {
            for tail in entity.tails { cursor = min(cursor, tail.firstSequence &- 1) }
        }
        return cursor
    }

    mutating func remove(tenant: String) {
        let tenant = ExactText(tenant)
        removals += 1
        for (name, entity) in entities where name.tenant == tenant {
            for tail in entity.tails { forget(tail) }
            entities[name] = nil
            long.remove(name)
        }
        for name in flushing.keys where name.tenant == tenant { flushing[name] = nil }
    }

    // MARK: Reading

    /// The samples of a series that may not be in the store yet, sorted.
    func samples(of series: SeriesKey) -> SampleColumns {
        let name = EntityName(tenant: series.tenant, entity: series.entity)
        var result = SampleColumns()
        for entity in [flushing[name], entities[name]] {
            guard let entity else { continue }
            for tail in entity.tails where tail.attribute == series.attribute && tail.dataset == series.dataset {
                result = result.merged(with: tail.columns(types: entity.types, templates: templates.templates))
            }
        }
        return result
    }

    /// The series of an entity that have samples here.
    func series(tenant: String, entity: String) -> Set<SeriesKey> {
        let name = EntityName(tenant: tenant, entity: entity)
        var result: Set<SeriesKey> = []
        for tails in [flushing[name], entities[name]] {
            for tail in tails?.tails ?? [] {
                result.insert(
                    SeriesKey(tenant: tenant, entity: entity, attribute: tail.attribute, dataset: tail.dataset))
            }
        }
        return result
    }
}
