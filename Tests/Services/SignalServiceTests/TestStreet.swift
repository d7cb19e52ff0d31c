import BrokerCore
import BrokerStorage
import InMemoryStorage
import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations
import SampleSignals
import ServiceRuntime
import SignalControl
import SignalRoadside
import Synchronization
import TemporalEvolution
import Testing

@testable import SignalService

/// A city of one crossing: a broker with the signal service, and the roadside that talks to it.
final class TestStreet: Sendable {
    static let id = "urn:ngsi-ld:SignalizedIntersection:town:J"
    static let zero = SampleCrossing.zero

    let storage: any BrokerStorage
    let broker: Broker
    let history: HistoryStore
    let context: TermContext
    let service: SignalService
    let problems = Problems()
    let unit: Mutex<RoadsideUnit>

    final class Problems: Sendable {
        private let texts = Mutex<[String]>([])
        func add(_ text: String) { texts.withLock { $0.append(text) } }
        var all: [String] { texts.withLock { $0 } }
    }

    init(
        storage: any BrokerStorage = InMemoryStorage(), _ change: (inout SignalServiceConfiguration) -> Void = { _ in }
    ) throws {
        self.storage = storage
        broker = try Broker(storage: storage)
        var historyConfiguration = HistoryConfiguration()
        historyConfiguration.defaultPolicies = SignalService.historyPolicies
        history = try HistoryStore(keeping: broker, entities: broker, configuration: historyConfiguration)
        history.start(feed: broker)
        context = TermContext(context: .core, registry: broker.registry)
        var configuration = SignalServiceConfiguration()
        configuration.onProblem = { [problems] in problems.add($0) }
        change(&configuration)
        service = SignalService(
            ServiceOperations(
                provision: broker, consumption: broker, temporal: history, feed: broker, registry: broker.registry,
                tenantNames: { [broker] in broker.tenantNames }), configuration: configuration)
        unit = Mutex(
            RoadsideUnit(
                try SampleCrossing.intersection(), groupNumbers: SampleCrossing.numbers, zero: Self.zero, atSeconds: 0))
    }

    /// A street that is described, with its service running.
    static func running(
        storage: any BrokerStorage = InMemoryStorage(), _ change: (inout SignalServiceConfiguration) -> Void = { _ in }
    ) async throws -> TestStreet {
        let street = try TestStreet(storage: storage, change)
        try await street.describe()
        street.service.start()
        await street.service.settle()
        return street
    }

    func stop() async {
        await service.stop()
        history.stop()
        broker.stop()
    }

    // MARK: - Entities

    static func description() throws -> IntersectionDescription {
        IntersectionDescription(
            try SampleCrossing.intersection(), key: "town:J", detectors: (0..<5).map { detector($0) })
    }

    static func detector(_ place: Int) -> String { SignalEntity.detector.id("town:\(place)") }

    func describe() async throws {
        var writer = SignalEntityWriter()
        try Self.description().append(to: &writer)
        for body in writer.bodies() { try await upsert(body) }
    }

    func upsert(_ body: [UInt8]) async throws {
        let document = try JSONDocument(parsing: body)
        let decoder = EntityDecoder(context: context)
        var members: [BatchMember] = []
        for element in document.elements(document.root) {
            members.append(.draft(try decoder.decodeEntity(document, element)))
        }
        try await perform(.batchUpsert(members, replaces: false))
    }

    func upsert(_ text: String) async throws { try await upsert(Array("[\(text)]".utf8)) }

    /// Writes attributes of an entity, as JSON members.
    func patch(_ id: String, _ type: SignalEntity, _ members: String) async throws {
        try await upsert(#"{"id":"\#(id)","type":"\#(type.rawValue)",\#(members)}"#)
    }

    func perform(_ operation: ProvisionOperation) async throws {
        let result = await withCheckedContinuation { continuation in
            broker.submit(operation, tenant: "", on: ImmediateReplyScheduler()) { continuation.resume(returning: $0) }
        }
        if case .failure(let error) = result { throw error }
        if case .batch(let outcome) = result, let first = outcome.errors.first { throw first.error }
    }

    func entity(_ id: String) -> EntityRecord? { try? broker.retrieveEntity(id: id, tenant: "") }

    /// The value of an attribute as JSON text.
    func value(_ name: String, of id: String = TestStreet.id) -> String? { root(name, of: id)?.0 }

    func observedAt(_ name: String, of id: String = TestStreet.id) -> Timestamp? { root(name, of: id)?.1 }

    private func root(_ name: String, of id: String) -> (String, Timestamp)? {
        guard let entity = entity(id), let term = context.knownTerm(name),
            let root = entity.attributes.root(named: term)
        else { return nil }
        return (entity.attributes.valueText(of: root), entity.attributes.nodes[root].observedAt)
    }

    func command() throws -> SignalCommand? {
        guard let text = value("command") else { return nil }
        let document = try JSONDocument(parsing: text)
        return try SignalCommand(document, document.root)
    }

    // MARK: - Driving

    /// One second of the street: readings and lamps are reported, the service decides, the lamps follow.
    ///
    /// - Parameter standing: Vehicles that stand on the lane of the south and of the west.
    @discardableResult
    func second(
        _ now: Int, standing: (Double, Double), members: [String] = [], dead: Set<Int> = []
    ) async throws -> SignalCommand? {
        let time = SampleCrossing.time(Double(now))
        var writer = SignalEntityWriter()
        let states = unit.withLock { unit in zip(unit.kernel.colours, unit.kernel.since).map { ($0, $1) } }
        let description = try Self.description()
        for (group, (colour, since)) in states.enumerated() {
            writer.begin(description.groupID(group), SignalEntity.group.rawValue)
            writer.text(
                "signalState", colour == .permissive ? "permissiveGreen" : colour.rawValue,
                at: SampleCrossing.time(since))
            writer.end()
        }
        for place in 0..<5 where !dead.contains(place) {
            writer.begin(Self.detector(place), SignalEntity.detector.rawValue)
            if place == 1 || place == 3 {
                writer.number("passedVehicleCount", 0, at: time)
            } else {
                let count = place == 0 ? standing.0 : place == 2 ? standing.1 : 0
                writer.number("vehicleCount", count, at: time)
                writer.number("stoppedVehicleCount", count, at: time)
                writer.number("occupancy", count > 0 ? 0.5 : 0, at: time)
            }
            writer.end()
        }
        for body in writer.bodies() { try await upsert(body) }
        for member in members { try await upsert(member) }
        await service.settle()
        let command = try command()
        unit.withLock { unit in
            if let command, command.measuredAt == time { _ = unit.receive(command, atSeconds: Double(now)) }
            unit.step(nil, atSeconds: Double(now))
        }
        return command
    }
}
