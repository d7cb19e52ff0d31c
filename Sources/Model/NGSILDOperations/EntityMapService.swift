public import NGSILDModel
public import NGSILDQuery

/// The entities that a query selected when the map was made: what the pages of the query are taken from.
///
/// - Source: CIM 009 clauses 4.5.25, 5.2.39. A broker without context sources has all of every entity itself.
public struct EntityMap: Sendable {
    public let id: String
    /// Whether it was made by a temporal query.
    public let isTemporal: Bool
    /// What selected its entities; requests that say the same may remove those that no longer fit.
    public let selection: String
    public var expiresAt: Timestamp
    /// In the order of the query.
    public var entityIDs: [String]

    public init(id: String, isTemporal: Bool, selection: String, expiresAt: Timestamp, entityIDs: [String]) {
        self.id = id
        self.isTemporal = isTemporal
        self.selection = selection
        self.expiresAt = expiresAt
        self.entityIDs = entityIDs
    }
}

/// Entity maps: kept for a while, so that the pages of one query stay together.
///
/// - Source: CIM 009 clauses 5.5.9.3, 5.5.14, 5.14.
public protocol EntityMapService: Sendable {
    /// 5.14.4
    ///
    /// - Parameters:
    ///   - query: its page does not matter.
    ///   - lifetime: in seconds, as asked for; the broker has the last word.
    /// - Throws: `tooManyResults` when more entities are selected than a map holds.
    func createEntityMap(
        for query: EntityQuery, selection: String, lifetime: Double?, tenant: String
    ) throws(NGSILDError) -> EntityMap

    /// 5.14.5
    func createEntityMap(
        for query: EntityQuery, _ times: TemporalSelection, selection: String, lifetime: Double?, tenant: String,
        on scheduler: any ReplyScheduler, reply: @escaping @Sendable (Result<EntityMap, NGSILDError>) -> Void)

    /// A map of one entity, as Retrieve Entity makes it (5.7.1.4).
    func createEntityMap(ofEntity id: String, isTemporal: Bool, lifetime: Double?, tenant: String) -> EntityMap

    /// 5.14.1
    func retrieveEntityMap(id: String, tenant: String) throws(NGSILDError) -> EntityMap

    /// 5.14.2. A time that has passed ends the map.
    func updateEntityMap(id: String, expiresAt: Timestamp?, tenant: String) throws(NGSILDError)

    /// 5.14.3
    func deleteEntityMap(id: String, tenant: String) throws(NGSILDError)

    /// A page of the map's entities that meet the query now. Those that do not are taken out of the map when `selection`
    /// is what it was made by.
    func page(
        of map: EntityMap, _ query: EntityQuery, selection: String, tenant: String
    ) throws(NGSILDError) -> EntityPage

    /// The same of a temporal query.
    func temporalPage(
        of map: EntityMap, _ query: EntityQuery, _ times: TemporalSelection, tenant: String,
        on scheduler: any ReplyScheduler, reply: @escaping @Sendable (Result<TemporalPage, NGSILDError>) -> Void)
}
