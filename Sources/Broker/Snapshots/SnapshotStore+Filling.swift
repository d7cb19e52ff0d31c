import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// Putting information into snapshots, in the background.
extension SnapshotStore {
    private static let batchLength = 500
    private static let temporalPage = 100

    /// Executes the queries of a new snapshot (CIM 009 clause 5.16.1.4).
    func fill(_ record: SnapshotRecord, _ queries: [SnapshotQuery]) async {
        var outcomes: [Snapshot.Outcome] = []
        var temporalOutcomes: [Snapshot.Outcome] = []
        // Records do not change once they are made, so the results of all queries are frozen here.
        var entities = CollectedEntities()
        for query in queries where query.times == nil {
            outcomes.append(collect(query, tenant: record.tenant, &entities))
        }
        if let error = await copy(entities.records, to: record.space) {
            outcomes = outcomes.map { if case .success = $0 { .failure(error) } else { $0 } }
        }
        for query in queries {
            guard let times = query.times else { continue }
            temporalOutcomes.append(await copyHistory(query.query, times, from: record.tenant, to: record.space))
        }
        await finish(record, outcomes, temporalOutcomes)
    }

    private func collect(
        _ query: SnapshotQuery, tenant: String, _ entities: inout CollectedEntities
    ) -> Snapshot.Outcome {
        do throws(NGSILDError) {
            var whole = query.query
            whole.offset = 0
            whole.place = nil
            whole.counts = false
            whole.limit = configuration.entityLimit
            let page = try consumption.queryEntities(whole, tenant: tenant)
            guard !page.hasMore, entities.count + page.entities.count <= configuration.entityLimit else {
                throw .tooManyResults(
                    "The query gives more entities than the \(configuration.entityLimit) that a snapshot holds; narrow it"
                )
            }
            for entity in page.entities { entities.add(entity, query.representation) }
            return page.entities.isEmpty ? .empty : .success
        } catch {
            return .failure(error)
        }
    }

    /// Copies all of a snapshot (CIM 009 clause 5.16.2.4).
    func copy(_ original: SnapshotRecord, to record: SnapshotRecord) async {
        var everything = EntityQuery()
        everything.limit = configuration.entityLimit
        var failure: NGSILDError?
        do throws(NGSILDError) {
            let page = try consumption.queryEntities(everything, tenant: original.space)
            failure = await copy(page.entities, to: record.space)
        } catch {
            // A snapshot that holds nothing has no space.
            if case .nonexistentTenant = error {} else { failure = error }
        }
        if failure == nil, temporal != nil,
            case .failure(let error) = await copyHistory(
                EntityQuery(), TemporalSelection(), from: original.space, to: record.space)
        {
            if case .nonexistentTenant = error {} else { failure = error }
        }
        let snapshot = original.snapshot
        let outcome = failure.map { Snapshot.Outcome.failure($0) }
        await finish(
            record, snapshot.outcomes.map { outcome ?? $0 }, snapshot.temporalOutcomes.map { outcome ?? $0 },
            status: failure == nil ? .success : .failure)
    }

    private func copy(_ entities: [EntityRecord], to space: String) async -> NGSILDError? {
        // Also where nothing is to be copied, so that queries find a space.
        if entities.isEmpty { return await submit(.copyEntities([]), space) }
        var rest = entities[...]
        while !rest.isEmpty {
            if Task.isCancelled { return .internalError("The broker was stopped") }
            if let error = await submit(.copyEntities(Array(rest.prefix(Self.batchLength))), space) { return error }
            rest = rest.dropFirst(Self.batchLength)
        }
        return nil
    }

    private func finish(
        _ record: SnapshotRecord, _ outcomes: [Snapshot.Outcome], _ temporalOutcomes: [Snapshot.Outcome],
        status: Snapshot.Status? = nil
    ) async {
        if Task.isCancelled { return }
        let now = configuration.clock()
        let changed = change(record) { snapshot in
            snapshot.outcomes = outcomes
            snapshot.temporalOutcomes = temporalOutcomes
            snapshot.status = status ?? Self.status(outcomes + temporalOutcomes)
            snapshot.modifiedAt = now
        }
        // Deleted while it was being filled: what came after goes too.
        guard let changed else {
            _ = await submit(.deleteTenant, record.space)
            return
        }
        if let error = await store(changed) {
            configuration.onFailure("The status of snapshot \(record.snapshot.id) cannot be stored: \(error)")
        }
        notify(changed)
    }

    private static func status(_ outcomes: [Snapshot.Outcome]) -> Snapshot.Status {
        var (successes, empties) = (0, 0)
        for outcome in outcomes {
            switch outcome {
            case .success: successes += 1
            case .empty: empties += 1
            case .failure: break
            }
        }
        if successes == outcomes.count { return .success }
        if successes > 0 { return .partial }
        return empties > 0 ? .empty : .failure
    }

    // MARK: History

    /// Copies the temporal evolution that a query selects.
    private func copyHistory(
        _ query: EntityQuery, _ times: TemporalSelection, from tenant: String, to space: String
    ) async -> Snapshot.Outcome {
        var query = query
        query.counts = false
        query.offset = 0
        var times = times
        times.aggregation = nil
        times.place = nil
        var count = 0
        while true {
            if Task.isCancelled { return .failure(.internalError("The broker was stopped")) }
            query.limit = Self.temporalPage
            var result = await page(query, times, tenant)
            if case .success(let page) = result, page.partialRange != nil {
                // Too many instances for one answer: one entity after the other, each in parts.
                query.limit = 1
                result = await wholeEntity(query, times, tenant)
            }
            switch result {
            case .failure(let error): return .failure(error)
            case .success(let page):
                for entity in page.entities {
                    if let error = await add(entity, to: space) { return .failure(error) }
                }
                count += page.entities.count
                guard count <= configuration.entityLimit else {
                    return .failure(
                        .tooManyResults(
                            "The query gives more entities than the \(configuration.entityLimit) that a snapshot holds; narrow it"
                        ))
                }
                // A page that was shortened does not say whether more entities follow.
                guard page.hasMore || query.limit == 1, !page.entities.isEmpty else {
                    return count > 0 ? .success : .empty
                }
                (query, times) = page.next(query, times)
            }
        }
    }

    /// One entity with all its instances, put together from the parts in which they are answered.
    private func wholeEntity(
        _ query: EntityQuery, _ times: TemporalSelection, _ tenant: String
    ) async -> Result<TemporalPage, NGSILDError> {
        let first = await page(query, times, tenant)
        guard case .success(var whole) = first, let id = whole.entities.first?.id else { return first }
        var end = whole.partialRange?.end
        while let reached = end {
            do throws(NGSILDError) {
                var rest = times
                rest.times = try times.times.continued(from: reached)
                guard case .success(let part) = await retrieve(id, rest, tenant), let entity = part.entities.first
                else { return .failure(.internalError("The history of entity \(id) cannot be read")) }
                whole.entities[0].append(entity)
                if let next = part.partialRange?.end, next <= reached {
                    return .failure(
                        .tooManyResults("Entity \(id) has more instances at \(reached.text) than can be copied"))
                }
                end = part.partialRange?.end
            } catch {
                return .failure(error)
            }
        }
        return .success(whole)
    }

    private func page(
        _ query: EntityQuery, _ times: TemporalSelection, _ tenant: String
    ) async -> Result<TemporalPage, NGSILDError> {
        guard let temporal else { return .failure(.operationNotSupported("This broker keeps no history")) }
        return await withCheckedContinuation { continuation in
            temporal.queryTemporalEvolution(query, times, tenant: tenant, on: ImmediateReplyScheduler()) {
                continuation.resume(returning: $0)
            }
        }
    }

    private func retrieve(
        _ id: String, _ times: TemporalSelection, _ tenant: String
    ) async -> Result<TemporalPage, NGSILDError> {
        guard let temporal else { return .failure(.operationNotSupported("This broker keeps no history")) }
        return await withCheckedContinuation { continuation in
            temporal.retrieveTemporalEvolution(id: id, times, tenant: tenant, on: ImmediateReplyScheduler()) {
                continuation.resume(returning: $0)
            }
        }
    }

    private func add(_ entity: TemporalEntity, to space: String) async -> NGSILDError? {
        guard let temporal else { return .operationNotSupported("This broker keeps no history") }
        let result = await withCheckedContinuation { continuation in
            temporal.copyTemporalEvolution(entity, tenant: space, on: ImmediateReplyScheduler()) {
                continuation.resume(returning: $0)
            }
        }
        if case .failure(let error) = result { return error }
        return nil
    }
}

extension TemporalEntity {
    fileprivate mutating func append(_ more: TemporalEntity) {
        for attribute in more.attributes {
            guard let index = attributes.firstIndex(where: { $0.name == attribute.name && $0.kind == attribute.kind })
            else {
                attributes.append(attribute)
                continue
            }
            for root in attribute.instances.roots {
                attributes[index].instances.append(subtree: root, of: attribute.instances)
            }
        }
    }
}

extension TemporalQuery {
    /// The same from a time on.
    fileprivate func continued(from time: Timestamp) throws(NGSILDError) -> TemporalQuery {
        let end: Timestamp? =
            switch relation {
            case .before: timeAt
            case .between: endTimeAt
            case .after, nil: nil
            }
        return try TemporalQuery(
            timerel: end == nil ? "after" : "between", timeAt: time.text, endTimeAt: end?.text,
            timeproperty: property.rawValue, lastN: nil)
    }
}

/// The entities that queries gave, each once, with all of it that one of them shows.
struct CollectedEntities {
    private(set) var records: [EntityRecord] = []
    private var places: [String: Int] = [:]

    var count: Int { records.count }

    mutating func add(_ entity: EntityRecord, _ representation: EntityRepresentation) {
        guard let place = places[entity.id] else {
            places[entity.id] = records.count
            records.append(Self.shown(entity, representation))
            return
        }
        // In the order of the entity, as a forest has to be.
        let present = records[place].attributes
        var attributes = AttributeForest()
        for root in entity.attributes.roots {
            let name = entity.attributes.nodes[root].name
            let dataset = entity.attributes.dataset(of: root)
            if representation.shows(name, dataset) || present.root(named: name, dataset: dataset) != nil {
                attributes.append(subtree: root, of: entity.attributes)
            }
        }
        records[place] = Self.record(entity, attributes)
    }

    private static func shown(_ entity: EntityRecord, _ representation: EntityRepresentation) -> EntityRecord {
        if representation.picked == nil, representation.omitted.isEmpty, representation.datasets == nil {
            return entity
        }
        var attributes = AttributeForest()
        for root in entity.attributes.roots
        where representation.shows(entity.attributes.nodes[root].name, entity.attributes.dataset(of: root)) {
            attributes.append(subtree: root, of: entity.attributes)
        }
        return record(entity, attributes)
    }

    private static func record(_ entity: EntityRecord, _ attributes: AttributeForest) -> EntityRecord {
        EntityRecord(
            id: entity.id, types: entity.types, scopes: entity.scopes, scopesSetAt: entity.scopesSetAt,
            createdAt: entity.createdAt, modifiedAt: entity.modifiedAt, expiresAt: entity.expiresAt,
            attributes: attributes)
    }
}

extension EntityRepresentation {
    fileprivate func shows(_ name: TermID, _ dataset: String) -> Bool {
        shows(name) && (datasets?.contains(dataset.isEmpty ? "@none" : dataset) ?? true)
    }
}

extension EntityQuery {
    /// Selects nothing; for finding out whether a tenant exists.
    static var nothing: EntityQuery {
        var query = EntityQuery()
        query.ids = ["urn:ngsi-ld:none"]
        query.limit = 0
        return query
    }
}
