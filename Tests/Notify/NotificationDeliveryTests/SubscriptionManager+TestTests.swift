import JSONTree
import NGSILDClient
import NGSILDModel
import NGSILDOperations
import Testing

@testable import NotificationDelivery

@Suite(.timeLimit(.minutes(20)))
struct SubscriptionManagerTestTests {
    private func test(_ city: City, _ id: String) async throws -> NotificationTest {
        try await withCheckedContinuation { continuation in
            city.manager.test(id, tenant: "", on: ImmediateReplyScheduler()) { continuation.resume(returning: $0) }
        }.get()
    }

    @Test func `a test sends an entity that matches, is marked, and counts nowhere`() async throws {
        let transport = ScriptedTransport()
        let city = try City(transport)
        try await city.heat(1, to: 20)
        let id = try await city.subscribe(SubscriptionManagerTests.body())
        let outcome = try await test(city, id)
        #expect(outcome.isTaken && outcome.entities == 1 && outcome.reason == nil && outcome.status == nil)
        #expect(outcome.endpoint == "http://receiver.example/")
        let posts = transport.posts
        #expect(posts.count == 1)
        let body = try JSONDocument(parsing: posts[0].body)
        #expect(body.at("subscriptionId") == "\"\(id)\"" || body.at("subscriptionId") == id)
        #expect(body.at("data", "0", "temperature", "value") == "20")
        #expect(posts[0].headers["Parvis-Test"] == "true")
        let status = try city.manager.delivery(of: id, tenant: "")
        #expect(status.sent == 0 && status.waiting == 0)
        await city.stop()
    }

    @Test func `where nothing matches, the test is a notification without entities`() async throws {
        let transport = ScriptedTransport()
        let city = try City(transport)
        let id = try await city.subscribe(SubscriptionManagerTests.body())
        #expect(try await test(city, id).entities == 0)
        #expect(transport.posts.first?.json.contains(#""data":[]"#) == true)
        await city.stop()
    }

    @Test func `what the endpoint answers is told, and nothing is tried again`() async throws {
        let transport = ScriptedTransport { _, _ throws(OutgoingHTTPError) in 500 }
        let city = try City(transport)
        try await city.heat(1, to: 20)
        let id = try await city.subscribe(SubscriptionManagerTests.body())
        try await city.update(id, #"{"isActive":false}"#)
        let outcome = try await test(city, id)
        #expect(!outcome.isTaken && outcome.status == 500)
        #expect(outcome.reason == "http://receiver.example/ answers with status 500")
        #expect(transport.posts.count == 1)
        let status = try city.manager.delivery(of: id, tenant: "")
        #expect(status.failed == 0 && status.deadLetters == 0 && status.condition == .ok)
        await city.stop()
    }

    @Test func `a subscription that is not there is not found`() async throws {
        let city = try City(ScriptedTransport())
        await #expect(throws: NGSILDError.self) { try await test(city, "urn:none") }
        await city.stop()
    }

    @Test func `so many tests are under way at most`() {
        let occupancy = Occupancy()
        #expect(occupancy.enter(2) && occupancy.enter(2))
        #expect(!occupancy.enter(2))
        occupancy.leave()
        #expect(occupancy.enter(2))
    }
}
