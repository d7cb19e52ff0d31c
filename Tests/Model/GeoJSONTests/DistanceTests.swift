import GeoJSON
import SeededRandom
import Testing

@Suite struct DistanceTests {
    private static func place(_ longitude: Double, _ latitude: Double) -> Position {
        Position(longitude: longitude, latitude: latitude)
    }

    static let lengths: [(from: Position, to: Position, metres: Double)] = [
        (place(0, 0), place(0, 0), 0),
        (place(0, 0), place(1, 0), 111_195.08),
        (place(0, 0), place(180, 0), 20_015_114.35),
        (place(0, 90), place(77, -90), 20_015_114.35),
        (place(179.5, 0), place(-179.5, 0), 111_195.08),
        // Berlin to Paris: 877.46 km on this sphere.
        (place(13.4050, 52.5200), place(2.3522, 48.8566), 877_464.6),
    ]

    @Test(arguments: lengths)
    func `the great circle has the known length both ways`(from: Position, to: Position, metres: Double) {
        #expect(abs(greatCircleMetres(from: from, to: to) - metres) <= max(0.01, metres * 2e-6))
        #expect(greatCircleMetres(from: to, to: from) == greatCircleMetres(from: from, to: to))
    }

    static let distances: [(text: String, longitude: Double, latitude: Double, metres: Double)] = [
        (#"{"type":"Point","coordinates":[1,0]}"#, 0, 0, 111_195.08),
        (#"{"type":"MultiPoint","coordinates":[[5,5],[0,-1],[9,9]]}"#, 0, 0, 111_195.08),
        (#"{"type":"LineString","coordinates":[[-1,0.01],[1,0.01]]}"#, 0, 0, 1_111.95),
        (#"{"type":"LineString","coordinates":[[0,1],[0,2]]}"#, 0, 0, 111_195.08),
        (#"{"type":"LineString","coordinates":[[0,1],[0,2]]}"#, 0, 1.5, 0),
        (#"{"type":"LineString","coordinates":[[-179.99,-1],[-179.99,1]]}"#, 179.99, 0, 2_223.90),
        (#"{"type":"LineString","coordinates":[[179.99,-1],[179.99,1]]}"#, -179.99, 0, 2_223.90),
        (#"{"type":"LineString","coordinates":[[-179,0],[179,0]]}"#, 179.5, 0, 55_597.54),
        (#"{"type":"MultiLineString","coordinates":[[[7,7],[8,8]],[[0,1],[0,2]]]}"#, 0, 0, 111_195.08),
        (#"{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4],[0,4],[0,0]]]}"#, 2, 2, 0),
        (#"{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4],[0,4],[0,0]]]}"#, 4, 2, 0),
        (#"{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4],[0,4],[0,0]]]}"#, 2, -0.01, 1_111.95),
        (
            #"{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[1,1],[3,1],[3,3],[1,3],[1,1]]]}"#,
            2.99,
            2, 1_111.27
        ),
        (
            #"{"type":"MultiPolygon","coordinates":[[[[0,0],[4,0],[4,4],[0,4],[0,0]]],[[[8,0],[9,0],[9,4],[8,0]]]]}"#,
            -1,
            0, 111_195.08
        ),
        (
            #"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[3,0]},{"type":"Point","coordinates":[1,0]}]}"#,
            0, 0, 111_195.08
        ),
    ]

    @Test(arguments: distances)
    func `the distance is to the nearest part`(text: String, longitude: Double, latitude: Double, metres: Double) throws
    {
        let geometry = try Geometry(parsing: text)
        let distance = geometry.distanceMetres(from: Self.place(longitude, latitude))
        #expect(abs(distance - metres) <= max(0.05, metres * 1e-4))
    }

    @Test func `the distance to a line is never too short and keeps the documented error`() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<300 {
            let origin = Self.place(
                Double.random(in: -180...180, using: &generator), Double.random(in: -70...70, using: &generator))
            func near() -> Position {
                Self.place(
                    max(-180, min(180, origin.longitude + Double.random(in: -0.1...0.1, using: &generator))),
                    origin.latitude + Double.random(in: -0.1...0.1, using: &generator))
            }
            let line = [near(), near(), near()]
            let distance = Geometry.lineString(line).distanceMetres(from: origin)
            var sampled = Double.infinity
            for (start, end) in zip(line, line.dropFirst()) {
                for step in 0...2000 {
                    let share = Double(step) / 2000
                    let sample = Self.place(
                        start.longitude + share * (end.longitude - start.longitude),
                        start.latitude + share * (end.latitude - start.latitude))
                    sampled = min(sampled, greatCircleMetres(from: origin, to: sample))
                }
            }
            let tangent = abs(sine(origin.latitude * .pi / 180) / cosine(origin.latitude * .pi / 180))
            #expect(distance <= sampled * (1 + tangent * sampled / 6_371_000) + 0.01)
            // Samples stand up to 12 m apart, so the true least distance may be less than the sampled one.
            #expect(distance >= sampled - 12)
        }
    }
}
