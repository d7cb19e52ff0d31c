import ClauseTrait
import GeoJSON
import JSONTree
import NGSILDModel
import NGSILDQuery
import SeededRandom
import Testing

// CIM 009 clause 4.10
@Suite struct GeoQueryTests {
    private static let square = "[[[0,0],[10,0],[10,10],[0,10],[0,0]]]"
    private static let ring = "[[[0,0],[10,0],[10,10],[0,10],[0,0]],[[3,3],[3,7],[7,7],[7,3],[3,3]]]"

    private static func polygon(_ coordinates: String) -> String {
        #"{"type":"Polygon","coordinates":\#(coordinates)}"#
    }
    private static func point(_ x: Double, _ y: Double) -> String { #"{"type":"Point","coordinates":[\#(x),\#(y)]}"# }
    private static func line(_ coordinates: String) -> String {
        #"{"type":"LineString","coordinates":\#(coordinates)}"#
    }

    static let verdicts: [(georel: String, reference: String, target: String, isSelected: Bool)] = [
        ("within", polygon(square), point(5, 5), true), ("within", polygon(square), point(11, 5), false),
        ("within", polygon(square), point(0, 5), false), ("within", polygon(ring), point(5, 5), false),
        ("within", polygon(ring), point(1, 1), true), ("within", point(1, 2), point(1, 2), true),
        ("within", line("[[0,0],[10,10]]"), point(5, 5), true), ("within", line("[[0,0],[10,10]]"), point(0, 0), false),
        ("within", polygon(square), line("[[1,1],[9,9]]"), true),
        ("within", polygon(square), line("[[1,1],[11,9]]"), false),
        ("within", polygon(ring), line("[[1,1],[9,9]]"), false),
        ("within", polygon(square), polygon("[[[1,1],[2,1],[2,2],[1,1]]]"), true),
        ("within", polygon(square), polygon(square), true),
        ("within", polygon("[[[1,1],[2,1],[2,2],[1,1]]]"), polygon(square), false),
        ("within", polygon(square), #"{"type":"MultiPoint","coordinates":[[1,1],[0,0]]}"#, true),
        ("within", polygon(square), #"{"type":"MultiPoint","coordinates":[[1,1],[11,0]]}"#, false),
        (
            "within",
            #"{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[[[5,5],[9,5],[9,9],[5,5]]]]}"#,
            point(8, 6), true
        ),

        ("contains", point(5, 5), polygon(square), true), ("contains", point(0, 0), polygon(square), false),
        ("contains", point(5, 5), polygon(ring), false), ("contains", point(5, 5), point(5, 5), true),
        ("contains", point(5, 5), point(5, 5.1), false), ("contains", line("[[1,1],[2,2]]"), polygon(square), true),
        ("contains", polygon(square), point(5, 5), false),
        ("contains", polygon("[[[1,1],[2,1],[2,2],[1,1]]]"), polygon(square), true),

        ("intersects", polygon(square), point(0, 5), true), ("intersects", polygon(square), point(-1, 5), false),
        ("intersects", polygon(ring), point(5, 5), false), ("intersects", polygon(ring), point(3, 5), true),
        ("intersects", polygon(square), line("[[-5,5],[15,5]]"), true),
        ("intersects", polygon(square), line("[[-5,15],[15,16]]"), false),
        ("intersects", line("[[0,0],[10,10]]"), line("[[0,10],[10,0]]"), true),
        ("intersects", line("[[0,0],[10,10]]"), point(3, 3), true),
        ("intersects", line("[[0,0],[10,10]]"), point(3, 3.5), false),
        ("intersects", polygon(square), polygon("[[[9,9],[20,9],[20,20],[9,9]]]"), true),
        ("intersects", point(5, 5), polygon(square), true),
        (
            "intersects", polygon(square),
            #"{"type":"MultiPoint","coordinates":[[50,50],[5,5]]}"#, true
        ),
        (
            "within", polygon(square),
            #"{"type":"MultiPoint","coordinates":[[50,50],[5,5]]}"#, false
        ),

        ("disjoint", polygon(square), point(-1, 5), true), ("disjoint", polygon(square), point(0, 5), false),
        ("disjoint", polygon(ring), point(5, 5), true), ("disjoint", polygon(square), line("[[-5,5],[15,5]]"), false),
        ("disjoint", polygon(square), polygon("[[[50,50],[60,50],[60,60],[50,50]]]"), true),
        ("disjoint", point(1, 1), point(1, 1), false), ("disjoint", point(1, 1), point(1, 2), true),

        ("equals", point(1, 2), point(1, 2), true), ("equals", point(1, 2), point(1, 2.5), false),
        ("equals", point(1, 2), #"{"type":"Point","coordinates":[1,2,99]}"#, true),
        ("equals", polygon(square), polygon("[[[10,10],[0,10],[0,0],[10,0],[10,10]]]"), true),
        ("equals", polygon(square), polygon(ring), false),
        ("equals", line("[[0,0],[10,10]]"), line("[[10,10],[5,5],[0,0]]"), true),
        ("equals", point(1, 2), #"{"type":"MultiPoint","coordinates":[[1,2]]}"#, true),

        ("overlaps", polygon(square), polygon("[[[5,5],[15,5],[15,15],[5,15],[5,5]]]"), true),
        ("overlaps", polygon(square), polygon("[[[1,1],[2,1],[2,2],[1,1]]]"), false),
        ("overlaps", polygon(square), polygon("[[[50,50],[60,50],[60,60],[50,50]]]"), false),
        ("overlaps", polygon(square), point(5, 5), false),
        ("overlaps", line("[[0,0],[10,0]]"), line("[[5,0],[15,0]]"), true),

        ("near;maxDistance==1000", point(8.68, 50.11), point(8.69, 50.11), true),
        ("near;maxDistance==700", point(8.68, 50.11), point(8.69, 50.11), false),
        ("near;minDistance==700", point(8.68, 50.11), point(8.69, 50.11), true),
        ("near;minDistance==1000", point(8.68, 50.11), point(8.69, 50.11), false),
        ("near;maxDistance==120000", point(179.5, 0), point(-179.5, 0), true),
        ("near;maxDistance==1", polygon(square), point(5, 5), true),
        ("near;maxDistance==120000", polygon(square), point(11, 5), true),
        ("near;maxDistance==100000", polygon(square), point(11, 5), false),
        ("near;maxDistance==1", polygon(ring), point(5, 5), false),
        ("near;maxDistance==120000", line("[[0,0],[10,0]]"), point(5, 1), true),
        ("near;maxDistance==100000", line("[[0,0],[10,0]]"), point(5, 1), false),
        ("near;maxDistance==120000", point(5, 1), line("[[0,0],[10,0]]"), true),
        ("near;maxDistance==1", line("[[0,0],[10,10]]"), line("[[0,10],[10,0]]"), true),
        ("near;maxDistance==120000", line("[[0,0],[10,0]]"), line("[[5,1],[5,9]]"), true),
        ("near;maxDistance==100000", line("[[0,0],[10,0]]"), line("[[5,1],[5,9]]"), false),
        ("near;minDistance==100000", line("[[0,0],[10,0]]"), line("[[5,1],[5,9]]"), true),
        ("near;minDistance==100000", line("[[5,1],[5,9]]"), line("[[0,0],[10,0]]"), true),
        ("near;maxDistance==120000", line("[[5,1],[5,9]]"), line("[[0,0],[10,0]]"), true),
        ("near;minDistance==1", polygon(square), polygon("[[[1,1],[2,1],[2,2],[1,1]]]"), false),
        ("near;maxDistance==1e3", point(8.68, 50.11), point(8.69, 50.11), true),
    ]

    private func query(_ georel: String, _ reference: String, geoproperty: String? = nil, _ world: QueryWorld) throws
        -> GeoQuery
    {
        let document = try JSONDocument(parsing: reference)
        let type = try #require(document.member(document.root, "type").flatMap { document.string($0) })
        let coordinates = try #require(document.member(document.root, "coordinates"))
        return try GeoQuery(
            georel: georel, geometry: type, coordinates: document.text(coordinates), geoproperty: geoproperty,
            context: world.context, lifetime: .standing)
    }

    @Test(.clause("4.10"), arguments: verdicts)
    func `entities are selected by where they are`(georel: String, reference: String, target: String, isSelected: Bool)
        throws
    {
        let world = try QueryWorld()
        let entity = try world.thing(#""a":1,"location":{"type":"GeoProperty","value":\#(target)}"#)
        let query = try query(georel, reference, world)
        #expect(query.matches(entity) == isSelected)
        #expect(QueryWorld.selectsParts(nil, query, entity) == isSelected)
        let geometry = try Geometry(parsing: target)
        #expect(query.matches(geometry) == isSelected)
        if isSelected, let box = query.searchBox { #expect(geometry.intersects(box)) }
    }

    @Test(.clause("4.10")) func `one instance is enough, and other attributes are not looked at`() throws {
        let world = try QueryWorld()
        let far = #"{"type":"GeoProperty","value":\#(Self.point(50, 50))}"#
        let near = #"{"type":"GeoProperty","value":\#(Self.point(5, 5)),"datasetId":"urn:d:1"}"#
        let query = try query("within", Self.polygon(Self.square), world)
        #expect(try query.matches(world.thing(#""location":[\#(far),\#(near)]"#)))
        #expect(try !query.matches(world.thing(#""location":\#(far),"observationSpace":\#(near)"#)))
        #expect(try !query.matches(world.thing(#""a":{"type":"Property","value":1,"location":\#(near)}"#)))
        let other = try self.query("within", Self.polygon(Self.square), geoproperty: "observationSpace", world)
        #expect(try other.matches(world.thing(#""location":\#(far),"observationSpace":\#(near)"#)))
    }

    @Test func `entities without the GeoProperty never match, not even disjoint`() throws {
        let world = try QueryWorld()
        let query = try GeoQuery(georel: "disjoint", geometry: "Point", coordinates: "[1,2]", context: world.context)
        #expect(query.attribute == .none)
        #expect(query.searchBox == nil)
        #expect(try !query.matches(world.thing(#""a":1"#)))
    }

    @Test func `a target that crosses itself is repaired or does not match, and never stops the query`() throws {
        let world = try QueryWorld()
        let bowtie = Self.polygon("[[[0,0],[10,10],[10,0],[0,10],[0,0]]]")
        let entity = try world.thing(#""location":{"type":"GeoProperty","value":\#(bowtie)}"#)
        for georel in ["intersects", "within", "contains", "overlaps", "equals", "disjoint"] {
            _ = try query(georel, Self.polygon("[[[1,1],[9,1],[9,2],[1,1]]]"), world).matches(entity)
        }
        #expect(try query("intersects", Self.polygon("[[[1,1],[9,1],[9,2],[1,1]]]"), world).matches(entity))
        #expect(try query("within", Self.polygon("[[[-1,-1],[11,-1],[11,11],[-1,11],[-1,-1]]]"), world).matches(entity))
    }

    /// A ring whose every edge crosses nearly every other; repairing one of 101 corners takes GEOS many seconds.
    private static func star(_ count: Int) -> String {
        let corners = (0...count).map { number in
            // A step of a third of the way round on a square, so that no sine is needed.
            let turn = Double(number * (count / 2) % count) / Double(count) * 4
            let side = turn - turn.rounded(.down)
            return switch Int(turn) {
            case 0: "[\(side),0]"
            case 1: "[1,\(side)]"
            case 2: "[\(1 - side),1]"
            default: "[0,\(1 - side)]"
            }
        }
        return "[[" + corners.joined(separator: ",") + "]]"
    }

    @Test(arguments: ["intersects", "within", "contains", "overlaps", "equals", "disjoint", "near;maxDistance==5"])
    func `a reference whose edges cross very often is refused`(georel: String) throws {
        let world = try QueryWorld()
        let error = failure { () throws(NGSILDError) in
            _ = try GeoQuery(
                georel: georel, geometry: "Polygon", coordinates: Self.star(501), context: world.context)
        }
        #expect(error?.isTooComplexQuery == true)
        #expect(error?.detail.contains("cross more than 100 times") == true)
        let crowd = (0..<4_000).map { "[\(Double($0 % 2) + Double($0) * 1e-7),\($0 % 2)]" }.joined(separator: ",")
        let other = failure { () throws(NGSILDError) in
            _ = try GeoQuery(
                georel: georel, geometry: "LineString", coordinates: "[\(crowd)]", context: world.context)
        }
        #expect(georel.hasPrefix("near") || other?.isTooComplexQuery == true)
    }

    @Test func `an entity whose edges cross very often shares points, and stands in no other relation`() throws {
        let world = try QueryWorld()
        let entity = try world.thing(
            #""location":{"type":"GeoProperty","value":\#(Self.polygon(Self.star(4_001)))}"#)
        let square = Self.polygon("[[[-1,-1],[2,-1],[2,2],[-1,2],[-1,-1]]]")
        #expect(try query("intersects", square, world).matches(entity))
        #expect(try !query("disjoint", square, world).matches(entity))
        for georel in ["within", "contains", "overlaps", "equals"] {
            #expect(try !query(georel, square, world).matches(entity))
        }
        #expect(try query("near;maxDistance==50000", Self.point(0.5, 0.5), world).matches(entity))
        let bowtie = Self.polygon("[[[0,0],[1,1],[1,0],[0,1],[0,0]]]")
        #expect(try !query("intersects", bowtie, world).matches(entity))
    }

    static let edgesOfTheWorld: [(georel: String, reference: String, target: String, isSelected: Bool)] = [
        // A ring that touches itself: two triangles that meet at a corner.
        ("contains", point(1, 0.5), polygon("[[[0,0],[2,0],[1,1],[2,2],[0,2],[1,1],[0,0]]]"), true),
        ("contains", point(0.2, 1), polygon("[[[0,0],[2,0],[1,1],[2,2],[0,2],[1,1],[0,0]]]"), false),
        ("intersects", point(1, 1), polygon("[[[0,0],[2,0],[1,1],[2,2],[0,2],[1,1],[0,0]]]"), true),
        ("within", polygon("[[[0,0],[2,0],[1,1],[2,2],[0,2],[1,1],[0,0]]]"), point(1, 1.5), true),
        ("within", polygon("[[[0,0],[2,0],[1,1],[2,2],[0,2],[1,1],[0,0]]]"), point(1.8, 1), false),
        // A box over the antimeridian in one ring goes the long way round; cut in two it is where it was meant.
        ("contains", point(179, -18), polygon("[[[177,-20],[-178,-20],[-178,-16],[177,-16],[177,-20]]]"), false),
        ("contains", point(0, -18), polygon("[[[177,-20],[-178,-20],[-178,-16],[177,-16],[177,-20]]]"), true),
        ("contains", point(179, -18), antimeridian, true), ("contains", point(-179, -18), antimeridian, true),
        ("contains", point(0, -18), antimeridian, false), ("within", antimeridian, point(-179, -18), true),
        ("within", antimeridian, point(0, -18), false),
        ("near;maxDistance==100000", point(-177.5, -18), antimeridian, true),
        // The distance knows no antimeridian, the other relations have two sides of it.
        ("near;maxDistance==30000", point(-179.9, 0), point(179.9, 0), true),
        ("intersects", point(-180, 0), point(180, 0), false),
    ]
    private static let antimeridian =
        #"{"type":"MultiPolygon","coordinates":[[[[177,-20],[180,-20],[180,-16],[177,-16],[177,-20]]],[[[-180,-20],[-178,-20],[-178,-16],[-180,-16],[-180,-20]]]]}"#

    @Test(.clause("4.10"), arguments: edgesOfTheWorld)
    func `rings that touch themselves and the antimeridian are as documented`(
        georel: String, reference: String, target: String, isSelected: Bool
    ) throws {
        let world = try QueryWorld()
        let entity = try world.thing(#""location":{"type":"GeoProperty","value":\#(target)}"#)
        #expect(try query(georel, reference, world).matches(entity) == isSelected)
    }

    static let refused: [(georel: String, geometry: String, coordinates: String, says: String)] = [
        ("", "Point", "[1,2]", "Parameter georel"), ("beside", "Point", "[1,2]", "use one of near;maxDistance"),
        ("near", "Point", "[1,2]", "one distance in metres"), ("near;", "Point", "[1,2]", "near;maxDistance==2000"),
        ("near;maxDistance=5", "Point", "[1,2]", "near;maxDistance==2000"),
        ("near;maxDistance==0", "Point", "[1,2]", "above 0"), ("near;maxDistance==-5", "Point", "[1,2]", "above 0"),
        ("near;maxDistance==", "Point", "[1,2]", "above 0"), ("near;maxDistance==x", "Point", "[1,2]", "above 0"),
        ("near;maxDistance==1e999", "Point", "[1,2]", "above 0"), ("near;maxDistance==+5", "Point", "[1,2]", "above 0"),
        ("near;maxDistance==5;minDistance==1", "Point", "[1,2]", "one distance"),
        ("near;distance==5", "Point", "[1,2]", "near;maxDistance==2000"),
        ("NEAR;maxDistance==5", "Point", "[1,2]", "georel"),
        ("within;x==5", "Point", "[1,2]", "georel"),
        ("within", "point", "[1,2]", "Parameter geometry"), ("within", "", "[1,2]", "Parameter geometry"),
        ("within", "GeometryCollection", "[1,2]", "use one of Point"),
        ("within", "Point", "", "Parameter coordinates is not a JSON array"),
        ("within", "Point", "1,2", "Parameter coordinates is not a JSON array"),
        ("within", "Point", "[1,2", "Parameter coordinates is not a JSON array"),
        ("within", "Point", "[]", "Parameter coordinates does not fit a Point"),
        ("within", "Point", "[[1,2]]", "does not fit a Point"), ("within", "Point", "[200,2]", "longitude"),
        ("within", "Point", "{}", "is not a JSON array"), ("within", "Polygon", "[1,2]", "does not fit a Polygon"),
        ("within", "Polygon", "[[[0,0],[1,0],[1,1],[0,1]]]", "ends where it starts"),
        ("within", "LineString", "[[0,0]]", "at least two"),
        ("within", "Point", "\"[1,2\"", "Parameter coordinates is not a JSON array"),
        ("within", "Point", #""\"\\\"[1,2]\\\"\"""#, "Parameter coordinates"),
    ]

    @Test(.clause("4.10"), arguments: refused)
    func `mistakes name the parameter`(georel: String, geometry: String, coordinates: String, says: String) throws {
        let world = try QueryWorld()
        let error = failure { () throws(NGSILDError) in
            _ = try GeoQuery(georel: georel, geometry: geometry, coordinates: coordinates, context: world.context)
        }
        #expect(error?.isBadRequestData == true)
        #expect(error?.detail.contains(says) == true, "\(error?.detail ?? "accepted")")
    }

    @Test(arguments: [
        ("within", #"{"type":"Point","coordinates":[8,5]}"#, true),
        ("within", #"{"type":"Point","coordinates":[2,5]}"#, true),
        ("within", #"{"type":"Point","coordinates":[5,8]}"#, false),
        ("intersects", #"{"type":"LineString","coordinates":[[4,9],[6,9]]}"#, false),
        ("intersects", #"{"type":"LineString","coordinates":[[0,5],[2,5]]}"#, true),
        ("within", #"{"type":"Polygon","coordinates":[[[8,4],[9,4],[9,6],[8,6],[8,4]]]}"#, true),
        ("within", #"{"type":"Polygon","coordinates":[[[4,4],[6,4],[6,6],[4,6],[4,4]]]}"#, false),
        ("equals", #"{"type":"Polygon","coordinates":[[[0,0],[10,10],[10,0],[0,10],[0,0]]]}"#, true),
        ("equals", #"{"type":"Polygon","coordinates":[[[0,0],[10,10],[10,0],[0,0]]]}"#, false),
        ("disjoint", #"{"type":"Point","coordinates":[5,8]}"#, true),
    ])
    func `a reference that crosses itself stands for what it encloses`(
        georel: String, location: String, isSelected: Bool
    ) throws {
        let world = try QueryWorld()
        let entity = try world.thing(#""location":\#(location)"#)
        let query = try GeoQuery(
            georel: georel, geometry: "Polygon", coordinates: "[[[0,0],[10,10],[10,0],[0,10],[0,0]]]",
            context: world.context)
        #expect(query.matches(entity) == isSelected)
    }

    @Test func `coordinates of a body may be JSON or a text that holds JSON`() throws {
        let world = try QueryWorld()
        for body in ["[1,2]", "\"[1,2]\""] {
            let document = try JSONDocument(parsing: body)
            let query = try GeoQuery(
                georel: "equals", geometry: "Point", coordinates: document, document.root, context: world.context)
            #expect(query.reference == .point(Position(longitude: 1, latitude: 2)))
        }
    }

    @Test func `references with too many positions are too complex`() throws {
        let world = try QueryWorld()
        let line = "[" + (0..<10_001).map { "[\(Double($0) / 1_000),1]" }.joined(separator: ",") + "]"
        let error = failure { () throws(NGSILDError) in
            _ = try GeoQuery(georel: "intersects", geometry: "LineString", coordinates: line, context: world.context)
        }
        #expect(error?.isTooComplexQuery == true)
    }

    @Test func `points against polygons agree with GEOS`() throws {
        let world = try QueryWorld()
        let polygon = try Geometry(parsing: Self.polygon(Self.ring))
        let location = try world.context.term("location")
        var generator = SeededGenerator(seed: 17)
        for relation in [GeoQuery.Relation.within, .intersects, .disjoint] {
            let query = try GeoQuery(relation, of: location, to: polygon)
            for _ in 0..<2_000 {
                // Whole numbers meet corners and edges often.
                let position = Position(
                    longitude: Double(Int.random(in: -1...11, using: &generator)),
                    latitude: Double(Int.random(in: -1...11, using: &generator)))
                #expect(query.matches(.point(position)) == query.matches(.multiPoint([position])), "\(position)")
            }
        }
    }

    @Test func `threads share a query`() async throws {
        let world = try QueryWorld()
        let query = try query("intersects", Self.polygon(Self.ring), world)
        let counts = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    (0..<500).filter { step in
                        let x = Double(step % 20)
                        return query.matches(
                            .lineString([Position(longitude: x, latitude: 1), Position(longitude: x, latitude: 2)]))
                    }.count
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts == Array(repeating: 275, count: 8))
    }
}
