/// A position on a plane, in metres east and north of its origin (or in any one unit of length).
public struct PlanePoint: Sendable, Hashable {
    public var x: Double
    public var y: Double

    public init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }

    /// The straight distance, in the unit of the coordinates.
    public func distance(to other: PlanePoint) -> Double {
        let (dx, dy) = (other.x - x, other.y - y)
        return (dx * dx + dy * dy).squareRoot()
    }
}

/// A value at a position.
public struct Sample: Sendable, Hashable {
    public var position: PlanePoint
    public var value: Double

    public init(position: PlanePoint, value: Double) {
        self.position = position
        self.value = value
    }
}
