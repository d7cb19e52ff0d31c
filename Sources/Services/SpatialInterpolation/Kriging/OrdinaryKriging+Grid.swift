extension OrdinaryKriging {
    /// Estimates and variances over a whole grid.
    ///
    /// Up to the global limit, values come from all samples through the dual form of kriging, so that the field is
    /// continuous; variances come from the `Options.neighbours` samples nearest to each tile of at most 8 x 8 points, which
    /// makes them slightly larger than with all. Beyond the limit values come from the tiles too.
    ///
    /// - Returns: Values and variances; `nil` where equations cannot be solved.
    /// - Cost: points times samples, and points times the square of the neighbours over two.
    public func estimates(on grid: GridGeometry) -> (values: GridField, variances: GridField)? {
        var values = Array(repeating: 0.0, count: grid.count)
        var variances = values
        // A tile is no larger than a few samples' distances, or those nearest to its middle would not surround it.
        let tile = max(1, Int(min(8, index.cell / max(grid.stepX, grid.stepY))))
        for rowStart in stride(from: 0, to: grid.rows, by: tile) {
            for columnStart in stride(from: 0, to: grid.columns, by: tile) {
                let rows = rowStart..<min(grid.rows, rowStart + tile)
                let columns = columnStart..<min(grid.columns, columnStart + tile)
                guard fill(rows, columns, of: grid, &values, &variances) else { return nil }
            }
        }
        if global != nil { fillFromDual(grid, &values) }
        guard let values = GridField(geometry: grid, values: values),
            let variances = GridField(geometry: grid, values: variances)
        else { return nil }
        return (values, variances)
    }

    private func fill(
        _ rows: Range<Int>, _ columns: Range<Int>, of grid: GridGeometry, _ values: inout [Double],
        _ variances: inout [Double]
    ) -> Bool {
        let centre = PlanePoint(
            x: grid.origin.x + grid.stepX * Double(columns.lowerBound + columns.upperBound - 1) / 2,
            y: grid.origin.y + grid.stepY * Double(rows.lowerBound + rows.upperBound - 1) / 2)
        let near = index.nearest(options.neighbours, to: centre)
        let system: KrigingSystem
        if let global, near.count == samples.count {
            system = global
        } else if let local = KrigingSystem(positions: near.map { samples[$0].position }, model: model) {
            system = local
        } else {
            return false
        }
        let own = global == nil ? near.map { samples[$0].value } : []
        return withUnsafeTemporaryAllocation(of: SIMD8<Double>.self, capacity: system.positions.count) { room in
            for row in rows {
                if global == nil {
                    for column in columns {
                        let estimate = Self.estimate(
                            at: grid.point(column: column, row: row), system: system, values: own)
                        values[row * grid.columns + column] = estimate.value
                        variances[row * grid.columns + column] = estimate.variance
                    }
                } else {
                    let y = grid.point(column: 0, row: row).y
                    var x = SIMD8<Double>.zero
                    for lane in 0..<8 { x[lane] = grid.point(column: columns.lowerBound + lane, row: row).x }
                    let eight = system.variances(x: x, y: SIMD8(repeating: y), room: room)
                    for column in columns {
                        variances[row * grid.columns + column] = eight[column - columns.lowerBound]
                    }
                }
            }
            return true
        }
    }

    /// The mean plus the weighted covariances of all samples; at a sample's position its value.
    private func fillFromDual(_ grid: GridGeometry, _ values: inout [Double]) {
        let (xs, ys) = (samples.map(\.position.x), samples.map(\.position.y))
        let scaled = dual.map { $0 * model.partialSill }
        withUnsafeTemporaryAllocation(of: Double.self, capacity: samples.count) { distances in
            for row in 0..<grid.rows {
                for column in 0..<grid.columns {
                    let target = grid.point(column: column, row: row)
                    var nearest = Double.infinity
                    for index in xs.indices {
                        let (dx, dy) = (xs[index] - target.x, ys[index] - target.y)
                        let square = dx * dx + dy * dy
                        distances[index] = square.squareRoot()
                        nearest = square < nearest ? square : nearest
                    }
                    var sum = mean + model.correlationSum(distances, scaled)
                    if nearest == 0, let own = distances.firstIndex(of: 0) { sum += dual[own] * model.nugget }
                    values[row * grid.columns + column] = sum
                }
            }
        }
    }
}
