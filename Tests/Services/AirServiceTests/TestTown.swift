import AirQuality
import BrokerCore
import BrokerStorage
import InMemoryStorage
import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import ServiceRuntime
import Synchronization
import TemporalEvolution
import Testing

@testable import AirService

/// A clock that moves when it is told.
final class ManualClock: Sendable {
    private let time: Mutex<Timestamp>
    init(_ text: String = "2026-03-01T00:00:00Z") { time = Mutex(Timestamp(text) ?? Timestamp(microseconds: 0)) }
    var now: Timestamp { time.withLock { $0 } }
    func set(_ text: String) throws {
        let new = try #require(Timestamp(text))
        time.withLock { $0 = new }
    }
    func set(_ new: Timestamp) { time.withLock { $0 = new } }
}

/// A broker with history and the air service, over a store that outlives them.
final class TestTown: Sendable {
    let storage: any BrokerStorage
    let clock: ManualClock
    let broker: Broker
    let history: HistoryStore
    let context: TermContext
    let air: AirService
    let problems: Problems

    final class Problems: Sendable {
        private let texts = Mutex<[String]>([])
        func add(_ text: String) { texts.withLock { $0.append(text) } }
        var all: [String] { texts.withLock { $0 } }
    }

    init(
        storage: any BrokerStorage = InMemoryStorage(), clock: ManualClock = ManualClock(), keepsHistory: Bool = true,
        _ change: (inout AirServiceConfiguration) -> Void = { _ in }
    ) throws {
        self.storage = storage
        self.clock = clock
        var configuration = Broker.Configuration()
        configuration.clock = { clock.now }
        configuration.keepsPast = keepsHistory
        broker = try Broker(storage: storage, configuration: configuration)
        var historyConfiguration = HistoryConfiguration()
        historyConfiguration.isRecording = keepsHistory
        historyConfiguration.clock = { clock.now }
        history = try HistoryStore(keeping: broker, entities: broker, configuration: historyConfiguration)
        context = TermContext(context: .core, registry: broker.registry)
        history.start(feed: broker)
        var airConfiguration = AirServiceConfiguration()
        airConfiguration.clock = { clock.now }
        airConfiguration.careSeconds = 86_400
        // Those who look at forecasts turn them on.
        airConfiguration.forecasts = false
        airConfiguration.mapSide = 40
        let problems = Problems()
        self.problems = problems
        airConfiguration.onProblem = { problems.add($0) }
        change(&airConfiguration)
        air = AirService(
            ServiceOperations(
                provision: broker, consumption: broker, temporal: keepsHistory ? history : nil, feed: broker,
                registry: broker.registry, tenantNames: { [broker] in broker.tenantNames }),
            configuration: airConfiguration)
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

    func draft(_ json: String) throws -> EntityDraft {
        let document = try JSONDocument(parsing: json)
        return try EntityDecoder(context: context).decodeEntity(document, document.root)
    }

    /// Creates or updates entities, in one commit.
    func report(_ entities: [String], tenant: String = "") async throws {
        try await perform(
            .batchUpsert(try entities.map { .draft(try draft($0)) }, replaces: false), tenant: tenant)
    }

    /// Ends the air service, then the broker; the store stays.
    func stop() async {
        await air.stop()
        history.stop()
        broker.stop()
    }

    /// Ends the town, and begins it again over its store; the air service is not started.
    func again(_ change: (inout AirServiceConfiguration) -> Void = { _ in }) async throws -> TestTown {
        await stop()
        return try TestTown(storage: storage, clock: clock, change)
    }

    /// Begins again with the air service, of whose start nothing may be written: it has nothing new to find.
    func againWithNothingNew(sourceLocation: SourceLocation = #_sourceLocation) async throws -> TestTown {
        let town = try await again()
        let sequence = town.broker.lastSequence
        town.air.start()
        await town.air.settle()
        #expect(town.broker.lastSequence == sequence, sourceLocation: sourceLocation)
        return town
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

    func observedAt(_ id: String, _ name: String) -> String? {
        guard let entity = entity(id), let term = context.knownTerm(name),
            let root = entity.attributes.root(named: term)
        else { return nil }
        return entity.attributes.nodes[root].observedAt.text
    }

    /// The history of an attribute: hour and value.
    func evolution(_ id: String, _ name: String) async throws -> [String: String] {
        let term = try context.term(name)
        var selection = TemporalSelection()
        selection.picked = [term]
        let result = await withCheckedContinuation { continuation in
            history.retrieveTemporalEvolution(id: id, selection, tenant: "", on: ImmediateReplyScheduler()) {
                continuation.resume(returning: $0)
            }
        }
        guard let entity = try result.get().entities.first else { return [:] }
        var found: [String: String] = [:]
        for attribute in entity.attributes {
            for root in attribute.instances.roots {
                // Of a withheld result the history has the deletion.
                let text = attribute.instances.valueText(of: root)
                if text == "\"urn:ngsi-ld:null\"" { continue }
                found[attribute.instances.nodes[root].historyTime.text] = text
            }
        }
        return found
    }
}

/// What a station reports.
///
/// - Parameter time: the `observedAt` of the values; `nil`: they have none.
func station(
    _ number: Int, _ values: [String: Double], at time: String?, unit: String? = "GQ", place: (Double, Double)? = nil
) -> String {
    let unitCode = unit.map { #","unitCode":"\#($0)""# } ?? ""
    let observedAt = time.map { #","observedAt":"\#($0)""# } ?? ""
    let attributes = values.sorted { $0.key < $1.key }.map { name, value in
        #","\#(name)":{"type":"Property","value":\#(value)\#(unitCode)\#(observedAt)}"#
    }
    let (longitude, latitude) = place ?? (-1.96 + Double(number) * 0.01, 47.15)
    return
        #"{"id":"\#(stationID(number))","type":"AirQualityObserved","location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[\#(longitude),\#(latitude)]}}\#(attributes.joined())}"#
}

func stationID(_ number: Int) -> String { "urn:ngsi-ld:AirQualityObserved:\(number)" }

func indexID(_ number: Int, _ index: String = "EAQI") -> String {
    "urn:ngsi-ld:AirQualityIndex:\(index):AirQualityObserved:\(number)"
}

/// `2026-03-01T00:00:00Z` and so many hours and minutes.
func time(_ hour: Int, minute: Int = 0) -> String {
    let start = Timestamp("2026-03-01T00:00:00Z") ?? Timestamp(microseconds: 0)
    return start.adding(seconds: Double(hour * 3_600 + minute * 60)).text
}
