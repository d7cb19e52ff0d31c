import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import Synchronization
import Testing

@testable import VectorTiles

struct VectorTileServiceTests {
    /// Counts what is asked of a broker.
    private final class Counting: EntitySurvey {
        let city: TileCity
        let surveys = Atomic<Int>(0)

        init(_ city: TileCity) { self.city = city }

        func surveyRevision(of types: [TermID]?, tenant: String) throws(NGSILDError) -> UInt64 {
            try city.broker.surveyRevision(of: types, tenant: tenant)
        }

        func surveyEntities(
            _ request: EntitySurveyRequest, tenant: String, visit: (PlacedEntity) -> Void
        ) throws(NGSILDError) -> UInt64? {
            surveys.wrappingAdd(1, ordering: .relaxed)
            return try city.broker.surveyEntities(request, tenant: tenant, visit: visit)
        }

        func surveyed(
            _ slots: [UInt32], numbering: UInt64, tenant: String
        ) throws(NGSILDError) -> [EntityRecord?]? {
            try city.broker.surveyed(slots, numbering: numbering, tenant: tenant)
        }

        func surveyExtent(of geometry: TermID, tenant: String) throws(NGSILDError) -> EntityExtent {
            try city.broker.surveyExtent(of: geometry, tenant: tenant)
        }
    }

    private func request(_ city: TileCity, type: String, tenant: String = "") throws -> TileRequest {
        var query = EntityQuery()
        query.types = try TypeSelection(parsing: type, context: city.context)
        return TileRequest(
            tenant: tenant, query: query, geometry: city.context.knownTerm("location") ?? .none, tags: [],
            tile: try #require(TileSpace(zoom: 0, x: 0, y: 0)), cells: 12, context: city.context)
    }

    private func point(_ id: String, _ type: String) -> String {
        #"{"id":"\#(id)","type":"\#(type)","location":{"type":"Point","coordinates":[8,50]}}"#
    }

    @Test func `a tile is made once, until an entity of its types changes`() async throws {
        let city = try TileCity()
        try await city.create([point("urn:x:1", "Lamp"), point("urn:x:2", "Bench")])
        let survey = Counting(city)
        let service = VectorTileService(survey: survey)
        let lamps = try request(city, type: "Lamp")
        let first = try await service.tile(lamps, key: "lamps").get()
        #expect(try await service.tile(lamps, key: "lamps").get() == first)
        #expect(survey.surveys.load(ordering: .relaxed) == 1)
        try await city.create([point("urn:x:3", "Bench")])
        #expect(try await service.tile(lamps, key: "lamps").get() == first)
        #expect(survey.surveys.load(ordering: .relaxed) == 1)
        try await city.create([point("urn:x:4", "Lamp")])
        #expect(try await service.tile(lamps, key: "lamps").get() != first)
        _ = await city.perform(.deleteEntity(id: "urn:x:4"))
        #expect(try await service.tile(lamps, key: "lamps").get() == first)
        #expect(survey.surveys.load(ordering: .relaxed) == 3)
    }

    @Test func `tiles are forgotten when they take too much room`() async throws {
        let city = try TileCity()
        try await city.create([point("urn:x:1", "Lamp")])
        let survey = Counting(city)
        var configuration = VectorTileService.Configuration()
        configuration.keptBytes = 1_000
        let service = VectorTileService(survey: survey, configuration: configuration)
        let lamps = try request(city, type: "Lamp")
        for key in 0..<20 { _ = try await service.tile(lamps, key: "\(key)").get() }
        _ = try await service.tile(lamps, key: "19").get()
        #expect(survey.surveys.load(ordering: .relaxed) == 20)
        _ = try await service.tile(lamps, key: "0").get()
        #expect(survey.surveys.load(ordering: .relaxed) == 21)
    }

    @Test func `too many that wait are refused, and a tenant that is not there is said`() async throws {
        let city = try TileCity()
        var configuration = VectorTileService.Configuration()
        configuration.waitingLimit = 0
        let full = VectorTileService(survey: city.broker, configuration: configuration)
        guard case .failure(.overloaded) = await full.tile(try request(city, type: "Lamp"), key: "") else {
            Issue.record("was not refused")
            return
        }
        let service = VectorTileService(survey: city.broker)
        let result = await service.tile(try request(city, type: "Lamp", tenant: "nowhere"), key: "")
        guard case .failure(.nonexistentTenant) = result else {
            Issue.record("\(result)")
            return
        }
    }
}
