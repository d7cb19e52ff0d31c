import AccessPolicies
import BrokerCore
import InMemoryStorage
import JSONLD
import JSONTree
import Logging
import NGSILDModel
import NGSILDOperations

@testable import NotificationDelivery

/// A broker over a store in memory, with subscriptions, as tests of delivery use it.
struct City {
    /// A loader that has two contexts and no network.
    struct Loader: ContextDocumentLoader {
        func load(_ url: String, completion: @escaping @Sendable (Result<LoadedContext, ContextError>) -> Void) {
            switch url {
            case City.contextURL:
                completion(
                    .success(
                        LoadedContext(
                            Array(
                                #"{"@context":{"warmth":"https://city.example/warmth","ex":"https://ex.example/"}}"#
                                    .utf8))))
            case "https://city.example/broken.jsonld": completion(.success(LoadedContext(Array("{".utf8))))
            default: completion(.failure(.status(url: url, code: 404)))
            }
        }
    }

    static let contextURL = "https://city.example/context.jsonld"

    let broker: Broker
    let contexts: ContextCache
    let manager: SubscriptionManager
    let context: TermContext

    init(
        _ transport: any NotificationTransport, over broker: Broker? = nil, callers: (any CallerDirectory)? = nil,
        _ change: (inout SubscriptionManager.Configuration) -> Void = { _ in }
    ) throws {
        let broker = try broker ?? Broker(storage: InMemoryStorage())
        var configuration = SubscriptionManager.Configuration()
        configuration.sleep = { duration in
            // Pauses between attempts pass at once; the rhythm of saving does not matter here.
            if duration >= .seconds(60) { try await Task.sleep(for: .seconds(86_400)) }
        }
        configuration.savingInterval = .seconds(60)
        configuration.random = { 0 }
        change(&configuration)
        self.broker = broker
        contexts = ContextCache(loader: Loader())
        manager = try SubscriptionManager(
            feed: broker, documents: broker, registry: broker.registry, contexts: contexts, transport: transport,
            consumption: broker, callers: callers, configuration: configuration,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        context = TermContext(context: .core, registry: broker.registry)
        try manager.start()
    }

    /// Stops the manager and the broker under it.
    func stop() async {
        await manager.stop()
        broker.stop()
    }

    func under(_ url: String) async throws -> TermContext {
        TermContext(context: try await contexts.resolve(.url(url)), registry: broker.registry)
    }

    @discardableResult
    func subscribe(
        _ json: String, context: TermContext? = nil, contextURL: String? = nil, owner: String? = nil,
        tenant: String = ""
    ) async throws -> String {
        let body = try JSONDocument(parsing: json)
        let result = await withCheckedContinuation { continuation in
            manager.createSubscription(
                body, context: context ?? self.context, contextURL: contextURL, owner: owner, tenant: tenant,
                on: ImmediateReplyScheduler()
            ) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    func update(_ id: String, _ json: String, context: TermContext? = nil) async throws {
        let body = try JSONDocument(parsing: json)
        let result = await withCheckedContinuation { continuation in
            manager.updateSubscription(
                id: id, body, context: context ?? self.context, tenant: "", on: ImmediateReplyScheduler()
            ) { continuation.resume(returning: $0) }
        }
        try result.get()
    }

    func delete(_ id: String) async throws {
        let result = await withCheckedContinuation { continuation in
            manager.deleteSubscription(id: id, tenant: "", on: ImmediateReplyScheduler()) {
                continuation.resume(returning: $0)
            }
        }
        try result.get()
    }

    func shown(_ id: String, context: TermContext? = nil, systemAttributes: Bool = false) throws -> JSONDocument {
        var writer = ByteWriter()
        try manager.appendSubscription(
            id: id, tenant: "", context: context ?? self.context, showsSystemAttributes: systemAttributes, to: &writer)
        return try JSONDocument(parsing: writer.array())
    }

    private func run(_ operation: ProvisionOperation, tenant: String = "") async throws {
        let result = await withCheckedContinuation { continuation in
            broker.submit(operation, tenant: tenant, on: ImmediateReplyScheduler()) {
                continuation.resume(returning: $0)
            }
        }
        if case .failure(let error) = result { throw error }
    }

    func create(_ json: String, context: TermContext? = nil, tenant: String = "") async throws {
        let document = try JSONDocument(parsing: json)
        let draft = try EntityDecoder(context: context ?? self.context).decodeEntity(document, document.root)
        try await run(.createEntity(draft), tenant: tenant)
    }

    func merge(_ id: String, _ json: String) async throws {
        let document = try JSONDocument(parsing: json)
        let draft = try EntityDecoder(context: context, purpose: .fragment).decodeEntity(document, document.root)
        try await run(.mergeEntity(id: id, draft))
    }

    func deleteEntity(_ id: String) async throws { try await run(.deleteEntity(id: id)) }

    func deleteAttribute(_ id: String, _ name: String) async throws {
        try await run(.deleteAttribute(id: id, attribute: try context.term(name), dataset: nil))
    }

    /// Creates a room, or sets its temperature.
    func heat(_ number: Int, to temperature: Int) async throws {
        let value = #""temperature":{"type":"Property","value":\#(temperature)}"#
        let id = "urn:ngsi-ld:Room:\(number)"
        if (try? broker.retrieveEntity(id: id, tenant: "")) == nil {
            try await create(#"{"id":"\#(id)","type":"Room",\#(value)}"#)
        } else {
            try await merge(id, "{\(value)}")
        }
    }
}

extension SubscriptionManager {
    /// Waits until nothing waits any more.
    func settled() async {
        while statistics.waiting > 0 { await Task.yield() }
    }
}

extension JSONDocument {
    /// The text of the value at a path of member names; strings without quotes.
    func at(_ path: String...) -> String? {
        var node = root
        for name in path {
            if isArray(node), let index = Int(name) {
                guard let element = elements(node).dropFirst(index).first(where: { _ in true }) else { return nil }
                node = element
            } else {
                guard let next = member(node, named: name) else { return nil }
                node = next
            }
        }
        return string(node) ?? text(node)
    }
}
