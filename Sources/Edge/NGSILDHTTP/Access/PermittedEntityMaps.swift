import AccessPolicies
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// Entity maps as far as a caller may make them and know of what they hold.
struct PermittedEntityMaps: EntityMapService {
    let base: any EntityMapService
    let consumption: any EntityConsumption
    let caller: PermittedCaller

    /// What the pages of a map are selected by is then never what it was made by, so that no caller takes out of a map
    /// what others see in it.
    private static let otherSelection = "\u{1F}limited"

    private func check(_ operation: AccessOperation) throws(NGSILDError) {
        guard caller.allows(operation) else {
            throw .accessDenied(
                "\(caller.caller.name) may not do \(operation.name); leave out entityMap, or ask for a policy that grants it"
            )
        }
    }

    private func reached(_ query: EntityQuery) -> EntityQuery {
        var query = query
        query.access = caller.access
        return query
    }

    private func reached(_ times: TemporalSelection) -> TemporalSelection {
        var times = times
        times.access = caller.access
        return times
    }

    func createEntityMap(
        for query: EntityQuery, selection: String, lifetime: Double?, tenant: String
    ) throws(NGSILDError) -> EntityMap {
        try check(.createEntityMapQueryEntity)
        return try base.createEntityMap(for: reached(query), selection: selection, lifetime: lifetime, tenant: tenant)
    }

    func createEntityMap(
        for query: EntityQuery, _ times: TemporalSelection, selection: String, lifetime: Double?, tenant: String,
        on scheduler: any ReplyScheduler, reply: @escaping @Sendable (Result<EntityMap, NGSILDError>) -> Void
    ) {
        do throws(NGSILDError) { try check(.createEntityMapQueryTemporal) } catch {
            return scheduler.deliver([{ reply(.failure(error)) }])
        }
        base.createEntityMap(
            for: query, reached(times), selection: selection, lifetime: lifetime, tenant: tenant, on: scheduler,
            reply: reply)
    }

    func createEntityMap(ofEntity id: String, isTemporal: Bool, lifetime: Double?, tenant: String) -> EntityMap {
        base.createEntityMap(ofEntity: id, isTemporal: isTemporal, lifetime: lifetime, tenant: tenant)
    }

    /// The map with those of its entities that the caller reaches.
    func retrieveEntityMap(id: String, tenant: String) throws(NGSILDError) -> EntityMap {
        var map = try base.retrieveEntityMap(id: id, tenant: tenant)
        guard let access = caller.access else { return map }
        map.entityIDs = map.entityIDs.filter { id in
            guard let entity = try? consumption.retrieveEntity(id: id, tenant: tenant) else { return false }
            return access.reaches(entity)
        }
        return map
    }

    func updateEntityMap(id: String, expiresAt: Timestamp?, tenant: String) throws(NGSILDError) {
        try base.updateEntityMap(id: id, expiresAt: expiresAt, tenant: tenant)
    }

    func deleteEntityMap(id: String, tenant: String) throws(NGSILDError) {
        try base.deleteEntityMap(id: id, tenant: tenant)
    }

    func page(
        of map: EntityMap, _ query: EntityQuery, selection: String, tenant: String
    ) throws(NGSILDError) -> EntityPage {
        try base.page(
            of: map, reached(query), selection: caller.access == nil ? selection : Self.otherSelection, tenant: tenant)
    }

    func temporalPage(
        of map: EntityMap, _ query: EntityQuery, _ times: TemporalSelection, tenant: String,
        on scheduler: any ReplyScheduler, reply: @escaping @Sendable (Result<TemporalPage, NGSILDError>) -> Void
    ) {
        base.temporalPage(of: map, query, reached(times), tenant: tenant, on: scheduler, reply: reply)
    }
}
