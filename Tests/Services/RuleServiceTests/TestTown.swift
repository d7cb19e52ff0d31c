import BrokerCore
import BrokerStorage
import InMemoryStorage
import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import NotificationDelivery
import ServiceRuntime
import Synchronization
import TemporalEvolution

@testable import RuleService

/// A clock that moves when it is told.
final class ManualClock: Sendable {
    private let time = Mutex(minute(0))
    var now: Timestamp { time.withLock { $0 } }
    func set(_ new: Timestamp) { time.withLock { $0 = new } }
}

/// `2026-03-02T00:00:00Z`, a Monday, and so many minutes.
func minute(_ minutes: Double) -> Timestamp {
    (Timestamp("2026-03-02T00:00:00Z") ?? Timestamp(microseconds: 0)).adding(seconds: minutes * 60)
}

/// Keeps what is sent to it.
final class TestReceiver: NotificationTransport {
    struct Told: Hashable, Sendable {
        let uri: String
        let alert: String
        let notice: String
    }

    private let told = Mutex<[Told]>([])
    private let away = Mutex(false)

    func deliver(_ message: NotificationMessage) async throws(NotificationFailure) {
        if away.withLock({ $0 }) { throw NotificationFailure("nobody is there", mayRetry: true) }
        guard let json = try? JSONDocument(parsing: message.body), let data = json.member(json.root, "data") else {
            return
        }
        for entity in json.elements(data) {
            let id = json.member(entity, "id").flatMap { json.string($0) } ?? ""
            let notice = json.member(entity, "notice").flatMap { json.string($0) } ?? ""
            told.withLock { $0.append(Told(uri: message.uri, alert: id, notice: notice)) }
        }
    }

    /// What was sent to an endpoint, once there is so much.
    func notices(_ uri: String = "https://duty.example/a", count: Int) async -> [String] {
        for _ in 0..<200_000 {
            let found = told.withLock { $0.filter { $0.uri == uri }.map(\.notice) }
            if found.count >= count { return found }
            try? await Task.sleep(for: .milliseconds(2))
        }
        return told.withLock { $0.filter { $0.uri == uri }.map(\.notice) }
    }
}

/// A broker with history, subscriptions and the rules, over a store that outlives them.
final class TestTown: Sendable {
    let storage: any BrokerStorage
    let clock: ManualClock
    let broker: Broker
    let history: HistoryStore
    let subscriptions: SubscriptionManager
    let receiver = TestReceiver()
    let context: TermContext
    let operations: ServiceOperations
    let rules: RuleService
    let problems = Sentences()

    final class Sentences: Sendable {
        private let texts = Mutex<[String]>([])
        func add(_ text: String) { texts.withLock { $0.append(text) } }
        var all: [String] { texts.withLock { $0 } }
    }

    init(
        storage: any BrokerStorage = InMemoryStorage(), clock: ManualClock = ManualClock(), instanceLimit: Int = 10_000,
        _ change: (inout RuleServiceConfiguration) -> Void = { _ in }
    ) throws {
        self.storage = storage
        self.clock = clock
        var configuration = Broker.Configuration()
        configuration.clock = { clock.now }
        configuration.keepsPast = true
        broker = try Broker(storage: storage, configuration: configuration)
        var historyConfiguration = HistoryConfiguration()
        historyConfiguration.isRecording = true
        historyConfiguration.instanceLimit = instanceLimit
        historyConfiguration.clock = { clock.now }
        history = try HistoryStore(keeping: broker, entities: broker, configuration: historyConfiguration)
        history.start(feed: broker)
        context = TermContext(context: .core, registry: broker.registry)
        var delivery = SubscriptionManager.Configuration()
        delivery.clock = { clock.now }
        subscriptions = try SubscriptionManager(
            feed: broker, documents: broker, registry: broker.registry,
            contexts: ContextCache(loader: NoContexts()), transport: receiver, consumption: broker,
            configuration: delivery)
        try subscriptions.start()
        var ruleConfiguration = RuleServiceConfiguration()
        ruleConfiguration.clock = { clock.now }
        ruleConfiguration.careSeconds = 0.5
        let problems = problems
        ruleConfiguration.onProblem = { problems.add($0) }
        change(&ruleConfiguration)
        operations = ServiceOperations(
            provision: broker, consumption: broker, temporal: history, feed: broker, registry: broker.registry,
            tenantNames: { [broker] in broker.tenantNames })
        rules = RuleService(
            operations, delivery: RuleDelivery(subscriptions: subscriptions, notifications: subscriptions),
            configuration: ruleConfiguration)
    }

    private struct NoContexts: ContextDocumentLoader {
        func load(_ url: String, completion: @escaping @Sendable (Result<LoadedContext, ContextError>) -> Void) {
            completion(.failure(.status(url: url, code: 404)))
        }
    }

    /// Ends the service as a kill would leave it, then the broker; the store stays.
    func stop() async {
        await rules.stop()
        await subscriptions.stop(grace: .zero)
        history.stop()
        broker.stop()
    }

    func perform(_ operation: ProvisionOperation, tenant: String = "") async throws {
        let result = await withCheckedContinuation { continuation in
            broker.submit(operation, tenant: tenant, on: ImmediateReplyScheduler()) {
                continuation.resume(returning: $0)
            }
        }
        if case .failure(let error) = result { throw error }
        if case .batch(let outcome) = result, let first = outcome.errors.first { throw first.error }
    }

    /// Creates or updates entities in one commit, and waits for what follows.
    func report(_ entities: [String], at time: Timestamp? = nil, tenant: String = "") async throws {
        if let time { clock.set(time) }
        let members = try entities.map { json -> BatchMember in
            let document = try JSONDocument(parsing: json)
            return .draft(try EntityDecoder(context: context).decodeEntity(document, document.root))
        }
        try await perform(.batchUpsert(members, replaces: false), tenant: tenant)
        await rules.settle()
    }

    /// Lets time pass.
    func wait(until time: Timestamp) async {
        clock.set(time)
        await rules.settle()
    }

    func delete(_ id: String) async throws {
        try await perform(.deleteEntity(id: id))
        await rules.settle()
    }

    func entity(_ id: String, tenant: String = "") -> EntityRecord? {
        try? broker.retrieveEntity(id: id, tenant: tenant)
    }

    /// The value of an attribute as JSON text.
    func value(_ id: String, _ name: String, tenant: String = "") -> String? {
        guard let entity = entity(id, tenant: tenant), let term = context.knownTerm(name),
            let root = entity.attributes.root(named: term)
        else { return nil }
        return entity.attributes.valueText(of: root)
    }

    /// `raised`, `cleared`, or `nil` where there is no alert.
    func state(_ rule: String = "level", of sensor: Int = 1, tenant: String = "") -> String? {
        value("urn:ngsi-ld:Alert:rule:\(rule):Sensor:\(sensor)", "alertState", tenant: tenant)?
            .replacing("\"", with: "")
    }
}

func alertID(_ rule: String = "level", _ sensor: Int = 1) -> String {
    "urn:ngsi-ld:Alert:rule:\(rule):Sensor:\(sensor)"
}
func ruleID(_ rule: String = "level") -> String { "urn:ngsi-ld:AlertRule:\(rule)" }

/// A sensor whose level is as given, observed at a time or written only.
func sensor(_ number: Int = 1, level: Double? = nil, at time: Timestamp? = nil, more: String = "") -> String {
    var text = #"{"id":"urn:ngsi-ld:Sensor:\#(number)","type":"Sensor""#
    if let level {
        text += #","level":{"type":"Property","value":\#(level)\#(time.map { #","observedAt":"\#($0.text)""# } ?? "")}"#
    }
    return text + more + "}"
}

let above = #"{"kind":"threshold","attribute":"level","comparison":"above","value":50,"clear":45}"#

/// A rule about sensors.
func rule(
    _ name: String = "level", state: String = "on", entities: String = #"{"type":"Sensor"}"#, tests: String = above,
    condition: String = "", notify: String = #"[{"channel":"webhook","uri":"https://duty.example/a"}]"#,
    more: String = ""
) -> String {
    #"{"id":"\#(ruleID(name))","type":"AlertRule","name":{"type":"Property","value":"\#(name)"},"ruleState":{"type":"Property","value":"\#(state)"},"severity":{"type":"Property","value":"high"},"condition":{"type":"JsonProperty","json":{"entities":\#(entities),"tests":[\#(tests)]\#(condition)}},"notify":{"type":"JsonProperty","json":\#(notify)}\#(more)}"#
}
