/// Leaves out points of lines that nobody would see.
///
/// - Source: D. H. Douglas, T. K. Peucker, "Algorithms for the reduction of the number of points required to represent
///   a digitized line or its caricature" (1973), without recursion.
enum Simplification {
    /// Points that are looked at together. The cost of a run grows with its square, that of a line with its length.
    private static let run = 1_024

    /// The line with fewer points; its ends stay, and a point in each `run`. Points left out are at most about
    /// `tolerance` away from it.
    static func line(_ line: [TilePoint], tolerance: Double) -> [TilePoint] {
        let points = withoutNearPoints(line, tolerance / 2)
        guard points.count > 2, tolerance > 0 else { return points }
        var result: [TilePoint] = []
        for start in stride(from: 0, to: points.count - 1, by: run) {
            let part = simplified(Array(points[start...min(start + run, points.count - 1)]), tolerance)
            result += result.isEmpty ? part[...] : part.dropFirst()
        }
        return result
    }

    private static func simplified(_ points: [TilePoint], _ tolerance: Double) -> [TilePoint] {
        var isKept = [Bool](repeating: false, count: points.count)
        isKept[0] = true
        isKept[points.count - 1] = true
        var waiting = [(0, points.count - 1)]
        while let (first, last) = waiting.popLast() {
            var farthest = first
            var most = tolerance * tolerance
            for place in first + 1..<max(first + 1, last) {
                let square = squareDistance(points[place], points[first], points[last])
                if square > most { (farthest, most) = (place, square) }
            }
            guard farthest > first else { continue }
            isKept[farthest] = true
            waiting.append((first, farthest))
            waiting.append((farthest, last))
        }
        return zip(points, isKept).filter(\.1).map(\.0)
    }

    /// The same for a ring, which is taken as two lines between two points far from each other.
    static func ring(_ ring: [TilePoint], tolerance: Double) -> [TilePoint] {
        guard ring.count > 4, let start = ring.first else { return ring }
        let square = { (point: TilePoint) in
            (point.x - start.x) * (point.x - start.x) + (point.y - start.y) * (point.y - start.y)
        }
        let far = ring.indices.max { square(ring[$0]) < square(ring[$1]) } ?? 0
        let there = line(Array(ring[...far]), tolerance: tolerance)
        let back = line(Array(ring[far...]) + [start], tolerance: tolerance)
        return there + back.dropFirst()
    }

    private static func withoutNearPoints(_ line: [TilePoint], _ distance: Double) -> [TilePoint] {
        guard let first = line.first, let last = line.last, line.count > 2 else { return line }
        var kept = [first]
        var previous = first
        for point in line.dropFirst().dropLast()
        where abs(point.x - previous.x) > distance || abs(point.y - previous.y) > distance {
            kept.append(point)
            previous = point
        }
        kept.append(last)
        return kept
    }

    private static func squareDistance(_ point: TilePoint, _ start: TilePoint, _ end: TilePoint) -> Double {
        let (dx, dy) = (end.x - start.x, end.y - start.y)
        let length = dx * dx + dy * dy
        let share =
            length == 0 ? 0 : max(0, min(1, ((point.x - start.x) * dx + (point.y - start.y) * dy) / length))
        let (ex, ey) = (point.x - start.x - share * dx, point.y - start.y - share * dy)
        return ex * ex + ey * ey
    }
}
