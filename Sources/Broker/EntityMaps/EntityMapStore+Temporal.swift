public import NGSILDModel
public import NGSILDOperations
public import NGSILDQuery

/// Maps of temporal queries.
extension EntityMapStore {
    private static let pageLength = 1_000

    /// CIM 009 clause 5.14.5.
    public func createEntityMap(
        for query: EntityQuery, _ times: TemporalSelection, selection: String, lifetime: Double?, tenant: String,
        on scheduler: any ReplyScheduler, reply: @escaping @Sendable (Result<EntityMap, NGSILDError>) -> Void
    ) {
        var whole = query
        whole.limit = Self.pageLength
        whole.offset = 0
        whole.place = nil
        whole.counts = false
        var times = times
        // Which entities are selected does not depend on what of them is shown.
        times.picked = []
        times.aggregation = nil
        times.place = nil
        collect(whole, times, [], tenant, on: scheduler) { [self] result in
            reply(result.map { keep($0, selection, isTemporal: true, lifetime, tenant) })
        }
    }

    private func collect(
        _ query: EntityQuery, _ times: TemporalSelection, _ found: [String], _ tenant: String,
        on scheduler: any ReplyScheduler, _ reply: @escaping @Sendable (Result<[String], NGSILDError>) -> Void
    ) {
        guard let temporal else { return reply(.failure(Self.noHistory)) }
        temporal.queryTemporalEvolution(query, times, tenant: tenant, on: scheduler) { [self] result in
            switch result {
            case .failure(let error): reply(.failure(error))
            case .success(let page):
                let ids = found + page.entities.map(\.id)
                guard page.hasMore, !page.entities.isEmpty else { return reply(.success(ids)) }
                guard ids.count < configuration.entityLimit else { return reply(.failure(tooMany)) }
                let (next, times) = page.next(query, times)
                collect(next, times, ids, tenant, on: scheduler, reply)
            }
        }
    }

    /// CIM 009 clause 5.5.9.3. The temporal query may be another one than the map was made by (5.5.14), so nothing is
    /// taken out of the map.
    public func temporalPage(
        of map: EntityMap, _ query: EntityQuery, _ times: TemporalSelection, tenant: String,
        on scheduler: any ReplyScheduler, reply: @escaping @Sendable (Result<TemporalPage, NGSILDError>) -> Void
    ) {
        func fail(_ error: NGSILDError) { scheduler.deliver([{ reply(.failure(error)) }]) }
        guard let temporal else { return fail(Self.noHistory) }
        guard map.entityIDs.count <= configuration.temporalLimit else {
            return fail(
                .tooComplexQuery(
                    "EntityMap \(map.id) holds \(map.entityIDs.count) entities; temporal queries go with up to \(configuration.temporalLimit)"
                ))
        }
        var query = query
        query.ids = query.ids.isEmpty ? map.entityIDs : query.ids.filter(map.entityIDs.contains)
        guard !query.ids.isEmpty else {
            var page = TemporalPage()
            page.total = query.counts ? 0 : nil
            let empty = page
            return scheduler.deliver([{ reply(.success(empty)) }])
        }
        temporal.queryTemporalEvolution(query, times, tenant: tenant, on: scheduler, reply: reply)
    }

    private static let noHistory = NGSILDError.operationNotSupported("This broker keeps no history")
}
