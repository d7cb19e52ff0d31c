public import JSONTree
import SpatialInterpolation

/// What an answer says of a map beside its bands.
public struct MapCaption: Sendable, Hashable {
    /// The end of the hour, ISO 8601.
    public var observedAt: String
    /// Whether the hour still runs.
    public var isLive: Bool

    public init(observedAt: String, isLive: Bool) {
        self.observedAt = observedAt
        self.isLive = isLive
    }
}

extension AirField {
    /// Writes the bands as a GeoJSON FeatureCollection, lowest first.
    ///
    /// - Parameter part: Only what lies here, in whole cells of the grid; `nil`: all.
    /// - Returns: Whether there is such a map; nothing is written where the method does not know the quantity.
    /// - Cost: 100 to 200 ms of one core for a lively field.
    public func appendContours(
        _ quantity: MapQuantity, within part: MapBounds? = nil, _ caption: MapCaption, to writer: inout ByteWriter
    ) -> Bool {
        guard let whole = field(quantity) else { return false }
        let scale = MapScale(pollutant, quantity)
        let field = part.map { cropped(whole, to: $0) } ?? whole
        writer.append("{\"type\":\"FeatureCollection\"")
        let box = field.map { Self.bounds(of: $0.geometry, plane) } ?? bounds
        writer.append(",\"bbox\":[")
        for (offset, degrees) in [box.west, box.south, box.east, box.north].enumerated() {
            if offset > 0 { writer.append(",") }
            writer.append(number: Self.rounded(degrees))
        }
        writer.append("],\"pollutant\":")
        writer.append(jsonString: pollutant.name)
        writer.append(",\"quantity\":")
        writer.append(jsonString: quantity.rawValue)
        writer.append(",\"observedAt\":")
        writer.append(jsonString: caption.observedAt)
        writer.append(",\"isLive\":")
        if caption.isLive { writer.append("true") } else { writer.append("false") }
        writer.append(",\"method\":")
        writer.append(jsonString: method)
        writer.append(",\"variogram\":")
        append(variogram, to: &writer)
        writer.append(",\"stations\":")
        writer.append(integer: stations)
        writer.append(",\"features\":[")
        var isFirst = true
        let bands =
            field?.bands(
                levels: scale.edges,
                map: { point in
                    let position = plane.position(of: point)
                    return (position.longitude, position.latitude)
                }) ?? []
        for band in bands {
            if !isFirst { writer.append(",") }
            isFirst = false
            append(band, scale, to: &writer)
        }
        writer.append("]}")
        return true
    }

    private func append(_ variogram: MapVariogram?, to writer: inout ByteWriter) {
        guard let variogram else { return writer.append("null") }
        writer.append("{\"model\":")
        writer.append(jsonString: variogram.shape)
        writer.append(",\"nugget\":")
        writer.append(number: variogram.nugget)
        writer.append(",\"partialSill\":")
        writer.append(number: variogram.partialSill)
        writer.append(",\"rangeMetres\":")
        writer.append(number: variogram.rangeMetres.rounded())
        writer.append("}")
    }

    private func append(_ band: ContourBand, _ scale: MapScale, to writer: inout ByteWriter) {
        let place = scale.edges.firstIndex { $0 == band.upper } ?? scale.bands.count - 1
        writer.append("{\"type\":\"Feature\",\"properties\":{\"lower\":")
        writer.append(number: max(0, band.lower))
        writer.append(",\"upper\":")
        if band.upper.isFinite { writer.append(number: band.upper) } else { writer.append("null") }
        writer.append(",\"unitCode\":\"GQ\",\"colour\":")
        writer.append(jsonString: scale.bands[place].colour)
        writer.append(",\"label\":")
        writer.append(jsonString: scale.bands[place].label)
        writer.append("},\"geometry\":{\"type\":\"MultiPolygon\",\"coordinates\":[")
        for (offset, polygon) in band.polygons.enumerated() {
            writer.append(offset > 0 ? ",[" : "[")
            for (offset, ring) in polygon.enumerated() {
                writer.append(offset > 0 ? ",[" : "[")
                for (offset, position) in ring.enumerated() where position.count == 2 {
                    writer.append(offset > 0 ? ",[" : "[")
                    writer.append(number: Self.rounded(position[0]))
                    writer.append(",")
                    writer.append(number: Self.rounded(position[1]))
                    writer.append("]")
                }
                writer.append("]")
            }
            writer.append("]")
        }
        writer.append("]}}")
    }

    /// To a metre.
    private static func rounded(_ degrees: Double) -> Double { (degrees * 100_000).rounded() / 100_000 }

    /// The part of a field in a rectangle; `nil` where that is less than one cell.
    private func cropped(_ field: GridField, to part: MapBounds) -> GridField? {
        let grid = field.geometry
        let low = plane.point(longitude: part.west, latitude: part.south)
        let high = plane.point(longitude: part.east, latitude: part.north)
        func cells(_ low: Double, _ high: Double, _ origin: Double, _ step: Double, _ count: Int) -> ClosedRange<Int>? {
            let first = max(0, ((low - origin) / step).rounded(.down))
            let last = min(Double(count - 1), ((high - origin) / step).rounded(.up))
            return first < last ? Int(first)...Int(last) : nil
        }
        guard let columns = cells(low.x, high.x, grid.origin.x, grid.stepX, grid.columns),
            let rows = cells(low.y, high.y, grid.origin.y, grid.stepY, grid.rows),
            let geometry = GridGeometry(
                origin: grid.point(column: columns.lowerBound, row: rows.lowerBound), stepX: grid.stepX,
                stepY: grid.stepY, columns: columns.count, rows: rows.count)
        else { return nil }
        var values: [Double] = []
        values.reserveCapacity(geometry.count)
        for row in rows { for column in columns { values.append(field.value(column: column, row: row)) } }
        return GridField(geometry: geometry, values: values)
    }
}
