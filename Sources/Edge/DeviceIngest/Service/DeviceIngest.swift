public import JSONLD
import JSONTree
public import MQTTClient
public import NGSILDModel
public import NGSILDOperations
import Synchronization

/// Takes measurements from MQTT servers and writes them as entities; a client of the broker's operations.
///
/// A message is acknowledged after the entities that it became are durable, or once it is clear that it becomes none.
/// When the broker takes no more for now, nothing is read and the messages wait at the servers.
public final class DeviceIngest: Sendable {
    /// What to take in, and from where.
    public struct Configuration: Sendable {
        public var mapping: IngestMapping
        /// Beside those of the mapping.
        public var servers: [IngestServer] = []
        /// The name of the sessions at servers that have none of their own.
        public var clientID: String
        public var trust = MQTTTrust()
        /// Called with what the operator should know: refused messages, at most once a minute.
        public var onProblem: @Sendable (String) -> Void = { _ in }

        public init(mapping: IngestMapping, clientID: String) {
            self.mapping = mapping
            self.clientID = clientID
        }
    }

    private let configuration: Configuration
    private let contexts: ContextCache
    private let registry: TermRegistry
    private let writer: EntityWriter
    private let subscribers: [(name: String, subscriber: MQTTSubscriber)]
    let counts: IngestCounts
    private let reader: ReaderBox
    private let starting = Mutex<Task<Void, Never>?>(nil)
    /// Why messages are not asked for yet.
    private let waitsFor = Mutex<String?>(nil)

    /// Holds the reader, which is there before the first subscriber starts.
    private final class ReaderBox: Sendable {
        let reader = Mutex<MessageReader?>(nil)
    }

    /// - Throws: `MQTTError.invalidEndpoint` for a server's URL.
    public init(
        _ configuration: Configuration, provision: any EntityProvision, consumption: any EntityConsumption,
        contexts: ContextCache, registry: TermRegistry
    ) throws(MQTTError) {
        self.configuration = configuration
        self.contexts = contexts
        self.registry = registry
        let counts = IngestCounts(rules: configuration.mapping.rules.count)
        let writer = EntityWriter(provision: provision, consumption: consumption)
        let box = ReaderBox()
        self.counts = counts
        self.writer = writer
        reader = box
        var subscribers: [(String, MQTTSubscriber)] = []
        for server in configuration.mapping.servers + configuration.servers {
            let version = MQTTEndpoint.Version(rawValue: server.version) ?? .v5
            let address = try MQTTEndpoint.Server(uri: server.url, version: version)
            var settings = MQTTSubscriber.Configuration(
                server: address, clientID: server.clientID ?? configuration.clientID,
                filters: configuration.mapping.filters)
            settings.trust = configuration.trust
            settings.packetBytes = MessageReader.payloadLimit + (64 << 10)
            let onProblem = configuration.onProblem
            let subscriber = MQTTSubscriber(settings) { messages in
                guard let reader = box.reader.withLock({ $0 }) else { return false }
                let batch = IngestBatch(reader: reader, writer: writer, counts: counts)
                let problem = batch.take(messages)
                if let report = problem ?? counts.report() { onProblem("\(address.name): \(report)") }
                return problem == nil
            }
            subscribers.append((address.name, subscriber))
        }
        self.subscribers = subscribers
    }

    /// Loads the @contexts of the mapping, then subscribes; goes on trying until `stop`.
    public func start() {
        starting.withLock { task in
            guard task == nil else { return }
            task = Task { [self] in
                guard let rules = await bindRules() else { return }
                let ready = MessageReader(rules: rules, contexts: PayloadContexts(cache: contexts, registry: registry))
                reader.reader.withLock { $0 = ready }
                waitsFor.withLock { $0 = nil }
                if Task.isCancelled { return }
                for (_, subscriber) in subscribers { subscriber.start() }
            }
        }
    }

    /// Finishes and acknowledges what is under way. Later messages wait at the servers.
    public func stop() async {
        let task = starting.withLock { $0 }
        task?.cancel()
        await task?.value
        await withTaskGroup(of: Void.self) { group in
            for (_, subscriber) in subscribers { group.addTask { await subscriber.stop() } }
        }
    }

    /// How it goes with each server, in their order.
    public var statuses: [(server: String, status: MQTTSubscriber.Status)] {
        subscribers.map { ($0.name, $0.subscriber.status) }
    }

    var mapping: IngestMapping { configuration.mapping }
    var waiting: String? { waitsFor.withLock { $0 } }

    /// - Returns: `nil` when cancelled.
    private func bindRules() async -> [MessageReader.BoundRule]? {
        var rules: [MessageReader.BoundRule] = []
        for rule in configuration.mapping.rules {
            guard let terms = await terms(rule.context) else { return nil }
            rules.append(MessageReader.BoundRule(rule: rule, terms: terms))
        }
        return rules
    }

    private func terms(_ urls: [String]) async -> TermContext? {
        if urls.isEmpty { return TermContext(context: .core, registry: registry) }
        var pause = Duration.seconds(1)
        while !Task.isCancelled {
            do {
                let document = try JSONDocument(parsing: Self.list(urls))
                let context = try await contexts.resolve(.value(document, document.root))
                return TermContext(context: context, registry: registry)
            } catch {
                let reason = "its @context cannot be loaded yet: \(error)"
                waitsFor.withLock { $0 = reason }
                configuration.onProblem("No messages are asked for: \(reason)")
            }
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(60))
        }
        return nil
    }

    private static func list(_ urls: [String]) -> [UInt8] {
        var writer = ByteWriter()
        writer.append("[")
        for (index, url) in urls.enumerated() {
            if index > 0 { writer.append(",") }
            writer.append(jsonString: url)
        }
        writer.append("]")
        return writer.array()
    }
}
