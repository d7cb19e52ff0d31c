import Forecasting

/// How well forecasts of a station do on hours that they did not learn from.
public enum ForecastEvaluation {
    /// The horizons that are told of, in hours.
    public static let horizons = [1, 3, 6, 12, 24, 48]
    /// The share of values that intervals are to hold.
    public static let coverage = 0.9

    /// Learns from a station's hours before `firstTestHour` and forecasts from every hour with a value after it.
    ///
    /// The forecaster learns once; its intervals adapt to the outcomes that are known at each time of issue. All forecasts of a
    /// horizon are scored on the same hours: those with a value at issue and at the target.
    ///
    /// - Parameters:
    ///   - firstTestHour: In hours since 1970.
    ///   - weatherIsAhead: Whether the weather of the forecast hours counts as known, which is what a perfect weather
    ///     forecast would give. Otherwise nothing after the time of issue is used.
    /// - Returns: A score for each horizon, or `nil` when there is too little history to learn from.
    /// - Cost: some seconds for three years of hours.
    public static func scores(
        of station: StationRecord, firstTestHour: Int, weatherIsAhead: Bool
    ) -> [ForecastScore]? {
        let split = firstTestHour - station.firstHour
        guard split > 0, split < station.values.count,
            let series = ForecastSeries(
                start: station.firstHour * 3_600, values: station.values,
                covariates: Covariates.make(station.columns, weatherIsAhead: weatherIsAhead)),
            let forecaster = SeriesForecaster(learningFrom: series.prefix(split)),
            let applied = forecaster.applied(to: series), let climatology = Climatology(series.prefix(split))
        else { return nil }
        var scores = horizons.map { ForecastScore(horizon: $0) }
        var adaptive = Array(repeating: AdaptiveCoverage(wanted: coverage), count: horizons.count)
        // For each horizon whether the intervals issued before held, until their hour has come.
        var pending = Array(repeating: [Int: Bool](), count: horizons.count)
        for issue in split..<series.count {
            for place in horizons.indices {
                if let isInside = pending[place].removeValue(forKey: issue) {
                    adaptive[place].observe(isInside: isInside)
                }
            }
            guard series.values[issue].isFinite else { continue }
            let asked = adaptive.map(\.asked)
            let forecasts = applied.forecasts(at: issue, horizons: horizons) { horizon in
                horizons.firstIndex(of: horizon).map { asked[$0] } ?? coverage
            }
            for forecast in forecasts {
                let target = issue + forecast.horizon
                guard let place = horizons.firstIndex(of: forecast.horizon), target < series.count,
                    series.values[target].isFinite
                else { continue }
                let outcome = series.values[target]
                scores[place].add(forecast, climatology: climatology.value(at: series.time(of: target)), outcome)
                pending[place][target] = forecast.interval.contains(outcome)
            }
        }
        return scores
    }
}

/// Sums of what forecasts of one horizon missed.
public struct ForecastScore: Sendable, Equatable {
    /// In hours.
    public let horizon: Int
    public private(set) var count = 0
    private var forecast = 0.0
    private var persistence = 0.0
    private var climatology = 0.0
    private var inside = 0.0
    private var width = 0.0

    init(horizon: Int) { self.horizon = horizon }

    mutating func add(_ forecast: Forecast, climatology: Double, _ outcome: Double) {
        count += 1
        self.forecast += abs(forecast.value - outcome)
        persistence += abs(forecast.persistence - outcome)
        self.climatology += abs(climatology - outcome)
        inside += forecast.interval.contains(outcome) ? 1 : 0
        width += forecast.interval.upperBound - forecast.interval.lowerBound
    }

    /// Adds the sums of another station.
    public mutating func add(_ other: ForecastScore) {
        count += other.count
        forecast += other.forecast
        persistence += other.persistence
        climatology += other.climatology
        inside += other.inside
        width += other.width
    }

    /// The mean absolute errors, in the data's unit; `nan` without a forecast.
    public var forecastError: Double { forecast / Double(count) }
    public var persistenceError: Double { persistence / Double(count) }
    public var climatologyError: Double { climatology / Double(count) }
    /// How much smaller the forecast's error is than that of persistence, in percent.
    /// 0 when persistence never missed.
    public var gainPercent: Double { persistence > 0 ? 100 * (1 - forecast / persistence) : 0 }
    /// The share of outcomes inside of the intervals, in percent.
    public var coveragePercent: Double { 100 * inside / Double(count) }
    /// The mean width of the intervals, in the data's unit.
    public var intervalWidth: Double { width / Double(count) }
}
