import JSONTree
import NGSILDModel
import Synchronization
import Testing

@testable import NotificationDelivery

@Suite(.timeLimit(.minutes(20)))
struct SubscriptionManagerTests {
    static func body(_ more: String = "", uri: String = "http://receiver.example/") -> String {
        #"{"type":"Subscription","entities":[{"type":"Room"}],"notification":{"endpoint":{"uri":"\#(uri)"}}\#(more)}"#
    }

    @Test func `a subscription gets an id, and is shown as it was given`() async throws {
        let city = try City(ScriptedTransport())
        let id = try await city.subscribe(
            Self.body(#","description":"warm rooms","watchedAttributes":["temperature"],"q":"temperature>20""#))
        #expect(id.hasPrefix("urn:ngsi-ld:Subscription:"))
        let shown = try city.shown(id, systemAttributes: true)
        #expect(shown.at("id") == id)
        #expect(shown.at("type") == "Subscription")
        #expect(shown.at("description") == "warm rooms")
        #expect(shown.at("watchedAttributes") == #"["temperature"]"#)
        #expect(shown.at("q") == "temperature>20")
        #expect(shown.at("entities") == #"[{"type":"Room"}]"#)
        #expect(shown.at("status") == "active")
        #expect(shown.at("isActive") == nil)
        #expect(shown.at("notificationTrigger") == #"["attributeCreated","attributeUpdated"]"#)
        #expect(shown.at("notification", "endpoint", "uri") == "http://receiver.example/")
        #expect(shown.at("notification", "status") == nil)
        #expect(shown.at("notification", "timesSent") == nil)
        #expect(shown.at("createdAt") != nil)
        #expect(try city.manager.subscriptionIDs(tenant: "") == [id])
        await city.stop()
    }

    @Test func `an id that is taken is refused, and an unknown one is not found`() async throws {
        let city = try City(ScriptedTransport())
        let id = "urn:ngsi-ld:Subscription:mine"
        #expect(try await city.subscribe(Self.body(#","id":"\#(id)""#)) == id)
        await #expect {
            try await city.subscribe(Self.body(#","id":"\#(id)""#))
        } throws: { if case .alreadyExists = $0 as? NGSILDError { true } else { false } }
        try await city.delete(id)
        await #expect {
            try await city.delete(id)
        } throws: { if case .resourceNotFound = $0 as? NGSILDError { true } else { false } }
        await #expect {
            try await city.update(id, "{}")
        } throws: { if case .resourceNotFound = $0 as? NGSILDError { true } else { false } }
        #expect(throws: NGSILDError.self) { try city.shown(id) }
        #expect(try await city.subscribe(Self.body(#","id":"\#(id)""#)) == id)
        await city.stop()
    }

    @Test(arguments: [
        #"[]"#, #"{"type":"Subscribtion"}"#, #"{"type":"Subscription","id":"no uri"}"#,
        body(#","expiresAt":"2001-01-01T00:00:00Z""#),
    ])
    func `a body that is no subscription leaves nothing behind`(body: String) async throws {
        let city = try City(ScriptedTransport())
        await #expect {
            try await city.subscribe(body)
        } throws: { if case .badRequestData = $0 as? NGSILDError { true } else { false } }
        #expect(try city.manager.subscriptionIDs(tenant: "").isEmpty)
        #expect(try city.broker.documents(kind: SubscriptionManager.subscriptionKind).isEmpty)
        await city.stop()
    }

    @Test func `more subscriptions than the limit are refused`() async throws {
        let city = try City(ScriptedTransport()) { $0.subscriptionLimit = 2 }
        try await city.subscribe(Self.body())
        try await city.subscribe(Self.body())
        await #expect {
            try await city.subscribe(Self.body())
        } throws: { if case .overloaded = $0 as? NGSILDError { true } else { false } }
        await city.stop()
    }

    @Test func `an update replaces what it names and keeps the rest`() async throws {
        let city = try City(ScriptedTransport())
        let id = try await city.subscribe(Self.body(#","description":"old","watchedAttributes":["temperature"]"#))
        try await city.update(
            id,
            #"{"description":"urn:ngsi-ld:null","isActive":false,"notification":{"endpoint":{"uri":"http://other.example/"}}}"#
        )
        let shown = try city.shown(id)
        #expect(shown.at("description") == nil)
        #expect(shown.at("status") == "paused")
        #expect(shown.at("watchedAttributes") == #"["temperature"]"#)
        #expect(shown.at("notification") == #"{"endpoint":{"uri":"http://other.example/"}}"#)
        await #expect(throws: NGSILDError.self) { try await city.update(id, #"{"id":"urn:other:1"}"#) }
        await #expect(throws: NGSILDError.self) { try await city.update(id, #"{"q":"("}"#) }
        // A notification without an endpoint is none.
        await #expect(throws: NGSILDError.self) { try await city.update(id, #"{"notification":{"format":"concise"}}"#) }
        await #expect(throws: NGSILDError.self) { try await city.update(id, #"{"notification":null}"#) }
        #expect(try city.shown(id).at("q") == nil)
        await city.stop()
    }

    @Test func `names keep their meaning under another context`() async throws {
        let city = try City(ScriptedTransport())
        let given = try await city.under(City.contextURL)
        let id = try await city.subscribe(
            Self.body(#","watchedAttributes":["warmth","ex:smell"]"#), context: given)
        #expect(
            try city.shown(id).at("watchedAttributes") == #"["https://city.example/warmth","https://ex.example/smell"]"#
        )
        #expect(try city.shown(id, context: given).at("watchedAttributes") == #"["warmth","ex:smell"]"#)
        #expect(try city.shown(id).at("jsonldContext") == City.contextURL)
        await city.stop()
    }

    @Test func `a jsonldContext that cannot be had is refused as such`() async throws {
        let city = try City(ScriptedTransport())
        await #expect {
            try await city.subscribe(Self.body(#","jsonldContext":"https://city.example/none.jsonld""#))
        } throws: { if case .ldContextNotAvailable = $0 as? NGSILDError { true } else { false } }
        #expect(try city.manager.subscriptionIDs(tenant: "").isEmpty)
        try await city.subscribe(Self.body(#","jsonldContext":"\#(City.contextURL)""#))
        await city.stop()
    }

    @Test func `tenants do not see each other's subscriptions`() async throws {
        let transport = ScriptedTransport()
        let city = try City(transport)
        let id = try await city.subscribe(Self.body(), tenant: "north")
        #expect(try city.manager.subscriptionIDs(tenant: "").isEmpty)
        #expect(try city.manager.subscriptionIDs(tenant: "north") == [id])
        try await city.heat(1, to: 20)
        try await city.create(
            #"{"id":"urn:ngsi-ld:Room:7","type":"Room","temperature":{"type":"Property","value":1}}"#, tenant: "north")
        await transport.arrival(of: 1)
        await city.stop()
        #expect(transport.posts.count == 1)
        #expect(transport.posts.first?.headers["NGSILD-Tenant"] == "north")
        #expect(transport.posts.first?.json.contains("Room:7") == true)
    }

    @Test func `the subscriptions of a tenant that was deleted are forgotten, others stay`() async throws {
        let city = try City(ScriptedTransport())
        let id = try await city.subscribe(Self.body())
        try await city.subscribe(Self.body(), tenant: "north")
        city.manager.forgetTenant("north")
        #expect(try city.manager.subscriptionIDs(tenant: "north").isEmpty)
        #expect(try city.manager.subscriptionIDs(tenant: "") == [id])
        await city.stop()
    }

    /// CIM 009 clause 5.8.2.4.
    @Test func `more time makes an expired subscription active, and the past is refused`() async throws {
        let now = Mutex(Timestamp("2027-01-01T00:00:00Z") ?? .none)
        let city = try City(ScriptedTransport()) { $0.clock = { now.withLock { $0 } } }
        let id = try await city.subscribe(Self.body(#","isActive":false,"expiresAt":"2027-01-02T00:00:00Z""#))
        #expect(try city.shown(id).at("status") == "paused")
        now.withLock { $0 = Timestamp("2027-01-03T00:00:00Z") ?? .none }
        #expect(try city.shown(id).at("status") == "expired")
        try await city.update(id, #"{"isActive":true}"#)
        #expect(try city.shown(id).at("status") == "expired")
        try await city.update(id, #"{"isActive":false}"#)
        await #expect(throws: NGSILDError.self) {
            try await city.update(id, #"{"isActive":true,"expiresAt":"2027-01-02T00:00:00Z"}"#)
        }
        try await city.update(id, #"{"expiresAt":"2027-01-04T00:00:00Z"}"#)
        #expect(try city.shown(id).at("status") == "active")
        await city.stop()
    }
}
