import GeoJSON
import Testing

@Suite struct RepresentativePositionTests {
    private static func place(_ longitude: Double, _ latitude: Double, _ altitude: Double? = nil) -> Position {
        Position(longitude: longitude, latitude: latitude, altitude: altitude)
    }

    static let known: [(text: String, position: Position)] = [
        (#"{"type":"Point","coordinates":[1,2,3]}"#, place(1, 2, 3)),
        (#"{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}"#, place(1, 2)),
        (#"{"type":"LineString","coordinates":[[0,0],[1,0],[1,3]]}"#, place(1, 1)),
        (#"{"type":"LineString","coordinates":[[5,5],[5,5]]}"#, place(5, 5)),
        (#"{"type":"MultiLineString","coordinates":[[[50,0],[51,0]],[[0,0],[4,0]]]}"#, place(2, 0)),
        (#"{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,2],[0,2],[0,0]]]}"#, place(2, 1)),
        (
            #"{"type":"MultiPolygon","coordinates":[[[[9,0],[10,0],[10,1],[9,1],[9,0]]],[[[0,0],[4,0],[4,2],[0,2],[0,0]]]]}"#,
            place(2, 1)
        ),
        (#"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[7,8]}]}"#, place(7, 8)),
    ]

    @Test(arguments: known)
    func `a marker stands in the middle`(text: String, position: Position) throws {
        let found = try Geometry(parsing: text).representativePosition
        #expect(abs(found.longitude - position.longitude) < 1e-6)
        #expect(abs(found.latitude - position.latitude) < 1e-6)
        #expect(found.altitude == position.altitude)
    }

    static let hollow = [
        // A horseshoe, a ring with a hole over its centroid, and an area without extent.
        #"{"type":"Polygon","coordinates":[[[0,0],[9,0],[9,9],[8,9],[8,1],[1,1],[1,9],[0,9],[0,0]]]}"#,
        #"{"type":"Polygon","coordinates":[[[0,0],[9,0],[9,9],[0,9],[0,0]],[[1,1],[8,1],[8,8],[1,8],[1,1]]]}"#,
        #"{"type":"Polygon","coordinates":[[[0,0],[9,0],[9,0],[0,0]]]}"#,
    ]

    @Test(arguments: hollow)
    func `a marker stands on the area even where the centroid does not`(text: String) throws {
        guard case .polygon(let polygon) = try Geometry(parsing: text) else {
            Issue.record("not a polygon")
            return
        }
        #expect(polygon.covers(polygon.representativePosition))
    }
}
