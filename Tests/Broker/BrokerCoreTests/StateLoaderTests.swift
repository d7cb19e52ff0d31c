import BrokerStorage
import InMemoryStorage
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import Testing

@testable import BrokerCore

@Suite struct StateLoaderTests {
    /// More than two batches of the loader, in two tenants that take turns, at places along a line.
    private func filled() async throws -> TestBroker {
        let city = try TestBroker()
        for part in 0..<6 {
            let members = try (part * 500..<(part + 1) * 500).map { number in
                BatchMember.draft(
                    try city.draft(
                        #"{"id":"urn:x:\#(number)","type":"Lamp","location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[\#(Double(number) / 100),45]}}}"#
                    ))
            }
            _ = await city.perform(.batchCreate(members), tenant: part % 2 == 0 ? "" : "north")
        }
        city.broker.stop()
        return city
    }

    private func near(_ city: TestBroker, _ longitude: Double, tenant: String) throws -> [String] {
        var query = EntityQuery()
        query.geo = try GeoQuery(
            georel: "near;maxDistance==900", geometry: "Point", coordinates: "[\(longitude),45]", context: city.context)
        return try city.broker.queryEntities(query, tenant: tenant).entities.map(\.id)
    }

    @Test func `what was stored is found again by id, by number and in space`() async throws {
        let again = try TestBroker(try await filled().storage)
        var all = EntityQuery()
        all.limit = 10_000
        for (tenant, parts) in [("", [0, 2, 4]), ("north", [1, 3, 5])] {
            let expected = parts.flatMap { part in (part * 500..<(part + 1) * 500).map { "urn:x:\($0)" } }
            #expect(try again.broker.queryEntities(all, tenant: tenant).entities.map(\.id) == expected)
            #expect(try again.broker.retrieveEntity(id: expected[1_499], tenant: tenant).id == expected[1_499])
        }
        #expect(try near(again, 10.25, tenant: "") == ["urn:x:1024", "urn:x:1025", "urn:x:1026"])
        #expect(try near(again, 10.25, tenant: "north") == [])
        #expect(try near(again, 27.5, tenant: "north") == ["urn:x:2749", "urn:x:2750", "urn:x:2751"])
    }

    @Test func `the index of space takes changes after loading`() async throws {
        let again = try TestBroker(try await filled().storage)
        #expect(await again.outcome(.deleteEntity(id: "urn:x:1025")) == "success")
        #expect(try near(again, 10.25, tenant: "") == ["urn:x:1024", "urn:x:1026"])
    }
}
