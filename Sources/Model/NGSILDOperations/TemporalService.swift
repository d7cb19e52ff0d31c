public import NGSILDModel
public import NGSILDQuery

/// What of an entity's history a request asks for.
public struct TemporalSelection: Sendable {
    public var times = TemporalQuery()
    /// Beside `times`: only instances that stand in this part of their series, by `observedAt`, or without one by
    /// `modifiedAt`; deletions by when they were; both ends inclusive, `nil`: all. The specification has no such question:
    /// each of its times passes over the instances that do not have it.
    public var span: ClosedRange<Timestamp>?
    /// `nil`: all attributes.
    public var picked: Set<TermID>?
    public var omitted: Set<TermID> = []
    /// Whether the answer has the evolution of the scope.
    public var showsScope = true
    /// `nil`: all instances; else only these datasetIds, "@none" standing for the default instance.
    public var datasets: Set<String>?
    public var aggregation: TemporalAggregation?
    /// Where a page before this one ended: instances that stand up to there in their series are left out. `.none`: from
    /// the start. Without meaning where `lastN` is asked for.
    public var after = Timestamp.none
    /// Behind which entity a page of a query begins; `nil`: where the query's `offset` says. Not for queries with an
    /// order.
    public var place: TemporalPlace?
    /// What the caller reaches, by what the entity is now, or by the types and scopes that it had last when it is gone;
    /// `nil`: everything.
    public var access: EntityAccess?
    public init() {}

    /// Whether the answer has the attribute, by `picked` and `omitted`.
    public func shows(_ name: TermID) -> Bool {
        if let picked, !picked.contains(name) { return false }
        return !omitted.contains(name)
    }
}

/// A place among the entities of a temporal query, which stays where it is while entities come and go: those that
/// exist stand before those that have a history only.
public enum TemporalPlace: Hashable, Sendable {
    /// Behind the entity that has, or had, this number in the order of creation.
    case current(Int64)
    /// Behind this id among those that have a history only.
    case past(String)
}

/// The value of one aggregation method over one period.
public struct AggregatedValue: Hashable, Sendable {
    /// JSON text.
    public let value: String
    public let start: Timestamp
    public let end: Timestamp
    public init(value: String, start: Timestamp, end: Timestamp) {
        self.value = value
        self.start = start
        self.end = end
    }
}

/// The history of one attribute of an entity.
public struct TemporalAttribute: Sendable {
    public let name: TermID
    public let kind: AttributeKind
    /// Each root is one instance, in the order of time, newest first when `lastN` was asked for.
    public var instances = AttributeForest()
    /// In the order of the methods asked for; empty when no aggregation was.
    public var aggregates: [(method: TemporalAggregation.Method, values: [AggregatedValue])] = []

    public init(name: TermID, kind: AttributeKind) {
        self.name = name
        self.kind = kind
    }
}

/// The history of an entity: CIM 009 clause 5.2.20.
public struct TemporalEntity: Sendable {
    public let id: String
    public let types: [TermID]
    public let scopes: [String]
    /// `.none` when the entity exists in the history only.
    public let createdAt: Timestamp
    public let modifiedAt: Timestamp
    public var attributes: [TemporalAttribute]

    public init(
        id: String, types: [TermID], scopes: [String], createdAt: Timestamp, modifiedAt: Timestamp,
        attributes: [TemporalAttribute]
    ) {
        self.id = id
        self.types = types
        self.scopes = scopes
        self.createdAt = createdAt
        self.modifiedAt = modifiedAt
        self.attributes = attributes
    }
}

/// An answer to a temporal query.
public struct TemporalPage: Sendable {
    public var entities: [TemporalEntity] = []
    public var hasMore = false
    /// The place of the last entity; `nil` where the page is empty or ordered.
    public var last: TemporalPlace?
    /// How many entities match in all, if that was asked.
    public var total: Int?
    /// Set when not all instances fit: the part of the time that the answer covers, in the direction of pagination.
    public var partialRange: (start: Timestamp, end: Timestamp)?
    public init() {}

    /// What asks for the page behind this one.
    ///
    /// - Parameters: what asked for this one.
    public func next(
        _ query: EntityQuery, _ selection: TemporalSelection
    ) -> (query: EntityQuery, selection: TemporalSelection) {
        var (query, selection) = (query, selection)
        selection.place = last
        // Where no place is known, the offset has to do.
        if last == nil { query.offset += query.limit }
        return (query, selection)
    }
}

/// Temporal evolution: what entities were, and bringing in what happened before.
///
/// Nothing here touches the current state of an entity. Replies run on the scheduler once the outcome is durable, or
/// the answer found; no call waits.
///
/// - Source: CIM 009 clauses 5.6.11 to 5.6.16, 5.7.3, 5.7.4.
public protocol TemporalService: Sendable {
    /// 5.6.11. The draft's attributes hold any number of instances, also with one datasetId
    /// (`EntityDecoder(keepsEveryInstance: true)`); an instance at a time that is there already replaces it.
    ///
    /// - Parameter reply: gets whether the temporal evolution is new.
    func upsertTemporalEvolution(
        _ draft: EntityDraft, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Bool, NGSILDError>) -> Void)

    /// Adds instances that were read from the history, of this tenant or another, as they are, their times included; for
    /// snapshots (5.16).
    func copyTemporalEvolution(
        _ entity: TemporalEntity, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void)

    /// 5.6.12
    func addToTemporalEvolution(
        id: String, _ draft: EntityDraft, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void)

    /// 5.6.13; `dataset` `nil` deletes all instances, empty those of the default one.
    func deleteTemporalAttribute(
        id: String, attribute: TermID, dataset: String?, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void)

    /// 5.6.14; the forest holds the one new instance.
    func modifyTemporalInstance(
        id: String, attribute: TermID, instanceID: String, _ instance: AttributeForest, tenant: String,
        on scheduler: any ReplyScheduler, reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void)

    /// 5.6.15
    func deleteTemporalInstance(
        id: String, attribute: TermID, instanceID: String, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void)

    /// 5.6.16
    func deleteTemporalEvolution(
        id: String, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void)

    /// 5.7.3. The page holds the one entity.
    func retrieveTemporalEvolution(
        id: String, _ selection: TemporalSelection, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<TemporalPage, NGSILDError>) -> Void)

    /// 5.7.4. Values, places and scopes that the query asks for are looked for in the instances that the times select.
    func queryTemporalEvolution(
        _ query: EntityQuery, _ selection: TemporalSelection, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<TemporalPage, NGSILDError>) -> Void)
}
