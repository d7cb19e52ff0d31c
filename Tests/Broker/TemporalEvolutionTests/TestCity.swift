import BrokerCore
import BrokerStorage
import InMemoryStorage
import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import Synchronization
import Testing

@testable import TemporalEvolution

/// A clock that moves when it is told.
final class ManualClock: Sendable {
    private let time: Mutex<Timestamp>
    init(_ text: String = "2026-01-01T00:00:00Z") { time = Mutex(Timestamp(text) ?? Timestamp(microseconds: 0)) }
    var now: Timestamp { time.withLock { $0 } }
    func advance(seconds: Double = 1) { time.withLock { $0 = $0.adding(seconds: seconds) } }
}

/// A broker with its history over a store in memory. Nothing is flushed but when a test says so.
struct TestCity {
    let storage: any BrokerStorage
    let broker: Broker
    let history: HistoryStore
    let clock: ManualClock
    let context: TermContext

    init(
        storage: any BrokerStorage = InMemoryStorage(), clock: ManualClock = ManualClock(), isRecording: Bool = true,
        _ change: (inout HistoryConfiguration) -> Void = { _ in }
    ) throws {
        self.storage = storage
        self.clock = clock
        var configuration = Broker.Configuration()
        configuration.clock = { clock.now }
        configuration.keepsPast = isRecording
        broker = try Broker(storage: storage, configuration: configuration)
        var historyConfiguration = HistoryConfiguration()
        historyConfiguration.careSeconds = 3_600
        historyConfiguration.isRecording = isRecording
        historyConfiguration.clock = { clock.now }
        change(&historyConfiguration)
        history = try HistoryStore(keeping: broker, entities: broker, configuration: historyConfiguration)
        context = TermContext(context: .core, registry: broker.registry)
        history.start(feed: broker)
    }

    static let room = "urn:ngsi-ld:Room:1"

    func draft(_ json: String, temporal: Bool = false) throws -> EntityDraft {
        let document = try JSONDocument(parsing: json)
        return try EntityDecoder(
            context: context, purpose: .fragment, allowsNull: false, keepsEveryInstance: temporal
        ).decodeEntity(document, document.root)
    }

    func perform(_ operation: ProvisionOperation, tenant: String = "") async -> ProvisionResult {
        await withCheckedContinuation { continuation in
            broker.submit(operation, tenant: tenant, on: ImmediateReplyScheduler()) {
                continuation.resume(returning: $0)
            }
        }
    }

    func create(_ id: String = room, _ attributes: String = #""temperature":{"type":"Property","value":20}"#)
        async throws
    {
        _ = await perform(.createEntity(try draft(#"{"id":"\#(id)","type":"Room",\#(attributes)}"#)))
    }

    func delete(_ id: String) async throws { _ = await perform(.deleteEntity(id: id)) }

    /// Sets temperature, observed at a second of 2026 where one is given.
    func set(_ value: String, observedAt: String? = nil, id: String = room) async throws {
        clock.advance()
        let observed = observedAt.map { #","observedAt":"\#($0)""# } ?? ""
        let draft = try draft(#"{"temperature":{"type":"Property","value":\#(value)\#(observed)}}"#)
        _ = await perform(.updateAttributes(id: id, draft))
    }

    func upsert(_ json: String) async throws -> Result<Bool, NGSILDError> {
        let draft = try draft(json, temporal: true)
        return await withCheckedContinuation { continuation in
            history.upsertTemporalEvolution(draft, tenant: "", on: ImmediateReplyScheduler()) {
                continuation.resume(returning: $0)
            }
        }
    }

    func retrieve(_ id: String = room, _ selection: TemporalSelection = TemporalSelection()) async -> Result<
        TemporalPage, NGSILDError
    > {
        await withCheckedContinuation { continuation in
            history.retrieveTemporalEvolution(id: id, selection, tenant: "", on: ImmediateReplyScheduler()) {
                continuation.resume(returning: $0)
            }
        }
    }

    func query(_ query: EntityQuery, _ selection: TemporalSelection) async -> Result<TemporalPage, NGSILDError> {
        await withCheckedContinuation { continuation in
            history.queryTemporalEvolution(query, selection, tenant: "", on: ImmediateReplyScheduler()) {
                continuation.resume(returning: $0)
            }
        }
    }

    func reply(_ body: (@escaping @Sendable (Result<Void, NGSILDError>) -> Void) -> Void) async -> Result<
        Void, NGSILDError
    > {
        await withCheckedContinuation { continuation in body { continuation.resume(returning: $0) } }
    }

    func term(_ name: String) throws -> TermID { try context.term(name) }

    /// The values of an attribute in the history, in the order of the answer.
    func values(
        _ id: String = room, _ name: String = "temperature", _ selection: TemporalSelection = TemporalSelection()
    ) async throws -> [String] {
        let page = try await retrieve(id, selection).get()
        let attribute = try #require(page.entities.first).attributes.first { $0.name == context.knownTerm(name) }
        return attribute.map(Self.values) ?? []
    }

    static func values(_ attribute: TemporalAttribute) -> [String] {
        attribute.instances.roots.map { attribute.instances.valueText(of: $0) }
    }

    func chunks(_ id: String = room, _ name: String = "temperature") throws -> [HistoryChunk] {
        try storage.historyChunks(
            SeriesKey(tenant: "", entity: id, attribute: try term(name)), from: .none, to: .none, newestFirst: false,
            limit: 10_000)
    }
}

func times(
    _ timerel: String? = nil, _ timeAt: String? = nil, _ endTimeAt: String? = nil, _ property: String? = nil,
    lastN: String? = nil
) throws -> TemporalSelection {
    var selection = TemporalSelection()
    selection.times = try TemporalQuery(
        timerel: timerel, timeAt: timeAt, endTimeAt: endTimeAt, timeproperty: property, lastN: lastN)
    return selection
}
