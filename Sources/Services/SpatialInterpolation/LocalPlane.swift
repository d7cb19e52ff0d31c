import Foundation

/// Turns longitude and latitude into metres on a plane around a centre, and back.
///
/// Treats the Earth as a sphere and a degree as equally long all over the plane. Distances are off by less than 0.5 %
/// within 100 km of the centre, up to 60 degrees of latitude.
///
/// - Source: equirectangular projection; radius 6 371 008.8 m, the IUGG mean radius R1.
public struct LocalPlane: Sendable, Equatable {
    /// Degrees, WGS 84.
    public let centreLongitude: Double
    public let centreLatitude: Double
    private let metresPerDegreeEast: Double
    private static let metresPerDegree = 6_371_008.8 * Double.pi / 180

    /// A plane around a centre.
    ///
    /// - Parameters:
    ///   - centreLongitude: Degrees, WGS 84.
    ///   - centreLatitude: Degrees; beyond 89.9 it is taken as 89.9.
    public init(centreLongitude: Double, centreLatitude: Double) {
        self.centreLongitude = centreLongitude
        self.centreLatitude = min(max(centreLatitude, -89.9), 89.9)
        metresPerDegreeEast = Self.metresPerDegree * cos(self.centreLatitude * .pi / 180)
    }

    /// A plane around the middle of some positions; positions on both sides of the date line stay together.
    ///
    /// - Parameter positions: Longitude and latitude in degrees. Those that are not finite are passed over.
    /// - Returns: `nil` when there is no finite position.
    public init?(around positions: [(longitude: Double, latitude: Double)]) {
        let finite = positions.filter { $0.longitude.isFinite && $0.latitude.isFinite }
        guard let first = finite.first else { return nil }
        var (east, north) = (0.0, 0.0)
        for one in finite {
            east += Self.wrapped(one.longitude - first.longitude)
            north += one.latitude
        }
        let count = Double(finite.count)
        self.init(
            centreLongitude: Self.wrapped(first.longitude + east / count), centreLatitude: north / count)
    }

    /// The place of a position on the plane, in metres.
    public func point(longitude: Double, latitude: Double) -> PlanePoint {
        PlanePoint(
            x: Self.wrapped(longitude - centreLongitude) * metresPerDegreeEast,
            y: (latitude - centreLatitude) * Self.metresPerDegree)
    }

    /// Longitude and latitude of a place on the plane, in degrees.
    public func position(of point: PlanePoint) -> (longitude: Double, latitude: Double) {
        (
            Self.wrapped(centreLongitude + point.x / metresPerDegreeEast),
            centreLatitude + point.y / Self.metresPerDegree
        )
    }

    /// An angle brought into -180 to 180 degrees.
    private static func wrapped(_ degrees: Double) -> Double {
        guard degrees.isFinite, abs(degrees) > 180 else { return degrees }
        return degrees - 360 * (degrees / 360).rounded()
    }
}
