@testable import AirMap

/// Stations in rows and columns over a town, with values that fall from west to east.
enum MapTown {
    static func positions(_ side: Int = 4) -> [MapPosition] {
        (0..<side * side).map {
            MapPosition(longitude: 2.3 + Double($0 % side) * 0.02, latitude: 48.85 + Double($0 / side) * 0.015)
        }
    }

    /// A value of a place in an hour: 60 in the west, 10 in the east, and a little more every fifth hour.
    static func value(_ place: Int, side: Int = 4, hour: Int = 0) -> Double {
        60 - Double(place % side) * 50 / Double(side - 1) + Double((hour * 7 + place * 3) % 5)
    }

    static func samples(_ side: Int = 4, hour: Int = 0) -> [MapSample] {
        positions(side).enumerated().map {
            MapSample(position: $0.element, value: value($0.offset, side: side, hour: hour))
        }
    }

    static func variogram(_ side: Int = 4) -> MapVariogram? {
        MapVariogram(
            positions(side),
            hours: (0..<48).map { hour in positions(side).indices.map { value($0, side: side, hour: hour) } })
    }
}
