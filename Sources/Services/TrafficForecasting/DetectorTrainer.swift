import Forecasting
import LeastSquares

/// Learns the weights of one detector.
struct DetectorTrainer {
    private let network: NetworkState
    private let detector: Int
    private let scale: SimilarDays.Scale
    private var row = [Double](repeating: 0, count: NetworkState.features)

    /// Fewer pairs of a forecast and an outcome than this teach nothing.
    private static let fewestRows = 100

    init(_ network: NetworkState, _ detector: Int, _ scale: SimilarDays.Scale) {
        self.network = network
        self.detector = detector
        self.scale = scale
    }

    /// - Parameter weights: How much other days count at each step.
    mutating func model(
        horizon: Int, weights: [[(day: Int, weight: Float)]], penalty: Double
    ) -> TrafficForecaster.Model? {
        let outcomes = network.series.columns[detector]
        let steps = network.stepsPerDay
        // Two halves by days in turn, each forecast by what the other taught.
        var halves = [
            NormalEquations(columns: NetworkState.features), NormalEquations(columns: NetworkState.features),
        ]
        var rows: [(half: Int, outcome: Double)] = []
        var features: [Double] = []
        for step in 0..<max(0, outcomes.count - horizon) {
            let outcome = outcomes[step + horizon]
            guard outcome.isFinite,
                network.fill(&row, detector, scale, at: step, horizon: horizon, weights[step])
            else { continue }
            let half = step / steps % 2
            let target = Double((outcome - scale.mean) / scale.deviation)
            halves[half].add(row, target)
            rows.append((half, target))
            features += row
        }
        guard rows.count >= Self.fewestRows, halves.allSatisfy({ $0.rows > 0 }) else { return nil }
        let taught = halves.compactMap { $0.solve(penalty: penalty / 2) }
        var all = halves[0]
        all.add(halves[1])
        guard taught.count == 2, let coefficients = all.solve(penalty: penalty) else { return nil }
        let (mean, deviation) = (Double(scale.mean), Double(scale.deviation))
        let residuals = rows.enumerated().map { place, one in
            let start = place * NetworkState.features
            var estimate = 0.0
            for column in 0..<NetworkState.features {
                estimate += taught[1 - one.half][column] * features[start + column]
            }
            return (estimate: mean + estimate * deviation, residual: (one.outcome - estimate) * deviation)
        }
        return TrafficForecaster.Model(coefficients: coefficients, residuals: ResidualQuantiles(residuals))
    }
}
