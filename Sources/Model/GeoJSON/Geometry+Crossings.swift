extension Geometry {
    /// How often edges of the geometry cross or touch, neighbours that meet at a vertex left out.
    ///
    /// What works on the topology of a geometry takes time by how many of its edges come near each other, which can be
    /// all of them with all. So this gives up on geometries whose edges crowd too much, also where few of them cross.
    ///
    /// - Parameter limit: at how many crossings to give up.
    /// - Returns: `nil` where there are more crossings than that, or the edges crowd: more than 64 pairs for each edge,
    ///   and 50,000 on top, cannot be told apart by cutting the plane into halves again and again.
    /// - Cost: n log n in the edges, bounded by the pairs: some milliseconds for 10,000 edges.
    public func crossings(limit: Int) -> Int? {
        var edges: [Segment] = []
        forEachLine { line in
            guard var start = line.first else { return }
            for end in line.dropFirst() {
                if start.longitude != end.longitude || start.latitude != end.latitude {
                    edges.append(Segment(start, end))
                }
                start = end
            }
        }
        var search = CrossingSearch(edges: edges, limit: limit)
        search.search(Array(edges.indices), depth: 0)
        return search.hasGivenUp ? nil : search.count
    }

    private func forEachLine(_ body: ([Position]) -> Void) {
        switch self {
        case .point, .multiPoint: break
        case .lineString(let line): body(line)
        case .multiLineString(let lines): lines.forEach(body)
        case .polygon(let polygon): polygon.rings.forEach(body)
        case .multiPolygon(let polygons): for polygon in polygons { polygon.rings.forEach(body) }
        case .geometryCollection(let members): for member in members { member.forEachLine(body) }
        }
    }
}

/// Looks for edges that meet by cutting the plane into halves until few edges are left in each part.
private struct CrossingSearch {
    private let edges: [Segment]
    private let limit: Int
    private var pairsLeft: Int
    /// Pairs that were found to meet, since two that lie in several parts meet in each of them.
    private var found: Set<Pair> = []
    private(set) var hasGivenUp = false

    private struct Pair: Hashable {
        let one: Int
        let other: Int
    }

    private static let few = 16
    private static let depthLimit = 48

    init(edges: [Segment], limit: Int) {
        self.edges = edges
        self.limit = limit
        pairsLeft = 64 * edges.count + 50_000
    }

    var count: Int { found.count }

    /// - Parameter part: edges, by number, that reach into one part of the plane.
    mutating func search(_ part: [Int], depth: Int) {
        if hasGivenUp { return }
        guard part.count > Self.few, depth < Self.depthLimit else { return compare(part) }
        let (west, south) = (halves(part, .longitude), halves(part, .latitude))
        let best = west.lower.count + west.upper.count <= south.lower.count + south.upper.count ? west : south
        // Where neither cut separates much, cutting on would only multiply the edges.
        guard (best.lower.count + best.upper.count) * 2 <= part.count * 3,
            max(best.lower.count, best.upper.count) < part.count
        else { return compare(part) }
        search(best.lower, depth: depth + 1)
        search(best.upper, depth: depth + 1)
    }

    /// The edges on either side of the middle one; those that reach over it are on both.
    private func halves(_ part: [Int], _ axis: Axis) -> (lower: [Int], upper: [Int]) {
        let spans = part.map { span($0, axis) }
        let middles = spans.map { ($0.low + $0.high) / 2 }.sorted()
        let cut = middles[middles.count / 2]
        var halves: (lower: [Int], upper: [Int]) = ([], [])
        for (edge, span) in zip(part, spans) {
            if span.low <= cut { halves.lower.append(edge) }
            if span.high >= cut { halves.upper.append(edge) }
        }
        return halves
    }

    private enum Axis { case longitude, latitude }

    private func span(_ number: Int, _ axis: Axis) -> (low: Double, high: Double) {
        let edge = edges[number]
        let (one, other) =
            axis == .longitude
            ? (edge.start.longitude, edge.end.longitude) : (edge.start.latitude, edge.end.latitude)
        return (min(one, other), max(one, other))
    }

    private mutating func compare(_ part: [Int]) {
        pairsLeft -= part.count * (part.count - 1) / 2
        guard pairsLeft >= 0 else {
            hasGivenUp = true
            return
        }
        for (position, one) in part.enumerated() {
            for other in part[(position + 1)...] where edges[one].meets(edges[other]) {
                found.insert(Pair(one: min(one, other), other: max(one, other)))
                if found.count > limit {
                    hasGivenUp = true
                    return
                }
            }
        }
    }
}

extension Segment {
    /// Whether the segments share a point, other than a vertex of both.
    fileprivate func meets(_ other: Segment) -> Bool {
        guard max(start.longitude, end.longitude) >= min(other.start.longitude, other.end.longitude),
            min(start.longitude, end.longitude) <= max(other.start.longitude, other.end.longitude),
            max(start.latitude, end.latitude) >= min(other.start.latitude, other.end.latitude),
            min(start.latitude, end.latitude) <= max(other.start.latitude, other.end.latitude)
        else { return false }
        let ends = [
            (start.isAt(other.start), end, other.end), (start.isAt(other.end), end, other.start),
            (end.isAt(other.start), start, other.end), (end.isAt(other.end), start, other.start),
        ]
        if let (_, mine, theirs) = ends.first(where: \.0) {
            // They share a vertex; beyond it they meet only where one lies on the other.
            return passes(through: theirs) || other.passes(through: mine)
        }
        let (one, two) = (turn(to: other.start), turn(to: other.end))
        let (three, four) = (other.turn(to: start), other.turn(to: end))
        if (one > 0) != (two > 0), (three > 0) != (four > 0), one != 0, two != 0, three != 0, four != 0 { return true }
        return passes(through: other.start) || passes(through: other.end) || other.passes(through: start)
            || other.passes(through: end)
    }
}

extension Position {
    fileprivate func isAt(_ other: Position) -> Bool { longitude == other.longitude && latitude == other.latitude }
}
