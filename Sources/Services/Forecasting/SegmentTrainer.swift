/// Learns the trees of one range of horizons after another from the same history.
struct SegmentTrainer {
    private let maker: FeatureMaker
    /// Times with a value of their own.
    private let issues: [Int]
    private let mostTrees: Int
    private let isCancelled: @Sendable () -> Bool
    /// Trees between two looks at the errors, and looks without improvement before growing stops.
    private static let batch = 6
    private static let patience = 6

    init(maker: FeatureMaker, issues: [Int], mostTrees: Int, isCancelled: @escaping @Sendable () -> Bool) {
        self.isCancelled = isCancelled
        self.maker = maker
        self.issues = issues
        self.mostTrees = mostTrees
    }

    /// A table of features with what came of each row.
    private struct Rows {
        var issues: [Int] = []
        var horizons: [Int] = []
        var anchors: [Double] = []
        var changes: [Double] = []
        var table = BinnedTable(values: [])
    }

    func train(_ horizons: ClosedRange<Int>) -> SeriesForecaster.Segment? {
        let rows = makeRows(horizons)
        guard rows.issues.count >= SeriesForecaster.fewestRows else { return nil }
        let held = crossValidate(rows)
        if isCancelled() { return nil }
        let all = rows.issues.indices.map { Int32($0) }
        let grower = TreeGrower(
            table: rows.table, targets: rows.changes, learning: all, parameters: parameters, seed: 3)
        let trees = (0..<held.trees).map { _ in grower.grow() }
        return SeriesForecaster.Segment(
            horizons: horizons, trees: BoostedTrees(trees: trees, binnings: rows.table.binnings),
            residuals: ResidualQuantiles(held.pairs),
            skill: SeriesForecaster.Skill(
                horizons: horizons, error: held.error, persistenceError: held.persistenceError, trees: held.trees))
    }

    private var parameters: BoostedTrees.Parameters { BoostedTrees.Parameters() }

    /// One row for each time of issue; the horizons of a range take turns in a fixed disorder.
    private func makeRows(_ horizons: ClosedRange<Int>) -> Rows {
        var rows = Rows()
        var random = FixedRandom(seed: UInt64(horizons.lowerBound))
        var columns = Array(repeating: [Double](), count: maker.issueCount + maker.horizonCount)
        for index in columns.indices { columns[index].reserveCapacity(issues.count) }
        var row: [Double] = []
        for issue in issues {
            let horizon = horizons.lowerBound + random.next(below: horizons.count)
            let outcome = maker.target[issue + horizon]
            guard outcome.isFinite else { continue }
            let now = maker.target[issue]
            row.removeAll(keepingCapacity: true)
            maker.issueFeatures(at: issue, to: &row)
            maker.horizonFeatures(at: issue, issuedAt: issue, horizon: horizon, to: &row)
            for (index, value) in row.enumerated() { columns[index].append(value) }
            rows.issues.append(issue)
            rows.horizons.append(horizon)
            rows.anchors.append(now)
            rows.changes.append(outcome - now)
        }
        rows.table = BinnedTable(values: columns)
        return rows
    }

    private struct Held {
        var trees = 0
        var error = Double.infinity
        var persistenceError = 0.0
        /// The estimate and what was missed, on the scale, of every row held back.
        var pairs: [(estimate: Double, residual: Double)] = []
    }

    /// Forecasts each half of the history with trees from the other, and finds the best number of trees.
    private func crossValidate(_ rows: Rows) -> Held {
        let middle = rows.issues[rows.issues.count / 2]
        var halves: [(grower: TreeGrower, held: [Int])] = []
        let places = rows.issues.indices
        let early = places.filter { rows.issues[$0] + rows.horizons[$0] < middle }
        let late = places.filter { rows.issues[$0] >= middle }
        for (learning, held) in [(early, late), (late, early)] {
            let grower = TreeGrower(
                table: rows.table, targets: rows.changes, learning: learning.map { Int32($0) }, parameters: parameters,
                seed: 2)
            halves.append((grower, held))
        }
        var best = Held()
        var looksSinceBest = 0
        var grown = 0
        while true {
            let error = halves.reduce(0) { $0 + missed(rows, $1.grower, $1.held) } / Double(early.count + late.count)
            if grown == 0 { best.persistenceError = error }
            if error < best.error {
                best.error = error
                best.trees = grown
                best.pairs = halves.flatMap { half in
                    half.held.map {
                        (
                            estimate: rows.anchors[$0] + half.grower.current[$0],
                            residual: rows.changes[$0] - half.grower.current[$0]
                        )
                    }
                }
                looksSinceBest = 0
            } else {
                looksSinceBest += 1
            }
            if grown >= mostTrees || looksSinceBest >= Self.patience || isCancelled() { return best }
            for half in halves { for _ in 0..<Self.batch { _ = half.grower.grow() } }
            grown += Self.batch
        }
    }

    /// The sum of absolute errors in the values' unit.
    private func missed(_ rows: Rows, _ grower: TreeGrower, _ held: [Int]) -> Double {
        held.reduce(0) { sum, place in
            let estimate = maker.scale.unscaled(rows.anchors[place] + grower.current[place])
            let outcome = maker.scale.unscaled(rows.anchors[place] + rows.changes[place])
            return sum + abs(estimate - outcome)
        }
    }
}
