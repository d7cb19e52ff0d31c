public import NGSILDModel
public import NGSILDQuery

/// Where answers are handed back, many at a time: an event loop of the HTTP edge, or a test.
///
/// The committer calls it once for each commit and scheduler, so that a loop wakes once for fifty answers.
public protocol ReplyScheduler: AnyObject, Sendable {
    /// Runs the replies in their order, soon; the caller does not wait for them.
    func deliver(_ replies: [@Sendable () -> Void])
}

/// A reply that runs where the committer stands; for tests and in-process callers.
public final class ImmediateReplyScheduler: ReplyScheduler {
    public init() {}
    public func deliver(_ replies: [@Sendable () -> Void]) { for reply in replies { reply() } }
}

/// One member of a batch: a draft, or why it could not be read.
public enum BatchMember: Sendable {
    case draft(EntityDraft)
    case rejected(id: String?, NGSILDError)
}

/// An operation that changes entities, with its body already read and checked.
///
/// - Source: CIM 009 clauses 5.6.1 to 5.6.10, 5.6.17 to 5.6.21.
public enum ProvisionOperation: Sendable {
    /// 5.6.1
    case createEntity(EntityDraft)
    /// 5.6.2
    case updateAttributes(id: String, EntityDraft)
    /// 5.6.3
    case appendAttributes(id: String, EntityDraft, overwrite: Bool)
    /// 5.6.4; the forest holds instances of the one attribute.
    case partialAttributeUpdate(id: String, attribute: TermID, AttributeForest)
    /// 5.6.5; `dataset` `nil` deletes all instances, empty the default one.
    case deleteAttribute(id: String, attribute: TermID, dataset: String?)
    /// 5.6.6
    case deleteEntity(id: String)
    /// 5.6.17
    case mergeEntity(id: String, EntityDraft, MergeDefaults = MergeDefaults())
    /// 5.6.18
    case replaceEntity(id: String, EntityDraft)
    /// 5.6.19
    case replaceAttribute(id: String, attribute: TermID, AttributeForest)
    /// 5.6.7
    case batchCreate([BatchMember])
    /// 5.6.8; `replaces`: existing entities are replaced, else their attributes are updated.
    case batchUpsert([BatchMember], replaces: Bool)
    /// 5.6.9
    case batchUpdate([BatchMember], overwrite: Bool)
    /// 5.6.20
    case batchMerge([BatchMember])
    /// 5.6.10
    case batchDelete([String])
    /// 5.6.21, a part: those of the entities that the query still selects. See `EntityProvision.purgeEntities`.
    case purge([String], EntityQuery, AttributeReduction?)
    /// 4.22: what of these entities has expired by now, be it attributes or all.
    case removeExpired([String])
    /// Entities as they are, their times included, in the place of those with the same ids; for snapshots (5.16).
    case copyEntities([EntityRecord])
    /// An operation of a caller who may not do everything: each entity is held against what they may, as it is and as it
    /// will be, and refused by itself.
    indirect case permitted(ProvisionOperation, WriteAccess)
    /// 4.14: the tenant and all it has.
    case deleteTenant
}

/// What a caller may write, and what they may know of.
public struct WriteAccess: Sendable {
    /// What of which entities the operation may change; `nil`: everything.
    public let writing: EntityAccess?
    /// Which entities the caller may retrieve; one that is not among them is as if it were not there.
    public let reading: Reading

    /// Which entities a caller may retrieve.
    public enum Reading: Sendable {
        case all
        case none
        case limited(EntityAccess)

        /// Whether the caller may know that there is such an entity.
        public func reaches(_ entity: EntityRecord) -> Bool {
            switch self {
            case .all: true
            case .none: false
            case .limited(let access): access.reaches(entity)
            }
        }
    }

    public init(writing: EntityAccess?, reading: Reading) {
        self.writing = writing
        self.reading = reading
    }
}

/// Which attributes a purge removes from the entities it selects.
public enum AttributeReduction: Hashable, Sendable {
    case drop(Set<TermID>)
    case keep(Set<TermID>)

    /// Whether an attribute of this name stays.
    public func keeps(_ name: TermID) -> Bool {
        switch self {
        case .drop(let names): !names.contains(name)
        case .keep(let names): names.contains(name)
        }
    }
}

/// One entity of a batch that failed.
public struct BatchEntityError: Sendable {
    public let entityID: String?
    public let error: NGSILDError
    public init(entityID: String?, error: NGSILDError) {
        self.entityID = entityID
        self.error = error
    }
}

/// How an operation ended.
public enum ProvisionResult: Sendable {
    case success
    /// Update, append and merge: what was updated and what was not.
    case updated(UpdateResult)
    case batch(BatchResult)
    case failure(NGSILDError)
}

/// Source: CIM 009 clause 5.2.18.
public struct UpdateResult: Sendable {
    public var updated: [TermID] = []
    public var notUpdated: [(name: TermID, reason: String)] = []
    /// Whether the fragment has a scope that was left out, because the entity has none to replace (clause 5.6.2.4).
    public var leavesScopeOut = false
    public init() {}
}

/// Source: CIM 009 clause 5.2.16.
public struct BatchResult: Sendable {
    /// Entities that were created.
    public var created: [String] = []
    /// Entities that existed and were updated, replaced, merged or deleted.
    public var updated: [String] = []
    public var errors: [BatchEntityError] = []
    public init() {}
}

/// Context information provision: the operations that change entities.
public protocol EntityProvision: Sendable {
    /// Queues an operation; `reply` runs on `scheduler` once the outcome is durable.
    ///
    /// A queue that is full answers `NGSILDError.overloaded` at once.
    ///
    /// - Parameter tenant: empty for the default tenant; a new tenant comes into being with its first create.
    func submit(
        _ operation: ProvisionOperation, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (ProvisionResult) -> Void)

    /// 5.6.21. Deletes the entities that the query selects, or with `reduction` only attributes of theirs.
    ///
    /// Works on some thousand entities at a time, so memory stays bounded and other writes go on in between; each part
    /// is durable and told to followers before the next begins. Entities created meanwhile stay. `limit` and `offset`
    /// of the query do not count.
    ///
    /// - Parameter reply: gets `success`, or the failure at which the purge stopped; what was done before it stays done.
    func purgeEntities(
        _ query: EntityQuery, _ reduction: AttributeReduction?, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (ProvisionResult) -> Void)
}
