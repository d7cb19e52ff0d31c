/// Cuts lines and rings at the edges of a frame: a tile with its buffer, or what of it a map is cut to.
struct TileClip {
    var frame = TileFrame.whole

    /// The pieces of a line inside.
    ///
    /// - Source: Y.-D. Liang, B. A. Barsky, "A new concept and method for line clipping" (1984).
    func line(_ line: [TilePoint]) -> [[TilePoint]] {
        var parts: [[TilePoint]] = []
        var part: [TilePoint] = []
        for (start, end) in zip(line, line.dropFirst()) {
            guard let (from, to) = segment(start, end) else {
                if part.count > 1 { parts.append(part) }
                part = []
                continue
            }
            if part.last != from {
                if part.count > 1 { parts.append(part) }
                part = [from]
            }
            part.append(to)
        }
        if part.count > 1 { parts.append(part) }
        return parts
    }

    private func segment(_ start: TilePoint, _ end: TilePoint) -> (TilePoint, TilePoint)? {
        var (enter, leave) = (0.0, 1.0)
        let (dx, dy) = (end.x - start.x, end.y - start.y)
        for (direction, distance) in [
            (-dx, start.x - frame.west), (dx, frame.east - start.x), (-dy, start.y - frame.north),
            (dy, frame.south - start.y),
        ] {
            if direction == 0 {
                if distance < 0 { return nil }
                continue
            }
            let share = distance / direction
            if direction < 0 { enter = max(enter, share) } else { leave = min(leave, share) }
            if enter > leave { return nil }
        }
        let at = { (share: Double) in TilePoint(x: start.x + share * dx, y: start.y + share * dy) }
        return (enter == 0 ? start : at(enter), leave == 1 ? end : at(leave))
    }

    /// The part of a ring inside; empty where nothing is. Pieces that hang together only outside stay joined along the
    /// edge, which nobody sees where that is in the buffer.
    ///
    /// - Source: I. E. Sutherland, G. W. Hodgman, "Reentrant polygon clipping" (1974).
    func ring(_ ring: [TilePoint]) -> [TilePoint] {
        if ring.allSatisfy(frame.contains) { return ring }
        var points = ring
        for edge in Edge.allCases {
            guard var last = points.last else { return [] }
            var kept: [TilePoint] = []
            kept.reserveCapacity(points.count + 4)
            for point in points {
                let (isInside, wasInside) = (edge.holds(point, frame), edge.holds(last, frame))
                if isInside != wasInside { kept.append(edge.crossing(last, point, frame)) }
                if isInside { kept.append(point) }
                last = point
            }
            points = kept
        }
        return points
    }

    private enum Edge: CaseIterable {
        case west, east, north, south

        func holds(_ point: TilePoint, _ frame: TileFrame) -> Bool {
            switch self {
            case .west: point.x >= frame.west
            case .east: point.x <= frame.east
            case .north: point.y >= frame.north
            case .south: point.y <= frame.south
            }
        }

        /// Where a line between two points on either side crosses the edge.
        func crossing(_ a: TilePoint, _ b: TilePoint, _ frame: TileFrame) -> TilePoint {
            switch self {
            case .west, .east:
                let x = self == .west ? frame.west : frame.east
                return TilePoint(x: x, y: a.y + (x - a.x) / (b.x - a.x) * (b.y - a.y))
            case .north, .south:
                let y = self == .north ? frame.north : frame.south
                return TilePoint(x: a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x), y: y)
            }
        }
    }
}
