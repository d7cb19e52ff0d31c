import JSONTree
import Testing

@testable import DatasetImport

struct GeometryCellTests {
    private func read(_ text: String) -> String {
        var writer = ByteWriter()
        let reason = Array(text.utf8).withUnsafeBufferPointer { GeometryCell.append($0, to: &writer) }
        return reason ?? writer.string()
    }

    @Test(arguments: [
        ("POINT(-1.9 47.1)", #"{"type":"Point","coordinates":[-1.9,47.1]}"#),
        ("SRID=4326;Point Z (1 2 3)", #"{"type":"Point","coordinates":[1,2]}"#),
        ("linestring (0 0, 1 1)", #"{"type":"LineString","coordinates":[[0,0],[1,1]]}"#),
        (
            "POLYGON((0 0,1 0,1 1,0 0),(0.1 0.1,0.2 0.1,0.2 0.2,0.1 0.1))",
            #"{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]],[[0.1,0.1],[0.2,0.1],[0.2,0.2],[0.1,0.1]]]}"#
        ),
        ("MULTIPOINT((1 2),(3 4))", #"{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}"#),
        ("MULTIPOINT(1 2,3 4)", #"{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}"#),
        ("MULTIPOLYGON(((0 0,1 0,1 1,0 0)))", #"{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}"#),
        ("47.1, -1.9", #"{"type":"Point","coordinates":[-1.9,47.1]}"#),
        (#"{"type":"Point","coordinates":[-1.9,47.1],"bbox":[1]}"#, #"{"type":"Point","coordinates":[-1.9,47.1]}"#),
    ])
    func `well-known text, GeoJSON and pairs become GeoJSON`(text: String, expected: String) {
        #expect(read(text) == expected)
    }

    @Test(arguments: [
        ("POINT(350000 6700000)", "no WKT, or not on Earth"), ("POINT EMPTY", "empty"), ("POINT(1 2", "no WKT"),
        ("SRID=2154;POINT(1 2)", "SRID"), ("CIRCLE(1 2)", "CIRCLE is no geometry"), ("POINT(1 2) x", "text follows"),
        ("147.1, -1.9", "no longitude and latitude"), ("1", "neither WKT"),
        (#"{"type":"Point","coordinates":[200,1]}"#, "no longitude"),
        (#"{"type":"Point"}"#, "no GeoJSON"), (#"{"type":"Ball","coordinates":[1,2]}"#, "Ball is no geometry"),
        (#"{"type":"LineString","coordinates":[1,2]}"#, "no longitude"), ("POINT(", "no WKT"), ("((((", "neither WKT"),
    ])
    func `what is no geometry on Earth is refused with its reason`(text: String, reason: String) {
        #expect(read(text).contains(reason))
    }
}
