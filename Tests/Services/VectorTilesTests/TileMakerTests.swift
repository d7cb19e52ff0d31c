import GeoJSON
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import Synchronization
import Testing

@testable import VectorTiles

struct TileMakerTests {
    /// Around 8.68 degrees east, 50.11 degrees north.
    private static let address = (zoom: 12, x: 2_146, y: 1_387)

    private func request(
        _ city: TileCity, _ zoom: Int = address.zoom, _ x: Int = address.x, _ y: Int = address.y, type: String = "*",
        q: String? = nil, attrs: [String] = [], cells: Int = TileRequest.usualCells, access: EntityAccess? = nil
    ) throws -> TileRequest {
        var query = EntityQuery()
        query.access = access
        if type != "*" { query.types = try TypeSelection(parsing: type, context: city.context) }
        query.expression = try q.map { try QueryExpression(parsing: $0, context: city.context) }
        return TileRequest(
            tenant: "", query: query, geometry: city.context.knownTerm("location") ?? .none,
            tags: attrs.map { ($0, city.context.knownTerm($0) ?? .none) },
            tile: try #require(TileSpace(zoom: zoom, x: x, y: y)), cells: cells, context: city.context)
    }

    private func tile(
        _ city: TileCity, _ request: TileRequest, _ limits: TileLimits = TileLimits()
    ) throws -> (tile: DecodedTile, omitted: Int) {
        let made = try TileMaker(request: request, survey: city.broker, limits: limits).make()
        return (try #require(DecodedTile(made.bytes)), made.omitted)
    }

    private func lamp(_ number: Int, _ longitude: Double, _ latitude: Double, type: String = "Lamp") -> String {
        """
        {"id":"urn:x:\(type):\(number)","type":"\(type)","power":\(number),"state":"on","isLit":true,
         "owner":{"type":"Relationship","object":"urn:x:Owner:1"},"range":[1,2],
         "location":{"type":"Point","coordinates":[\(longitude),\(latitude)]}}
        """
    }

    @Test func `an entity carries its id, type, age and the values asked for`() async throws {
        let city = try TileCity()
        try await city.create([lamp(7, 8.68, 50.11)])
        let (tile, _) = try tile(
            city, request(city, attrs: ["power", "state", "isLit", "owner", "range", "missing"]))
        let feature = try #require(tile["entities"].first)
        #expect(tile.layers["entities"]?.version == 2)
        #expect(tile.layers["entities"]?.extent == 4_096)
        #expect(tile["clusters"].isEmpty)
        #expect(feature.tags["id"] == "s:urn:x:Lamp:7")
        #expect(feature.tags["type"] == "s:Lamp")
        #expect(feature.tags["power"] == "n:7.0")
        #expect(feature.tags["state"] == "s:on")
        #expect(feature.tags["isLit"] == "b:true")
        #expect(feature.tags["owner"] == "s:urn:x:Owner:1")
        #expect(feature.tags["modifiedAt"]?.hasPrefix("i:") == true)
        #expect(feature.tags["range"] == nil && feature.tags["missing"] == nil)
        #expect(feature.id.map { $0 < 1 << 53 } == true)
    }

    @Test func `points that stand together gather, with the mean and the range of their numbers`() async throws {
        let city = try TileCity()
        try await city.create(
            (1...5).map { lamp($0, 8.68 + Double($0) / 1e5, 50.11) } + [lamp(100, 8.64, 50.08), lamp(101, 8.64, 50.08)])
        let (tile, _) = try tile(city, request(city, attrs: ["power"]))
        let cluster = try #require(tile["clusters"].first)
        #expect(tile["clusters"].count == 1)
        #expect(cluster.tags["point_count"] == "i:5")
        #expect(cluster.tags["type"] == "s:Lamp")
        #expect(cluster.tags["power_mean"] == "n:3.0")
        #expect(cluster.tags["power_min"] == "n:1.0")
        #expect(cluster.tags["power_max"] == "n:5.0")
        // Two are shown as they are.
        #expect(Set(tile["entities"].map { $0.tags["id"] }) == ["s:urn:x:Lamp:100", "s:urn:x:Lamp:101"])
        let (plain, _) = try self.tile(city, request(city, cells: 0))
        #expect(plain["entities"].count == 7 && plain["clusters"].isEmpty)
    }

    @Test func `each point of a crowd is counted in one tile of a zoom, at every zoom`() async throws {
        let city = try TileCity()
        // Many enough for the survey to go by tables and in parts.
        try await city.create(
            (0..<20_000).map { number in
                lamp(
                    number, Double((number * 7_919) % 36_000) / 100 - 180,
                    Double((number * 104_729) % 16_000) / 100 - 80)
            })
        for zoom in 0...2 {
            var count = 0
            for x in 0..<(1 << zoom) {
                for y in 0..<(1 << zoom) {
                    let (tile, omitted) = try tile(city, request(city, zoom, x, y, type: "Lamp", attrs: ["power"]))
                    count +=
                        tile["entities"].count
                        + tile["clusters"].reduce(0) { sum, cluster in
                            sum + (cluster.tags["point_count"].flatMap { Int($0.dropFirst(2)) } ?? 0)
                        }
                    #expect(omitted == 0)
                }
            }
            #expect(count == 20_000)
        }
    }

    @Test func `types and q choose, and a cluster says its most frequent type`() async throws {
        let city = try TileCity()
        try await city.create(
            (1...6).map { lamp($0, 8.68, 50.11) } + (1...3).map { lamp($0, 8.68, 50.11, type: "Bench") })
        let all = try tile(city, request(city)).tile["clusters"].first
        #expect(all?.tags["point_count"] == "i:9" && all?.tags["type"] == "s:Lamp")
        let benches = try tile(city, request(city, type: "Bench")).tile["clusters"].first
        #expect(benches?.tags["point_count"] == "i:3" && benches?.tags["type"] == "s:Bench")
        let strong = try tile(city, request(city, type: "Lamp,Bench", q: "power>5")).tile
        #expect(strong["entities"].map { $0.tags["id"] } == ["s:urn:x:Lamp:6"])
        #expect(try tile(city, request(city, type: "Unheard")).tile.layers.isEmpty)
    }

    @Test func `lines and areas keep their form, and specks become points`() async throws {
        let city = try TileCity()
        try await city.create([
            #"{"id":"urn:x:Road:1","type":"Road","location":{"type":"LineString","coordinates":[[8.66,50.1],[8.69,50.12]]}}"#,
            #"{"id":"urn:x:Park:1","type":"Park","location":{"type":"Polygon","coordinates":[[[8.66,50.1],[8.68,50.1],[8.68,50.12],[8.66,50.1]]]}}"#,
            #"{"id":"urn:x:Hut:1","type":"Hut","location":{"type":"Polygon","coordinates":[[[8.66,50.1],[8.6601,50.1],[8.6601,50.1001],[8.66,50.1]]]}}"#,
        ])
        let (tile, _) = try tile(city, request(city))
        let kinds = Dictionary(uniqueKeysWithValues: tile["entities"].map { ($0.tags["type"] ?? "", $0.kind) })
        #expect(kinds == ["s:Road": 2, "s:Park": 3, "s:Hut": 1 + 2])
        let (far, _) = try self.tile(city, request(city, 5, 16, 10))
        #expect(far["entities"].allSatisfy { $0.kind == 1 || $0.tags["type"] != "s:Hut" })
    }

    @Test func `too many points for a tile gather on the finest grid, and none is lost`() async throws {
        let city = try TileCity()
        try await city.create((0..<60).map { lamp($0, 8.68 + Double($0 / 6) / 1_000, 50.11) })
        let limits = TileLimits(points: 20)
        let (tile, omitted) = try tile(city, request(city, cells: 0), limits)
        #expect(tile["clusters"].reduce(0) { $0 + (Int($1.tags["point_count"]?.dropFirst(2) ?? "") ?? 0) } == 60)
        #expect(omitted == 0)
    }

    @Test func `of too many areas the largest are drawn, and the rest is told`() async throws {
        let city = try TileCity()
        try await city.create(
            (1...30).map { number in
                let edge = 8.65 + Double(number) / 500
                return
                    #"{"id":"urn:x:Zone:\#(number)","type":"Zone","location":{"type":"Polygon","coordinates":[[[8.65,50.1],[\#(edge),50.1],[\#(edge),50.12],[8.65,50.1]]]}}"#
            })
        let (tile, omitted) = try tile(city, request(city), TileLimits(shapes: 4))
        #expect(tile["entities"].count == 4)
        #expect(tile["entities"].contains { $0.tags["id"] == "s:urn:x:Zone:30" })
        #expect(omitted == 26)
    }

    @Test func `a long text is cut, and a tile ends at its bytes`() async throws {
        let city = try TileCity()
        try await city.create(
            (0..<200).map { number in
                let text = String(repeating: "ä", count: 5_000)
                return
                    #"{"id":"urn:x:\#(number)","type":"Text","note":"\#(number)\#(text)","location":{"type":"Point","coordinates":[8.68,50.11]}}"#
            })
        let made = try TileMaker(
            request: request(city, attrs: ["note"], cells: 0), survey: city.broker, limits: TileLimits(bytes: 20_000)
        ).make()
        let tile = try #require(DecodedTile(made.bytes))
        #expect(made.bytes.count < 24_000)
        #expect(made.omitted + tile["entities"].count == 200)
        #expect(tile["entities"].allSatisfy { ($0.tags["note"]?.count ?? 0) == 130 })
    }

    @Test func `what lies at the poles and the antimeridian breaks nothing`() async throws {
        let city = try TileCity()
        try await city.create([
            lamp(1, 180, 0), lamp(2, -180, 0), lamp(3, 0, 90), lamp(4, 0, -90),
            #"{"id":"urn:x:World:1","type":"World","location":{"type":"Polygon","coordinates":[[[-180,-90],[180,-90],[180,90],[-180,90],[-180,-90]]]}}"#,
            #"{"id":"urn:x:Wire:1","type":"Wire","location":{"type":"LineString","coordinates":[[170,0],[-170,10]]}}"#,
        ])
        let (east, _) = try tile(city, request(city, 2, 3, 2, cells: 0))
        let (west, _) = try tile(city, request(city, 2, 0, 2, cells: 0))
        #expect(
            Set(east["entities"].compactMap { $0.tags["id"] }).isSuperset(of: ["s:urn:x:Lamp:1", "s:urn:x:World:1"]))
        #expect(!east["entities"].contains { $0.tags["id"] == "s:urn:x:Lamp:2" })
        #expect(west["entities"].contains { $0.tags["id"] == "s:urn:x:Lamp:2" })
        let (top, _) = try tile(city, request(city, 2, 2, 0, cells: 0))
        #expect(top["entities"].map { $0.tags["id"] } == ["s:urn:x:World:1"])
    }

    /// What reaches lamps, and of them these attributes.
    private func access(_ city: TileCity, _ type: String, _ attributes: [String]?) throws -> EntityAccess {
        var grant = EntityAccess.Grant()
        grant.types = [try city.context.term(type)]
        grant.attributes = try attributes.map { names in Set(try names.map { try city.context.term($0) }) }
        return EntityAccess([grant])
    }

    @Test(arguments: [0, TileRequest.usualCells])
    func `a tile holds what its reader reaches, clusters too`(cells: Int) async throws {
        let city = try TileCity()
        try await city.create(
            (0..<40).map { lamp($0, 8.68, 50.11) } + (0..<40).map { lamp($0, 8.68, 50.11, type: "Pole") })
        func found(_ access: EntityAccess?) throws -> (count: Int, powers: Int) {
            let (tile, _) = try tile(city, request(city, attrs: ["power"], cells: cells, access: access))
            let features = tile["entities"] + tile["clusters"]
            let count = features.reduce(0) { sum, feature in
                sum + (feature.tags["point_count"].flatMap { Int($0.dropFirst(2)) } ?? 1)
            }
            return (count, features.count { $0.tags["power"] != nil || $0.tags["power_mean"] != nil })
        }
        #expect(try found(nil).count == 80)
        #expect(try found(access(city, "Lamp", nil)).count == 40)
        #expect(try found(access(city, "Lamp", nil)).powers > 0)
        let places = try found(access(city, "Lamp", ["location"]))
        #expect(places.count == 40 && places.powers == 0)
        #expect(try found(access(city, "Lamp", ["power"])).count == 0)
        #expect(try found(EntityAccess([])).count == 0)
    }

    /// Notes how many entities were asked for whole at a time.
    private final class CountingSurvey: EntitySurvey {
        let survey: any EntitySurvey
        let asked = Mutex<[Int]>([])
        init(_ survey: any EntitySurvey) { self.survey = survey }

        func surveyRevision(of types: [TermID]?, tenant: String) throws(NGSILDError) -> UInt64 {
            try survey.surveyRevision(of: types, tenant: tenant)
        }

        func surveyEntities(
            _ request: EntitySurveyRequest, tenant: String, visit: (PlacedEntity) -> Void
        ) throws(NGSILDError) -> UInt64? { try survey.surveyEntities(request, tenant: tenant, visit: visit) }

        func surveyed(
            _ slots: [UInt32], numbering: UInt64, tenant: String
        ) throws(NGSILDError) -> [EntityRecord?]? {
            asked.withLock { $0.append(slots.count) }
            return try survey.surveyed(slots, numbering: numbering, tenant: tenant)
        }

        func surveyExtent(of geometry: TermID, tenant: String) throws(NGSILDError) -> EntityExtent {
            try survey.surveyExtent(of: geometry, tenant: tenant)
        }
    }

    @Test func `entities are held whole some at a time`() async throws {
        let city = try TileCity()
        try await city.create((0..<600).map { lamp($0, 8.68 + Double($0) * 1e-5, 50.11) })
        let survey = CountingSurvey(city.broker)
        let made = try TileMaker(request: request(city, cells: 0), survey: survey).make()
        let tile = try #require(DecodedTile(made.bytes))
        #expect(Set(tile["entities"].compactMap { $0.tags["id"] }).count == 600)
        #expect(survey.asked.withLock { $0 } == [256, 256, 88])
    }
}
