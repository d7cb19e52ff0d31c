import Forecasting

/// How well forecasts of a station do on hours that they did not learn from.
public enum ForecastEvaluation {
    /// The horizons that are told of, in hours.
    public static let horizons = [1, 3, 6, 12, 24, 48]
    /// The share of values that intervals are to hold.
    public static let coverage = 0.9
    /// The error of a weather forecast a day ahead as a share of that of saying that tomorrow is like today.
    public static let weatherError = 0.5
    /// Other errors than those that learning makes up where no forecast is on record.
    private static let seed: UInt64 = 41

    /// What forecasts know of the weather.
    public enum Weather: Sendable {
        /// What was measured up to the time of issue.
        case measured
        /// Also forecasts that err by `weatherError`, made of what was measured later and issued every six hours all the time:
        /// a city that has kept its weather forecasts.
        case forecast
        /// The same, begun on the day before the first hour that is scored: a city that has none from before.
        case newForecast
        /// Also what was measured later: a perfect forecast.
        case perfect
    }

    /// Learns from a station's hours before `firstTestHour` and forecasts from every hour with a value after it.
    ///
    /// The forecaster learns once; its intervals adapt to the outcomes that are known at each time of issue. All forecasts of a
    /// horizon are scored on the same hours: those with a value at issue and at the target.
    ///
    /// - Parameters:
    ///   - others: Stations whose values may be used up to the hour of issue; those that `Surroundings` chooses are. The station
    ///     itself and those without a position are passed over.
    ///   - firstTestHour: In hours since 1970.
    ///   - weather: What is known of the weather. With `measured` nothing after the time of issue is used.
    /// - Returns: A score for each horizon, or `nil` when there is too little history to learn from.
    /// - Cost: some seconds for three years of hours.
    public static func scores(
        of station: StationRecord, among others: [StationRecord] = [], firstTestHour: Int, weather: Weather
    ) -> [ForecastScore]? {
        let split = firstTestHour - station.firstHour
        let covariates =
            surroundings(of: station, among: others)
            + Covariates.make(station.columns, weatherIsAhead: weather == .perfect)
        let record = record(weather, of: station, firstTestHour)
        guard split > 0, split < station.values.count,
            let series = ForecastSeries(
                start: station.firstHour * 3_600, values: station.values,
                covariates: Array(covariates.prefix(ForecastSeries.maximumCovariates))),
            let forecaster = OutlookForecaster(learningFrom: series.prefix(split), weather: record),
            let applied = forecaster.applied(to: series, weather: record),
            let climatology = Climatology(series.prefix(split))
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
            let forecasts = applied.forecasts(at: issue, horizons: horizons) { horizon, _ in
                horizons.firstIndex(of: horizon).map { asked[$0] } ?? coverage
            }
            for forecast in forecasts.map({ $0.seeing ?? $0.blind }) {
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

    /// What is known of the weather, forecasts as they were issued; `nil` where none were.
    private static func record(_ weather: Weather, of station: StationRecord, _ firstTestHour: Int) -> WeatherRecord? {
        guard weather == .forecast || weather == .newForecast else { return nil }
        let measured = WeatherQuantity.measured(station.columns)
        let imagined = ForetoldWeather.imagined(
            measured, firstHour: station.firstHour, share: weatherError, seed: seed)
        let foretold =
            weather == .forecast
            ? imagined : ForetoldWeather(imagined.hours.filter { Int($0.known) >= firstTestHour - 24 })
        return WeatherRecord(measured: measured, foretold: foretold)
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
