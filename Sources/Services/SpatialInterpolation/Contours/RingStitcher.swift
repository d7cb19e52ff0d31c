import Foundation

/// Joins polygons that touch along whole edges into the rings around their union.
///
/// Invariants:
/// 1. Every polygon added is counter-clockwise and overlaps no other, so each inner edge is added once in each direction
///    and each outer edge once.
/// 2. `edges` holds the edges whose opposite has not come.
struct RingStitcher {
    private struct Edge: Hashable {
        let from: PlanePoint
        let to: PlanePoint
    }
    private var edges: [Edge: Int] = [:]
    private var added = 0

    /// Adds a polygon; repeated points are passed over, and what is left of fewer than three.
    mutating func add(_ polygon: [PlanePoint]) {
        var points: [PlanePoint] = []
        for point in polygon where point != points.last { points.append(point) }
        while points.count > 1, points.first == points.last { points.removeLast() }
        guard points.count >= 3 else { return }
        for (index, from) in points.enumerated() {
            let to = points[(index + 1) % points.count]
            if edges.removeValue(forKey: Edge(from: to, to: from)) == nil {
                edges[Edge(from: from, to: to)] = added
                added += 1
            }
        }
    }

    /// The rings, not closed, each without a repeated point; counter-clockwise around what is inside, clockwise around
    /// holes. Points within straight runs are left out.
    func rings() -> [[PlanePoint]] {
        let ordered = edges.sorted { $0.value < $1.value }.map(\.key)
        var leaving: [PlanePoint: [Int]] = [:]
        for (index, edge) in ordered.enumerated() { leaving[edge.from, default: []].append(index) }
        var used = Array(repeating: false, count: ordered.count)
        var rings: [[PlanePoint]] = []
        for start in ordered.indices where !used[start] {
            var path: [PlanePoint] = [ordered[start].from]
            var places: [PlanePoint: Int] = [ordered[start].from: 0]
            var edge = start
            while true {
                used[edge] = true
                let at = ordered[edge].to
                if let place = places[at] {
                    // The path has come back to one of its points: what lies between is a ring of its own.
                    rings.append(Array(path[place...]))
                    for point in path[(place + 1)...] { places[point] = nil }
                    path.removeSubrange((place + 1)...)
                } else {
                    places[at] = path.count
                    path.append(at)
                }
                let choices = (leaving[at] ?? []).filter { !used[$0] }
                guard let next = Self.leftmost(of: choices, ordered, arrivingFrom: ordered[edge].from, at: at) else {
                    break
                }
                edge = next
            }
        }
        return rings.map(Self.withoutStraightPoints).filter { $0.count >= 3 }
    }

    /// The edge that turns furthest to the left, which keeps to the same piece of the inside.
    private static func leftmost(
        of choices: [Int], _ edges: [Edge], arrivingFrom from: PlanePoint, at: PlanePoint
    ) -> Int? {
        guard choices.count > 1 else { return choices.first }
        let back = atan2(from.y - at.y, from.x - at.x)
        return choices.min { turn($0) < turn($1) }

        /// The angle clockwise from the way back.
        func turn(_ index: Int) -> Double {
            let angle = back - atan2(edges[index].to.y - at.y, edges[index].to.x - at.x)
            return angle <= 0 ? angle + 2 * .pi : angle
        }
    }

    private static func withoutStraightPoints(_ ring: [PlanePoint]) -> [PlanePoint] {
        guard ring.count > 3 else { return ring }
        var kept: [PlanePoint] = []
        for (index, point) in ring.enumerated() {
            let before = kept.last ?? ring[(index + ring.count - 1) % ring.count]
            let after = ring[(index + 1) % ring.count]
            let (ax, ay) = (point.x - before.x, point.y - before.y)
            let (bx, by) = (after.x - point.x, after.y - point.y)
            let cross = ax * by - ay * bx
            let isStraight = abs(cross) <= 1e-12 * (abs(ax) + abs(ay)) * (abs(bx) + abs(by)) && ax * bx + ay * by > 0
            if !isStraight { kept.append(point) }
        }
        return kept
    }
}
