import GeoJSON

/// The geometry of a feature as drawing commands.
///
/// - Source: Mapbox Vector Tile specification 2.1, clause 4.3.
struct TileGeometry {
    enum Kind: Int { case point = 1, line, polygon }

    let kind: Kind
    private(set) var commands: [UInt32] = []
    private var cursor = GridPoint(x: 0, y: 0)

    private enum Command: UInt32 { case moveTo = 1, lineTo = 2, closePath = 7 }

    private init(kind: Kind) { self.kind = kind }

    /// One point.
    init(_ point: TilePoint) {
        self.init(kind: .point)
        command(.moveTo, 1)
        move(GridPoint(point))
    }

    /// What of a geometry is seen in a tile; `nil` where nothing is.
    ///
    /// - Parameters:
    ///   - area: what the geometry is cut to before; `nil`: the tile alone cuts it.
    ///   - tolerance: how far simplified lines may be off, in units.
    init?(_ geometry: Geometry, in tile: TileSpace, area: BoundingBox? = nil, tolerance: Double) {
        let clip = TileClip(frame: area.map { TileFrame.whole.intersection(tile.frame(of: $0)) } ?? .whole)
        if clip.frame.isEmpty { return nil }
        func inside(_ positions: [Position]) -> [Position] {
            area.map { area in positions.filter { area.contains($0) } } ?? positions
        }
        switch geometry {
        case .point(let position): self.init(points: inside([position]), tile)
        case .multiPoint(let positions): self.init(points: inside(positions), tile)
        case .lineString(let line): self.init(lines: [line], tile, clip, tolerance)
        case .multiLineString(let lines): self.init(lines: lines, tile, clip, tolerance)
        case .polygon(let polygon): self.init(polygons: [polygon], tile, clip, tolerance)
        case .multiPolygon(let polygons): self.init(polygons: polygons, tile, clip, tolerance)
        // GeoProperties hold none of these (CIM 009 clause 4.7.1).
        case .geometryCollection: return nil
        }
    }

    private init?(points: [Position], _ tile: TileSpace) {
        self.init(kind: .point)
        var seen: Set<GridPoint> = []
        let placed = points.map { tile.units($0) }.filter { tile.owns($0) }.map { GridPoint($0) }
            .filter { seen.insert($0).inserted }
        if placed.isEmpty { return nil }
        command(.moveTo, placed.count)
        for point in placed { move(point) }
    }

    private init?(lines: [[Position]], _ tile: TileSpace, _ clip: TileClip, _ tolerance: Double) {
        self.init(kind: .line)
        for line in lines {
            for part in clip.line(line.map { tile.units($0) }) {
                let points = Self.quantized(Simplification.line(part, tolerance: tolerance))
                guard points.count > 1 else { continue }
                command(.moveTo, 1)
                move(points[0])
                command(.lineTo, points.count - 1)
                for point in points.dropFirst() { move(point) }
            }
        }
        if commands.isEmpty { return nil }
    }

    private init?(polygons: [Polygon], _ tile: TileSpace, _ clip: TileClip, _ tolerance: Double) {
        self.init(kind: .polygon)
        for polygon in polygons {
            for (place, ring) in polygon.rings.enumerated() {
                let isOuter = place == 0
                guard let points = Self.ring(ring, tile, clip, tolerance, isOuter: isOuter) else {
                    // Without its outline an area has no holes either.
                    if isOuter { break } else { continue }
                }
                command(.moveTo, 1)
                move(points[0])
                command(.lineTo, points.count - 1)
                for point in points.dropFirst() { move(point) }
                command(.closePath, 1)
            }
        }
        if commands.isEmpty { return nil }
    }

    /// A ring without its last point, turned as its part asks: outlines clockwise on the screen, holes against it.
    private static func ring(
        _ ring: [Position], _ tile: TileSpace, _ clip: TileClip, _ tolerance: Double, isOuter: Bool
    ) -> [GridPoint]? {
        let clipped = clip.ring(ring.map { tile.units($0) })
        guard clipped.count > 2 else { return nil }
        var points = quantized(Simplification.ring(clipped, tolerance: tolerance))
        while points.count > 1, points.first == points.last { points.removeLast() }
        points = GridPoint.withoutSpikes(points)
        guard points.count > 2 else { return nil }
        let area = GridPoint.doubleArea(points)
        guard area != 0 else { return nil }
        // With y to the south, a positive area turns clockwise.
        return (area > 0) == isOuter ? points : points.reversed()
    }

    private static func quantized(_ points: [TilePoint]) -> [GridPoint] {
        var result: [GridPoint] = []
        result.reserveCapacity(points.count)
        for point in points {
            let next = GridPoint(point)
            if result.last != next { result.append(next) }
        }
        return result
    }

    private mutating func command(_ command: Command, _ count: Int) {
        commands.append(command.rawValue & 7 | UInt32(clamping: count) << 3)
    }

    private mutating func move(_ point: GridPoint) {
        commands.append(ProtobufWriter.zigzag(point.x &- cursor.x))
        commands.append(ProtobufWriter.zigzag(point.y &- cursor.y))
        cursor = point
    }
}

/// A point on the grid of a tile.
struct GridPoint: Hashable {
    var x: Int32
    var y: Int32

    init(x: Int32, y: Int32) {
        self.x = x
        self.y = y
    }

    init(_ point: TilePoint) {
        x = Self.rounded(point.x)
        y = Self.rounded(point.y)
    }

    private static func rounded(_ value: Double) -> Int32 {
        value.isFinite ? Int32(max(-1e8, min(1e8, value.rounded()))) : 0
    }

    /// Twice the area of a ring, by the surveyor's formula: positive when it turns clockwise on the screen.
    static func doubleArea(_ ring: [GridPoint]) -> Int64 {
        guard var last = ring.last else { return 0 }
        var sum: Int64 = 0
        for point in ring {
            sum += Int64(last.x) * Int64(point.y) - Int64(point.x) * Int64(last.y)
            last = point
        }
        return sum
    }

    /// A ring without points that lie between their neighbours or that lines go out to and back.
    static func withoutSpikes(_ ring: [GridPoint]) -> [GridPoint] {
        var kept: [GridPoint] = []
        kept.reserveCapacity(ring.count)
        for point in ring {
            while kept.count > 1, isStraight(kept[kept.count - 2], kept[kept.count - 1], point) { kept.removeLast() }
            if kept.last != point { kept.append(point) }
        }
        // The same where the ring closes.
        while kept.count > 2 {
            if kept[0] == kept[kept.count - 1] || isStraight(kept[kept.count - 2], kept[kept.count - 1], kept[0]) {
                kept.removeLast()
            } else if isStraight(kept[kept.count - 1], kept[0], kept[1]) {
                kept.removeFirst()
            } else {
                break
            }
        }
        return kept
    }

    private static func isStraight(_ a: GridPoint, _ b: GridPoint, _ c: GridPoint) -> Bool {
        (Int64(b.x) - Int64(a.x)) * (Int64(c.y) - Int64(b.y)) == (Int64(b.y) - Int64(a.y)) * (Int64(c.x) - Int64(b.x))
    }
}
