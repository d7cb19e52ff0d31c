public import NGSILDModel
public import NGSILDOperations
public import NGSILDQuery
import Synchronization

/// Keeps entity maps in memory. They are a help for the pages of a query, so they end with the process; whoever names one
/// that is gone gets a new one.
///
/// Invariants:
/// 1. At most `mapLimit` maps with `totalLimit` ids in all are kept; the one that was used least recently goes first.
/// 2. A map that has expired is not found, and goes when the next one is made.
/// 3. The lock is never held while entities are looked at.
public final class EntityMapStore: EntityMapService {
    /// How many maps there may be, how large, and for how long.
    public struct Configuration: Sendable {
        /// Maps over all tenants, default 1,000.
        public var mapLimit = 1_000
        /// Entities of one map, default 100,000; a query that selects more is refused.
        public var entityLimit = 100_000
        /// Entities of all maps, default 500,000.
        public var totalLimit = 500_000
        /// Entities of a map that a temporal query can use, default 2,000.
        public var temporalLimit = 2_000
        /// Seconds that a map lives when nothing is asked for, default 1 hour.
        public var lifetime = 3_600.0
        /// Seconds that a map lives at most from its making or its last update, default 1 day.
        public var longestLifetime = 86_400.0
        /// Where time comes from.
        public var clock: @Sendable () -> Timestamp = { Timestamp.now() }

        public init() {}
    }

    fileprivate struct Key: Hashable {
        let tenant: String
        let id: String
    }

    fileprivate struct Kept {
        var map: EntityMap
        var lastUse: UInt64
    }

    fileprivate struct State {
        var maps: [Key: Kept] = [:]
        var entityCount = 0
        var uses: UInt64 = 0
    }

    private let consumption: any EntityConsumption
    let temporal: (any TemporalService)?
    let configuration: Configuration
    private let state = Mutex(State())

    /// - Parameter temporal: `nil` where no history is kept: maps of temporal queries are then refused.
    public init(
        consumption: any EntityConsumption, temporal: (any TemporalService)?,
        configuration: Configuration = Configuration()
    ) {
        self.consumption = consumption
        self.temporal = temporal
        self.configuration = configuration
    }

    /// How many maps there are, those that have expired and were not found out yet among them.
    public var count: Int { state.withLock { $0.maps.count } }

    // MARK: Making

    public func createEntityMap(
        for query: EntityQuery, selection: String, lifetime: Double?, tenant: String
    ) throws(NGSILDError) -> EntityMap {
        var whole = query
        whole.limit = configuration.entityLimit
        whole.offset = 0
        whole.place = nil
        whole.counts = false
        let page = try consumption.queryEntities(whole, tenant: tenant)
        guard !page.hasMore else { throw tooMany }
        return keep(page.entities.map(\.id), selection, isTemporal: false, lifetime, tenant)
    }

    public func createEntityMap(
        ofEntity id: String, isTemporal: Bool, lifetime: Double?, tenant: String
    ) -> EntityMap {
        keep([id], "", isTemporal: isTemporal, lifetime, tenant)
    }

    var tooMany: NGSILDError {
        .tooManyResults(
            "The query selects more than \(configuration.entityLimit) entities, which is what an EntityMap holds; narrow the query"
        )
    }

    func keep(
        _ ids: [String], _ selection: String, isTemporal: Bool, _ lifetime: Double?, _ tenant: String
    ) -> EntityMap {
        let now = configuration.clock()
        let seconds = min(max(lifetime ?? configuration.lifetime, 0), configuration.longestLifetime)
        let map = EntityMap(
            id: RandomURN.make("EntityMap"), isTemporal: isTemporal, selection: selection,
            expiresAt: now.adding(seconds: seconds), entityIDs: ids)
        state.withLock { state in
            for (key, kept) in state.maps where kept.map.expiresAt <= now { state.remove(key) }
            state.uses += 1
            state.maps[Key(tenant: tenant, id: map.id)] = Kept(map: map, lastUse: state.uses)
            state.entityCount += ids.count
            while state.maps.count > configuration.mapLimit
                || (state.entityCount > configuration.totalLimit && state.maps.count > 1)
            {
                guard let oldest = state.maps.min(by: { $0.value.lastUse < $1.value.lastUse })?.key else { break }
                state.remove(oldest)
            }
        }
        return map
    }

    // MARK: Looking at, changing

    public func retrieveEntityMap(id: String, tenant: String) throws(NGSILDError) -> EntityMap {
        let (key, now) = (Key(tenant: tenant, id: id), configuration.clock())
        let map = state.withLock { state -> EntityMap? in
            guard let kept = state.maps[key], kept.map.expiresAt > now else { return nil }
            state.uses += 1
            state.maps[key]?.lastUse = state.uses
            return kept.map
        }
        guard let map else { throw Self.unknown(id) }
        return map
    }

    public func updateEntityMap(id: String, expiresAt: Timestamp?, tenant: String) throws(NGSILDError) {
        let (key, now) = (Key(tenant: tenant, id: id), configuration.clock())
        let longest = now.adding(seconds: configuration.longestLifetime)
        let isThere = state.withLock { state in
            guard let kept = state.maps[key], kept.map.expiresAt > now else { return false }
            if let expiresAt { state.maps[key]?.map.expiresAt = min(expiresAt, longest) }
            return true
        }
        if !isThere { throw Self.unknown(id) }
    }

    public func deleteEntityMap(id: String, tenant: String) throws(NGSILDError) {
        let (key, now) = (Key(tenant: tenant, id: id), configuration.clock())
        let isThere = state.withLock { state in
            let isThere = state.maps[key].map { $0.map.expiresAt > now } ?? false
            state.remove(key)
            return isThere
        }
        if !isThere { throw Self.unknown(id) }
    }

    private static func unknown(_ id: String) -> NGSILDError {
        .resourceNotFound("EntityMap \(id) does not exist, or has expired; ask for a new one with entityMap=true")
    }

    // MARK: Pages

    public func page(
        of map: EntityMap, _ query: EntityQuery, selection: String, tenant: String
    ) throws(NGSILDError) -> EntityPage {
        var page = EntityPage(entities: [], total: nil, hasMore: false)
        var matched = 0
        var unfit: Set<String> = []
        func seen(_ entity: EntityRecord) -> EntityRecord? {
            guard let access = query.access else { return entity }
            return access.seen(entity)
        }
        let links =
            query.hasLinks
            ? LinkFollower { self.consumption.linkedEntity(id: $0, tenant: tenant).flatMap(seen) } : nil
        for id in map.entityIDs {
            guard let entity = try? consumption.retrieveEntity(id: id, tenant: tenant),
                let entity = query.selected(entity, links: links)
            else {
                unfit.insert(id)
                continue
            }
            matched += 1
            if matched <= query.offset { continue }
            if page.entities.count < query.limit {
                page.entities.append(entity)
            } else {
                page.hasMore = true
                if !query.counts { break }
            }
        }
        try query.checkLimits()
        try links?.checkLimit()
        if query.counts { page.total = matched }
        if selection == map.selection, !unfit.isEmpty { remove(unfit, from: map.id, tenant) }
        return page
    }

    private func remove(_ unfit: Set<String>, from id: String, _ tenant: String) {
        let key = Key(tenant: tenant, id: id)
        state.withLock { state in
            guard var kept = state.maps.removeValue(forKey: key) else { return }
            let before = kept.map.entityIDs.count
            kept.map.entityIDs.removeAll(where: unfit.contains)
            state.entityCount -= before - kept.map.entityIDs.count
            state.maps[key] = kept
        }
    }
}

extension EntityMapStore.State {
    fileprivate mutating func remove(_ key: EntityMapStore.Key) {
        entityCount -= maps.removeValue(forKey: key)?.map.entityIDs.count ?? 0
    }
}
