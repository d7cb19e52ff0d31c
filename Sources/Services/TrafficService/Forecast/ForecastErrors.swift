import TrafficForecasting

/// What forecasts of one detector missed on steps that were not learnt from, beside persistence, by horizon.
struct ForecastErrors: Sendable {
    struct Sums: Sendable, Equatable {
        var count = 0
        var error = 0.0
        var persistence = 0.0
        var inside = 0

        /// Takes in what came of a forecast; NaN counts nothing.
        mutating func add(_ forecast: TrafficForecaster.Forecast, outcome: Float, newest: Float) {
            guard outcome.isFinite, newest.isFinite else { return }
            count += 1
            error += Double(abs(outcome - forecast.value))
            persistence += Double(abs(outcome - newest))
            inside += forecast.low <= outcome && outcome <= forecast.high ? 1 : 0
        }
    }

    /// One for each horizon.
    var sums: [Sums]

    init(horizons: Int) { sums = [Sums](repeating: Sums(), count: horizons) }
}
