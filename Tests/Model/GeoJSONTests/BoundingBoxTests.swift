import GeoJSON
import SeededRandom
import Testing

private func box(_ west: Double, _ south: Double, _ east: Double, _ north: Double) -> BoundingBox {
    BoundingBox(minLongitude: west, minLatitude: south, maxLongitude: east, maxLatitude: north)
}

@Suite struct BoundingBoxTests {
    @Test func `a geometry's box spans all its parts`() throws {
        let geometry = try Geometry(
            parsing: #"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[9,-3]},"#
                + #"{"type":"MultiPolygon","coordinates":[[[[0,0],[2,0],[2,2],[0,0]]],[[[5,5],[6,5],[6,7],[5,5]]]]}]}"#)
        #expect(geometry.boundingBox == box(0, -3, 9, 7))
    }

    @Test func `boxes that touch intersect`() {
        #expect(box(0, 0, 1, 1).intersects(box(1, 1, 2, 2)))
        #expect(!box(0, 0, 1, 1).intersects(box(1.1, 0, 2, 1)))
        #expect(!box(0, 0, 1, 1).intersects(box(0, -2, 1, -0.1)))
        #expect(box(0, 0, 9, 9).contains(box(1, 1, 9, 9)))
        #expect(!box(0, 0, 9, 9).contains(box(1, 1, 9.1, 9)))
    }

    static let expansions: [(box: BoundingBox, metres: Double, expected: BoundingBox)] = [
        (box(10, 0, 10, 0), 111_195.08, box(9, -1, 11, 1)),
        (box(10, 60, 12, 60), 1_000, box(9.982013, 59.991007, 12.017987, 60.008993)),
        (box(10, 60, 12, 60), -5, box(10, 60, 12, 60)),
        (box(10, 89.9, 10, 89.9), 20_000, box(-180, 89.720136, 180, 90)),
        (box(10, -90, 10, -90), 1, box(-180, -90, 180, -89.999991)),
        (box(179.995, 0, 179.995, 0), 1_000, box(-180, -0.008993, 180, 0.008993)),
        (box(-179.995, 10, -179.99, 10), 1_000, box(-180, 9.991007, 180, 10.008993)),
        (box(0, 0, 0, 0), 11_000_000, .world),
        (box(0, 0, 0, 0), .infinity, .world),
    ]

    @Test(arguments: expansions)
    func `a box grows by metres on every side`(start: BoundingBox, metres: Double, expected: BoundingBox) {
        let grown = start.expanded(byMetres: metres)
        #expect(abs(grown.minLongitude - expected.minLongitude) < 2e-6)
        #expect(abs(grown.minLatitude - expected.minLatitude) < 2e-6)
        #expect(abs(grown.maxLongitude - expected.maxLongitude) < 2e-6)
        #expect(abs(grown.maxLatitude - expected.maxLatitude) < 2e-6)
    }

    @Test func `no position within the distance is outside the grown box`() {
        var generator = SeededGenerator(seed: 11)
        var hits = 0
        for _ in 0..<40_000 {
            let center = Position(
                longitude: Double.random(in: -180...180, using: &generator),
                latitude: Double.random(in: -90...90, using: &generator))
            let metres = Double.random(in: 0...1, using: &generator) * [10.0, 1e3, 1e5, 3e6][Int.random(in: 0..<4)]
            let spanDegrees = metres / 111_000 * 1.2
            let latitude = max(
                -90, min(90, center.latitude + spanDegrees * Double.random(in: -1...1, using: &generator)))
            let reach = spanDegrees / max(1e-6, cosine(center.latitude * .pi / 180))
            var longitude = center.longitude + min(180, reach) * Double.random(in: -1...1, using: &generator)
            if longitude > 180 { longitude -= 360 }
            if longitude < -180 { longitude += 360 }
            let other = Position(longitude: longitude, latitude: latitude)
            guard greatCircleMetres(from: center, to: other) <= metres else { continue }
            hits += 1
            let grown = BoundingBox(center).expanded(byMetres: metres)
            #expect(grown.contains(other), "\(center) \(other) \(metres)")
        }
        #expect(hits > 10_000)
    }

    static let meetings: [(text: String, box: BoundingBox, meets: Bool)] = [
        (#"{"type":"Point","coordinates":[1,1]}"#, box(0, 0, 1, 1), true),
        (#"{"type":"Point","coordinates":[1,1.01]}"#, box(0, 0, 1, 1), false),
        (#"{"type":"MultiPoint","coordinates":[[9,9],[0.5,0.5]]}"#, box(0, 0, 1, 1), true),
        (#"{"type":"LineString","coordinates":[[-1,0.5],[2,0.5]]}"#, box(0, 0, 1, 1), true),
        (#"{"type":"LineString","coordinates":[[-1,1],[1,3]]}"#, box(0, 0, 1, 1), false),
        (#"{"type":"LineString","coordinates":[[0,2],[2,0]]}"#, box(0, 0, 1, 1), true),
        (#"{"type":"LineString","coordinates":[[0,2.01],[2.01,0]]}"#, box(0, 0, 1, 1), false),
        (#"{"type":"Polygon","coordinates":[[[-9,-9],[9,-9],[9,9],[-9,9],[-9,-9]]]}"#, box(0, 0, 1, 1), true),
        (
            #"{"type":"Polygon","coordinates":[[[-9,-9],[9,-9],[9,9],[-9,9],[-9,-9]],[[-1,-1],[2,-1],[2,2],[-1,2],[-1,-1]]]}"#,
            box(0, 0, 1, 1), false
        ),
        (
            #"{"type":"Polygon","coordinates":[[[0.4,0.4],[0.6,0.4],[0.6,0.6],[0.4,0.4]]]}"#, box(0, 0, 1, 1),
            true
        ),
        (#"{"type":"Polygon","coordinates":[[[2,0],[3,0],[3,3],[0,3],[2,0]]]}"#, box(0, 0, 1, 1), false),
    ]

    @Test(arguments: meetings)
    func `a geometry meets a box or not`(text: String, box: BoundingBox, meets: Bool) throws {
        #expect(try Geometry(parsing: text).intersects(box) == meets)
    }
}
