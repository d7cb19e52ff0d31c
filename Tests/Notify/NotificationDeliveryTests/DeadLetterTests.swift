import BrokerCore
import InMemoryStorage
import JSONTree
import NGSILDClient
import NGSILDModel
import NGSILDOperations
import Synchronization
import Testing

@testable import NotificationDelivery

@Suite(.timeLimit(.minutes(20)))
struct DeadLetterTests {
    private static let uri = "http://receiver.example/"

    /// Refuses with 404 until told otherwise.
    private final class Endpoint: Sendable {
        let takes = Atomic<Bool>(false)
        var transport: ScriptedTransport {
            ScriptedTransport { [self] _, _ throws(OutgoingHTTPError) in
                takes.load(ordering: .sequentiallyConsistent) ? 200 : 404
            }
        }
        func recover() { takes.store(true, ordering: .sequentiallyConsistent) }
    }

    private func replay(_ city: City, _ id: String, _ letter: String? = nil) async throws -> Int {
        try await withCheckedContinuation { continuation in
            city.manager.replay(letter, of: id, tenant: "", on: ImmediateReplyScheduler()) {
                continuation.resume(returning: $0)
            }
        }.get()
    }

    private func drop(_ city: City, _ id: String, _ letter: String? = nil) async throws -> Int {
        try await withCheckedContinuation { continuation in
            city.manager.drop(letter, of: id, tenant: "", on: ImmediateReplyScheduler()) {
                continuation.resume(returning: $0)
            }
        }.get()
    }

    @Test func `what is given up is kept with its reason, also over the end of the process, and can be replayed`()
        async throws
    {
        let storage = InMemoryStorage()
        let endpoint = Endpoint()
        let before = try City(endpoint.transport, over: try Broker(storage: storage))
        let id = try await before.subscribe(SubscriptionManagerTests.body())
        for temperature in 1...3 {
            try await before.heat(1, to: temperature)
            await before.manager.settled()
        }
        await before.stop()

        let transport = endpoint.transport
        let city = try City(transport, over: try Broker(storage: storage))
        let letters = try city.manager.deadLetters(of: id, tenant: "")
        #expect(letters.map(\.reason) == Array(repeating: "\(Self.uri) answers with status 404", count: 3))
        #expect(letters.allSatisfy { $0.length > 0 && !$0.isReplayed })
        // One that fails again stays.
        #expect(try await replay(city, id, letters[0].id) == 1)
        await city.manager.settled()
        while try city.manager.deadLetters(of: id, tenant: "")[0].isReplayed { await Task.yield() }
        #expect(try city.manager.deadLetters(of: id, tenant: "").count == 3)
        endpoint.recover()
        #expect(try await replay(city, id) == 3)
        await city.manager.settled()
        while try !city.manager.deadLetters(of: id, tenant: "").isEmpty { await Task.yield() }
        await city.stop()
        let told = transport.posts.compactMap {
            (try? JSONDocument(parsing: $0.body))?.at("data", "0", "temperature", "value")
        }
        #expect(told == ["1", "1", "2", "3"])
        #expect(try storage.documents(kind: DeadLetters.indexKind).isEmpty)
        #expect(try storage.documents(kind: DeadLetters.kind(.init(tenant: "", id: id))).isEmpty)
    }

    @Test func `a subscription keeps so many at most, the newest, and they can be dropped`() async throws {
        let city = try City(Endpoint().transport) { $0.deadLetterLimit = 2 }
        let id = try await city.subscribe(SubscriptionManagerTests.body())
        for temperature in 1...5 {
            try await city.heat(1, to: temperature)
            await city.manager.settled()
        }
        var letters = try city.manager.deadLetters(of: id, tenant: "")
        #expect(letters.count == 2)
        let status = try city.manager.delivery(of: id, tenant: "")
        #expect(status.deadLetters == 2)
        #expect(status.failed == 5)
        #expect(city.manager.statistics.givenUp == 5)
        #expect(try await drop(city, id, letters[0].id) == 1)
        letters = try city.manager.deadLetters(of: id, tenant: "")
        #expect(letters.count == 1)
        #expect(try await drop(city, id) == 1)
        #expect(try city.manager.deadLetters(of: id, tenant: "").isEmpty)
        #expect(try city.broker.documents(kind: DeadLetters.kind(.init(tenant: "", id: id))).isEmpty)
        await city.stop()
    }

    @Test func `dead letters go with their subscription`() async throws {
        let city = try City(Endpoint().transport)
        let id = try await city.subscribe(SubscriptionManagerTests.body())
        try await city.heat(1, to: 1)
        await city.manager.settled()
        await city.manager.delivery.saveProgress()
        #expect(try city.broker.documents(kind: DeadLetters.indexKind).count == 1)
        try await city.delete(id)
        await city.stop()
        #expect(try city.broker.documents(kind: DeadLetters.indexKind).isEmpty)
        #expect(try city.broker.documents(kind: DeadLetters.kind(.init(tenant: "", id: id))).isEmpty)
    }

    @Test func `what is not there is not found`() async throws {
        let city = try City(Endpoint().transport)
        let id = try await city.subscribe(SubscriptionManagerTests.body())
        #expect(city.manager.deliveries(offset: 0, limit: 10).map(\.subscription) == [id])
        #expect(city.manager.deliveries(offset: 1, limit: 10).isEmpty)
        #expect(throws: NGSILDError.self) { try city.manager.delivery(of: "urn:none", tenant: "") }
        #expect(throws: NGSILDError.self) { try city.manager.deadLetters(of: id, tenant: "north") }
        await #expect(throws: NGSILDError.self) { try await replay(city, "urn:none") }
        await #expect(throws: NGSILDError.self) { try await drop(city, id, "none") }
        #expect(try await replay(city, id) == 0)
        await city.stop()
    }

    @Test func `letters that could not be stored are stored later, unless they are gone`() {
        let letters = DeadLetters(limit: 2)
        let owner = DeadLetters.Owner(tenant: "", id: "urn:s")
        func letter(_ id: String) -> DeadLetters.Letter {
            DeadLetters.Letter(id: id, at: Timestamp(microseconds: 0), reason: "r", length: 1)
        }
        letters.add(letter("a"), [1], of: owner)
        let first = letters.takeChanges()
        #expect(first.count == 2)
        #expect(letters.takeChanges().isEmpty)
        letters.add(letter("b"), [2], of: owner)
        #expect(letters.add(letter("c"), [3], of: owner) == 1)
        letters.putBack(first)
        let second = Dictionary(uniqueKeysWithValues: letters.takeChanges().map { ($0.key, $0.body != nil) })
        #expect(second == ["a": false, "b": true, "c": true, "urn:s": true])
    }
}
