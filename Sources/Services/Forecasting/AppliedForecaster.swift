/// A forecast of one value.
public struct Forecast: Sendable, Equatable {
    /// How many steps after the time of issue.
    public let horizon: Int
    /// The median, in the values' unit.
    public let value: Double
    /// Where the value lies with the probability that was asked for.
    public let interval: ClosedRange<Double>
    /// The newest value at the time of issue: what one would say without a model.
    public let persistence: Double
}

/// A forecaster that stands on a series and can look from any of its times.
public struct AppliedForecaster: Sendable {
    private let forecaster: SeriesForecaster
    private let maker: FeatureMaker
    private let series: ForecastSeries

    init(forecaster: SeriesForecaster, series: ForecastSeries) {
        self.forecaster = forecaster
        self.series = series
        maker = FeatureMaker(series: series, scales: forecaster.scales)
    }

    /// The forecasts at a time of issue. Values after it are not looked at, save covariates that are known ahead.
    ///
    /// - Parameters:
    ///   - issue: The index of the newest value that may be used; it may be missing itself.
    ///   - horizons: In steps; those that were not learnt are left out.
    ///   - coverage: The probability of the interval, 0.5 to 0.998, for each horizon.
    /// - Returns: Empty when the quarter of a day before the time of issue holds no value.
    public func forecasts(
        at issue: Int, horizons: [Int], coverage: (_ horizon: Int) -> Double = { _ in 0.9 }
    ) -> [Forecast] {
        guard issue >= 0, issue < series.count, let newest = maker.newest(at: issue) else { return [] }
        // After a gap the newest value is older than the time of issue, and everything lies as much further ahead of it.
        let age = issue - newest
        var shared: [Double] = []
        shared.reserveCapacity(maker.issueCount + maker.horizonCount)
        maker.issueFeatures(at: newest, to: &shared)
        let now = maker.target[newest]
        let persistence = maker.scale.unscaled(now)
        return horizons.compactMap { horizon in
            guard horizon >= 1, horizon <= forecaster.longestHorizon,
                let segment = forecaster.segments.first(where: { $0.horizons.contains(horizon + age) })
                    ?? forecaster.segments.last
            else { return nil }
            var row = shared
            maker.horizonFeatures(at: newest, issuedAt: issue, horizon: horizon + age, to: &row)
            let scaled = now + segment.trees.value(row)
            let residuals = segment.residuals.interval(around: scaled, coverage: coverage(horizon))
            let value = maker.scale.unscaled(scaled)
            let low = min(value, maker.scale.unscaled(scaled + residuals.low))
            let high = max(value, maker.scale.unscaled(scaled + residuals.high))
            return Forecast(horizon: horizon, value: value, interval: low...high, persistence: persistence)
        }
    }
}
