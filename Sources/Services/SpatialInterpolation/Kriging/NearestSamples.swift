/// Finds the samples nearest to a target through square cells.
///
/// Invariants:
/// 1. Every sample stands in exactly one cell; `order[starts[c]..<starts[c + 1]]` are those of cell `c`.
struct NearestSamples: Sendable {
    private let points: [PlanePoint]
    private let minimum: PlanePoint
    /// The side of a cell, in the unit of the positions.
    let cell: Double
    private let columns: Int
    private let rows: Int
    private var starts: [Int]
    private var order: [Int]

    /// Cells that hold about four samples each.
    init(_ samples: [Sample]) {
        points = samples.map(\.position)
        let (minX, maxX) = (points.map(\.x).min() ?? 0, points.map(\.x).max() ?? 0)
        let (minY, maxY) = (points.map(\.y).min() ?? 0, points.map(\.y).max() ?? 0)
        minimum = PlanePoint(x: minX, y: minY)
        let (width, height) = (maxX - minX, maxY - minY)
        let wanted = max(1, Double(points.count) / 4)
        let side = max(width, height)
        var cell = (max(width, side / wanted) * max(height, side / wanted) / wanted).squareRoot()
        if !(cell.isFinite && cell > 0) { cell = 1 }
        self.cell = cell
        columns = min(4_096, max(1, Int(width / cell) + 1))
        rows = min(4_096, max(1, Int(height / cell) + 1))
        starts = Array(repeating: 0, count: columns * rows + 1)
        order = Array(repeating: 0, count: points.count)
        let cells = points.map { self.cellIndex(column: column(of: $0.x), row: row(of: $0.y)) }
        for one in cells { starts[one + 1] += 1 }
        for one in 1..<starts.count { starts[one] += starts[one - 1] }
        var next = starts
        for (index, one) in cells.enumerated() {
            order[next[one]] = index
            next[one] += 1
        }
    }

    private func column(of x: Double) -> Int { Self.clamped((x - minimum.x) / cell, columns) }
    private func row(of y: Double) -> Int { Self.clamped((y - minimum.y) / cell, rows) }
    private func cellIndex(column: Int, row: Int) -> Int { row * columns + column }
    private static func clamped(_ value: Double, _ count: Int) -> Int {
        value.isNaN ? 0 : Int(min(max(value, 0), Double(count - 1)))
    }

    /// The places of the nearest samples, nearest first; equally near ones in the order of the samples.
    func nearest(_ count: Int, to target: PlanePoint) -> [Int] {
        let count = min(count, points.count)
        guard count < points.count else { return sorted(Array(points.indices), target, count) }
        let (column, row) = (column(of: target.x), row(of: target.y))
        var found: [Int] = []
        var ring = 0
        while ring <= max(columns, rows) {
            for r in max(0, row - ring)...min(rows - 1, row + ring) {
                for c in max(0, column - ring)...min(columns - 1, column + ring)
                where max(abs(r - row), abs(c - column)) == ring {
                    let one = cellIndex(column: c, row: r)
                    found.append(contentsOf: order[starts[one]..<starts[one + 1]])
                }
            }
            if found.count >= count {
                // What lies outside the rings seen is at least this far away.
                let nearest = sorted(found, target, count)
                let reach = Double(ring) * cell
                if let last = nearest.last, points[last].distance(to: target) <= reach { return nearest }
            }
            ring += 1
        }
        return sorted(found, target, count)
    }

    private func sorted(_ places: [Int], _ target: PlanePoint, _ count: Int) -> [Int] {
        let near = places.map { (place: $0, distance: points[$0].distance(to: target)) }
            .sorted { ($0.distance, $0.place) < ($1.distance, $1.place) }
        return near.prefix(count).map(\.place)
    }
}
