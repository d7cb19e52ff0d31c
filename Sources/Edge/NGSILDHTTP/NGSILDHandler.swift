import NGSILDModel

/// The NGSI-LD HTTP binding: finds the resource that a request names and runs its method.
///
/// - Source: CIM 009 clause 6.
public final class NGSILDHandler: HTTPRequestHandler {
    let binding: Binding
    let other: @Sendable (HTTPRequest) -> HTTPAnswer?
    let hub: ChangeStreamHub
    let notifications: NotificationStreamHub?

    /// - Parameters:
    ///   - publicURL: where clients reach this server, without a slash at its end; `nil` takes what each of them wrote.
    ///   - other: answers paths outside NGSI-LD; `nil` means not found. Called on an event loop; must not block. Of its paths,
    ///     those below `/admin` and `/metrics` take a caller who may administer; the rest it must guard itself.
    public init(
        services: BrokerServices, metrics: HTTPMetrics, identity: SourceIdentity = SourceIdentity(),
        publicURL: String? = nil,
        other: @escaping @Sendable (HTTPRequest) -> HTTPAnswer?
    ) {
        let contexts = TermContexts(registry: services.registry, hosted: services.hostedContexts)
        binding = Binding(services: services, contexts: contexts, identity: identity, publicURL: publicURL)
        self.other = other
        hub = ChangeStreamHub(feed: services.feed, core: contexts.core.terms, metrics: metrics)
        notifications =
            if let streams = services.notificationStreams, let subscriptions = services.subscriptions {
                NotificationStreamHub(streams, of: subscriptions, core: contexts.core.terms, metrics: metrics)
            } else {
                nil
            }
    }

    public func handle(_ request: HTTPRequest) {
        do throws(HTTPFailure) {
            let resource = try RequestTarget.resource(request.target)
            if resource == .outside { return try handleOutside(request) }
            let exchange = try Exchange(
                request: request,
                binding: request.caller.permit.isEverything ? binding : permittedBinding(request, resource),
                mayUseSnapshot: !resource.isAboveSnapshots)
            do throws(HTTPFailure) { try route(exchange, resource) } catch { exchange.fail(error) }
        } catch {
            request.answer(error.answer)
        }
    }

    /// What a caller who may not do everything gets of the binding.
    private func permittedBinding(_ request: HTTPRequest, _ resource: Resource) throws(HTTPFailure) -> Binding {
        // What is not there, or cannot be done there, is answered the same to all.
        guard let operation = resource.accessOperation(request) else { return binding }
        let tenant = try TenantName.check(request.fields.tenant)
        let memory = request.connection.memory
        if let known = memory.permitted, known.isOf(request.caller, operation, tenant) { return known.binding }
        let services = try AccessGate(request: request).admit(operation, tenant, binding.services)
        let permitted = binding.with(services)
        memory.permitted = .init(caller: request.caller, operation: operation, tenant: tenant, binding: permitted)
        return permitted
    }

    static func notFound(_ request: HTTPRequest) -> NGSILDError {
        .resourceNotFound("There is nothing at \(request.path); the NGSI-LD API is at /ngsi-ld/v1/, the console at /")
    }

    private func route(_ exchange: Exchange, _ resource: Resource) throws(HTTPFailure) {
        switch resource {
        case .entities: try EntitiesResource(exchange: exchange).run()
        case .entity(let id): try EntityResource(exchange: exchange, id: id).run()
        case .entityAttributes(let id): try EntityAttributesResource(exchange: exchange, id: id).run()
        case .entityAttribute(let id, let name):
            try EntityAttributeResource(exchange: exchange, id: id, name: name).run()
        case .batch(let operation): try BatchResource(exchange: exchange, operation: operation).run()
        case .types: try TypesResource(exchange: exchange).run()
        case .type(let name): try TypeResource(exchange: exchange, name: name).run()
        case .attributes: try AttributesResource(exchange: exchange).run()
        case .attribute(let name): try AttributeResource(exchange: exchange, name: name).run()
        case .subscriptions: try SubscriptionsResource(exchange).run()
        case .subscription(let id): try SubscriptionResource(exchange, id: id).run()
        case .contexts: try ContextsResource(exchange).run()
        case .context(let id): try ContextResource(exchange, id: id).run()
        case .entityMaps(let isTemporal): try EntityMapsResource(exchange: exchange, isTemporal: isTemporal).run()
        case .entityMap(let id): try EntityMapResource(exchange: exchange, id: id).run()
        case .snapshots: try SnapshotsResource(exchange).run()
        case .snapshot(let id): try SnapshotResource(exchange, id: id).run()
        case .snapshotClone(let id): try SnapshotResource(exchange, id: id).runClone()
        case .sourceIdentity: try SourceIdentityResource(exchange: exchange).run()
        case .temporalEntities: try TemporalEntitiesResource(exchange: exchange).run()
        case .temporalQuery: try TemporalEntitiesResource(exchange: exchange).runPosted()
        case .temporalEntity(let id): try TemporalEntityResource(exchange: exchange, id: id).run()
        case .temporalAttributes(let id): try TemporalAttributesResource(exchange: exchange, id: id).run()
        case .temporalAttribute(let id, let name):
            try TemporalAttributesResource(exchange: exchange, id: id).runAttribute(name)
        case .temporalInstance(let id, let name, let instance):
            try TemporalAttributesResource(exchange: exchange, id: id).runInstance(name, instance)
        case .later(let name):
            if exchange.method == .GET { _ = try exchange.accepted() }
            throw .ngsild(.operationNotSupported("/ngsi-ld/v1/\(name) is not offered by this version of Parvis yet"))
        case .unknown, .outside: throw .ngsild(Self.notFound(exchange.request))
        }
    }
}
