/// An area bounded by rings: first the outer one, then the holes (RFC 7946 clause 3.1.6).
///
/// A ring ends on the position it starts from. A polygon parsed from GeoJSON has at least one ring, and each ring at
/// least four positions; the direction of the rings and whether they cross themselves is not checked.
public struct Polygon: Sendable, Hashable {
    public var rings: [[Position]]

    public init(rings: [[Position]]) { self.rings = rings }

    /// Where a position lies against an area.
    public enum Placement: Sendable, Hashable {
        case inside, boundary, outside
    }

    /// Whether the position is inside, outside or exactly on a ring. Altitude is not looked at.
    ///
    /// Edges are straight in longitude and latitude (RFC 7946 clause 3.1.1). Cost: linear in the vertices.
    ///
    /// - Source: the even-odd rule; a ray along the parallel to the east.
    public func placement(of position: Position) -> Placement {
        var isInside = false
        for ring in rings {
            guard var start = ring.last else { continue }
            for end in ring {
                if Segment(start, end).passes(through: position) { return .boundary }
                if (start.latitude > position.latitude) != (end.latitude > position.latitude) {
                    let turn = Segment(start, end).turn(to: position)
                    if (turn > 0) == (end.latitude > start.latitude) { isInside.toggle() }
                }
                start = end
            }
        }
        return isInside ? .inside : .outside
    }

    /// Whether the position is in the interior: not in a hole and not on a ring.
    public func contains(_ position: Position) -> Bool { placement(of: position) == .inside }

    /// Whether the position is in the interior or on a ring.
    public func covers(_ position: Position) -> Bool { placement(of: position) != .outside }
}

/// A piece of a line or ring, straight in longitude and latitude.
struct Segment {
    let start: Position
    let end: Position

    @inline(__always)
    init(_ start: Position, _ end: Position) {
        self.start = start
        self.end = end
    }

    /// Positive when the position lies to the left of the way from start to end, zero when it lies on that line.
    @inline(__always)
    func turn(to position: Position) -> Double {
        (end.longitude - start.longitude) * (position.latitude - start.latitude)
            - (end.latitude - start.latitude) * (position.longitude - start.longitude)
    }

    func passes(through position: Position) -> Bool {
        position.longitude >= min(start.longitude, end.longitude)
            && position.longitude <= max(start.longitude, end.longitude)
            && position.latitude >= min(start.latitude, end.latitude)
            && position.latitude <= max(start.latitude, end.latitude)
            && turn(to: position) == 0
    }

    /// Whether any point of the segment lies in the closed box.
    ///
    /// - Source: the separating axis test with the axes of the box and the normal of the segment.
    func intersects(_ box: BoundingBox) -> Bool {
        guard max(start.longitude, end.longitude) >= box.minLongitude,
            min(start.longitude, end.longitude) <= box.maxLongitude,
            max(start.latitude, end.latitude) >= box.minLatitude,
            min(start.latitude, end.latitude) <= box.maxLatitude
        else { return false }
        var isLeft = false
        var isRight = false
        for corner in box.corners {
            let turn = turn(to: corner)
            if turn >= 0 { isLeft = true }
            if turn <= 0 { isRight = true }
        }
        return isLeft && isRight
    }
}
