#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A closed rectangle in longitude and latitude, degrees, WGS 84. It never crosses the antimeridian.
public struct BoundingBox: Sendable, Hashable {
    public var minLongitude: Double
    public var minLatitude: Double
    public var maxLongitude: Double
    public var maxLatitude: Double

    @inlinable
    public init(minLongitude: Double, minLatitude: Double, maxLongitude: Double, maxLatitude: Double) {
        self.minLongitude = minLongitude
        self.minLatitude = minLatitude
        self.maxLongitude = maxLongitude
        self.maxLatitude = maxLatitude
    }

    /// The box of a single position, without extent.
    @inlinable
    public init(_ position: Position) {
        self.init(
            minLongitude: position.longitude, minLatitude: position.latitude, maxLongitude: position.longitude,
            maxLatitude: position.latitude)
    }

    /// The whole Earth.
    public static let world = BoundingBox(minLongitude: -180, minLatitude: -90, maxLongitude: 180, maxLatitude: 90)

    public var center: Position {
        Position(longitude: (minLongitude + maxLongitude) / 2, latitude: (minLatitude + maxLatitude) / 2)
    }

    /// South-west, south-east, north-east, north-west.
    var corners: [Position] {
        [
            Position(longitude: minLongitude, latitude: minLatitude),
            Position(longitude: maxLongitude, latitude: minLatitude),
            Position(longitude: maxLongitude, latitude: maxLatitude),
            Position(longitude: minLongitude, latitude: maxLatitude),
        ]
    }

    /// The box as an area.
    public var outline: Polygon { Polygon(rings: [corners + [corners[0]]]) }

    /// What both boxes share, their edges included; `nil` where that is nothing.
    public func intersection(_ other: BoundingBox) -> BoundingBox? {
        guard intersects(other) else { return nil }
        return BoundingBox(
            minLongitude: max(minLongitude, other.minLongitude), minLatitude: max(minLatitude, other.minLatitude),
            maxLongitude: min(maxLongitude, other.maxLongitude), maxLatitude: min(maxLatitude, other.maxLatitude))
    }

    /// Whether the position lies in the box; its edges count.
    @inlinable
    public func contains(_ position: Position) -> Bool {
        position.longitude >= minLongitude && position.longitude <= maxLongitude && position.latitude >= minLatitude
            && position.latitude <= maxLatitude
    }

    /// Whether the other box lies in this one; common edges count.
    @inlinable
    public func contains(_ other: BoundingBox) -> Bool {
        other.minLongitude >= minLongitude && other.maxLongitude <= maxLongitude && other.minLatitude >= minLatitude
            && other.maxLatitude <= maxLatitude
    }

    /// Whether the boxes share a point; touching counts.
    @inlinable
    public func intersects(_ other: BoundingBox) -> Bool {
        other.minLongitude <= maxLongitude && other.maxLongitude >= minLongitude && other.minLatitude <= maxLatitude
            && other.maxLatitude >= minLatitude
    }

    /// Grows just enough to hold the other box too.
    @inlinable
    public mutating func formUnion(_ other: BoundingBox) {
        minLongitude = min(minLongitude, other.minLongitude)
        minLatitude = min(minLatitude, other.minLatitude)
        maxLongitude = max(maxLongitude, other.maxLongitude)
        maxLatitude = max(maxLatitude, other.maxLatitude)
    }

    /// Grows just enough to hold the position too.
    @inlinable
    public mutating func formUnion(_ position: Position) { formUnion(BoundingBox(position)) }

    /// A box that holds every position within a distance of this box, by `greatCircleMetres`.
    ///
    /// A position is never missed, but the box may hold more than the distance asks for: where the distance reaches
    /// near or over a pole, or over the antimeridian, the box takes all longitudes. Negative distances count as 0.
    ///
    /// - Source: J. P. Matuschek, "Finding points within a distance of a latitude/longitude using bounding
    ///   coordinates": a circle of angular radius r around latitude p spans asin(sin r / cos p) of longitude.
    public func expanded(byMetres distanceMetres: Double) -> BoundingBox {
        // Against rounding; a tenth of a millimetre on the ground.
        let slackDegrees = 1e-9
        let radius = max(0, distanceMetres) / EarthSphere.radiusMetres
        guard radius < .pi / 2 else { return .world }
        let latitudeSpan = radius / EarthSphere.radiansPerDegree + slackDegrees
        var result = BoundingBox.world
        result.minLatitude = max(-90, minLatitude - latitudeSpan)
        result.maxLatitude = min(90, maxLatitude + latitudeSpan)
        guard result.minLatitude > -90, result.maxLatitude < 90 else { return result }
        let steepest = max(abs(minLatitude), abs(maxLatitude)) * EarthSphere.radiansPerDegree
        let ratio = sin(radius) / cos(steepest)
        // Close to 1 the arc sine is too sensitive to rounding; the circle then nearly touches a pole.
        guard ratio < 0.9999 else { return result }
        let longitudeSpan = asin(ratio) / EarthSphere.radiansPerDegree + slackDegrees
        guard minLongitude - longitudeSpan >= -180, maxLongitude + longitudeSpan <= 180 else { return result }
        result.minLongitude = minLongitude - longitudeSpan
        result.maxLongitude = maxLongitude + longitudeSpan
        return result
    }
}
