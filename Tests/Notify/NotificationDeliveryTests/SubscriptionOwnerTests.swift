import AccessPolicies
import NGSILDModel
import Synchronization
import Testing

@testable import NotificationDelivery

/// What subscriptions of callers tell, who may not see everything.
@Suite(.timeLimit(.minutes(20)))
struct SubscriptionOwnerTests {
    /// Callers that the test changes.
    private final class Callers: CallerDirectory {
        private let permits = Mutex<[String: Permit]>([:])

        func caller(id: String) -> Caller? {
            permits.withLock { $0[id] }.map { Caller(id: id, name: id, permit: $0) }
        }

        func set(_ id: String, _ policies: [AccessPolicy]?, _ registry: TermRegistry) {
            let permit = policies.map { PolicyBook($0, registry: registry).permit(roles: ["r"]) }
            permits.withLock { $0[id] = permit }
        }
    }

    private let transport = ScriptedTransport()
    private let callers = Callers()
    private let city: City

    init() throws { city = try City(transport, callers: callers) }

    private func permit(_ policies: AccessPolicy...) { callers.set("key:1", policies, city.broker.registry) }

    private func policy(
        types: [String]? = nil, scopes: [String]? = nil, attributes: [String]? = nil
    ) -> AccessPolicy {
        AccessPolicy(
            id: "p", roles: ["r"], operations: ["subscribe"], types: types, scopes: scopes, attributes: attributes)
    }

    private static let body =
        #"{"id":"urn:ngsi-ld:Subscription:1","type":"Subscription","entities":[{"type":"*"}],"localOnly":true,"notification":{"endpoint":{"uri":"http://receiver.example/"}}}"#

    private func subscribe(_ json: String = Self.body) async throws {
        try await city.subscribe(json, owner: "key:1")
    }

    private func bus(_ number: Int, _ members: String = "") -> String {
        #"{"id":"urn:ngsi-ld:Bus:\#(number)","type":"Bus","speed":\#(number),"load":\#(100 + number)\#(members)}"#
    }

    @Test func `only entities that the owner reaches are told, and of them what is reached`() async throws {
        permit(policy(types: ["Bus"], attributes: ["speed"]))
        try await subscribe()
        try await city.create(bus(1))
        try await city.heat(1, to: 20)
        try await city.create(bus(2))
        await city.manager.settled()
        let told = transport.posts.map(\.json).joined()
        #expect(told.contains("urn:ngsi-ld:Bus:1") && told.contains("urn:ngsi-ld:Bus:2"))
        #expect(told.contains("\"speed\""))
        #expect(!told.contains("\"load\""))
        #expect(!told.contains("Room"))
        await city.stop()
    }

    @Test func `a hidden attribute neither selects nor sets off a notification`() async throws {
        permit(policy(types: ["Bus"], attributes: ["speed"]))
        try await subscribe(Self.body.replacingFirst("\"localOnly\"", with: "\"q\":\"load>0\",\"localOnly\""))
        try await city.subscribe(
            Self.body.replacingFirst("Subscription:1", with: "Subscription:2"), owner: "key:1")
        try await city.create(bus(1))
        await city.manager.settled()
        #expect(transport.posts.count == 1)
        try await city.merge("urn:ngsi-ld:Bus:1", #"{"load":5}"#)
        try await city.merge("urn:ngsi-ld:Bus:1", #"{"speed":6}"#)
        await city.manager.settled()
        #expect(transport.posts.count == 2)
        await city.stop()
    }

    @Test func `an owner who is revoked is told nothing more, and the subscription says why`() async throws {
        permit(policy(types: ["Bus"]))
        try await subscribe()
        try await city.create(bus(1))
        await city.manager.settled()
        #expect(transport.posts.count == 1)
        callers.set("key:1", nil, city.broker.registry)
        try await city.create(bus(2))
        await city.manager.settled()
        #expect(transport.posts.count == 1)
        let shown = try city.shown("urn:ngsi-ld:Subscription:1")
        #expect(shown.at("status") == "paused")
        #expect(shown.at("statusReason")?.contains("key:1") == true)
        permit(policy(types: ["Room"]))
        #expect(try city.shown("urn:ngsi-ld:Subscription:1").at("status") == "active")
        try await city.create(bus(3))
        try await city.heat(1, to: 20)
        await city.manager.settled()
        #expect(transport.posts.count == 2)
        #expect(transport.posts.last?.json.contains("Room") == true)
        await city.stop()
    }

    @Test func `what an owner may no longer see is left out of what waited`() async throws {
        permit(policy(types: ["Bus", "Room"]))
        try await subscribe(Self.body.replacingFirst("\"localOnly\"", with: "\"isActive\":true,\"localOnly\""))
        let subscription = try #require(try? city.manager.subscription("urn:ngsi-ld:Subscription:1", ""))
        try await city.create(bus(1))
        await city.manager.settled()
        let bus = try city.broker.retrieveEntity(id: "urn:ngsi-ld:Bus:1", tenant: "")
        let waiting = PendingNotification(entities: [bus], notifiedAt: .now())
        #expect(NotifiedEntities(subscription).shown(waiting).count == 1)
        permit(policy(types: ["Room"]))
        #expect(NotifiedEntities(subscription).shown(waiting).isEmpty)
        await city.stop()
    }

    @Test func `the owner outlives a restart, and an update by another`() async throws {
        permit(policy(types: ["Bus"]))
        try await subscribe()
        try await city.update("urn:ngsi-ld:Subscription:1", #"{"description":"changed"}"#)
        #expect(city.manager.subscriptionOwner(id: "urn:ngsi-ld:Subscription:1", tenant: "") == "key:1")
        await city.manager.stop()
        let second = try City(transport, over: city.broker, callers: callers)
        #expect(second.manager.subscriptionOwner(id: "urn:ngsi-ld:Subscription:1", tenant: "") == "key:1")
        await second.stop()
    }

    @Test func `a subscription with an owner whom nobody can find delivers nothing`() async throws {
        let lone = try City(transport)
        try await lone.subscribe(Self.body, owner: "key:1")
        try await lone.create(bus(1))
        await lone.manager.settled()
        #expect(transport.posts.isEmpty)
        await lone.stop()
        await city.stop()
    }
}

extension String {
    fileprivate func replacingFirst(_ part: String, with other: String) -> String {
        guard let range = firstRange(of: part) else { return self }
        return String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
    }
}
