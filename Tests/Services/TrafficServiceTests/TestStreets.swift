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

@testable import TrafficService

/// A clock that moves when it is told.
final class ManualClock: Sendable {
    private let time: Mutex<Timestamp>
    init(_ text: String = "2026-03-02T00:00:00Z") { time = Mutex(Timestamp(text) ?? Timestamp(microseconds: 0)) }
    var now: Timestamp { time.withLock { $0 } }
    func set(_ new: Timestamp) { time.withLock { $0 = new } }
}

/// A broker with history and the traffic service, over a store that outlives them.
final class TestStreets: Sendable {
    let storage: any BrokerStorage
    let clock: ManualClock
    let broker: Broker
    let history: HistoryStore
    let context: TermContext
    let traffic: TrafficService
    let problems: Sentences
    let notices: Sentences

    final class Sentences: Sendable {
        private let texts = Mutex<[String]>([])
        func add(_ text: String) { texts.withLock { $0.append(text) } }
        var all: [String] { texts.withLock { $0 } }
    }

    init(
        storage: any BrokerStorage = InMemoryStorage(), clock: ManualClock = ManualClock(), keepsHistory: Bool = true,
        _ change: (inout TrafficServiceConfiguration) -> Void = { _ in }
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
        var trafficConfiguration = TrafficServiceConfiguration()
        trafficConfiguration.clock = { clock.now }
        trafficConfiguration.careSeconds = 86_400
        // Those who look at forecasts turn them on.
        trafficConfiguration.forecasts = false
        let (problems, notices) = (Sentences(), Sentences())
        self.problems = problems
        self.notices = notices
        trafficConfiguration.onProblem = { problems.add($0) }
        trafficConfiguration.onNotice = { notices.add($0) }
        change(&trafficConfiguration)
        traffic = TrafficService(
            ServiceOperations(
                provision: broker, consumption: broker, temporal: keepsHistory ? history : nil, feed: broker,
                registry: broker.registry, tenantNames: { [broker] in broker.tenantNames }),
            configuration: trafficConfiguration)
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

    /// Creates or updates entities, in one commit.
    func report(_ entities: [String], tenant: String = "") async throws {
        let members = try entities.map { json -> BatchMember in
            let document = try JSONDocument(parsing: json)
            return .draft(try EntityDecoder(context: context).decodeEntity(document, document.root))
        }
        try await perform(.batchUpsert(members, replaces: false), tenant: tenant)
    }

    /// Sets the clock to a time, reports, and waits for the results.
    func report(_ entities: [String], at time: Timestamp) async throws {
        clock.set(time)
        try await report(entities)
        await traffic.settle()
    }

    /// Brings values into the history of a detector.
    func bringIn(_ detector: String, _ attribute: String, _ values: [(Timestamp, Double)]) async throws {
        var bytes: [UInt8] = []
        var ends: [Int] = []
        for (_, value) in values {
            bytes += "\(value)".utf8
            ends.append(bytes.count)
        }
        let group = HistoryGroup(
            entityID: detector, types: [try context.term("TrafficFlowObserved")],
            attribute: try context.term(attribute), observedAt: values.map(\.0), values: bytes, ends: ends)
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            do throws(NGSILDError) {
                try HistoryImporter(history).bringIn([group], tenant: "", on: ImmediateReplyScheduler()) {
                    continuation.resume(with: $0.mapError { $0 as any Error })
                }
            } catch { continuation.resume(throwing: error) }
        }
    }

    /// Ends the service, then the broker; the store stays.
    func stop() async {
        await traffic.stop()
        history.stop()
        broker.stop()
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

    func observedAt(_ id: String, _ name: String) -> Timestamp? {
        guard let entity = entity(id), let term = context.knownTerm(name),
            let root = entity.attributes.root(named: term)
        else { return nil }
        return entity.attributes.nodes[root].observedAt
    }

    /// The history of an attribute: time and value.
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
                let text = attribute.instances.valueText(of: root)
                if text == "\"urn:ngsi-ld:null\"" { continue }
                found[attribute.instances.nodes[root].historyTime.text] = text
            }
        }
        return found
    }
}

func detectorID(_ number: Int) -> String { "urn:ngsi-ld:TrafficFlowObserved:\(number)" }
func segmentID(_ number: Int) -> String { "urn:ngsi-ld:RoadSegment:\(number)" }
func stateID(_ segment: Int) -> String { "urn:ngsi-ld:TrafficSegmentState:RoadSegment:\(segment)" }
func ownStateID(_ detector: Int) -> String { "urn:ngsi-ld:TrafficSegmentState:TrafficFlowObserved:\(detector)" }
func statusID(_ detector: Int) -> String { "urn:ngsi-ld:TrafficDetectorState:TrafficFlowObserved:\(detector)" }
func alertID(_ kind: String, segment: Int) -> String { "urn:ngsi-ld:Alert:\(kind):RoadSegment:\(segment)" }

/// `2026-03-02T00:00:00Z` and so many minutes.
func minute(_ minutes: Double) -> Timestamp {
    (Timestamp("2026-03-02T00:00:00Z") ?? Timestamp(microseconds: 0)).adding(seconds: minutes * 60)
}

/// A road segment of 1 km with 50 km/h.
func segment(_ number: Int, _ more: String = "") -> String {
    #"{"id":"\#(segmentID(number))","type":"RoadSegment","name":{"type":"Property","value":"Rue \#(number)"},"location":{"type":"GeoProperty","value":{"type":"LineString","coordinates":[[-1.9,47.1],[-1.89,47.1]]}},"length":{"type":"Property","value":1,"unitCode":"KMT"},"maximumAllowedSpeed":{"type":"Property","value":50,"unitCode":"KMH"}\#(more)}"#
}

/// What a detector says; the period of its counts is five minutes.
///
/// - Parameter isDated: Whether its values have an `observedAt`.
func detector(
    _ number: Int, segment: Int? = 1, lane: Int? = nil, speed: Double? = nil, count: Double? = nil,
    occupancy: Double? = nil, at time: Timestamp, isDated: Bool = true, more: String = ""
) -> String {
    var text = #"{"id":"\#(detectorID(number))","type":"TrafficFlowObserved""#
    if let segment {
        text += #","refRoadSegment":{"type":"Relationship","object":"\#(segmentID(segment))"}"#
    }
    if let lane { text += #","laneId":{"type":"Property","value":\#(lane)}"# }
    text +=
        #","dateObserved":{"type":"Property","value":"\#(time.adding(seconds: -300).text)/\#(time.text)"}"#
    func property(_ name: String, _ value: Double?) {
        guard let value else { return }
        let observedAt = isDated ? #","observedAt":"\#(time.text)""# : ""
        text += #","\#(name)":{"type":"Property","value":\#(value)\#(observedAt)}"#
    }
    property("averageVehicleSpeed", speed)
    property("intensity", count)
    property("occupancy", occupancy)
    return text + more + "}"
}
