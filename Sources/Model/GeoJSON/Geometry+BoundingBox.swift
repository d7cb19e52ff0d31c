extension Geometry {
    /// The smallest box around all positions. Cost: linear in the positions.
    ///
    /// A geometry without positions, which parsing refuses, has an empty box at longitude and latitude 0.
    public var boundingBox: BoundingBox {
        if case .point(let position) = self { return BoundingBox(position) }
        var box: BoundingBox?
        forEachPosition { position in
            if box == nil { box = BoundingBox(position) } else { box?.formUnion(position) }
        }
        return box ?? BoundingBox(minLongitude: 0, minLatitude: 0, maxLongitude: 0, maxLatitude: 0)
    }

    /// Whether the geometry and the closed box share a point; touching counts.
    ///
    /// Lines are straight in longitude and latitude (RFC 7946 clause 3.1.1). Cost: linear in the positions.
    public func intersects(_ box: BoundingBox) -> Bool {
        switch self {
        case .point(let position): box.contains(position)
        case .multiPoint(let positions): positions.contains { box.contains($0) }
        case .lineString(let line): Geometry.line(line, intersects: box)
        case .multiLineString(let lines): lines.contains { Geometry.line($0, intersects: box) }
        case .polygon(let polygon): polygon.intersects(box)
        case .multiPolygon(let polygons): polygons.contains { $0.intersects(box) }
        case .geometryCollection(let members): members.contains { $0.intersects(box) }
        }
    }

    static func line(_ line: [Position], intersects box: BoundingBox) -> Bool {
        guard var start = line.first else { return false }
        for end in line.dropFirst() {
            if Segment(start, end).intersects(box) { return true }
            start = end
        }
        return false
    }
}

extension Polygon {
    /// Whether the area and the closed box share a point; touching counts.
    public func intersects(_ box: BoundingBox) -> Bool {
        // Either an edge meets the box, or the box lies wholly in the area or wholly out of it.
        rings.contains { Geometry.line($0, intersects: box) } || covers(box.center)
    }
}
