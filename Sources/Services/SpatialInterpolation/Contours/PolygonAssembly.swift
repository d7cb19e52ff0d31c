/// Puts rings together to polygons: each hole into the smallest outline around it.
enum PolygonAssembly {
    /// Polygons, each an outline (counter-clockwise) and its holes (clockwise), in the order of the outlines.
    static func polygons(of rings: [[PlanePoint]]) -> [[[PlanePoint]]] {
        let areas = rings.map(signedArea)
        let outlines = rings.indices.filter { areas[$0] > 0 }
        let boxes = rings.map(Box.init)
        var holes: [Int: [Int]] = [:]
        for hole in rings.indices where areas[hole] < 0 {
            let around = outlines.filter {
                areas[$0] > -areas[hole] && boxes[$0].contains(boxes[hole]) && isInside(rings[hole], rings[$0])
            }
            if let outline = around.min(by: { areas[$0] < areas[$1] }) { holes[outline, default: []].append(hole) }
        }
        return outlines.map { outline in [rings[outline]] + (holes[outline] ?? []).map { rings[$0] } }
    }

    /// Half the sum of cross products: above 0 for counter-clockwise rings.
    static func signedArea(_ ring: [PlanePoint]) -> Double {
        guard let origin = ring.first else { return 0 }
        var sum = 0.0
        for (index, point) in ring.enumerated() {
            let next = ring[(index + 1) % ring.count]
            sum += (point.x - origin.x) * (next.y - origin.y) - (next.x - origin.x) * (point.y - origin.y)
        }
        return sum / 2
    }

    private struct Box {
        var minX = Double.infinity, maxX = -Double.infinity, minY = Double.infinity, maxY = -Double.infinity

        init(_ ring: [PlanePoint]) {
            for point in ring {
                minX = min(minX, point.x)
                maxX = max(maxX, point.x)
                minY = min(minY, point.y)
                maxY = max(maxY, point.y)
            }
        }

        func contains(_ other: Box) -> Bool {
            minX <= other.minX && maxX >= other.maxX && minY <= other.minY && maxY >= other.maxY
        }
    }

    /// Whether the inner ring, which does not cross the outline but may touch it in points, lies inside of it.
    private static func isInside(_ inner: [PlanePoint], _ outline: [PlanePoint]) -> Bool {
        let corners = Set(outline)
        // A point of the inner ring that is no corner of the outline tells; else the middle of one of its sides.
        if let free = inner.first(where: { !corners.contains($0) }) { return contains(outline, free) }
        guard inner.count > 1 else { return false }
        return contains(outline, PlanePoint(x: (inner[0].x + inner[1].x) / 2, y: (inner[0].y + inner[1].y) / 2))
    }

    /// Whether a ray to the east crosses the ring an odd number of times.
    static func contains(_ ring: [PlanePoint], _ point: PlanePoint) -> Bool {
        var inside = false
        for (index, a) in ring.enumerated() {
            let b = ring[(index + 1) % ring.count]
            if (a.y > point.y) != (b.y > point.y),
                point.x < a.x + (b.x - a.x) * (point.y - a.y) / (b.y - a.y)
            {
                inside.toggle()
            }
        }
        return inside
    }
}
