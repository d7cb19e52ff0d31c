/// A place on the Earth: longitude and latitude in degrees, and altitude in metres where known; WGS 84.
///
/// The initializer checks nothing; a position parsed from GeoJSON lies within -180...180 and -90...90.
public struct Position: Sendable, Hashable {
    /// Degrees east of Greenwich, -180...180.
    public var longitude: Double
    /// Degrees north of the equator, -90...90.
    public var latitude: Double
    /// Metres above the WGS 84 ellipsoid (RFC 7946 clause 4); `nil` when not given.
    public var altitude: Double?

    @inlinable
    public init(longitude: Double, latitude: Double, altitude: Double? = nil) {
        self.longitude = longitude
        self.latitude = latitude
        self.altitude = altitude
    }
}
