import GeoJSON
import SeededRandom
import Testing

struct CrossingsTests {
    private static func positions(_ pairs: [(Double, Double)]) -> [Position] {
        pairs.map { Position(longitude: $0.0, latitude: $0.1) }
    }

    private static func polygon(_ pairs: [(Double, Double)]) -> Geometry {
        .polygon(Polygon(rings: [positions(pairs + [pairs[0]])]))
    }

    /// A star whose every edge crosses nearly every other.
    private static func star(_ count: Int) -> Geometry {
        polygon((0..<count).map { turn(Double($0 * (count / 2)) / Double(count)) })
    }

    private static func circle(_ count: Int) -> [(Double, Double)] {
        (0..<count).map { turn(Double($0) / Double(count)) }
    }

    private static func turn(_ part: Double) -> (Double, Double) {
        (cosine(2 * .pi * part), sine(2 * .pi * part))
    }

    @Test func `a simple ring has none, also one of very many edges`() {
        #expect(Self.polygon([(0, 0), (1, 0), (1, 1)]).crossings(limit: 0) == 0)
        #expect(Self.polygon(Self.circle(50_000)).crossings(limit: 0) == 0)
        #expect(Geometry.point(Position(longitude: 1, latitude: 2)).crossings(limit: 0) == 0)
    }

    @Test func `crossings are counted, those at a common vertex left out`() {
        #expect(Self.polygon([(0, 0), (10, 10), (10, 0), (0, 10)]).crossings(limit: 5) == 1)
        // A ring that touches itself at a vertex.
        #expect(Self.polygon([(0, 0), (2, 0), (1, 1), (2, 2), (0, 2), (1, 1)]).crossings(limit: 0) == 0)
        // One that touches itself with a vertex on an edge, which two edges share.
        #expect(Self.polygon([(0, 0), (4, 0), (4, 4), (2, 0), (0, 4)]).crossings(limit: 9) == 2)
        // A spike goes back upon itself.
        #expect(Self.polygon([(0, 0), (4, 0), (2, 0), (2, 4)]).crossings(limit: 9) != 0)
        #expect(Self.star(11).crossings(limit: 100) == 44)
    }

    @Test func `a count beyond the limit is given up`() {
        #expect(Self.star(11).crossings(limit: 43) == nil)
        #expect(Self.star(301).crossings(limit: 100) == nil)
    }

    @Test func `edges that crowd without crossing are given up soon`() {
        // Long diagonals side by side: no cut separates them.
        let crowd = (0..<5_000).map { number in
            let shift = Double(number) * 1e-7
            return Self.positions([(shift, 0), (1 + shift, 1)])
        }
        #expect(Geometry.multiLineString(crowd).crossings(limit: .max) == nil)
        #expect(Geometry.multiLineString(Array(crowd.prefix(200))).crossings(limit: .max) == 0)
    }

    @Test func `clusters far apart do not count as a crowd`() {
        let clusters = (0..<20).map { cluster in
            Polygon(rings: [
                Self.positions(
                    (Self.circle(500) + [Self.circle(500)[0]]).map { pair in
                        (Double(cluster) * 8 - 80 + pair.0 * 1e-3, pair.1 * 1e-3)
                    })
            ])
        }
        #expect(Geometry.multiPolygon(clusters).crossings(limit: 0) == 0)
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `the count is that of all pairs`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let pairs = (0..<60).map { _ in
            (
                Double(Int.random(in: 0...12, using: &generator)), Double(Int.random(in: 0...12, using: &generator))
            )
        }
        var ends = Self.positions(pairs)
        ends.append(ends[0])
        var edges: [Geometry] = []
        for (start, end) in zip(ends, ends.dropFirst()) where start != end { edges.append(.lineString([start, end])) }
        var expected = 0
        for (index, one) in edges.enumerated() {
            for other in edges[(index + 1)...] {
                guard case .lineString(let first) = one, case .lineString(let second) = other else { continue }
                expected += Geometry.multiLineString([first, second]).crossings(limit: 9) ?? 0
            }
        }
        #expect(Self.polygon(pairs).crossings(limit: .max) == expected)
    }
}
