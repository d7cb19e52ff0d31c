import Forecasting

/// Forecasts what each detector of a road network will measure in the next hour, with intervals.
///
/// The forecast of a detector is a weighted sum of its last values, of what the most similar days had now and at the time
/// forecast (``SimilarDays``), and of what all days had. The weights are learnt for each detector and horizon by ridge
/// regression on scaled values. Half of the days in turn are forecast by the weights of the other half: what was missed
/// there gives the intervals.
///
/// Deterministic. It knows counts and speeds of places, nothing of vehicles.
public struct TrafficForecaster: Sendable {
    /// How a forecaster learns.
    public struct Options: Sendable {
        /// The horizons in steps; default 3, 6, 9, 12, a quarter to a whole hour of 5-minute steps.
        public var horizons = [3, 6, 9, 12]
        /// The newest days that are learnt from and compared with; default 42.
        public var mostDays = 42
        /// The penalty on coefficients of scaled values.
        public var penalty = 10.0

        public init() {}
    }

    /// A forecast for one detector and horizon.
    public struct Forecast: Sendable, Equatable {
        public let value: Float
        /// The bounds between which 90 % of outcomes were when the forecaster learnt.
        public let low: Float
        public let high: Float
    }

    struct Model: Sendable {
        let coefficients: [Double]
        let residuals: ResidualQuantiles
    }

    public let horizons: [Int]
    /// For each detector and horizon; `nil` where too little was known.
    let models: [[Model?]]
    let scales: [SimilarDays.Scale?]
    let mostDays: Int

    /// The fewest days of history: two whole ones, so that there is one to compare with.
    public static let fewestDays = 2

    /// Learns from all of a series.
    ///
    /// - Returns: `nil` when the series has fewer than `fewestDays` days or no horizons between a step and half a day.
    /// - Cost: about 0.2 s of one core for 207 detectors and five days of 5-minute steps.
    public init?(learningFrom series: DetectorSeries, options: Options = Options()) {
        let longest = series.stepsPerDay / 2
        let horizons = options.horizons.filter { (1...longest).contains($0) }
        mostDays = max(Self.fewestDays, options.mostDays)
        let series = series.newest(days: mostDays)
        guard !horizons.isEmpty, series.count >= Self.fewestDays * series.stepsPerDay else { return nil }
        self.horizons = horizons
        let scales = series.columns.map { SimilarDays.Scale($0) }
        self.scales = scales
        let network = NetworkState(series, scales: scales)
        let weights = (0..<series.count).map { network.weights(at: $0, isPast: false) }
        models = series.columns.indices.map { detector in
            guard let scale = scales[detector] else { return horizons.map { _ in nil } }
            var trainer = DetectorTrainer(network, detector, scale)
            return horizons.map { trainer.model(horizon: $0, weights: weights, penalty: options.penalty) }
        }
    }

    /// What all detectors will measure, as far as it can be told at a step.
    ///
    /// - Parameters:
    ///   - steps: The steps at which forecasts are issued; only values up to each are used.
    ///   - series: The same detectors, from the same time of day on, with the days to compare with.
    ///   - coverage: The share of outcomes that intervals hold; 0.5 to 0.998.
    /// - Returns: For each step the forecasts by detector and horizon; `nil` where the detector's last half hour is missing.
    /// - Cost: steps x days x detectors.
    public func forecasts(
        at steps: Range<Int>, of series: DetectorSeries, coverage: Double = 0.9
    ) -> [[[Forecast?]]] {
        guard series.columns.count == models.count else { return [] }
        let network = NetworkState(series, scales: scales)
        return steps.clamped(to: 0..<series.count).map { step in
            let weights = network.weights(at: step, isPast: true, mostDays: mostDays)
            return models.indices.map { detector in
                horizons.indices.map { place in
                    guard let model = models[detector][place], let scale = scales[detector] else { return nil }
                    return forecast(model, network, detector, scale, step, horizons[place], weights, coverage)
                }
            }
        }
    }

    private func forecast(
        _ model: Model, _ network: NetworkState, _ detector: Int, _ scale: SimilarDays.Scale, _ step: Int,
        _ horizon: Int, _ weights: [(day: Int, weight: Float)], _ coverage: Double
    ) -> Forecast? {
        var row = [Double](repeating: 0, count: NetworkState.features)
        guard network.fill(&row, detector, scale, at: step, horizon: horizon, weights) else { return nil }
        var value = Double(scale.mean)
        for place in row.indices { value += model.coefficients[place] * row[place] * Double(scale.deviation) }
        // No speed and no count is below zero, and none above what was ever measured by much.
        let bounds = network.bounds(detector)
        value = min(max(value, Double(bounds.lowerBound)), Double(bounds.upperBound))
        let (low, high) = model.residuals.interval(around: value, coverage: coverage)
        return Forecast(
            value: Float(value), low: max(bounds.lowerBound, Float(value + low)), high: Float(value + high))
    }
}

extension DetectorSeries {
    /// The newest days, from the same time of day on.
    func newest(days: Int) -> DetectorSeries {
        let excess = max(0, (count - days * stepsPerDay + stepsPerDay - 1) / stepsPerDay) * stepsPerDay
        guard excess > 0 else { return self }
        var series = self
        series.columns = columns.map { Array($0.dropFirst(excess)) }
        return series
    }
}
