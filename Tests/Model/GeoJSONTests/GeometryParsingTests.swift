import ClauseTrait
import GeoJSON
import JSONTree
import Testing

private func place(_ longitude: Double, _ latitude: Double, _ altitude: Double? = nil) -> Position {
    Position(longitude: longitude, latitude: latitude, altitude: altitude)
}

private let square = [place(0, 0), place(2, 0), place(2, 2), place(0, 2), place(0, 0)]

@Suite struct GeometryParsingTests {
    static let accepted: [(text: String, geometry: Geometry)] = [
        (#"{"type":"Point","coordinates":[13.4,52.5]}"#, .point(place(13.4, 52.5))),
        (#"{"coordinates":[13.4,52.5,34.25],"type":"Point"}"#, .point(place(13.4, 52.5, 34.25))),
        (#"{"type":"\u0050oint","coordinates":[-180,-90]}"#, .point(place(-180, -90))),
        (#"{"type":"Point","coordinates":[1.8e2,90.0],"bbox":[0,0,1,1],"note":{}}"#, .point(place(180, 90))),
        (#"{"type":"MultiPoint","coordinates":[[1,2]]}"#, .multiPoint([place(1, 2)])),
        (#"{"type":"LineString","coordinates":[[1,2],[3,4]]}"#, .lineString([place(1, 2), place(3, 4)])),
        (
            #"{"type":"MultiLineString","coordinates":[[[1,2],[3,4]],[[5,6],[7,8,9]]]}"#,
            .multiLineString([[place(1, 2), place(3, 4)], [place(5, 6), place(7, 8, 9)]])
        ),
        (
            #"{"type":"Polygon","coordinates":[[[0,0],[2,0],[2,2],[0,2],[0,0]]]}"#,
            .polygon(Polygon(rings: [square]))
        ),
        (
            #"{"type":"MultiPolygon","coordinates":[[[[0,0],[2,0],[2,2],[0,2],[0,0]]],[[[0,0],[2,0],[2,2],[0,2],[0,0]]]]}"#,
            .multiPolygon([Polygon(rings: [square]), Polygon(rings: [square])])
        ),
        (
            #"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]}"#,
            .geometryCollection([.point(place(1, 2))])
        ),
    ]

    @Test(.clause("4.7.1"), arguments: accepted)
    func `a well formed geometry is read`(text: String, geometry: Geometry) throws {
        #expect(try Geometry(parsing: text) == geometry)
    }

    @Test(arguments: accepted)
    func `what is written reads back as the same geometry`(text: String, geometry: Geometry) throws {
        var writer = ByteWriter()
        geometry.append(to: &writer)
        #expect(try Geometry(parsing: writer.string()) == geometry)
    }

    @Test func `a geometry is written without white space and with the shortest numbers`() {
        var writer = ByteWriter()
        Geometry.geometryCollection([.point(place(0.1, 2, 3)), .lineString([place(1, 2), place(-3.5, 4)])])
            .append(to: &writer)
        #expect(
            writer.string()
                == #"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[0.1,2,3]},"#
                + #"{"type":"LineString","coordinates":[[1,2],[-3.5,4]]}]}"#)
    }

    static let refused: [(text: String, error: GeoJSONError)] = [
        ("[1,2]", .notAnObject(found: "[1,2]")),
        (#"{"coordinates":[1,2]}"#, .missingMember("type")),
        (#"{"type":"Point"}"#, .missingMember("coordinates")),
        (#"{"type":"GeometryCollection"}"#, .missingMember("geometries")),
        (#"{"type":"point","coordinates":[1,2]}"#, .unknownType(#""point""#)),
        (#"{"type":"Feature","geometry":null}"#, .unknownType(#""Feature""#)),
        (#"{"type":7,"coordinates":[1,2]}"#, .unknownType("7")),
        (#"{"type":"Point","coordinates":"1,2"}"#, .notAPosition(found: #""1,2""#)),
        (#"{"type":"Point","coordinates":{"lon":1}}"#, .notAPosition(found: #"{"lon":1}"#)),
        (#"{"type":"Point","coordinates":[]}"#, .notAPosition(found: "[]")),
        (#"{"type":"Point","coordinates":[1]}"#, .notAPosition(found: "[1]")),
        (#"{"type":"Point","coordinates":[1,2,3,4]}"#, .notAPosition(found: "[1,2,3,4]")),
        (#"{"type":"Point","coordinates":[1,"2"]}"#, .notAPosition(found: #"[1,"2"]"#)),
        (#"{"type":"Point","coordinates":[1,2,null]}"#, .notAPosition(found: "[1,2,null]")),
        (#"{"type":"Point","coordinates":[1,1e999]}"#, .notAPosition(found: "[1,1e999]")),
        (#"{"type":"Point","coordinates":[[1,2]]}"#, .notAPosition(found: "[[1,2]]")),
        (#"{"type":"Point","coordinates":[180.5,2]}"#, .longitudeOutOfRange(180.5)),
        (#"{"type":"Point","coordinates":[-181,2]}"#, .longitudeOutOfRange(-181)),
        (#"{"type":"Point","coordinates":[52,90.001]}"#, .latitudeOutOfRange(90.001)),
        (#"{"type":"Point","coordinates":[52,-91]}"#, .latitudeOutOfRange(-91)),
        (#"{"type":"MultiPoint","coordinates":[]}"#, .noPositions(.multiPoint)),
        (#"{"type":"MultiPoint","coordinates":7}"#, .notAnArray(found: "7")),
        (#"{"type":"MultiPoint","coordinates":[1,2]}"#, .notAPosition(found: "1")),
        (#"{"type":"LineString","coordinates":[[1,2]]}"#, .lineTooShort(count: 1)),
        (#"{"type":"MultiLineString","coordinates":[[[1,2],[3,4]],[[5,6]]]}"#, .lineTooShort(count: 1)),
        (#"{"type":"Polygon","coordinates":[]}"#, .noPositions(.polygon)),
        (#"{"type":"Polygon","coordinates":[[]]}"#, .noPositions(.polygon)),
        (#"{"type":"Polygon","coordinates":[[[0,0],[1,1],[0,0]]]}"#, .ringTooShort(count: 3)),
        (
            #"{"type":"Polygon","coordinates":[[[0,0],[2,0],[2,2],[0,2]]]}"#,
            .ringNotClosed(first: "[0,0]", last: "[0,2]")
        ),
        (
            #"{"type":"Polygon","coordinates":[[[0,0,1],[2,0],[2,2],[0,0]]]}"#,
            .ringNotClosed(first: "[0,0,1]", last: "[0,0]")
        ),
        (#"{"type":"GeometryCollection","geometries":[]}"#, .noPositions(.geometryCollection)),
        (#"{"type":"GeometryCollection","geometries":[{}]}"#, .missingMember("type")),
    ]

    @Test(.clause("4.7.1"), arguments: refused)
    func `a malformed geometry is refused with its reason`(text: String, error: GeoJSONError) {
        #expect(throws: error) { try Geometry(parsing: text) }
        #expect(!error.description.isEmpty)
    }

    @Test func `text that is not JSON is refused with the place`() {
        let error = #expect(throws: GeoJSONError.self) { try Geometry(parsing: #"{"type":"Point",}"#) }
        #expect(error?.description.contains("line 1, column 17") == true)
    }

    @Test func `the message names the value and the order of coordinates`() {
        let error = #expect(throws: GeoJSONError.self) {
            try Geometry(parsing: #"{"type":"Point","coordinates":[52,139.7]}"#)
        }
        #expect(
            error?.description == "the latitude 139.7 is not within -90 and 90; longitude comes first, then latitude")
    }

    @Test func `a long value is cut in the message`() {
        let text = #"{"type":"Point","coordinates":""# + String(repeating: "x", count: 1000) + #""}"#
        let error = #expect(throws: GeoJSONError.self) { try Geometry(parsing: text) }
        #expect((error?.description.utf8.count ?? 1000) < 300)
    }

    @Test func `positions are counted over all parts and limited`() throws {
        let text = #"{"type":"MultiLineString","coordinates":[[[1,2],[3,4]],[[5,6],[7,8]]]}"#
        #expect(try Geometry(parsing: text, limits: .init(vertices: 4)).vertexCount == 4)
        #expect(throws: GeoJSONError.tooManyVertices(limit: 3)) {
            try Geometry(parsing: text, limits: .init(vertices: 3))
        }
    }

    @Test func `a hundred thousand positions are read and one more is refused`() throws {
        func line(_ count: Int) -> String {
            #"{"type":"LineString","coordinates":["# + Array(repeating: "[1,2]", count: count).joined(separator: ",")
                + "]}"
        }
        #expect(try Geometry(parsing: line(100_000)).vertexCount == 100_000)
        #expect(throws: GeoJSONError.tooManyVertices(limit: 100_000)) { try Geometry(parsing: line(100_001)) }
    }

    @Test func `collections nest up to the limit`() throws {
        func nested(_ depth: Int) -> String {
            depth == 0
                ? #"{"type":"Point","coordinates":[1,2]}"#
                : #"{"type":"GeometryCollection","geometries":["# + nested(depth - 1) + "]}"
        }
        #expect(try Geometry(parsing: nested(4)).boundingBox == BoundingBox(place(1, 2)))
        #expect(throws: GeoJSONError.collectionTooDeep(limit: 4)) { try Geometry(parsing: nested(5)) }
    }

    @Test func `coordinates alone are read when the type is known`() throws {
        let document = try JSONDocument(parsing: "[[[0,0],[2,0],[2,2],[0,2],[0,0]]]")
        let geometry = try Geometry(kind: .polygon, parsing: document, coordinates: document.root)
        #expect(geometry == .polygon(Polygon(rings: [square])))
        #expect(throws: GeoJSONError.notAPosition(found: "[[0,0],[2,0],[2,2],[0,2],[0,0]]")) {
            try Geometry(kind: .lineString, parsing: document, coordinates: document.root)
        }
        #expect(throws: GeoJSONError.self) {
            try Geometry(kind: .geometryCollection, parsing: document, coordinates: document.root)
        }
    }
}
