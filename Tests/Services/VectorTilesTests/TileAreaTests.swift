import GeoJSON
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import Testing

@testable import VectorTiles

/// Tiles that are cut to an area.
struct TileAreaTests {
    /// Ends in the middle of the tile 12/2146/1387, which lies from 8.61 to 8.70 degrees east.
    private static let area = BoundingBox(
        minLongitude: 8.6, minLatitude: 50.09, maxLongitude: 8.66, maxLatitude: 50.12)

    private func tile(
        _ city: TileCity, _ address: (zoom: Int, x: Int, y: Int) = (12, 2_146, 1_387), area: BoundingBox = area,
        q: String? = nil, attrs: [String] = [], cells: Int = TileRequest.usualCells
    ) throws -> DecodedTile {
        var query = EntityQuery()
        query.types = TypeSelection(anyOf: [try city.context.typeTerm("Lamp"), try city.context.typeTerm("Zone")])
        query.expression = try q.map { try QueryExpression(parsing: $0, context: city.context) }
        var request = TileRequest(
            tenant: "", query: query, geometry: try city.context.term("location"),
            tags: try attrs.map { ($0, try city.context.term($0)) },
            tile: try #require(TileSpace(zoom: address.zoom, x: address.x, y: address.y)), cells: cells,
            context: city.context)
        request.area = try SurveyArea(area)
        let made = try TileMaker(request: request, survey: city.broker).make()
        #expect(made.omitted == 0)
        return try #require(DecodedTile(made.bytes))
    }

    private func count(_ tile: DecodedTile) -> Int {
        (tile["entities"] + tile["clusters"]).reduce(0) { sum, feature in
            sum + (feature.tags["point_count"].flatMap { Int($0.dropFirst(2)) } ?? 1)
        }
    }

    private func lamp(_ number: Int, _ longitude: Double, _ latitude: Double) -> String {
        #"{"id":"urn:x:Lamp:\#(number)","type":"Lamp","power":\#(number),"location":{"type":"Point","coordinates":[\#(longitude),\#(latitude)]}}"#
    }

    private func zone(_ number: Int, _ kind: String, _ coordinates: String) -> String {
        #"{"id":"urn:x:Zone:\#(number)","type":"Zone","location":{"type":"\#(kind)","coordinates":\#(coordinates)}}"#
    }

    @Test(arguments: [0, TileRequest.usualCells])
    func `the edge of the area is kept to the centimetre, where the index knows places to a metre`(
        cells: Int
    ) async throws {
        let city = try TileCity()
        try await city.create([
            lamp(1, 8.65, 50.1), lamp(2, 8.66, 50.1), lamp(3, 8.66 + 1e-7, 50.1), lamp(4, 8.66 - 1e-7, 50.1),
            lamp(5, 8.67, 50.1), lamp(6, 8.65, 50.12 + 1e-7), lamp(7, 8.65, 50.12),
        ])
        let tile = try tile(city, attrs: ["power"], cells: cells)
        #expect(count(tile) == 4)
        for feature in tile["entities"] + tile["clusters"] {
            let most = feature.tags["power_max"] ?? feature.tags["power"]
            #expect(["n:1.0", "n:2.0", "n:4.0", "n:7.0"].contains(most))
        }
    }

    @Test func `clusters count what is in the area, at every zoom and over all tiles`() async throws {
        let city = try TileCity()
        // Many enough for the survey to go by tables and in parts; a tenth of them stand on the edge of the area.
        let places = (0..<20_000).map { (number: Int) -> Position in
            let longitude: Double = number.isMultiple(of: 10) ? 20 : Double((number * 7_919) % 36_000) / 100 - 180
            return Position(longitude: longitude, latitude: Double((number * 104_729) % 16_000) / 100 - 80)
        }
        try await city.create(places.enumerated().map { lamp($0, $1.longitude, $1.latitude) })
        let area = BoundingBox(minLongitude: -100, minLatitude: -20.5, maxLongitude: 20, maxLatitude: 60)
        let inside = places.count { area.contains($0) }
        for q in [nil, "power>=0"] {
            for zoom in 0...2 {
                var found = 0
                for x in 0..<(1 << zoom) {
                    for y in 0..<(1 << zoom) {
                        found += count(try tile(city, (zoom, x, y), area: area, q: q, attrs: ["power"]))
                    }
                }
                #expect(found == inside)
            }
        }
    }

    @Test func `lines and areas end at the edge, and what touches nothing is not there`() async throws {
        let city = try TileCity()
        try await city.create([
            zone(1, "LineString", "[[8.62,50.1],[8.69,50.1]]"),
            zone(2, "Polygon", "[[[8.64,50.095],[8.69,50.095],[8.69,50.115],[8.64,50.115],[8.64,50.095]]]"),
            zone(3, "MultiPoint", "[[8.65,50.11],[8.67,50.11]]"),
            // Their boxes meet the area, they do not.
            zone(4, "LineString", "[[8.655,50.125],[8.69,50.1]]"),
            zone(5, "Polygon", "[[[8.65,50.13],[8.69,50.13],[8.69,50.1],[8.65,50.13]]]"),
            zone(6, "LineString", "[[8.67,50.1],[8.69,50.1]]"),
        ])
        let tile = try tile(city)
        #expect(
            Set(tile["entities"].compactMap { $0.tags["id"] }) == [
                "s:urn:x:Zone:1", "s:urn:x:Zone:2", "s:urn:x:Zone:3",
            ])
        let edge = try #require(TileSpace(zoom: 12, x: 2_146, y: 1_387)).frame(of: Self.area).east
        for feature in tile["entities"] {
            let farthest = feature.parts.flatMap { $0 }.map { Double($0.x) }.max() ?? .infinity
            #expect(farthest <= edge.rounded())
        }
        let polygon = try #require(tile["entities"].first { $0.tags["id"] == "s:urn:x:Zone:2" })
        #expect(polygon.kind == 3)
        #expect(polygon.parts.first.map { DecodedTile.doubleArea($0) > 0 } == true)
        // A tile beside the area has nothing of them, though their geometries go on there.
        #expect(try self.tile(city, (14, 8_587, 5_549)).layers.isEmpty)
    }

    @Test func `an entity with several places is drawn where it is in the area, or not at all`() async throws {
        let city = try TileCity()
        try await city.create([
            #"{"id":"urn:x:Lamp:1","type":"Lamp","location":[{"type":"GeoProperty","value":{"type":"Point","coordinates":[8.68,50.1]}},{"type":"GeoProperty","datasetId":"urn:x:d","value":{"type":"Point","coordinates":[8.65,50.1]}}]}"#
        ])
        #expect(try tile(city).layers.isEmpty)
    }
}
