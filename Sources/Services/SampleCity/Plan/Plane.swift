/// A place in the town: metres east and north of its centre.
struct Point: Sendable, Equatable {
    var x: Double
    var y: Double

    /// Polar: a distance from the centre and an angle, counter-clockwise from east.
    init(radius: Double, degrees: Double) { self.init(x: radius * cosine(degrees), y: radius * sine(degrees)) }

    init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }

    var radius: Double { (x * x + y * y).squareRoot() }
    var degrees: Double {
        let value = angle(dx: x, dy: y)
        return value < 0 ? value + 360 : value
    }

    func distance(to other: Point) -> Double {
        let (dx, dy) = (other.x - x, other.y - y)
        return (dx * dx + dy * dy).squareRoot()
    }

    func moved(towards other: Point, by fraction: Double) -> Point {
        Point(x: x + (other.x - x) * fraction, y: y + (other.y - y) * fraction)
    }

    /// The compass heading of the way to another point: 0 north, 90 east.
    func heading(to other: Point) -> Double {
        let heading = 90 - angle(dx: other.x - x, dy: other.y - y)
        return heading < 0 ? heading + 360 : heading
    }
}

/// Turns metres into longitude and latitude around the invented town's centre, on farmland in the west of France.
///
/// Treats a degree as equally long all over the town, which is off by less than a metre at its edge.
enum Projection {
    static let longitude = -1.96
    static let latitude = 47.15
    private static let metresPerDegree = 111_195.0

    static func degrees(_ point: Point) -> (longitude: Double, latitude: Double) {
        (
            (longitude + point.x / (metresPerDegree * cosine(latitude))).rounded(to: 6),
            (latitude + point.y / metresPerDegree).rounded(to: 6)
        )
    }
}

/// A line through points, with the distance of each from its start.
///
/// Invariants:
/// 1. At least two points; `distances` has one entry for each, the first is 0, none is smaller than the one before.
struct Polyline: Sendable {
    let points: [Point]
    let distances: [Double]

    /// A line through the points; a single one is taken twice.
    init(_ points: [Point]) {
        let points = points.count >= 2 ? points : Array(repeating: points.first ?? Point(x: 0, y: 0), count: 2)
        var distances = [0.0]
        for (from, to) in zip(points, points.dropFirst()) {
            distances.append((distances.last ?? 0) + from.distance(to: to))
        }
        self.points = points
        self.distances = distances
    }

    var length: Double { distances[distances.count - 1] }
    var start: Point { points[0] }
    var end: Point { points[points.count - 1] }

    /// The piece on which a distance lies, and how far into it, from 0 to 1.
    private func piece(at distance: Double) -> (index: Int, fraction: Double) {
        let distance = min(max(distance, 0), length)
        var low = 0
        var high = points.count - 2
        while low < high {
            let middle = (low + high + 1) / 2
            if distances[middle] <= distance { low = middle } else { high = middle - 1 }
        }
        let span = distances[low + 1] - distances[low]
        return (low, span > 0 ? (distance - distances[low]) / span : 0)
    }

    func point(at distance: Double) -> Point {
        let (index, fraction) = piece(at: distance)
        return points[index].moved(towards: points[index + 1], by: fraction)
    }

    func heading(at distance: Double) -> Double {
        let (index, _) = piece(at: distance)
        return points[index].heading(to: points[index + 1])
    }

    /// A point beside the line: positive to the right of its direction.
    func point(at distance: Double, beside metres: Double) -> Point {
        let on = point(at: distance)
        let heading = heading(at: distance)
        return Point(x: on.x + metres * cosine(heading), y: on.y - metres * sine(heading))
    }

    /// The part between two distances.
    func part(from: Double, to: Double) -> Polyline {
        var part = [point(at: from)]
        for (point, distance) in zip(points, distances) where distance > from + 0.01 && distance < to - 0.01 {
            part.append(point)
        }
        part.append(point(at: to))
        return Polyline(part)
    }

    var reversed: Polyline { Polyline(points.reversed()) }

    func distance(from point: Point) -> Double {
        zip(points, points.dropFirst()).map { from, to in
            let (dx, dy) = (to.x - from.x, to.y - from.y)
            let square = dx * dx + dy * dy
            let along = square > 0 ? ((point.x - from.x) * dx + (point.y - from.y) * dy) / square : 0
            return point.distance(to: from.moved(towards: to, by: min(1, max(0, along))))
        }.min() ?? .infinity
    }
}
