import BrokerStorage
import ClauseTrait
import Foundation
import InMemoryStorage
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import SQLiteStorage
import Testing

@testable import TemporalEvolution

/// Scopes that the operations on entities change.
@Suite struct ScopeEvolutionTests {
    private static let room = TestCity.room
    private static let null = #""urn:ngsi-ld:null""#

    /// A room in /Old from 00:00:00, whose temperature is observed each minute of the following hour.
    private static func city(
        _ storage: any BrokerStorage = InMemoryStorage(), scope: String = #","scope":"/Old""#
    ) async throws -> TestCity {
        let city = try TestCity(storage: storage)
        let attribute = #""temperature":{"type":"Property","value":0,"observedAt":"2026-01-01T00:00:00Z"}"#
        _ = await city.perform(
            .createEntity(try city.draft(#"{"id":"\#(room)","type":"Room"\#(scope),\#(attribute)}"#)))
        return city
    }

    private static func scopes(_ city: TestCity, _ selection: TemporalSelection = TemporalSelection()) async throws
        -> [String]
    {
        try await city.values(room, "scope", selection)
    }

    enum Change: String, CaseIterable { case update, merge, append, replace, upsert, delete }

    @Test(.clause("4.5.6"), arguments: Change.allCases)
    func `a scope that an operation changes is kept, observed when it was modified`(_ change: Change) async throws {
        let city = try await Self.city()
        city.clock.advance(seconds: 60)
        let draft = try city.draft(
            #"{"id":"\#(Self.room)","type":"Room","scope":["/New","/Other"],"a":{"type":"Property","value":1}}"#)
        let operation: ProvisionOperation =
            switch change {
            case .update: .updateAttributes(id: Self.room, draft)
            case .merge: .mergeEntity(id: Self.room, draft)
            case .append: .appendAttributes(id: Self.room, draft, overwrite: true)
            case .replace: .replaceEntity(id: Self.room, draft)
            case .upsert: .batchUpsert([.draft(draft)], replaces: true)
            case .delete: .mergeEntity(id: Self.room, EntityDraft(scopes: []))
            }
        _ = await city.perform(operation)
        let new = change == .delete ? Self.null : #"["/New","/Other"]"#
        #expect(try await Self.scopes(city) == [#""/Old""#, new])
        city.history.flush()
        let page = try await city.retrieve().get()
        let entity = try #require(page.entities.first)
        // The evolution takes the place of the scope that holds now.
        #expect(entity.scopes == [])
        let scope = try #require(entity.attributes.first { $0.name == city.context.knownTerm("scope") })
        let nodes = scope.instances.roots.map { scope.instances.nodes[$0] }
        #expect(nodes.map(\.modifiedAt.text) == ["2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z"])
        if change == .delete {
            #expect(scope.instances.deletedAt(of: scope.instances.roots.map { $0 }[1]).text == "2026-01-01T00:01:00Z")
        } else {
            #expect(nodes.map(\.observedAt) == nodes.map(\.modifiedAt))
        }
    }

    @Test func `a scope that is written again as it was stays the same instance`() async throws {
        let city = try await Self.city()
        city.clock.advance()
        _ = await city.perform(.mergeEntity(id: Self.room, EntityDraft(scopes: ["/Old"])))
        try await city.set("1", observedAt: "2026-01-01T00:02:00Z")
        #expect(try await Self.scopes(city) == [#""/Old""#])
        #expect(city.history.statistics.tailSamples == 1)
    }

    @Test func `a deleted entity keeps its scopes, and their end`() async throws {
        let city = try await Self.city()
        city.clock.advance()
        _ = await city.perform(.deleteEntity(id: Self.room))
        #expect(try await Self.scopes(city) == [#""/Old""#, Self.null])
        city.clock.advance()
        try await city.create()
        #expect(try await Self.scopes(city) == [#""/Old""#, Self.null])
    }

    @Test(
        .clause("4.18", "5.7.4.4"),
        arguments: [
            ("/Old", ["0", "10"]), ("/New", ["20", "30"]), ("/Late", []), ("/#", ["0", "10", "20", "30"]),
        ])
    func `a query by scope finds the instances of the time that an entity was in it`(
        _ scope: String, _ expected: [String]
    ) async throws {
        let city = try await Self.city()
        for minute in stride(from: 10, to: 60, by: 10) {
            city.clock.advance(seconds: 599)
            if minute == 20 { _ = await city.perform(.mergeEntity(id: Self.room, EntityDraft(scopes: ["/New"]))) }
            if minute == 40 { _ = await city.perform(.mergeEntity(id: Self.room, EntityDraft(scopes: []))) }
            if minute == 50 { _ = await city.perform(.mergeEntity(id: Self.room, EntityDraft(scopes: ["/Late"]))) }
            try await city.set("\(minute)", observedAt: "2026-01-01T00:\(minute):00Z")
        }
        var query = EntityQuery()
        query.types = try TypeSelection(parsing: "Room", context: city.context)
        query.scope = try ScopeQuery(parsing: scope)
        // The window ends before /Late.
        let window = try times("between", "2026-01-01T00:00:00Z", "2026-01-01T00:45:00Z")
        let found = try await city.query(query, window).get().entities
        let temperature = found.first?.attributes.first { $0.name == city.context.knownTerm("temperature") }
        #expect(temperature.map(TestCity.values) ?? [] == expected)
    }

    @Test func `the scope of the creation counts for a history that was brought in, a later one does not`() async throws
    {
        let past = #""temperature":{"type":"Property","value":7,"observedAt":"2020-01-01T00:00:00Z"}"#
        let window = try times("before", "2021-01-01T00:00:00Z")
        var query = EntityQuery()
        query.scope = try ScopeQuery(parsing: "/Old")
        for (scope, count) in [(#","scope":"/Old""#, 1), ("", 0)] {
            let city = try await Self.city(scope: scope)
            city.clock.advance()
            _ = await city.perform(.mergeEntity(id: Self.room, EntityDraft(scopes: ["/Old"])))
            _ = try await city.upsert(#"{"id":"\#(Self.room)","type":"Room",\#(past)}"#).get()
            query.types = try TypeSelection(parsing: "Room", context: city.context)
            #expect(try await city.query(query, window).get().entities.count == count)
        }
    }

    @Test func `a clock that was set back does not change the order of scopes`() async throws {
        let city = try await Self.city()
        city.clock.advance(seconds: 3_600)
        _ = await city.perform(.mergeEntity(id: Self.room, EntityDraft(scopes: ["/New"])))
        city.clock.advance(seconds: -1_800)
        _ = await city.perform(.mergeEntity(id: Self.room, EntityDraft(scopes: ["/Newest"])))
        #expect(try await Self.scopes(city) == [#""/Old""#, #""/New""#, #""/Newest""#])
    }

    @Test(arguments: [false, true])
    func `scopes survive a stop and a crash`(isCrash: Bool) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("scopes-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let first = try await Self.city(try SQLiteStorage(directory: directory.path))
        first.clock.advance()
        _ = await first.perform(.mergeEntity(id: Self.room, EntityDraft(scopes: ["/New"])))
        first.clock.advance()
        _ = await first.perform(.mergeEntity(id: Self.room, EntityDraft(scopes: [])))
        first.clock.advance()
        _ = await first.perform(.mergeEntity(id: Self.room, EntityDraft(scopes: ["/Last"])))
        if !isCrash { first.history.stop() }
        first.broker.stop()
        first.storage.close()
        let second = try TestCity(storage: try SQLiteStorage(directory: directory.path), clock: first.clock)
        #expect(try await Self.scopes(second) == [#""/Old""#, #""/New""#, Self.null, #""/Last""#])
        // The time that the present scope was set at is in the store.
        second.clock.advance()
        _ = await second.perform(.deleteEntity(id: Self.room))
        let all = try await Self.scopes(second)
        #expect(all == [#""/Old""#, #""/New""#, Self.null, #""/Last""#, Self.null])
        let since = try times("after", "2026-01-01T00:00:03Z")
        // The end of it was not observed, but modified.
        #expect(try await Self.scopes(second, since) == [#""/Last""#])
        second.history.stop()
        second.broker.stop()
        second.storage.close()
    }

    @Test func `a policy for a type leaves no change of a scope out, unless it records nothing`() async throws {
        let city = try await Self.city()
        var policy = HistoryPolicy(name: "rooms")
        policy.type = city.broker.registry.iri(try city.term("Room"))
        policy.sampleEvery = 3_600
        policy.retention = [HistoryPolicy.Tier(keep: 1)]
        _ = await put(policy, city)
        for scope in ["/B", "/C", "/D"] {
            city.clock.advance(seconds: 10)
            _ = await city.perform(.mergeEntity(id: Self.room, EntityDraft(scopes: [scope])))
        }
        city.history.flush()
        city.history.queue.sync {
            city.history.sweep.withLock { $0 = RetentionSweep() }
            while city.history.sweepOnce() {}
        }
        #expect(try await Self.scopes(city) == [#""/Old""#, #""/B""#, #""/C""#, #""/D""#])
        policy.isRecorded = false
        _ = await put(policy, city)
        _ = await city.perform(.mergeEntity(id: Self.room, EntityDraft(scopes: ["/E"])))
        #expect(try await Self.scopes(city) == [#""/Old""#, #""/B""#, #""/C""#])
    }

    private func put(_ policy: HistoryPolicy, _ city: TestCity) async -> Result<Bool, NGSILDError> {
        await withCheckedContinuation { continuation in
            city.history.putPolicy(policy, on: ImmediateReplyScheduler()) { continuation.resume(returning: $0) }
        }
    }
}
