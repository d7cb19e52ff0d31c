import HeapModule

/// The streets as a graph: crossings, the segments between them, and the ways through it.
///
/// Invariants:
/// 1. Every segment joins two crossings of `nodes`, and every crossing can be reached from every other.
struct StreetNetwork: Sendable {
    struct Segment: Sendable {
        let street: Int
        let from: Int
        let to: Int
        let line: Polyline
    }

    let streets: [StreetPlan.Street]
    private(set) var nodes: [Point] = []
    private(set) var segments: [Segment] = []
    /// The segments at each crossing.
    private(set) var segmentsAt: [[Int]] = []

    /// Distance below which two crossings are one.
    private static let snap = 9.0
    /// Ends of streets that reach less far beyond their last crossing are cut off.
    private static let stub = 60.0

    init(plan: StreetPlan) {
        streets = plan.streets
        let cuts = crossings(plan.streets)
        for (index, street) in plan.streets.enumerated() { split(street, index, at: cuts[index]) }
        connectNodes()
        keepLargestPart()
    }

    // MARK: - Building

    /// For each street the distances from its start at which another street crosses it, with the crossing's number.
    private mutating func crossings(_ streets: [StreetPlan.Street]) -> [[(distance: Double, node: Int)]] {
        var cuts = Array(repeating: [(distance: Double, node: Int)](), count: streets.count)
        let boxes = streets.map { Box($0.line.points) }
        for first in streets.indices {
            for second in streets.indices where second > first && boxes[first].touches(boxes[second]) {
                let (a, b) = (streets[first].line, streets[second].line)
                for i in 0..<a.points.count - 1 {
                    for j in 0..<b.points.count - 1 {
                        guard let (u, v) = Self.crossing(a.points[i], a.points[i + 1], b.points[j], b.points[j + 1])
                        else { continue }
                        let alongA = a.distances[i] + u * (a.distances[i + 1] - a.distances[i])
                        let alongB = b.distances[j] + v * (b.distances[j + 1] - b.distances[j])
                        let node = node(at: a.point(at: alongA))
                        cuts[first].append((alongA, node))
                        cuts[second].append((alongB, node))
                    }
                }
            }
        }
        return cuts
    }

    private struct Box {
        var least = Point(x: .infinity, y: .infinity)
        var most = Point(x: -.infinity, y: -.infinity)

        init(_ points: [Point]) {
            for point in points {
                least = Point(x: min(least.x, point.x), y: min(least.y, point.y))
                most = Point(x: max(most.x, point.x), y: max(most.y, point.y))
            }
        }

        func touches(_ other: Box) -> Bool {
            least.x <= other.most.x && other.least.x <= most.x && least.y <= other.most.y && other.least.y <= most.y
        }
    }

    /// Where two pieces cross, as fractions of each; `nil` when they do not.
    private static func crossing(_ a: Point, _ b: Point, _ c: Point, _ d: Point) -> (Double, Double)? {
        let (rx, ry, sx, sy) = (b.x - a.x, b.y - a.y, d.x - c.x, d.y - c.y)
        let cross = rx * sy - ry * sx
        guard abs(cross) > 1e-9 else { return nil }
        let u = ((c.x - a.x) * sy - (c.y - a.y) * sx) / cross
        let v = ((c.x - a.x) * ry - (c.y - a.y) * rx) / cross
        return u >= 0 && u <= 1 && v >= 0 && v <= 1 ? (u, v) : nil
    }

    private mutating func node(at point: Point) -> Int {
        if let known = nodes.firstIndex(where: { $0.distance(to: point) < Self.snap }) { return known }
        nodes.append(point)
        return nodes.count - 1
    }

    private mutating func split(_ street: StreetPlan.Street, _ index: Int, at cuts: [(distance: Double, node: Int)]) {
        var stations = cuts.sorted { $0.distance < $1.distance }
        let line = street.line
        guard let first = stations.first, let last = stations.last else { return }
        if line.start.distance(to: line.end) < 1 {
            stations.append((first.distance + line.length, first.node))
        } else {
            if first.distance > Self.stub { stations.insert((0, node(at: line.start)), at: 0) }
            if line.length - last.distance > Self.stub { stations.append((line.length, node(at: line.end))) }
        }
        for (from, to) in zip(stations, stations.dropFirst()) where from.node != to.node {
            var points = Self.points(of: line, from: from.distance, to: to.distance)
            points[0] = nodes[from.node]
            points[points.count - 1] = nodes[to.node]
            segments.append(Segment(street: index, from: from.node, to: to.node, line: Polyline(points)))
        }
    }

    /// The points between two distances; a ring goes on behind its end.
    private static func points(of line: Polyline, from: Double, to: Double) -> [Point] {
        guard to > line.length + 0.01 else { return line.part(from: from, to: to).points }
        return line.part(from: from, to: line.length).points.dropLast()
            + line.part(from: 0, to: to - line.length).points
    }

    private mutating func connectNodes() {
        segmentsAt = Array(repeating: [], count: nodes.count)
        for (index, segment) in segments.enumerated() {
            segmentsAt[segment.from].append(index)
            segmentsAt[segment.to].append(index)
        }
    }

    private mutating func keepLargestPart() {
        var part = Array(repeating: -1, count: nodes.count)
        var sizes: [Int] = []
        for start in nodes.indices where part[start] < 0 {
            var waiting = [start]
            part[start] = sizes.count
            var size = 0
            while let node = waiting.popLast() {
                size += 1
                for index in segmentsAt[node] {
                    let other = segments[index].from == node ? segments[index].to : segments[index].from
                    if part[other] < 0 {
                        part[other] = sizes.count
                        waiting.append(other)
                    }
                }
            }
            sizes.append(size)
        }
        guard let largest = sizes.indices.max(by: { sizes[$0] < sizes[$1] }), sizes.count > 1 else { return }
        var renumbered = Array(repeating: -1, count: nodes.count)
        var kept: [Point] = []
        for node in nodes.indices where part[node] == largest {
            renumbered[node] = kept.count
            kept.append(nodes[node])
        }
        segments = segments.compactMap {
            guard part[$0.from] == largest else { return nil }
            return Segment(street: $0.street, from: renumbered[$0.from], to: renumbered[$0.to], line: $0.line)
        }
        nodes = kept
        connectNodes()
    }

    // MARK: - Ways

    /// The crossing nearest to a point.
    func node(near point: Point) -> Int {
        nodes.indices.min { nodes[$0].distance(to: point) < nodes[$1].distance(to: point) } ?? 0
    }

    /// The line of a street as far as its segments reach; several where it is interrupted.
    func lines(ofStreet street: Int) -> [Polyline] {
        var lines: [[Point]] = []
        for segment in segments where segment.street == street {
            if let last = lines.last?.last, last == segment.line.start {
                lines[lines.count - 1] += segment.line.points.dropFirst()
            } else {
                lines.append(segment.line.points)
            }
        }
        return lines.map { Polyline($0) }
    }

    /// The quickest way through crossings in their order, as a line; avenues are quicker than lanes.
    func way(through stops: [Int]) -> Polyline {
        var points: [Point] = []
        for (from, to) in zip(stops, stops.dropFirst()) {
            points += way(from: from, to: to).dropFirst(points.isEmpty ? 0 : 1)
        }
        return Polyline(points.isEmpty ? stops.prefix(1).map { nodes[$0] } : points)
    }

    /// - Source: Dijkstra (1959), with a heap of arrivals.
    private func way(from start: Int, to goal: Int) -> [Point] {
        var best = Array(repeating: Double.infinity, count: nodes.count)
        var arrival = Array(repeating: -1, count: nodes.count)
        var queue = Heap<Arrival>()
        best[start] = 0
        queue.insert(Arrival(time: 0, node: start))
        while let arrived = queue.popMin() {
            let node = arrived.node
            if node == goal { break }
            guard arrived.time <= best[node] else { continue }
            for index in segmentsAt[node] {
                let segment = segments[index]
                let other = segment.from == node ? segment.to : segment.from
                let speed = Double(streets[segment.street].kind.speedLimitKilometresPerHour)
                let next = arrived.time + segment.line.length / speed
                if next < best[other] {
                    best[other] = next
                    arrival[other] = index
                    queue.insert(Arrival(time: next, node: other))
                }
            }
        }
        var points = [nodes[goal]]
        var node = goal
        while node != start, arrival[node] >= 0 {
            let segment = segments[arrival[node]]
            let back = segment.to == node ? segment.line.points.reversed() : segment.line.points
            points += back.dropFirst()
            node = segment.to == node ? segment.from : segment.to
        }
        return points.reversed()
    }

    /// A crossing that is reached after some time.
    private struct Arrival: Comparable {
        let time: Double
        let node: Int

        static func < (left: Self, right: Self) -> Bool { (left.time, left.node) < (right.time, right.node) }
    }
}
