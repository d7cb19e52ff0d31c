import JSONLD
public import JSONTree
public import NGSILDModel
public import NGSILDOperations

extension SubscriptionManager: SubscriptionService {
    /// CIM 009 clause 5.8.1.
    public func createSubscription(
        _ body: JSONDocument, context: TermContext, contextURL: String?, owner: String?, tenant: String,
        on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<String, NGSILDError>) -> Void
    ) {
        let answer: @Sendable (Result<Subscription, NGSILDError>) -> Void = { result in
            scheduler.deliver([{ reply(result.map(\.id)) }])
        }
        do throws(NGSILDError) {
            let id = try SubscriptionManager.newID(body)
            var definition = SubscriptionDefinition(
                contextValue: context.context.valueJSON, contextURL: context.context.linkURL ?? contextURL)
            try definition.merge(body, context: context)
            try claim(id, tenant) { current, count throws(NGSILDError) in
                if current != nil { throw .alreadyExists("Subscription \(id) already exists; use Update Subscription") }
                if count >= configuration.subscriptionLimit {
                    throw .overloaded("There are \(count) subscriptions, which is the limit; delete some")
                }
            }
            withContext(definition) { [self] result in
                finish(result, id, tenant, current: nil, owner: owner, reply: answer)
            }
        } catch {
            answer(.failure(error))
        }
    }

    /// CIM 009 clause 5.8.2.
    public func updateSubscription(
        id: String, _ fragment: JSONDocument, context: TermContext, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void
    ) {
        let answer: @Sendable (Result<Subscription, NGSILDError>) -> Void = { result in
            scheduler.deliver([{ reply(result.map { _ in }) }])
        }
        do throws(NGSILDError) {
            try SubscriptionManager.checkIdentity(fragment, id)
            let current = try subscription(id, tenant)
            var definition = current.stored.definition
            try definition.merge(fragment, context: context)
            let givesExpiry = fragment.member(fragment.root, "expiresAt") != nil
            if givesExpiry, fragment.member(fragment.root, "isActive") == nil,
                current.status(at: configuration.clock()) == "expired"
            {
                // More time alone makes an expired subscription active, also one that was paused (clause 5.8.2.4).
                definition.remove("isActive")
            }
            try claim(id, tenant) { present, _ throws(NGSILDError) in
                guard present === current else { throw SubscriptionManager.changing(id) }
            }
            guard fragment.member(fragment.root, "jsonldContext") != nil else {
                return finish(
                    .success(definition), id, tenant, current: current, givesExpiry: givesExpiry, reply: answer)
            }
            withContext(definition) { [self] result in
                finish(result, id, tenant, current: current, givesExpiry: givesExpiry, reply: answer)
            }
        } catch {
            answer(.failure(error))
        }
    }

    /// CIM 009 clause 5.8.3.
    public func appendSubscription(
        id: String, tenant: String, context: TermContext, showsSystemAttributes: Bool, to writer: inout ByteWriter
    ) throws(NGSILDError) {
        SubscriptionWriter(context: context, now: configuration.clock(), showsSystemAttributes: showsSystemAttributes)
            .append(try subscription(id, tenant), to: &writer)
    }

    public func subscriptionOwner(id: String, tenant: String) -> String? {
        (try? subscription(id, tenant))?.stored.owner
    }

    /// CIM 009 clause 5.8.4. The order is that of creation.
    public func subscriptionIDs(tenant: String) throws(NGSILDError) -> [String] {
        let all = state.withLock { state in state.tenants[tenant].map { Array($0.byID.values) } ?? [] }
        return all.sorted { ($0.stored.createdAt, $0.id) < ($1.stored.createdAt, $1.id) }.map(\.id)
    }

    /// CIM 009 clause 5.8.5.
    public func deleteSubscription(
        id: String, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void
    ) {
        let current: Subscription
        do throws(NGSILDError) {
            current = try subscription(id, tenant)
            try claim(id, tenant) { present, _ throws(NGSILDError) in
                guard present === current else { throw SubscriptionManager.changing(id) }
            }
        } catch {
            return scheduler.deliver([{ reply(.failure(error)) }])
        }
        let owner = DeadLetters.Owner(tenant: tenant, id: id)
        var removals = [SubscriptionManager.subscriptionKind, SubscriptionManager.recordKind, DeadLetters.indexKind].map
        {
            DocumentUpdate(kind: $0, tenant: tenant, key: id, body: nil)
        }
        for letter in delivery.letters.letters(of: owner) {
            removals.append(DocumentUpdate(kind: DeadLetters.kind(owner), tenant: tenant, key: letter.id, body: nil))
        }
        documents.keep(removals, removingOutbox: [], on: ImmediateReplyScheduler()) { [self] result in
            let queue = state.withLock { state in
                state.busy.remove([tenant, id])
                if case .success = result { return state.remove(current) }
                return nil
            }
            if case .success = result { periodic?.remove(tenant: tenant, id: id) }
            if let queue { end(queue) }
            scheduler.deliver([{ reply(result.mapError(SubscriptionManager.translate)) }])
        }
    }

    /// Forgets what waits for a subscription that is gone.
    private func end(_ queue: SubscriptionQueue) {
        let subscription = queue.subscription
        delivery.letters.removeAll(of: DeadLetters.Owner(tenant: subscription.tenant, id: subscription.id))
        var released = queue.end()
        released.dropped = 0
        delivery.release(released, of: queue, isInOrder: false)
        delivery.noteProgress()
    }

    /// Forgets the subscriptions of a tenant that was deleted; what waits to be sent for them is dropped.
    public func forgetTenant(_ name: String) {
        let queues = state.withLock { state in
            (state.tenants[name].map { Array($0.byID.values) } ?? []).compactMap { state.remove($0) }
        }
        periodic?.removeAll(tenant: name)
        for queue in queues { end(queue) }
        delivery.letters.forget(tenant: name)
    }

    // Steps

    private static func newID(_ body: JSONDocument) throws(NGSILDError) -> String {
        guard body.isObject(body.root) else { throw .badRequestData("A subscription is a JSON object") }
        guard let type = body.member(body.root, "type") ?? body.member(body.root, "@type"),
            body.equals(type, "Subscription")
        else { throw .badRequestData("The \"type\" of a subscription is \"Subscription\"") }
        guard let node = body.member(body.root, "id") ?? body.member(body.root, "@id") else {
            return "urn:ngsi-ld:Subscription:" + RandomID.uuid()
        }
        guard let id = body.string(node), EntityID.isValid(id) else {
            throw .badRequestData("The \"id\" of a subscription is a URI; leave it out to be given one")
        }
        return id
    }

    private static func checkIdentity(_ fragment: JSONDocument, _ id: String) throws(NGSILDError) {
        guard fragment.isObject(fragment.root) else {
            throw .badRequestData("A subscription fragment is a JSON object")
        }
        if let node = fragment.member(fragment.root, "id"), fragment.string(node) != id {
            throw .badRequestData("The \"id\" of a subscription cannot be changed; it is \(id)")
        }
        if let type = fragment.member(fragment.root, "type"), !fragment.equals(type, "Subscription") {
            throw .badRequestData("The \"type\" of a subscription is \"Subscription\"")
        }
    }

    func subscription(_ id: String, _ tenant: String) throws(NGSILDError) -> Subscription {
        guard let found = state.withLock({ $0.tenants[tenant]?.byID[id] }) else {
            throw .resourceNotFound("Subscription \(id) does not exist")
        }
        return found
    }

    private static func changing(_ id: String) -> NGSILDError {
        .conflict("Subscription \(id) is being changed by another request; try again")
    }

    private static func translate(_ error: any Error) -> NGSILDError {
        error as? NGSILDError ?? .internalError("The subscription cannot be stored")
    }

    /// Marks the subscription as being written, if `check` has nothing against it.
    private func claim(
        _ id: String, _ tenant: String, _ check: (Subscription?, Int) throws(NGSILDError) -> Void
    ) throws(NGSILDError) {
        try state.withLock { (state) throws(NGSILDError) in
            // Those being created count too, or a burst would pass the limit.
            try check(state.tenants[tenant]?.byID[id], state.count + state.busy.count)
            guard state.busy.insert([tenant, id]).inserted else { throw SubscriptionManager.changing(id) }
        }
    }

    /// The definition with the context that its `jsonldContext` names, once that is here.
    private func withContext(
        _ definition: SubscriptionDefinition,
        then finish: @escaping @Sendable (Result<SubscriptionDefinition, NGSILDError>) -> Void
    ) {
        guard let member = definition["jsonldContext"] else { return finish(.success(definition)) }
        guard let url = member.json.string(member.root), EntityID.isValid(url) else {
            return finish(.failure(.badRequestData("\"jsonldContext\" is the URL of an @context")))
        }
        contexts.cache.resolve(.url(url)) { result in
            switch result {
            case .success(let resolved):
                var definition = definition
                definition.contextValue = resolved.valueJSON
                definition.contextURL = resolved.linkURL
                finish(.success(definition))
            case .failure(let error):
                finish(
                    .failure(
                        error.isUnavailable
                            ? .ldContextNotAvailable(error.description) : .badRequestData(error.description)))
            }
        }
    }

    /// Checks, stores, and takes into use what was claimed.
    private func finish(
        _ definition: Result<SubscriptionDefinition, NGSILDError>, _ id: String, _ tenant: String,
        current: Subscription?, owner: String? = nil, givesExpiry: Bool = true,
        reply: @escaping @Sendable (Result<Subscription, NGSILDError>) -> Void
    ) {
        let subscription: Subscription
        do throws(NGSILDError) {
            subscription = try made(try definition.get(), id, tenant, current, owner, givesExpiry: givesExpiry)
        } catch {
            state.withLock { _ = $0.busy.remove([tenant, id]) }
            return reply(.failure(error))
        }
        documents.putDocument(
            kind: SubscriptionManager.subscriptionKind, tenant: tenant, key: id, body: subscription.stored.encoded(),
            on: ImmediateReplyScheduler()
        ) { [self] result in
            if case .success = result {
                insert(subscription)
                periodic?.set(subscription)
            }
            state.withLock { _ = $0.busy.remove([tenant, id]) }
            reply(result.map { subscription }.mapError(SubscriptionManager.translate))
        }
    }

    private func made(
        _ definition: SubscriptionDefinition, _ id: String, _ tenant: String, _ current: Subscription?,
        _ owner: String?, givesExpiry: Bool
    ) throws(NGSILDError) -> Subscription {
        let now = configuration.clock()
        let stored = StoredSubscription(
            definition: definition, createdAt: current?.stored.createdAt ?? now, modifiedAt: now,
            since: current?.stored.since ?? feed.lastSequence, owner: current == nil ? owner : current?.stored.owner)
        let subscription = try reader(definition).read(
            id: id, tenant: tenant, stored: stored, record: current?.record ?? DeliveryRecord())
        if subscription.expiresAt.isSet, subscription.expiresAt <= now, givesExpiry {
            throw .badRequestData("\"expiresAt\" \(subscription.expiresAt.text) lies in the past")
        }
        return subscription
    }
}
