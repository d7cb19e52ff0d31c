/// The spread of what was missed on data held back, for three levels of the estimate.
///
/// - Source: split conformal prediction; Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World (2005). The
///   levels make it valid for low, middle and high estimates each (Mondrian conformal prediction).
public struct ResidualQuantiles: Sendable {
    /// The estimates that divide the levels.
    private let bounds: [Double]
    /// For each level, the residuals at equal steps of probability, rising.
    private let tables: [[Double]]

    private static let levels = 3
    private static let points = 401

    /// - Parameter pairs: What was estimated, and the outcome less the estimate; any number of them.
    public init(_ pairs: [(estimate: Double, residual: Double)]) {
        let estimates = pairs.map(\.estimate).sorted()
        let levels = pairs.count >= 300 ? Self.levels : 1
        let bounds = (1..<max(levels, 1)).map { estimates[estimates.count * $0 / levels] }
        var grouped = Array(repeating: [Double](), count: levels)
        for pair in pairs { grouped[Self.level(of: pair.estimate, bounds)].append(pair.residual) }
        self.bounds = bounds
        tables = grouped.map { residuals in
            let sorted = residuals.sorted()
            guard !sorted.isEmpty else { return [0] }
            return (0..<Self.points).map {
                Self.value(sorted, at: Double($0) / Double(Self.points - 1))
            }
        }
    }

    /// How far the residuals reach below and above an estimate with a probability of 0.5 to 0.998.
    public func interval(around estimate: Double, coverage: Double) -> (low: Double, high: Double) {
        let coverage = coverage.isFinite ? min(max(coverage, 0.5), 0.998) : 0.9
        let table = tables[Self.level(of: estimate, bounds)]
        return (Self.value(table, at: (1 - coverage) / 2), Self.value(table, at: (1 + coverage) / 2))
    }

    private static func level(of estimate: Double, _ bounds: [Double]) -> Int {
        bounds.reduce(0) { $0 + (estimate >= $1 ? 1 : 0) }
    }

    /// The number at a share of a sorted row, between two of them in proportion.
    private static func value(_ sorted: [Double], at share: Double) -> Double {
        let place = share * Double(sorted.count - 1)
        let low = min(max(Int(place), 0), sorted.count - 1)
        let high = min(low + 1, sorted.count - 1)
        return sorted[low] + (sorted[high] - sorted[low]) * (place - Double(low))
    }

    // MARK: - Keeping

    func write(to: inout ByteWriting) {
        to.write(bounds) { $0.write($1) }
        to.write(tables) { to, table in to.write(table) { $0.write($1) } }
    }

    /// - Returns: `nil` where not every level has residuals.
    init?(reading from: inout ByteReading) {
        guard let bounds = from.list(least: 8, { $0.finite() }),
            let tables = from.list(least: 12, { $0.list(least: 8) { $0.finite() } }),
            tables.count == bounds.count + 1, tables.allSatisfy({ !$0.isEmpty })
        else { return nil }
        self.bounds = bounds
        self.tables = tables
    }
}
