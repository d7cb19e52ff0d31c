#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The sphere that distances are measured on.
public enum EarthSphere {
    /// The IUGG mean radius R1.
    public static let radiusMetres = 6_371_008.8
    public static let radiansPerDegree = Double.pi / 180
}

/// The length of the shortest path over the Earth's surface between two positions, in metres.
///
/// Treats the Earth as a sphere, so it may be off by up to 0.5 % against WGS 84. Altitude is not looked at.
///
/// - Parameters:
///   - origin: Longitude and latitude in degrees, WGS 84.
///   - target: The same for the other end.
/// - Source: haversine formula (Sinnott 1984); radius 6 371 008.8 m, the IUGG mean radius R1.
public func greatCircleMetres(from origin: Position, to target: Position) -> Double {
    let halfLatitude = (target.latitude - origin.latitude) * (EarthSphere.radiansPerDegree / 2)
    let halfLongitude = (target.longitude - origin.longitude) * (EarthSphere.radiansPerDegree / 2)
    let sinLatitude = sin(halfLatitude)
    let sinLongitude = sin(halfLongitude)
    let haversine =
        sinLatitude * sinLatitude
        + cos(origin.latitude * EarthSphere.radiansPerDegree) * cos(target.latitude * EarthSphere.radiansPerDegree)
        * sinLongitude * sinLongitude
    return 2 * EarthSphere.radiusMetres * asin(min(1, haversine.squareRoot()))
}
