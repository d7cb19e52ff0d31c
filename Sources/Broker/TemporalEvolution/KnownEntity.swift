import BrokerStorage
import NGSILDModel
import NGSILDOperations

/// An entity as one request finds it: what it is now, and the series of its past.
///
/// The present value of an attribute is not in the history: it goes there when something takes its place. So whoever
/// reads history takes the present first and the past after it; what moves from one to the other in between is seen
/// twice, and counted once, by its time.
struct KnownEntity {
    let tenant: String
    let id: String
    /// `nil` when the entity has no present state.
    let record: EntityRecord?
    /// One sample of each present instance that belongs to the history.
    let present: [SeriesKey: SampleColumns]
    /// All series that have or had samples, by attribute, then dataset.
    let series: [SeriesKey]
    /// Those that hold rolled-up periods, of each attribute and dataset the longest periods, which are the oldest, first.
    let rolled: [SeriesKey]
}

extension HistoryStore {
    /// Finds an entity, with all of its past that was acknowledged before.
    ///
    /// - Parameter isOnQueue: whether the caller is work of `queue`, which cannot wait for it.
    func known(tenant: String, id: String, isOnQueue: Bool = false) throws -> KnownEntity {
        let record = try keeping.presentEntity(id: id, tenant: tenant)
        var present: [SeriesKey: SampleColumns] = [:]
        if let record, configuration.isRecording {
            let forest = record.attributes
            let rules = tails.withLock { $0.rules }
            for root in forest.roots where forest.nodes[root].valueLength > 0 {
                guard rules.isRecorded(types: record.types, attribute: forest.nodes[root].name) else { continue }
                let sample = RecordedSample(tenant: tenant, entity: id, types: record.types, forest, root: root)
                var columns = SampleColumns()
                sample.append(to: &columns)
                present[sample.series] = columns
            }
            if let scopeTerm, !record.scopes.isEmpty, rules.isRecorded(types: record.types, attribute: scopeTerm) {
                let sample = RecordedSample(
                    tenant: tenant, entity: id, types: record.types, record.scopeInstance(named: scopeTerm), root: 0)
                var columns = SampleColumns()
                sample.append(to: &columns)
                present[sample.series] = columns
            }
        }
        if isOnQueue { replayMissing() } else { try settle() }
        var keys = tails.withLock { $0.series(tenant: tenant, entity: id) }.union(present.keys)
        keys.formUnion(try keeping.storage.historySeries(tenant: tenant, entity: id))
        let sorted = keys.sorted { ($0.attribute, $0.dataset) < ($1.attribute, $1.dataset) }
        return KnownEntity(
            tenant: tenant, id: id, record: record, present: present, series: sorted.filter { !$0.isRolled },
            rolled: sorted.filter(\.isRolled).sorted { $0.rolledLength > $1.rolledLength })
    }

    /// Whether a history of the entity is known.
    func hasHistory(_ entity: KnownEntity) throws -> Bool {
        if try directory.entry(tenant: entity.tenant, id: entity.id) != nil { return true }
        return try (entity.series + entity.rolled).contains { try hasSamples($0, of: entity) }
    }

    func hasSamples(_ series: SeriesKey, of entity: KnownEntity) throws -> Bool {
        var isFound = false
        try visit(series, of: entity, newestFirst: true) { _, _ in
            isFound = true
            return false
        }
        return isFound
    }
}
