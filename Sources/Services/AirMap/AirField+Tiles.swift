import Foundation

/// The address of a map tile: XYZ in Web Mercator, as QGIS and web maps count them.
public struct TileAddress: Sendable, Hashable {
    public let zoom: Int
    /// From the west.
    public let x: Int
    /// From the north.
    public let y: Int

    public static let deepest = 20

    /// - Returns: `nil` where the zoom is not 0 to 20, or the column or row is not 0 to 2^zoom - 1.
    public init?(zoom: Int, x: Int, y: Int) {
        guard (0...Self.deepest).contains(zoom), (0..<(1 << zoom)).contains(x), (0..<(1 << zoom)).contains(y) else {
            return nil
        }
        self.zoom = zoom
        self.x = x
        self.y = y
    }

    /// The longitude of the middle of a column of pixels.
    func longitude(_ pixel: Int, of size: Int) -> Double {
        (Double(x) + (Double(pixel) + 0.5) / Double(size)) / Double(1 << zoom) * 360 - 180
    }

    /// The latitude of the middle of a row of pixels.
    func latitude(_ pixel: Int, of size: Int) -> Double {
        let share = (Double(y) + (Double(pixel) + 0.5) / Double(size)) / Double(1 << zoom)
        return atan(sinh(Double.pi * (1 - 2 * share))) * 180 / .pi
    }
}

extension AirField {
    /// The size of a tile in pixels.
    public static let tileSize = 256
    /// How much of the map below is covered, of 255.
    private static let opacity: UInt8 = 170

    /// A PNG of the bands, transparent outside of the area.
    ///
    /// - Returns: `nil` where the method does not know the quantity, or there is no memory.
    /// - Cost: two milliseconds of one core.
    public func tile(_ address: TileAddress, _ quantity: MapQuantity) -> [UInt8]? {
        guard let field = field(quantity) else { return nil }
        let scale = MapScale(pollutant, quantity)
        let grid = field.geometry
        let size = Self.tileSize
        // On the plane x depends on the longitude alone, and y on the latitude.
        let columns = (0..<size).map { pixel in
            let x = plane.point(
                longitude: address.longitude(pixel, of: size), latitude: plane.centreLatitude
            ).x
            return GridPlace((x - grid.origin.x) / grid.stepX, count: grid.columns)
        }
        var pixels = [UInt8](repeating: 0, count: size * size)
        for pixelRow in 0..<size {
            let y = plane.point(
                longitude: plane.centreLongitude, latitude: address.latitude(pixelRow, of: size)
            ).y
            guard let row = GridPlace((y - grid.origin.y) / grid.stepY, count: grid.rows) else { continue }
            for pixel in 0..<size {
                guard let column = columns[pixel] else { continue }
                let value = field.between(column, row)
                if value.isFinite { pixels[pixelRow * size + pixel] = UInt8(1 + scale.band(of: value)) }
            }
        }
        let colours = scale.bands.map { PalettePNG.Colour($0.colour, opacity: Self.opacity) }
        return PalettePNG.encode(
            pixels, width: size, height: size, palette: [PalettePNG.Colour("#000000", opacity: 0)] + colours)
    }
}
