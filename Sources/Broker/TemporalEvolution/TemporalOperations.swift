import BrokerStorage
public import NGSILDModel
public import NGSILDOperations
import NGSILDQuery

extension HistoryStore: TemporalService {
    /// CIM 009 clause 5.6.11.
    public func upsertTemporalEvolution(
        _ draft: EntityDraft, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Bool, NGSILDError>) -> Void
    ) {
        add(draft, to: draft.id, tenant, mustExist: false, on: scheduler, reply: reply)
    }

    /// CIM 009 clause 5.6.12.
    public func addToTemporalEvolution(
        id: String, _ draft: EntityDraft, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void
    ) {
        add(draft, to: id, tenant, mustExist: true, on: scheduler) { reply($0.map { _ in }) }
    }

    /// For snapshots (CIM 009 clause 5.16).
    public func copyTemporalEvolution(
        _ entity: TemporalEntity, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void
    ) {
        var series: [SeriesKey: SampleColumns] = [:]
        var count = 0
        for attribute in entity.attributes {
            for root in attribute.instances.roots where attribute.instances.nodes[root].valueLength > 0 {
                let sample = RecordedSample(
                    copying: attribute.instances, root: root, tenant: tenant, entity: entity.id, types: entity.types)
                sample.append(to: &series[sample.series, default: SampleColumns()])
                count += 1
            }
        }
        let addition = HistoryAddition(
            tenant: tenant, entity: entity.id, types: entity.types, scopes: entity.scopes,
            series: series.mapValues { $0.sorted() }, mustExist: false)
        submit(.append([addition]), weight: max(1, count), on: scheduler) { reply($0.map { _ in }) }
    }

    private func add(
        _ draft: EntityDraft, to id: String, _ tenant: String, mustExist: Bool, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Bool, NGSILDError>) -> Void
    ) {
        let addition = addition(draft, to: id, tenant, mustExist: mustExist)
        submit(
            .append([addition]), weight: max(1, draft.attributes.nodes.count), on: scheduler, reply: reply)
    }

    private func addition(_ draft: EntityDraft, to id: String, _ tenant: String, mustExist: Bool) -> HistoryAddition {
        let now = configuration.clock()
        var series: [SeriesKey: SampleColumns] = [:]
        for root in draft.attributes.roots where draft.attributes.nodes[root].valueLength > 0 {
            let sample = RecordedSample(
                tenant: tenant, entity: id, types: draft.types, draft.attributes, root: root, modifiedAt: now)
            sample.append(to: &series[sample.series, default: SampleColumns()])
        }
        return HistoryAddition(
            tenant: tenant, entity: id, types: draft.types, scopes: draft.scopes ?? [],
            series: series.mapValues { $0.sorted() }, mustExist: mustExist)
    }

    /// CIM 009 clause 5.6.13.
    public func deleteTemporalAttribute(
        id: String, attribute: TermID, dataset: String?, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void
    ) {
        remove(id, tenant, .attribute(attribute, dataset: dataset), on: scheduler, reply)
    }

    /// CIM 009 clause 5.6.14.
    public func modifyTemporalInstance(
        id: String, attribute: TermID, instanceID: String, _ instance: AttributeForest, tenant: String,
        on scheduler: any ReplyScheduler, reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void
    ) {
        removeInstance(id, tenant, attribute, instanceID, replacement: instance, on: scheduler, reply)
    }

    /// CIM 009 clause 5.6.15.
    public func deleteTemporalInstance(
        id: String, attribute: TermID, instanceID: String, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void
    ) {
        removeInstance(id, tenant, attribute, instanceID, replacement: nil, on: scheduler, reply)
    }

    /// CIM 009 clause 5.6.16.
    public func deleteTemporalEvolution(
        id: String, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void
    ) {
        remove(id, tenant, .everything, on: scheduler, reply)
    }

    private func removeInstance(
        _ id: String, _ tenant: String, _ attribute: TermID, _ instanceID: String, replacement: AttributeForest?,
        on scheduler: any ReplyScheduler, _ reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void
    ) {
        guard let instance = InstanceID(instanceID) else {
            scheduler.deliver([{ reply(.failure(.resourceNotFound("Entity \(id) has no instance \(instanceID)"))) }])
            return
        }
        remove(id, tenant, .instance(attribute, instance, replacement: replacement), on: scheduler, reply)
    }

    private func remove(
        _ id: String, _ tenant: String, _ extent: HistoryRemoval.Extent, on scheduler: any ReplyScheduler,
        _ reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void
    ) {
        submit(.remove(HistoryRemoval(tenant: tenant, entity: id, extent: extent)), weight: 1, on: scheduler) {
            reply($0.map { _ in })
        }
    }
}
