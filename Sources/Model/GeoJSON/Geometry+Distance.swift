#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension Geometry {
    /// The shortest distance over the ground from a position to this geometry, in metres; 0 on it or in its area.
    ///
    /// To points it is `greatCircleMetres`. On lines and rings the nearest place is looked for on a plane that touches
    /// the Earth at the position, and the great circle to that place is returned: never too short, and too long by no
    /// more than about tan(latitude) x distance / 6,371 km, that is 0.3 % at 10 km and 60 degrees of latitude. Do not
    /// use it on lines within a few kilometres of a pole. The antimeridian is no border. Cost: linear in the positions.
    public func distanceMetres(from position: Position) -> Double {
        switch self {
        case .point(let point): return greatCircleMetres(from: position, to: point)
        case .multiPoint(let points):
            return points.lazy.map { greatCircleMetres(from: position, to: $0) }.min() ?? .infinity
        case .lineString(let line): return Geometry.distanceMetres(from: position, toLines: [line])
        case .multiLineString(let lines): return Geometry.distanceMetres(from: position, toLines: lines)
        case .polygon(let polygon): return polygon.distanceMetres(from: position)
        case .multiPolygon(let polygons):
            return polygons.lazy.map { $0.distanceMetres(from: position) }.min() ?? .infinity
        case .geometryCollection(let members):
            return members.lazy.map { $0.distanceMetres(from: position) }.min() ?? .infinity
        }
    }

    static func distanceMetres(from position: Position, toLines lines: [[Position]]) -> Double {
        var search = NearestOnLines(from: position)
        for line in lines {
            guard var start = line.first else { continue }
            if line.count == 1 { search.visit(Segment(start, start)) }
            for end in line.dropFirst() {
                search.visit(Segment(start, end))
                start = end
            }
        }
        return search.nearest.map { greatCircleMetres(from: position, to: $0) } ?? .infinity
    }
}

extension Polygon {
    /// As `Geometry.distanceMetres(from:)`.
    public func distanceMetres(from position: Position) -> Double {
        covers(position) ? 0 : Geometry.distanceMetres(from: position, toLines: rings)
    }
}

/// Finds the place on segments that is nearest to a position, on the plane where x = longitude x cos(latitude of the
/// position) and y = latitude.
private struct NearestOnLines {
    private let origin: Position
    private let shrink: Double
    private var leastSquare = Double.infinity
    private(set) var nearest: Position?

    init(from origin: Position) {
        self.origin = origin
        shrink = cos(origin.latitude * EarthSphere.radiansPerDegree)
    }

    mutating func visit(_ segment: Segment) {
        visit(segment, turnedBy: 0)
        // What lies more than half way around is nearer the other way.
        let first = segment.start.longitude - origin.longitude
        let second = segment.end.longitude - origin.longitude
        if max(first, second) > 180 { visit(segment, turnedBy: -360) }
        if min(first, second) < -180 { visit(segment, turnedBy: 360) }
    }

    private mutating func visit(_ segment: Segment, turnedBy turn: Double) {
        let x = (segment.start.longitude - origin.longitude + turn) * shrink
        let y = segment.start.latitude - origin.latitude
        let stepX = (segment.end.longitude - segment.start.longitude) * shrink
        let stepY = segment.end.latitude - segment.start.latitude
        let lengthSquare = stepX * stepX + stepY * stepY
        let share = lengthSquare > 0 ? min(1, max(0, -(x * stepX + y * stepY) / lengthSquare)) : 0
        let (footX, footY) = (x + share * stepX, y + share * stepY)
        let square = footX * footX + footY * footY
        guard square < leastSquare else { return }
        leastSquare = square
        nearest = Position(
            longitude: segment.start.longitude + share * (segment.end.longitude - segment.start.longitude),
            latitude: segment.start.latitude + share * stepY)
    }
}
