import ClauseTrait
import NGSILDModel
import NGSILDOperations
import Testing

@testable import TemporalEvolution

@Suite struct TemporalOperationsTests {
    private static let sensor = "urn:ngsi-ld:Sensor:1"
    private static func body(_ instances: String) -> String {
        #"{"id":"\#(sensor)","type":"Sensor","level":[\#(instances)]}"#
    }
    private static let two = body(
        #"{"type":"Property","value":1,"observedAt":"2026-01-01T01:00:00Z"},{"type":"Property","value":2,"observedAt":"2026-01-01T02:00:00Z"}"#
    )

    @Test(.clause("5.6.11"))
    func `a history can be brought in for an entity that does not exist, which then still does not`() async throws {
        let city = try TestCity()
        #expect(try await city.upsert(Self.two).get() == true)
        #expect(try await city.upsert(Self.two).get() == false)
        #expect(try await city.values(Self.sensor, "level") == ["1", "2"])
        #expect(throws: NGSILDError.self) { try city.broker.retrieveEntity(id: Self.sensor, tenant: "") }
        let entity = try #require(try await city.retrieve(Self.sensor).get().entities.first)
        #expect(entity.types == [try city.term("Sensor")])
        #expect(!entity.createdAt.isSet)
    }

    @Test func `what is written takes the place of what is there, also by a clock that was set back`() async throws {
        let city = try TestCity()
        func body(_ value: Int) -> String {
            #"{"id":"\#(TestCity.room)","type":"Room","temperature":{"type":"Property","value":\#(value),"observedAt":"2026-01-01T00:00:00Z"}}"#
        }
        _ = try await city.upsert(body(1)).get()
        city.clock.advance(seconds: -3_600)
        // Over a chunk.
        _ = try await city.upsert(body(2)).get()
        #expect(try await city.values() == ["2"])
        // Over the present value, and over what waits for a chunk.
        city.clock.advance(seconds: 7_200)
        try await city.create(
            TestCity.room, #""temperature":{"type":"Property","value":3,"observedAt":"2026-01-01T00:00:00Z"}"#)
        city.clock.advance(seconds: -3_600)
        _ = try await city.upsert(body(4)).get()
        #expect(try await city.values() == ["4"])
        try await city.set("5", observedAt: "2026-01-01T00:00:09Z")
        city.history.absorb()
        _ = try await city.upsert(body(6)).get()
        #expect(try await city.values() == ["6", "5"])
        city.history.flush()
        #expect(try await city.values() == ["6", "5"])
    }

    @Test(.clause("5.6.11")) func `adding a history to an entity leaves its current state as it is`() async throws {
        let city = try TestCity()
        try await city.create(Self.sensor, #""level":{"type":"Property","value":9}"#)
        #expect(try await city.upsert(Self.two).get() == false)
        let entity = try city.broker.retrieveEntity(id: Self.sensor, tenant: "")
        #expect(entity.attributes.valueText(of: 0) == "9")
        #expect(try await city.values(Self.sensor, "level") == ["9", "1", "2"])
    }

    @Test(.clause("5.6.12")) func `instances are not added to a history that is not known`() async throws {
        let city = try TestCity()
        let draft = try city.draft(
            #"{"level":[{"type":"Property","value":1,"observedAt":"2026-01-01T01:00:00Z"}]}"#, temporal: true)
        let refused = await city.reply {
            city.history.addToTemporalEvolution(
                id: Self.sensor, draft, tenant: "", on: ImmediateReplyScheduler(), reply: $0)
        }
        guard case .failure(.resourceNotFound(let detail)) = refused else { return #expect(Bool(false), "\(refused)") }
        #expect(detail.contains(Self.sensor))
        _ = try await city.upsert(Self.two).get()
        try await city.reply {
            city.history.addToTemporalEvolution(
                id: Self.sensor, draft, tenant: "", on: ImmediateReplyScheduler(), reply: $0)
        }.get()
        #expect(try await city.values(Self.sensor, "level") == ["1", "2"])
    }

    @Test(.clause("5.6.16")) func `a deleted history is gone, and can be begun again`() async throws {
        let city = try TestCity()
        _ = try await city.upsert(Self.two).get()
        let delete: () async -> Result<Void, NGSILDError> = {
            await city.reply {
                city.history.deleteTemporalEvolution(
                    id: Self.sensor, tenant: "", on: ImmediateReplyScheduler(), reply: $0)
            }
        }
        try await delete().get()
        guard case .failure(.resourceNotFound) = await city.retrieve(Self.sensor) else { return #expect(Bool(false)) }
        guard case .failure(.resourceNotFound) = await delete() else { return #expect(Bool(false)) }
        #expect(try await city.upsert(Self.two).get() == true)
        #expect(try await city.values(Self.sensor, "level") == ["1", "2"])
    }

    @Test(.clause("5.6.13")) func `one attribute's history can be deleted`() async throws {
        let city = try TestCity()
        _ = try await city.upsert(
            #"{"id":"\#(Self.sensor)","type":"Sensor","level":[{"type":"Property","value":1,"observedAt":"2026-01-01T01:00:00Z"}],"other":[{"type":"Property","value":2,"observedAt":"2026-01-01T01:00:00Z"}]}"#
        ).get()
        let level = try city.term("level")
        try await city.reply {
            city.history.deleteTemporalAttribute(
                id: Self.sensor, attribute: level, dataset: nil, tenant: "", on: ImmediateReplyScheduler(), reply: $0)
        }.get()
        #expect(try await city.values(Self.sensor, "level") == [])
        #expect(try await city.values(Self.sensor, "other") == ["2"])
    }

    private func instanceIDs(_ city: TestCity) async throws -> [String] {
        let attribute = try #require(try await city.retrieve(Self.sensor).get().entities.first?.attributes.first)
        return attribute.instances.roots.compactMap { root in
            let head = String(decoding: attribute.instances.bytes[attribute.instances.nodes[root].head], as: UTF8.self)
            return head.components(after: "\"instanceId\":\"")
        }
    }

    @Test(.clause("5.6.14", "5.6.15")) func `one instance can be deleted and another modified`() async throws {
        let city = try TestCity()
        _ = try await city.upsert(Self.two).get()
        let ids = try await instanceIDs(city)
        #expect(ids.count == 2)
        let level = try city.term("level")
        let new = try city.draft(#"{"level":{"type":"Property","value":7,"observedAt":"2026-01-01T02:00:00Z"}}"#)
            .attributes
        try await city.reply {
            city.history.modifyTemporalInstance(
                id: Self.sensor, attribute: level, instanceID: ids[1], new, tenant: "", on: ImmediateReplyScheduler(),
                reply: $0)
        }.get()
        #expect(try await city.values(Self.sensor, "level") == ["1", "7"])
        try await city.reply {
            city.history.deleteTemporalInstance(
                id: Self.sensor, attribute: level, instanceID: ids[0], tenant: "", on: ImmediateReplyScheduler(),
                reply: $0)
        }.get()
        #expect(try await city.values(Self.sensor, "level") == ["7"])
        for unknown in [ids[0], "urn:ngsi-ld:instance:1-2-3", "urn:x:y"] {
            let refused = await city.reply {
                city.history.deleteTemporalInstance(
                    id: Self.sensor, attribute: level, instanceID: unknown, tenant: "", on: ImmediateReplyScheduler(),
                    reply: $0)
            }
            guard case .failure(.resourceNotFound) = refused else {
                return #expect(Bool(false), "\(unknown): \(refused)")
            }
        }
    }

    @Test func `more than may wait is refused`() async throws {
        let city = try TestCity { $0.writeLimit = 1 }
        city.history.queue.suspend()
        let draft = try city.draft(Self.two, temporal: true)
        city.history.upsertTemporalEvolution(draft, tenant: "", on: ImmediateReplyScheduler()) { _ in }
        let second = await withCheckedContinuation { continuation in
            city.history.upsertTemporalEvolution(draft, tenant: "", on: ImmediateReplyScheduler()) {
                continuation.resume(returning: $0)
            }
        }
        city.history.queue.resume()
        guard case .failure(.overloaded) = second else { return #expect(Bool(false), "\(second)") }
    }
}

extension String {
    /// What stands between a text and the next quote.
    fileprivate func components(after text: String) -> String? {
        guard let range = firstRange(of: text) else { return nil }
        return self[range.upperBound...].split(separator: "\"").first.map(String.init)
    }
}
