import JSONTree
import NGSILDModel
import NIOHTTP1

/// The NGSI-LD HTTP binding: finds the resource that a request names and runs its method.
///
/// - Source: CIM 009 clause 6.
public final class NGSILDHandler: HTTPRequestHandler {
    private let services: BrokerServices
    private let contexts: TermContexts
    private let metrics: HTTPMetrics
    private let other: @Sendable (HTTPRequest) -> HTTPAnswer?
    private let hub: ChangeStreamHub

    /// - Parameter other: answers paths outside NGSI-LD; `nil` means not found.
    public init(
        services: BrokerServices, metrics: HTTPMetrics, other: @escaping @Sendable (HTTPRequest) -> HTTPAnswer?
    ) {
        self.services = services
        self.metrics = metrics
        self.other = other
        contexts = TermContexts(registry: services.registry)
        hub = ChangeStreamHub(feed: services.feed, core: contexts.core, metrics: metrics)
    }

    private static let prefix = "/ngsi-ld/v1/"

    public func handle(_ request: HTTPRequest) {
        let path = request.path
        guard path.utf8.starts(with: Self.prefix.utf8) else {
            if path == "/console/stream", request.method == .GET {
                hub.open(request)
            } else {
                request.answer(other(request) ?? Self.notFound(String(path)))
            }
            return
        }
        do throws(HTTPFailure) {
            let exchange = try Exchange(request: request, services: services, contexts: contexts)
            do throws(HTTPFailure) { try route(exchange, Substring(path.utf8.dropFirst(Self.prefix.utf8.count))) } catch {
                exchange.fail(error)
            }
        } catch {
            request.answer(error.answer)
        }
    }

    private static func notFound(_ path: String) -> HTTPAnswer {
        NGSILDError.resourceNotFound(
            "There is nothing at \(path); the NGSI-LD API is at /ngsi-ld/v1/, the console at /"
        ).answer
    }

    private func route(_ exchange: Exchange, _ path: Substring) throws(HTTPFailure) {
        let segments = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Substring.init)
        var rest: [String] = []
        rest.reserveCapacity(segments.count)
        for segment in segments.dropFirst() {
            guard let decoded = PercentCoding.decode(segment) else {
                throw .badRequest("The path segment \"\(segment)\" is not percent-encoded UTF-8")
            }
            rest.append(decoded)
        }
        if rest.last == "" { rest.removeLast() }
        switch (segments[0], rest.count) {
        case ("entities", 0): try EntitiesResource(exchange).run()
        case ("entities", 1): try EntityResource(exchange, id: rest[0]).run()
        case ("entities", 2) where rest[1] == "attrs": try EntityAttributesResource(exchange, id: rest[0]).run()
        case ("entities", 3) where rest[1] == "attrs":
            try EntityAttributeResource(exchange, id: rest[0], name: rest[2]).run()
        case ("entityOperations", 1): try BatchResource(exchange, operation: rest[0]).run()
        case ("types", 0): try TypesResource(exchange).run()
        case ("types", 1): try TypeResource(exchange, name: rest[0]).run()
        case ("attributes", 0): try AttributesResource(exchange).run()
        case ("attributes", 1): try AttributeResource(exchange, name: rest[0]).run()
        case ("subscriptions", 0): try SubscriptionsResource(exchange).run()
        case ("subscriptions", 1): try SubscriptionResource(exchange, id: rest[0]).run()
        case ("temporal", 1...) where try temporal(exchange, rest): return
        case ("jsonldContexts", _), ("csourceRegistrations", _), ("csourceSubscriptions", _),
            ("entityMaps", _), ("snapshots", _), ("info", _):
            throw .ngsild(.operationNotSupported("/ngsi-ld/v1/\(segments[0]) is not offered by this version of Parvis yet"))
        default: exchange.answer(Self.notFound(Self.prefix + path))
        }
    }

    /// Runs a temporal resource; answers whether there is one at the path.
    private func temporal(_ exchange: Exchange, _ path: [String]) throws(HTTPFailure) -> Bool {
        switch (path[0], path.count) {
        case ("entities", 1): try TemporalEntitiesResource(exchange).run()
        case ("entityOperations", 2) where path[1] == "query": try TemporalEntitiesResource(exchange).runPosted()
        case ("entities", 2): try TemporalEntityResource(exchange, id: path[1]).run()
        case ("entities", 3) where path[2] == "attrs": try TemporalAttributesResource(exchange, id: path[1]).run()
        case ("entities", 4) where path[2] == "attrs":
            try TemporalAttributesResource(exchange, id: path[1]).runAttribute(path[3])
        case ("entities", 5) where path[2] == "attrs":
            try TemporalAttributesResource(exchange, id: path[1]).runInstance(path[3], path[4])
        default: return false
        }
        return true
    }
}
