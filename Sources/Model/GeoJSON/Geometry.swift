/// A GeoJSON geometry (RFC 7946): where something is, or the area it covers.
public enum Geometry: Sendable, Hashable {
    case point(Position)
    case multiPoint([Position])
    case lineString([Position])
    case multiLineString([[Position]])
    case polygon(Polygon)
    case multiPolygon([Polygon])
    case geometryCollection([Geometry])

    /// The `type` of a geometry, spelled as in GeoJSON.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case point = "Point"
        case multiPoint = "MultiPoint"
        case lineString = "LineString"
        case multiLineString = "MultiLineString"
        case polygon = "Polygon"
        case multiPolygon = "MultiPolygon"
        case geometryCollection = "GeometryCollection"
    }

    public var kind: Kind {
        switch self {
        case .point: .point
        case .multiPoint: .multiPoint
        case .lineString: .lineString
        case .multiLineString: .multiLineString
        case .polygon: .polygon
        case .multiPolygon: .multiPolygon
        case .geometryCollection: .geometryCollection
        }
    }

    /// Calls the closure with each position, in the order written.
    public func forEachPosition(_ body: (Position) -> Void) {
        switch self {
        case .point(let position): body(position)
        case .multiPoint(let positions), .lineString(let positions): positions.forEach(body)
        case .multiLineString(let lines): for line in lines { line.forEach(body) }
        case .polygon(let polygon): for ring in polygon.rings { ring.forEach(body) }
        case .multiPolygon(let polygons):
            for polygon in polygons { for ring in polygon.rings { ring.forEach(body) } }
        case .geometryCollection(let members): for member in members { member.forEachPosition(body) }
        }
    }

    /// The number of positions in all parts.
    public var vertexCount: Int {
        var count = 0
        forEachPosition { _ in count += 1 }
        return count
    }
}
