import GeoJSON
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import Testing

@testable import BrokerCore

struct SurveyRunTests {
    /// Ten thousand entities in a band, some hundreds of them at one place; every third is an A and a B.
    private func filled(_ count: Int, budget: Int = .max) async throws -> TestBroker {
        let city = try TestBroker { $0.memoryBudget = budget }
        for start in stride(from: 0, to: count, by: 1_000) {
            let members = try (start..<min(start + 1_000, count)).map { number in
                let longitude = number.isMultiple(of: 20) ? 8.5 : Double((number * 7_919) % 10_000) / 1_000
                return BatchMember.draft(
                    try city.draft(
                        #"{"id":"urn:x:\#(number)","type":\#(number % 3 == 0 ? #"["A","B"]"# : number % 3 == 1 ? #""A""# : #""B""#),"n":\#(number),"scope":"/s\#(number % 2)","location":{"type":"Point","coordinates":[\#(longitude),\#(Double(number % 100) / 10)]}}"#
                    ))
            }
            _ = await city.perform(.batchCreate(members))
        }
        return city
    }

    private func survey(
        _ city: TestBroker, _ box: BoundingBox = .world, numbers: [String] = [],
        change: (inout EntityQuery) throws -> Void = { _ in }
    ) throws -> [(id: String, place: PlacedEntity)] {
        var query = EntityQuery()
        try change(&query)
        let request = EntitySurveyRequest(
            query: query, geometry: try city.term("location"), box: box, numbers: try numbers.map { try city.term($0) })
        var places: [PlacedEntity] = []
        let numbering = try #require(
            try city.broker.surveyEntities(request, tenant: "") { places.append($0) })
        places.sort { $0.slot < $1.slot }
        let entities = try #require(
            try city.broker.surveyed(places.map(\.slot), numbering: numbering, tenant: ""))
        return zip(entities, places).compactMap { entity, place in entity.map { ($0.id, place) } }
    }

    /// The same by a query.
    private func queried(_ city: TestBroker, _ change: (inout EntityQuery) throws -> Void) throws -> [String] {
        var query = EntityQuery()
        query.limit = 100_000
        try change(&query)
        return try city.broker.queryEntities(query, tenant: "").entities.map(\.id)
    }

    @Test(arguments: ["A", "B", "A,B", "A;B", "Z", "*"], [3_000, 12_000])
    func `a survey finds what a query finds, once each`(types: String, count: Int) async throws {
        let city = try await filled(count)
        let change = { (query: inout EntityQuery) in
            query.types = try TypeSelection(parsing: types, context: city.context)
        }
        #expect(try survey(city, change: change).map(\.id) == queried(city, change))
    }

    @Test(arguments: ["n>9000", "n==17", "n<100;n>50", "n"], [Int.max, 1])
    func `q, scopes and ids choose, also among entities that are not in memory`(q: String, budget: Int) async throws {
        let city = try await filled(10_000, budget: budget)
        let change = { (query: inout EntityQuery) in
            query.expression = try QueryExpression(parsing: q, context: city.context)
            query.scope = try ScopeQuery(parsing: "/s1")
        }
        let expected = try queried(city, change)
        // The second time numbers are known.
        for _ in 0..<2 { #expect(try survey(city, change: change).map(\.id) == expected) }
        #expect(try survey(city) { $0.ids = ["urn:x:4", "urn:x:7"] }.map(\.id) == ["urn:x:4", "urn:x:7"])
    }

    @Test func `parts of a box add up to the whole`() async throws {
        let city = try await filled(12_000)
        let part = { (west: Double, east: Double) in
            BoundingBox(minLongitude: west, minLatitude: -1, maxLongitude: east, maxLatitude: 20)
        }
        let found = try survey(city, part(2, 8)).map(\.place.box.center.longitude)
        let expected = (0..<12_000).filter { number in
            let longitude = number.isMultiple(of: 20) ? 8.5 : Double((number * 7_919) % 10_000) / 1_000
            return longitude >= 2 && longitude <= 8
        }
        #expect(found.count == expected.count)
        #expect(found.allSatisfy { $0 > 1.9999 && $0 < 8.0001 })
    }

    @Test(arguments: [100, 12_000], [Int.max, 1])
    func `numbers come with the places, and follow changes`(count: Int, budget: Int) async throws {
        let city = try await filled(count, budget: budget)
        let isB = { (query: inout EntityQuery) in
            query.types = try TypeSelection(parsing: "B", context: city.context)
        }
        for _ in 0..<2 {
            let found = try survey(city, numbers: ["n", "none"], change: isB)
            #expect(found.count == (0..<count).count { $0 % 3 != 1 })
            #expect(found.allSatisfy { "urn:x:\(Int($0.place.numbers[0]))" == $0.id && $0.place.numbers[1].isNaN })
        }
        let changed = try city.draft(#"{"id":"urn:x:2","n":-5}"#)
        _ = await city.perform(.batchMerge([.draft(changed)]))
        let found = try survey(city, numbers: ["n"], change: isB)
        #expect(found.first { $0.id == "urn:x:2" }?.place.numbers[0] == -5)
    }

    @Test func `the type that is told is one of those asked for`() async throws {
        let city = try await filled(12_000)
        let (a, b) = (try city.term("A"), try city.term("B"))
        for (types, first) in [("A,B", a), ("B,A", b)] {
            let found = try survey(city) { $0.types = try TypeSelection(parsing: types, context: city.context) }
            #expect(found.first?.place.type == first)
            #expect(found.allSatisfy { $0.place.type == a || $0.place.type == b })
        }
    }

    @Test func `slots that were numbered anew are told, and a deleted entity is gone`() async throws {
        let city = try await filled(3_000)
        let request = EntitySurveyRequest(query: EntityQuery(), geometry: try city.term("location"), box: .world)
        var slots: [UInt32] = []
        let numbering = try #require(
            try city.broker.surveyEntities(request, tenant: "") { slots.append($0.slot) })
        _ = await city.perform(.deleteEntity(id: "urn:x:5"))
        let found = try #require(try city.broker.surveyed(slots.sorted(), numbering: numbering, tenant: ""))
        #expect(found.count == 3_000 && found[5] == nil && found[6]?.id == "urn:x:6")
        #expect(try #require(try city.broker.surveyed([.max], numbering: numbering, tenant: ""))[0] == nil)
        _ = await city.perform(.batchDelete((0..<2_000).map { "urn:x:\($0)" }))
        #expect(try city.broker.surveyed(slots.sorted(), numbering: numbering, tenant: "") == nil)
        #expect(try survey(city).count == 1_000)
    }

    @Test func `a revision changes with the entities of its types only`() async throws {
        let city = try await filled(30)
        let (a, b) = (try city.term("A"), try city.term("B"))
        let revisions = {
            [
                try city.broker.surveyRevision(of: [a], tenant: ""),
                try city.broker.surveyRevision(of: [b], tenant: ""),
                try city.broker.surveyRevision(of: nil, tenant: ""),
            ]
        }
        let before = try revisions()
        _ = await city.perform(.deleteEntity(id: "urn:x:1"))
        let after = try revisions()
        #expect(after[0] > before[0] && after[1] == before[1] && after[2] > before[2])
        #expect(throws: NGSILDError.self) { try city.broker.surveyRevision(of: nil, tenant: "nowhere") }
    }

    @Test func `the extent tells the types and what lies where`() async throws {
        let city = try await filled(30)
        let extent = try city.broker.surveyExtent(of: try city.term("location"), tenant: "")
        #expect(extent.count == 30)
        #expect(Dictionary(uniqueKeysWithValues: extent.types) == [try city.term("A"): 20, try city.term("B"): 20])
        #expect(extent.box?.contains(Position(longitude: 8.5, latitude: 0)) == true)
        #expect(try city.broker.surveyExtent(of: try city.term("elsewhere"), tenant: "").box == nil)
    }
}
