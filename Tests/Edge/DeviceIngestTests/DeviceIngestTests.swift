import BrokerCore
import Foundation
import InMemoryStorage
import JSONLD
import JSONTree
import MQTTClient
import NGSILDClient
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import RealMosquitto
import Synchronization
import Testing

@testable import DeviceIngest

@Suite(.enabled(if: MosquittoServer.path != nil, MosquittoServer.absence), .timeLimit(.minutes(10)))
struct DeviceIngestTests {
    /// A broker, an ingest over a real server, and a device that sends to it.
    private final class City: Sendable {
        let broker: Broker
        let ingest: DeviceIngest
        let device: MQTTPublisher
        let server: MosquittoServer
        let problems: Problems

        final class Problems: Sendable { let all = Mutex<[String]>([]) }

        init(_ yaml: String, _ server: MosquittoServer, over broker: Broker? = nil, gate: Gate = Gate()) throws {
            self.server = server
            self.broker = try broker ?? Broker(storage: InMemoryStorage())
            var configuration = DeviceIngest.Configuration(mapping: try IngestMapping(yaml: yaml), clientID: "city")
            configuration.servers = [IngestServer(url: "mqtt://127.0.0.1:\(server.port)")]
            let problems = Problems()
            configuration.onProblem = { text in problems.all.withLock { $0.append(text) } }
            self.problems = problems
            ingest = try DeviceIngest(
                configuration, provision: GatedProvision(broker: self.broker, gate: gate), consumption: self.broker,
                contexts: ContextCache(loader: NoContexts()), registry: self.broker.registry)
            var allowed = OutgoingHTTP.Configuration()
            allowed.allowsLoopback = true
            device = MQTTPublisher(destinations: OutgoingHTTP(configuration: allowed))
        }

        func send(_ topic: String, _ payload: String) async throws {
            var endpoint = try MQTTEndpoint(uri: "mqtt://127.0.0.1:\(server.port)/\(topic)")
            endpoint.qos = .atLeastOnce
            try await device.publish(Array(payload.utf8), to: endpoint)
        }

        /// Waits until it is so, twenty minutes at most.
        func until(_ fits: () -> Bool, sourceLocation: SourceLocation = #_sourceLocation) async throws {
            for _ in 0..<120_000 {
                if fits() { return }
                try await Task.sleep(for: .milliseconds(10))
            }
            Issue.record("It does not come", sourceLocation: sourceLocation)
        }

        func subscribed() async throws { try await until { ingest.figures.subscribed == 1 } }

        func attributes(_ id: String, tenant: String = "") -> Int? {
            (try? broker.retrieveEntity(id: id, tenant: tenant)).map {
                $0.attributes.roots.reduce(0) { count, _ in count + 1 }
            }
        }

        func stop() async {
            await ingest.stop()
            broker.stop()
            await device.shutdown()
        }
    }

    private struct NoContexts: ContextDocumentLoader {
        func load(_ url: String, completion: @escaping @Sendable (Result<LoadedContext, ContextError>) -> Void) {
            completion(.failure(.status(url: url, code: 404)))
        }
    }

    /// What the broker answers before it takes anything.
    private final class Gate: Sendable {
        let errors: Mutex<[NGSILDError]>
        init(_ errors: [NGSILDError] = []) { self.errors = Mutex(errors) }
    }

    private struct GatedProvision: EntityProvision {
        let broker: Broker
        let gate: Gate

        func submit(
            _ operation: ProvisionOperation, tenant: String, on scheduler: any ReplyScheduler,
            reply: @escaping @Sendable (ProvisionResult) -> Void
        ) {
            if let error = gate.errors.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
                return reply(.failure(error))
            }
            broker.submit(operation, tenant: tenant, on: scheduler, reply: reply)
        }

        func purgeEntities(
            _ query: EntityQuery, _ reduction: AttributeReduction?, tenant: String, on scheduler: any ReplyScheduler,
            reply: @escaping @Sendable (ProvisionResult) -> Void
        ) { broker.purgeEntities(query, reduction, tenant: tenant, on: scheduler, reply: reply) }
    }

    private static let mapping = """
        topics:
          - {topic: "air/{s}", id: "urn:ngsi-ld:AirQualityObserved:{s}", type: AirQualityObserved, tenant: north,
             static: {location: {longitude: 3.7, latitude: 51}}, attributes: {pm25: {from: pm, as: number, unit: GQ}}}
          - {topic: "ld/#", payload: ngsi-ld}
        """

    @Test func `messages become entities of the rule's tenant`() async throws {
        let server = try MosquittoServer()
        try await server.start()
        let city = try City(Self.mapping, server)
        city.ingest.start()
        try await city.subscribed()
        try await city.send("air/1", #"{"pm":7.5}"#)
        try await city.send("ld/x", #"[{"id":"urn:x:1","type":"T","v":1},{"id":"urn:x:2","type":"T","v":{"value":2}}]"#)
        try await city.until { city.ingest.figures.entities == 3 }
        #expect(city.attributes("urn:ngsi-ld:AirQualityObserved:1", tenant: "north") == 2)
        #expect(city.attributes("urn:x:1") == 1 && city.attributes("urn:x:2") == 1)
        await city.stop()
    }

    @Test func `what others wrote stays, also where the mapping has a constant`() async throws {
        let server = try MosquittoServer()
        try await server.start()
        let city = try City(Self.mapping, server)
        city.ingest.start()
        try await city.subscribed()
        try await city.send("air/1", #"{"pm":7.5}"#)
        try await city.until { city.ingest.figures.entities == 1 }
        let context = TermContext(context: .core, registry: city.broker.registry)
        let moved = try JSONDocument(
            parsing:
                #"{"name":{"value":"Market"},"location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[4,52]}}}"#
        )
        let draft = try EntityDecoder(context: context, purpose: .fragment).decodeEntity(moved, moved.root)
        await withCheckedContinuation { continuation in
            city.broker.submit(
                .appendAttributes(id: "urn:ngsi-ld:AirQualityObserved:1", draft, overwrite: true), tenant: "north",
                on: ImmediateReplyScheduler()
            ) { _ in continuation.resume() }
        }
        try await city.send("air/1", #"{"pm":8}"#)
        try await city.until { city.ingest.figures.entities == 2 }
        let record = try city.broker.retrieveEntity(id: "urn:ngsi-ld:AirQualityObserved:1", tenant: "north")
        let text = String(decoding: record.attributes.bytes, as: UTF8.self)
        #expect(text.contains("Market") && text.contains("[4,52]") && !text.contains("[3.7,51]"), "\(text)")
        await city.stop()
    }

    @Test(arguments: [
        NGSILDError.overloaded("full"), .internalError("the disk"), .insufficientStorage("no room"),
    ])
    func `nothing is lost while the broker takes nothing`(error: NGSILDError) async throws {
        let server = try MosquittoServer()
        try await server.start()
        let gate = Gate([error, error])
        let city = try City(Self.mapping, server, gate: gate)
        city.ingest.start()
        try await city.subscribed()
        for number in 1...20 { try await city.send("ld/\(number)", #"{"id":"urn:x:\#(number)","type":"T","v":1}"#) }
        try await city.until { (1...20).allSatisfy { city.attributes("urn:x:\($0)") == 1 } }
        // Entities are there before they are counted.
        try await city.until { city.ingest.figures.entities == 20 }
        #expect(city.ingest.figures.returnedBatches == 2)
        #expect(city.problems.all.withLock { $0 }.contains { $0.contains(error.detail) })
        // What came again is counted once.
        #expect(city.ingest.figures.messages == city.ingest.figures.entities)
        await city.stop()
    }

    @Test func `wrong messages are counted and shown, and hold up no other`() async throws {
        let server = try MosquittoServer()
        try await server.start()
        let city = try City(Self.mapping, server)
        city.ingest.start()
        try await city.subscribed()
        try await city.send("air/1", "{")
        try await city.send("air/1", #"{"pm":"much"}"#)
        try await city.send("air/1", String(repeating: "x", count: 1_000_000))
        try await city.send("ld/1", #"{"id":"urn:x:1","type":"T","@context":"https://x.example/c","v":1}"#)
        try await city.send("air/2", #"{"pm":1}"#)
        try await city.until { city.attributes("urn:ngsi-ld:AirQualityObserved:2", tenant: "north") == 2 }
        try await city.until { city.ingest.figures.refused == 4 }
        let report = try JSONDocument(parsing: city.ingest.report())
        let refusals = try #require(report.member(report.root, "refusals"))
        let reasons = report.elements(refusals).compactMap { report.member($0, "reason").flatMap { report.string($0) } }
        #expect(reasons.contains { $0.contains("no JSON") })
        #expect(reasons.contains { $0.contains("much is no number") })
        #expect(reasons.contains { $0.contains("@context is not at hand") })
        #expect(city.ingest.report().count < 10_000)
        #expect(city.problems.all.withLock { $0 }.count == 1)
        await city.stop()
    }

    @Test func `messages sent while Parvis is away are there when it is back`() async throws {
        let server = try MosquittoServer()
        try await server.start()
        let first = try City(Self.mapping, server)
        first.ingest.start()
        try await first.subscribed()
        await first.ingest.stop()
        for number in 1...20 { try await first.send("ld/\(number)", #"{"id":"urn:x:\#(number)","type":"T","v":1}"#) }
        let second = try City(Self.mapping, server, over: first.broker)
        second.ingest.start()
        try await second.until { second.ingest.figures.entities == 20 }
        #expect((1...20).allSatisfy { second.attributes("urn:x:\($0)") == 1 })
        await second.stop()
        await first.device.shutdown()
    }

    @Test func `without its @context no message is asked for, and the report says so`() async throws {
        let server = try MosquittoServer()
        try await server.start()
        let city = try City(
            "topics: [{topic: a, payload: ngsi-ld, context: 'https://x.example/ctx'}]", server)
        city.ingest.start()
        try await city.until { !city.problems.all.withLock { $0 }.isEmpty }
        #expect(String(decoding: city.ingest.report(), as: UTF8.self).contains("@context cannot be loaded yet"))
        #expect(city.ingest.figures.subscribed == 0)
        await city.stop()
    }
}
