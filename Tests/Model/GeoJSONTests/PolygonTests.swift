import GeoJSON
import SeededRandom
import Testing

private func ring(_ corners: (Double, Double)...) -> [Position] {
    corners.map { Position(longitude: $0.0, latitude: $0.1) }
}

/// A square of 10 degrees with a notch from above and a square hole.
private let notched = Polygon(rings: [
    ring((0, 0), (10, 0), (10, 10), (6, 10), (6, 6), (5, 6), (5, 10), (0, 10), (0, 0)),
    ring((2, 2), (4, 2), (4, 4), (2, 4), (2, 2)),
])

@Suite struct PolygonTests {
    static let placements: [(longitude: Double, latitude: Double, placement: Polygon.Placement)] = [
        (1, 1, .inside), (8, 8, .inside), (4.5, 9, .inside), (5.5, 5.9, .inside),
        (5.5, 8, .outside), (3, 3, .outside), (-1, 5, .outside), (11, 5, .outside), (5, 11, .outside),
        (-1, 0, .outside), (-1, 6, .outside), (-1, 10, .outside), (11, 0, .outside), (20, 2, .outside),
        (0, 0, .boundary), (10, 5, .boundary), (5, 0, .boundary), (5.5, 6, .boundary), (5, 6, .boundary),
        (2, 3, .boundary), (3, 4, .boundary), (4, 4, .boundary),
        (1, 6, .inside), (1, 2, .inside), (4.5, 4, .inside), (8, 6, .inside),
    ]

    @Test(arguments: placements)
    func `a position is inside, outside or on the boundary`(
        longitude: Double, latitude: Double, placement: Polygon.Placement
    ) {
        let position = Position(longitude: longitude, latitude: latitude)
        let reversed = Polygon(rings: notched.rings.map { $0.reversed() })
        #expect(notched.placement(of: position) == placement)
        #expect(reversed.placement(of: position) == placement)
        #expect(notched.contains(position) == (placement == .inside))
        #expect(notched.covers(position) == (placement != .outside))
    }

    @Test func `a star of random spikes agrees with its definition by angle`() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<50 {
            let count = Int.random(in: 3...40, using: &generator)
            let radii = (0..<count).map { _ in Double.random(in: 1...10, using: &generator) }
            // In each sector the edge is a straight line between two spikes; a point at a share of a spike's length
            // on the spike itself is inside below 1 and outside above.
            let spikes = radii.enumerated().map { index, radius in
                let angle = Double(index) / Double(count) * 2 * .pi
                return (angle: angle, radius: radius)
            }
            func at(_ angle: Double, _ radius: Double) -> Position {
                Position(longitude: radius * cosine(angle), latitude: radius * sine(angle))
            }
            var outline = spikes.map { at($0.angle, $0.radius) }
            outline.append(outline[0])
            let star = Polygon(rings: [outline])
            for spike in spikes {
                #expect(star.contains(at(spike.angle, spike.radius * 0.999)))
                #expect(star.placement(of: at(spike.angle, spike.radius * 1.001)) == .outside)
            }
            #expect(star.contains(Position(longitude: 0, latitude: 0)))
        }
    }

    @Test func `a polygon without rings holds nothing`() {
        let empty = Polygon(rings: [])
        #expect(empty.placement(of: Position(longitude: 0, latitude: 0)) == .outside)
        #expect(Polygon(rings: [[]]).placement(of: Position(longitude: 0, latitude: 0)) == .outside)
    }
}
