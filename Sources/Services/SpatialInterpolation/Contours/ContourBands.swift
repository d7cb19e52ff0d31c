/// The areas of a field whose values lie between two levels, as polygons ready for GeoJSON.
public struct ContourBand: Sendable, Equatable {
    /// The least value inside; `-infinity` in the lowest band.
    public var lower: Double
    /// Values inside are below this; `infinity` in the highest band.
    public var upper: Double
    /// The coordinates of a MultiPolygon: polygons of rings of positions, each an x and a y.
    ///
    /// Rings are closed, their last position being their first. The first ring of a polygon is its outline,
    /// counter-clockwise; the others are its holes, clockwise (RFC 7946 section 3.1.6).
    public var polygons: [[[[Double]]]]
}

extension GridField {
    /// Splits the field into bands: below the first level, between each two levels, from the last level on.
    ///
    /// Each square of four points is cut into four triangles around its middle, whose value is the mean; in each triangle
    /// the field is taken as linear. Neighbouring bands share their border exactly, and bands cover the grid without
    /// overlap. Squares with a point that is not finite are left out.
    ///
    /// - Parameters:
    ///   - levels: Rising values; those that are not finite or not above the one before are left out, and those beyond
    ///     `maximumLevels`.
    ///   - map: Where a point of the plane lies in the result, such as longitude and latitude. It must keep east on the
    ///     right of north.
    /// - Returns: The bands that are not empty, lowest first.
    /// - Cost: linear in the points of the grid times the bands that pass through each square.
    public func bands(
        levels: [Double], map: (PlanePoint) -> (x: Double, y: Double) = { ($0.x, $0.y) }
    ) -> [ContourBand] {
        var rising: [Double] = []
        for level in levels where level.isFinite && rising.count < Self.maximumLevels {
            if rising.last.map({ level > $0 }) ?? true { rising.append(level) }
        }
        let edges = [-Double.infinity] + rising + [.infinity]
        var pieces = Array(repeating: RingStitcher(), count: edges.count - 1)
        for row in 0..<max(0, geometry.rows - 1) {
            for column in 0..<max(0, geometry.columns - 1) { cut(column: column, row: row, edges, &pieces) }
        }
        return pieces.indices.compactMap { band in
            let polygons = PolygonAssembly.polygons(of: pieces[band].rings())
            guard !polygons.isEmpty else { return nil }
            return ContourBand(
                lower: edges[band], upper: edges[band + 1],
                polygons: polygons.map { rings in
                    rings.map { ring in
                        var positions = ring.map { point -> [Double] in
                            let position = map(point)
                            return [position.x, position.y]
                        }
                        if let first = positions.first { positions.append(first) }
                        return positions
                    }
                })
        }
    }

    /// Most levels of one call: 256.
    public static let maximumLevels = 256

    private struct Corner {
        var point: PlanePoint
        var value: Double
    }

    private func cut(column: Int, row: Int, _ edges: [Double], _ pieces: inout [RingStitcher]) {
        func corner(_ column: Int, _ row: Int) -> Corner {
            Corner(point: geometry.point(column: column, row: row), value: value(column: column, row: row))
        }
        let corners = [
            corner(column, row), corner(column + 1, row), corner(column + 1, row + 1), corner(column, row + 1),
        ]
        guard corners.allSatisfy({ $0.value.isFinite }) else { return }
        let low = corners.reduce(Double.infinity) { min($0, $1.value) }
        let high = corners.reduce(-Double.infinity) { max($0, $1.value) }
        let first = Self.band(of: low, edges)
        let last = Self.band(of: high, edges)
        if first == last {
            pieces[first].add(corners.map(\.point))
            return
        }
        let middle = Corner(
            point: PlanePoint(
                x: (corners[0].point.x + corners[2].point.x) / 2, y: (corners[0].point.y + corners[2].point.y) / 2),
            value: corners.reduce(0) { $0 + $1.value / 4 })
        for side in 0..<4 {
            let triangle = [corners[side], corners[(side + 1) % 4], middle]
            for band in first...last {
                pieces[band].add(Self.part(of: triangle, from: edges[band], to: edges[band + 1]))
            }
        }
    }

    /// The last band whose lower edge the value reaches.
    private static func band(of value: Double, _ edges: [Double]) -> Int {
        var (low, high) = (0, edges.count - 2)
        while low < high {
            let middle = (low + high + 1) / 2
            if edges[middle] <= value { low = middle } else { high = middle - 1 }
        }
        return low
    }

    /// The convex part of a triangle between two levels, counter-clockwise: its corners inside and the crossings of its
    /// sides, in the order of a walk around it.
    private static func part(of triangle: [Corner], from lower: Double, to upper: Double) -> [PlanePoint] {
        var part: [PlanePoint] = []
        for side in 0..<3 {
            let (a, b) = (triangle[side], triangle[(side + 1) % 3])
            if a.value >= lower, a.value < upper { part.append(a.point) }
            let rises = a.value < b.value
            for level in rises ? [lower, upper] : [upper, lower] where (a.value < level) != (b.value < level) {
                part.append(crossing(a, b, level))
            }
        }
        return part
    }

    /// Where a level crosses a side; the same point, bit for bit, from both ends.
    private static func crossing(_ a: Corner, _ b: Corner, _ level: Double) -> PlanePoint {
        if a.value == level { return a.point }
        if b.value == level { return b.point }
        let (low, high) = a.value < b.value ? (a, b) : (b, a)
        let share = (level - low.value) / (high.value - low.value)
        return PlanePoint(
            x: low.point.x + (high.point.x - low.point.x) * share,
            y: low.point.y + (high.point.y - low.point.y) * share)
    }
}
