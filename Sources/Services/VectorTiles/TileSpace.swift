import GeoJSON

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The address of a tile: XYZ in Web Mercator, as web maps and QGIS count them.
public struct TileSpace: Sendable, Hashable {
    public let zoom: Int
    /// From the west.
    public let x: Int
    /// From the north.
    public let y: Int

    public static let deepest = 20
    /// Units along an edge of a tile; a screen shows a tile in 512 pixels, so 8 units make one.
    static let extent = 4096
    static let unitsPerPixel = 8.0
    /// How far lines and areas go on over the edges, so that their ends and outlines are not seen, in units.
    static let buffer = 64.0

    /// - Returns: `nil` where the zoom is not 0 to 20, or the column or row is not 0 to 2^zoom - 1.
    public init?(zoom: Int, x: Int, y: Int) {
        guard (0...Self.deepest).contains(zoom), (0..<(1 << zoom)).contains(x), (0..<(1 << zoom)).contains(y) else {
            return nil
        }
        self.zoom = zoom
        self.x = x
        self.y = y
    }

    private var count: Double { Double(1 << zoom) }

    /// What to search: the tile with its buffer, within the world. It ends at the antimeridian, as geometries do.
    var searchBox: BoundingBox {
        let margin = Self.buffer / Double(Self.extent)
        return BoundingBox(
            minLongitude: max(-180, (Double(x) - margin) / count * 360 - 180),
            minLatitude: max(-90, latitude(Double(y) + 1 + margin)),
            maxLongitude: min(180, (Double(x) + 1 + margin) / count * 360 - 180),
            maxLatitude: min(90, latitude(Double(y) - margin)))
    }

    private func latitude(_ row: Double) -> Double {
        atan(sinh(Double.pi * (1 - 2 * row / count))) * 180 / .pi
    }

    /// Where a position is in the tile, in units from its north-western corner.
    ///
    /// Latitudes are taken up to 89.9 degrees, which lie far outside of the map; it ends at 85.05.
    func units(_ position: Position) -> TilePoint {
        let sine = sin(min(89.9, max(-89.9, position.latitude)) * .pi / 180)
        let column = (position.longitude + 180) / 360 * count
        // asinh(tan a) is atanh(sin a), which takes half the time.
        let row = (1 - log((1 + sine) / (1 - sine)) / (2 * .pi)) / 2 * count
        return TilePoint(
            x: (column - Double(x)) * Double(Self.extent), y: (row - Double(y)) * Double(Self.extent))
    }

    /// A box as it lies over the tile.
    func frame(of box: BoundingBox) -> TileFrame {
        let northWest = units(Position(longitude: box.minLongitude, latitude: box.maxLatitude))
        let southEast = units(Position(longitude: box.maxLongitude, latitude: box.minLatitude))
        return TileFrame(west: northWest.x, north: northWest.y, east: southEast.x, south: southEast.y)
    }

    /// Whether a point is of this tile and not of its neighbour. The last column also has what lies on the antimeridian.
    func owns(_ point: TilePoint) -> Bool {
        let edge = Double(Self.extent)
        return point.x >= 0 && point.y >= 0 && (point.x < edge || (point.x == edge && x == (1 << zoom) - 1))
            && point.y < edge
    }
}

/// A rectangle in units of a tile.
struct TileFrame: Hashable {
    var west: Double
    var north: Double
    var east: Double
    var south: Double

    /// The tile with its buffer.
    static let whole = TileFrame(
        west: -TileSpace.buffer, north: -TileSpace.buffer, east: Double(TileSpace.extent) + TileSpace.buffer,
        south: Double(TileSpace.extent) + TileSpace.buffer)

    var longEdge: Double { max(east - west, south - north) }
    var middle: TilePoint { TilePoint(x: (west + east) / 2, y: (north + south) / 2) }
    /// Whether nothing lies in it.
    var isEmpty: Bool { west > east || north > south }

    /// What both share; `isEmpty` where that is nothing.
    func intersection(_ other: TileFrame) -> TileFrame {
        TileFrame(
            west: max(west, other.west), north: max(north, other.north), east: min(east, other.east),
            south: min(south, other.south))
    }

    func contains(_ point: TilePoint) -> Bool {
        point.x >= west && point.x <= east && point.y >= north && point.y <= south
    }
}

/// A point in units of a tile, from its north-western corner; y grows to the south.
struct TilePoint: Hashable {
    var x: Double
    var y: Double
}
