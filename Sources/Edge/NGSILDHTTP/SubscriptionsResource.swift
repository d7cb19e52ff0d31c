import JSONTree
import NGSILDModel
import NGSILDOperations

/// `/subscriptions`.
///
/// - Source: CIM 009 clause 6.10.
struct SubscriptionsResource {
    private let exchange: Exchange
    private let service: any SubscriptionService

    init(_ exchange: Exchange) throws(HTTPFailure) {
        self.exchange = exchange
        guard let service = exchange.services.subscriptions else {
            throw .ngsild(.operationNotSupported("This broker takes no subscriptions"))
        }
        self.service = service
    }

    func run() throws(HTTPFailure) {
        switch exchange.method {
        case .GET, .HEAD: try query()
        case .POST: try create()
        default: throw exchange.methodNotAllowed(.GET, .POST)
        }
    }

    /// Create Subscription, 5.8.1.
    private func create() throws(HTTPFailure) {
        exchange.request.operation = .createSubscription
        _ = try exchange.parameters([])
        let (exchange, service) = (exchange, service)
        try exchange.withBody { (document, context) throws(HTTPFailure) in
            let create: @Sendable (String?) -> Void = { contextURL in
                service.createSubscription(
                    document, context: context.terms, contextURL: contextURL, owner: exchange.owner,
                    tenant: exchange.tenant, on: exchange.request.loop
                ) {
                    switch $0 {
                    case .success(let id):
                        let location = "/ngsi-ld/v1/subscriptions/" + PercentCoding.encode(id)
                        exchange.answer(HTTPAnswer(status: 201, headers: [("Location", location)]))
                    case .failure(let error): exchange.fail(error)
                    }
                }
            }
            guard let hosted = exchange.services.hostedContexts, Self.needsURL(context, document) else {
                return create(nil)
            }
            try translating { () throws(NGSILDError) in
                try hosted.add(
                    implicit: context.terms.context, tenant: exchange.ownTenant, on: exchange.request.loop
                ) { result in
                    switch result {
                    case .success(let id): create(exchange.contextURL(id))
                    case .failure(let error): exchange.fail(error)
                    }
                }
            }
        }
    }

    /// Whether notifications will be plain JSON under an @context that has no URL, so that a Link header can name it only
    /// if it gets one here.
    ///
    /// - Source: CIM 009 clause 5.13.1.
    private static func needsURL(_ context: BoundContext, _ body: JSONDocument) -> Bool {
        guard context.terms.context.linkURL == nil, body.isObject(body.root),
            body.member(body.root, "jsonldContext") == nil
        else { return false }
        guard let notification = body.member(body.root, "notification"), body.isObject(notification),
            let endpoint = body.member(notification, "endpoint"), body.isObject(endpoint),
            let accept = body.member(endpoint, "accept")
        else { return true }
        return !body.equals(accept, "application/ld+json")
    }

    /// Query Subscriptions, 5.8.4.
    private func query() throws(HTTPFailure) {
        exchange.request.operation = .querySubscriptions
        let type = try exchange.accepted()
        let parameters = try exchange.parameters([.limit, .offset, .count, .options])
        let pagination = try Pagination(parameters)
        // Early versions of the specification, and clients since, ask for the count by an option.
        let options = try parameters.options(["sysAttrs", "count"])
        let showsSystem = options.contains("sysAttrs")
        let counts = pagination.counts || options.contains("count")
        let (exchange, service) = (exchange, service)
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            let ids = try translating { () throws(NGSILDError) in try service.subscriptionIDs(tenant: exchange.tenant) }
            let page = ids.dropFirst(pagination.offset).prefix(pagination.limit)
            let headers = pagination.headers(
                exchange.request, type, hasMore: pagination.offset + page.count < ids.count,
                total: counts ? ids.count : nil)
            exchange.answer(type, context, headers: headers, isOfEveryVersion: true) { writer, contextText in
                AnswerWriter.array(Array(page), to: &writer) { id, writer in
                    // One that was deleted since the ids were taken leaves an empty object behind.
                    SubscriptionResource.append(id, service, exchange, context, showsSystem, contextText, to: &writer)
                }
            }
        }
    }
}

/// `/subscriptions/{subscriptionId}`.
///
/// - Source: CIM 009 clause 6.11.
struct SubscriptionResource {
    private let exchange: Exchange
    private let service: any SubscriptionService
    private let id: String

    init(_ exchange: Exchange, id: String) throws(HTTPFailure) {
        self.exchange = exchange
        self.id = id
        guard let service = exchange.services.subscriptions else {
            throw .ngsild(.operationNotSupported("This broker takes no subscriptions"))
        }
        self.service = service
        guard EntityID.isValid(id) else { throw .badRequest("The subscription id \"\(id)\" in the path is not a URI") }
    }

    func run() throws(HTTPFailure) {
        let (exchange, service, id) = (exchange, service, id)
        switch exchange.method {
        case .GET, .HEAD: try retrieve()
        case .PATCH:
            exchange.request.operation = .updateSubscription
            _ = try exchange.parameters([])
            try exchange.withBody { (document, context) throws(HTTPFailure) in
                service.updateSubscription(
                    id: id, document, context: context.terms, tenant: exchange.tenant, on: exchange.request.loop
                ) { Self.answer(exchange, $0) }
            }
        case .DELETE:
            exchange.request.operation = .deleteSubscription
            _ = try exchange.parameters([])
            service.deleteSubscription(id: id, tenant: exchange.tenant, on: exchange.request.loop) {
                Self.answer(exchange, $0)
            }
        default: throw exchange.methodNotAllowed(.GET, .PATCH, .DELETE)
        }
    }

    private static func answer(_ exchange: Exchange, _ result: Result<Void, NGSILDError>) {
        switch result {
        case .success: exchange.answer(HTTPAnswer(status: 204))
        case .failure(let error): exchange.fail(error)
        }
    }

    /// Retrieve Subscription, 5.8.3.
    private func retrieve() throws(HTTPFailure) {
        exchange.request.operation = .retrieveSubscription
        let type = try exchange.accepted()
        let showsSystem = try exchange.parameters([.options]).options(["sysAttrs"]).contains("sysAttrs")
        let (exchange, service, id) = (exchange, service, id)
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            var probe = ByteWriter(capacity: 1_024)
            try translating { () throws(NGSILDError) in
                try service.appendSubscription(
                    id: id, tenant: exchange.tenant, context: context.terms, showsSystemAttributes: showsSystem,
                    to: &probe)
            }
            let body = probe.array()
            exchange.answer(type, context, isOfEveryVersion: true) { writer, contextText in
                Self.append(body, contextText, to: &writer)
            }
        }
    }

    static func append(
        _ id: String, _ service: any SubscriptionService, _ exchange: Exchange, _ context: BoundContext,
        _ showsSystem: Bool, _ contextText: [UInt8]?, to writer: inout ByteWriter
    ) {
        var part = ByteWriter(capacity: 1_024)
        do throws(NGSILDError) {
            try service.appendSubscription(
                id: id, tenant: exchange.tenant, context: context.terms, showsSystemAttributes: showsSystem, to: &part)
            append(part.array(), contextText, to: &writer)
        } catch {
            writer.append("{}")
        }
    }

    /// Appends a JSON object with the `@context` put in.
    private static func append(_ object: [UInt8], _ contextText: [UInt8]?, to writer: inout ByteWriter) {
        guard let contextText, object.last == UInt8(ascii: "}") else {
            writer.append(object)
            return
        }
        writer.append(Array(object.dropLast()))
        writer.append(",\"@context\":")
        writer.append(contextText)
        writer.append("}")
    }
}
