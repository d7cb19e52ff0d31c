import Testing

@testable import VectorTiles

struct SimplificationTests {
    private func points(_ pairs: [(Double, Double)]) -> [TilePoint] { pairs.map { TilePoint(x: $0.0, y: $0.1) } }

    @Test func `points within the tolerance go, the ends and the corners stay`() {
        let line = points([(0, 0), (50, 2), (100, 0), (100, 50), (101, 100)])
        #expect(Simplification.line(line, tolerance: 4) == points([(0, 0), (100, 0), (101, 100)]))
        #expect(Simplification.line(line, tolerance: 0) == line)
    }

    @Test func `no point left out is farther away than the tolerance`() {
        let line = (0...3_000).map { TilePoint(x: Double($0), y: 40 * Double(($0 * 7_919) % 13) / 13) }
        let kept = Simplification.line(line, tolerance: 4)
        #expect(kept.count < line.count)
        #expect(kept.first == line.first && kept.last == line.last)
        for point in line {
            let nearest = zip(kept, kept.dropFirst()).map { distance(point, $0, $1) }.min() ?? .infinity
            // Neighbours within half the tolerance are taken as one.
            #expect(nearest <= 6)
        }
    }

    @Test func `a ring stays a ring`() {
        let ring = points([(0, 0), (50, 1), (100, 0), (100, 100), (0, 100), (0, 0)])
        let kept = Simplification.ring(ring, tolerance: 4)
        #expect(Set(kept) == Set(points([(0, 0), (100, 0), (100, 100), (0, 100)])))
    }

    private func distance(_ point: TilePoint, _ a: TilePoint, _ b: TilePoint) -> Double {
        let (dx, dy) = (b.x - a.x, b.y - a.y)
        let length = dx * dx + dy * dy
        let share = length == 0 ? 0 : max(0, min(1, ((point.x - a.x) * dx + (point.y - a.y) * dy) / length))
        let (ex, ey) = (point.x - a.x - share * dx, point.y - a.y - share * dy)
        return (ex * ex + ey * ey).squareRoot()
    }
}
