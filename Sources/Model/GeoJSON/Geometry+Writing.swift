public import JSONTree

extension Position {
    /// Appends the position as a JSON array.
    public func append(to writer: inout ByteWriter) {
        writer.append(UInt8(ascii: "["))
        writer.append(number: longitude)
        writer.append(UInt8(ascii: ","))
        writer.append(number: latitude)
        if let altitude {
            writer.append(UInt8(ascii: ","))
            writer.append(number: altitude)
        }
        writer.append(UInt8(ascii: "]"))
    }
}

extension Geometry {
    /// Appends the geometry as a GeoJSON object without white space; parsing it gives the same geometry.
    public func append(to writer: inout ByteWriter) {
        writer.append("{\"type\":\"")
        writer.append(utf8: kind.rawValue)
        if case .geometryCollection(let members) = self {
            writer.append("\",\"geometries\":")
            Geometry.append(members, to: &writer) { $0.append(to: &$1) }
        } else {
            writer.append("\",\"coordinates\":")
            appendCoordinates(to: &writer)
        }
        writer.append(UInt8(ascii: "}"))
    }

    /// Appends what stands in the member `coordinates`; a collection, which has none, appends `null`.
    public func appendCoordinates(to writer: inout ByteWriter) {
        switch self {
        case .point(let position): position.append(to: &writer)
        case .multiPoint(let positions), .lineString(let positions): Geometry.append(positions, to: &writer)
        case .multiLineString(let lines): Geometry.append(lines, to: &writer) { Geometry.append($0, to: &$1) }
        case .polygon(let polygon): Geometry.append(polygon, to: &writer)
        case .multiPolygon(let polygons): Geometry.append(polygons, to: &writer) { Geometry.append($0, to: &$1) }
        case .geometryCollection: writer.append("null")
        }
    }

    private static func append(_ polygon: Polygon, to writer: inout ByteWriter) {
        append(polygon.rings, to: &writer) { append($0, to: &$1) }
    }

    private static func append(_ positions: [Position], to writer: inout ByteWriter) {
        append(positions, to: &writer) { $0.append(to: &$1) }
    }

    private static func append<Element>(
        _ elements: [Element], to writer: inout ByteWriter, each: (Element, inout ByteWriter) -> Void
    ) {
        writer.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { writer.append(UInt8(ascii: ",")) }
            each(element, &writer)
        }
        writer.append(UInt8(ascii: "]"))
    }
}
