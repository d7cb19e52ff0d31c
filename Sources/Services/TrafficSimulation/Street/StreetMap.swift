import Foundation
import GeoJSON

/// Turns places of a network's plane into longitude and latitude.
///
/// A network with a projection is asked by SUMO. One without lies flat at an origin, as if the Earth were a plane there: good
/// to look at, and for distances of some kilometres.
struct StreetMap {
    private let connection: TraCIConnection?
    private let origin: Position

    /// Metres of a degree of latitude.
    private static let metresPerDegree = 111_195.0

    /// - Parameter origin: Where the plane's origin lies, for networks without a projection.
    init(_ network: RoadNetwork, _ connection: TraCIConnection, origin: Position) {
        self.connection = network.hasProjection ? connection : nil
        self.origin = origin
    }

    func position(_ point: RoadNetwork.Point) throws -> Position {
        if let connection {
            let place = try connection.longitudeLatitude(x: point.x, y: point.y)
            return Position(longitude: place.longitude, latitude: place.latitude)
        }
        let width = max(0.01, cos(origin.latitude * .pi / 180))
        return Position(
            longitude: origin.longitude + point.x / (Self.metresPerDegree * width),
            latitude: origin.latitude + point.y / Self.metresPerDegree)
    }

    /// The place on a line at a part of its length, 0...1.
    static func point(on line: [RoadNetwork.Point], at part: Double) -> RoadNetwork.Point? {
        guard var last = line.first else { return nil }
        let lengths = zip(line, line.dropFirst()).map { distance($0, $1) }
        var rest = lengths.reduce(0, +) * min(max(part, 0), 1)
        for (next, length) in zip(line.dropFirst(), lengths) {
            if rest <= length, length > 0 {
                let share = rest / length
                return RoadNetwork.Point(x: last.x + (next.x - last.x) * share, y: last.y + (next.y - last.y) * share)
            }
            rest -= length
            last = next
        }
        return last
    }

    private static func distance(_ one: RoadNetwork.Point, _ other: RoadNetwork.Point) -> Double {
        let (x, y) = (other.x - one.x, other.y - one.y)
        return (x * x + y * y).squareRoot()
    }
}
