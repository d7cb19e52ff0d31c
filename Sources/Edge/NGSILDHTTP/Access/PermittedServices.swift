import AccessPolicies
import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// One operation of one caller who may not do everything, as it was decided.
struct PermittedCaller: Sendable {
    let caller: Caller
    let operation: AccessOperation
    /// The tenant that the request names, also where it works on a snapshot of it.
    let tenant: String
    let decision: AccessDecision

    /// What the operation reaches; `nil`: everything.
    var access: EntityAccess? {
        if case .limited(let access) = decision { return access }
        return nil
    }

    /// What the caller may know of beside the operation.
    var reading: WriteAccess.Reading {
        switch caller.permit.decide(.retrieveEntity, tenant: tenant) {
        case .all: .all
        case .refused: .none
        case .limited(let access): .limited(access)
        }
    }

    func allows(_ other: AccessOperation) -> Bool {
        if case .refused = caller.permit.decide(other, tenant: tenant) { return false }
        return true
    }
}

extension BrokerServices {
    /// The services as one operation of a caller may use them: they reach what it may, whatever the resource asks for.
    ///
    /// Of what is added here later, a service that is not named is passed on whole, so it belongs into this list.
    func permitted(_ caller: PermittedCaller) -> BrokerServices {
        var services = self
        // Also where the operation reaches all: it may lead on to others that do not.
        services.subscriptions = subscriptions.map { PermittedSubscriptions(base: $0, caller: caller) }
        services.entityMaps = entityMaps.map {
            PermittedEntityMaps(base: $0, consumption: consumption, caller: caller)
        }
        guard let access = caller.access else { return services }
        let isWriting = caller.operation.isWriting
        services.consumption = PermittedConsumption(
            base: consumption, access: access, alsoReads: isWriting ? caller.reading : .none)
        services.provision = PermittedProvision(
            base: provision, access: WriteAccess(writing: access, reading: caller.reading))
        services.temporal = temporal.map {
            PermittedTemporal(base: $0, consumption: consumption, access: access, reading: caller.reading)
        }
        services.entityTiles = entityTiles?.reaching(access, consumption)
        return services
    }
}

extension AccessOperation {
    /// Whether it changes entities.
    var isWriting: Bool { Self.writes.contains(self) }

    private static let writes = groups["writeOps"] ?? []
}

/// Entities as far as a caller reaches them.
struct PermittedConsumption: EntityConsumption {
    let base: any EntityConsumption
    let access: EntityAccess
    /// What a caller who writes may know of beside what they may write.
    let alsoReads: WriteAccess.Reading

    func retrieveEntity(id: String, tenant: String) throws(NGSILDError) -> EntityRecord {
        let entity = try base.retrieveEntity(id: id, tenant: tenant)
        if let seen = access.seen(entity) { return seen }
        guard alsoReads.reaches(entity) else { throw .resourceNotFound("Entity \(id) does not exist") }
        return entity
    }

    func linkedEntity(id: String, tenant: String) -> EntityRecord? {
        base.linkedEntity(id: id, tenant: tenant).flatMap(access.seen)
    }

    /// So many types lead to candidates faster than a look at each entity.
    private static let typeLimit = 16

    func queryEntities(_ query: EntityQuery, tenant: String) throws(NGSILDError) -> EntityPage {
        var query = query
        if !reachesAll(of: query) { query.access = access }
        if query.types == nil, query.ids.isEmpty, let types = access.types, types.count <= Self.typeLimit {
            query.types = TypeSelection(anyOf: types)
        }
        var page = try base.queryEntities(query, tenant: tenant)
        // The numbers of creation in links would tell how many entities were created in between.
        (page.first, page.last) = (nil, nil)
        return page
    }

    /// Whether every entity that the query can find is reached whole, so that none needs a look.
    private func reachesAll(of query: EntityQuery) -> Bool {
        guard !query.hasLinks, let types = query.types?.alternatives, !types.isEmpty else { return false }
        return types.allSatisfy(access.reachesAll)
    }

    func entityTypes(tenant: String) throws(NGSILDError) -> [EntityTypeDescription] {
        try base.entityTypes(reachedBy: access, tenant: tenant)
    }

    func attributes(tenant: String) throws(NGSILDError) -> [AttributeDescription] {
        try base.attributes(reachedBy: access, tenant: tenant)
    }
}

/// Writes as far as a caller may make them; the committer holds each entity against it.
struct PermittedProvision: EntityProvision {
    let base: any EntityProvision
    let access: WriteAccess

    func submit(
        _ operation: ProvisionOperation, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (ProvisionResult) -> Void
    ) {
        base.submit(.permitted(operation, access), tenant: tenant, on: scheduler, reply: reply)
    }

    func purgeEntities(
        _ query: EntityQuery, _ reduction: AttributeReduction?, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (ProvisionResult) -> Void
    ) {
        guard access.writing?.reachesAllAttributes ?? true else {
            let error = NGSILDError.accessDenied(
                "A purge takes a caller who may write all attributes of the entities; ask for a policy without attributes"
            )
            return scheduler.deliver([{ reply(.failure(error)) }])
        }
        var query = query
        query.access = access.writing
        base.purgeEntities(query, reduction, tenant: tenant, on: scheduler, reply: reply)
    }
}

/// Subscriptions as far as a caller may know of them: their own, and all others too where no policy limits them to some
/// entities.
struct PermittedSubscriptions: SubscriptionService {
    let base: any SubscriptionService
    let caller: PermittedCaller

    /// Whether the caller may know of the subscription.
    func isOpen(_ id: String, _ tenant: String) -> Bool {
        if caller.access == nil { return true }
        return !caller.caller.isAnonymous && base.subscriptionOwner(id: id, tenant: tenant) == caller.caller.id
    }

    private static func unknown(_ id: String) -> NGSILDError {
        .resourceNotFound("Subscription \(id) does not exist")
    }

    func createSubscription(
        _ body: JSONDocument, context: TermContext, contextURL: String?, owner: String?, tenant: String,
        on scheduler: any ReplyScheduler, reply: @escaping @Sendable (Result<String, NGSILDError>) -> Void
    ) {
        base.createSubscription(
            body, context: context, contextURL: contextURL, owner: caller.caller.id, tenant: tenant, on: scheduler,
            reply: reply)
    }

    func updateSubscription(
        id: String, _ fragment: JSONDocument, context: TermContext, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void
    ) {
        guard isOpen(id, tenant) else { return scheduler.deliver([{ reply(.failure(Self.unknown(id))) }]) }
        base.updateSubscription(id: id, fragment, context: context, tenant: tenant, on: scheduler, reply: reply)
    }

    func appendSubscription(
        id: String, tenant: String, context: TermContext, showsSystemAttributes: Bool, to writer: inout ByteWriter
    ) throws(NGSILDError) {
        guard isOpen(id, tenant) else { throw Self.unknown(id) }
        try base.appendSubscription(
            id: id, tenant: tenant, context: context, showsSystemAttributes: showsSystemAttributes, to: &writer)
    }

    func subscriptionOwner(id: String, tenant: String) -> String? { base.subscriptionOwner(id: id, tenant: tenant) }

    func subscriptionIDs(tenant: String) throws(NGSILDError) -> [String] {
        try base.subscriptionIDs(tenant: tenant).filter { isOpen($0, tenant) }
    }

    func deleteSubscription(
        id: String, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void
    ) {
        guard isOpen(id, tenant) else { return scheduler.deliver([{ reply(.failure(Self.unknown(id))) }]) }
        base.deleteSubscription(id: id, tenant: tenant, on: scheduler, reply: reply)
    }
}
