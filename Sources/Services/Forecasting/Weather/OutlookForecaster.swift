/// A forecaster of a series beside one that also knows weather forecasts, where there are any.
///
/// The two are learnt apart, so that without a weather forecast the forecast is the one that never knew any.
///
/// Series have steps of an hour here.
public struct OutlookForecaster: Sendable {
    /// What knows weather forecasts.
    public struct Seeing: Sendable {
        public let forecaster: SeriesForecaster
        public let errors: WeatherErrors
        /// The share of the hours learnt from whose weather forecasts were real ones, as they were issued.
        public let issuedShare: Double

        public init(forecaster: SeriesForecaster, errors: WeatherErrors, issuedShare: Double) {
            self.forecaster = forecaster
            self.errors = errors
            self.issuedShare = issuedShare
        }
    }

    public let blind: SeriesForecaster
    /// `nil` where no weather was forecast, or nothing could be learnt from it.
    public let seeing: Seeing?

    public init(blind: SeriesForecaster, seeing: Seeing?) {
        self.blind = blind
        self.seeing = seeing
    }

    /// Learns from a series, and from the weather forecasts of its hours where there are any.
    ///
    /// Weather forecasts are learnt from as they were issued. For hours of which none is on record one is made of the
    /// weather that was measured later, with errors that grow with how far ahead it looks: as large as those of the real
    /// forecasts where enough of these can be held against what came, and assumed otherwise.
    ///
    /// - Parameters:
    ///   - series: With the weather that was measured among its columns.
    ///   - weather: At the times of the series; nothing issued after its end is looked at.
    /// - Returns: `nil` where `SeriesForecaster` has none.
    /// - Cost: twice that of a `SeriesForecaster` where weather was forecast.
    public init?(
        learningFrom series: ForecastSeries, weather: WeatherRecord? = nil,
        options: SeriesForecaster.Options = SeriesForecaster.Options()
    ) {
        guard let blind = SeriesForecaster(learningFrom: series, options: options) else { return nil }
        self.blind = blind
        seeing = weather.flatMap { Self.learn(series, $0, options) }
        if options.isCancelled() { return nil }
    }

    private static func learn(
        _ series: ForecastSeries, _ weather: WeatherRecord, _ options: SeriesForecaster.Options
    ) -> Seeing? {
        guard series.step == 3_600 else { return nil }
        let firstHour = series.start / 3_600
        let known = weather.prefix(series.count, firstHour: firstHour)
        guard !known.foretold.isEmpty else { return nil }
        let found = WeatherErrors(measured: known.measured, firstHour: firstHour, foretold: known.foretold)
        var rows = WeatherOutlook(errors: found).foreseen(
            known, firstHour: firstHour, count: series.count, fillsUp: true)
        // What few hours know of teaches nothing.
        rows = rows.filter { _, rows in
            (0..<rows.count).count { rows[$0, 12].isFinite } >= WeatherErrors.fewestValues
        }
        let errors = found.keeping(rows.keys)
        guard let first = rows.values.first,
            let columns = WeatherOutlook.attached(rows, known.measured, to: series.covariates),
            let seen = ForecastSeries(start: series.start, values: series.values, covariates: columns),
            let forecaster = SeriesForecaster(learningFrom: seen, options: options)
        else { return nil }
        let real = WeatherOutlook(errors: errors).foreseen(
            known, firstHour: firstHour, count: series.count, fillsUp: false)
        let issued = (0..<first.count).count { row in real.values.contains { $0[row, 12].isFinite } }
        return Seeing(
            forecaster: forecaster, errors: errors, issuedShare: Double(issued) / Double(max(1, series.count)))
    }

    /// The forecaster at work on a series, usually the one it learnt from with what has come since.
    ///
    /// - Parameter weather: At the times of the series. Where it does not fit what was learnt, forecasts do without.
    /// - Returns: `nil` when the series has another step or other columns than the one learnt from.
    public func applied(to series: ForecastSeries, weather: WeatherRecord? = nil) -> AppliedOutlook? {
        guard let plain = blind.applied(to: series) else { return nil }
        guard let seeing, let weather, !weather.foretold.isEmpty else { return AppliedOutlook(blind: plain) }
        let rows = WeatherOutlook(errors: seeing.errors).foreseen(
            weather, firstHour: series.start / 3_600, count: series.count, fillsUp: false)
        guard let columns = WeatherOutlook.attached(rows, weather.measured, to: series.covariates),
            let seen = ForecastSeries(start: series.start, values: series.values, covariates: columns),
            let applied = seeing.forecaster.applied(to: seen)
        else { return AppliedOutlook(blind: plain) }
        return AppliedOutlook(blind: plain, seeing: applied, rows: Array(rows.values))
    }
}

/// A forecast without a weather forecast, and with one where there was one.
public struct OutlookForecast: Sendable, Equatable {
    public let blind: Forecast
    /// `nil` where the weather of the hour was not forecast, in part or at all.
    public let seeing: Forecast?
}

/// An `OutlookForecaster` that stands on a series and can look from any of its times.
public struct AppliedOutlook: Sendable {
    private let blind: AppliedForecaster
    private let seeing: AppliedForecaster?
    private let rows: [Foreseen]

    init(blind: AppliedForecaster, seeing: AppliedForecaster? = nil, rows: [Foreseen] = []) {
        self.blind = blind
        self.seeing = seeing
        self.rows = rows
    }

    /// For how many of the hours after a time all of the weather was forecast that is needed.
    public func foretoldHours(at issue: Int, upTo horizon: Int) -> Int {
        rows.isEmpty ? 0 : (1...max(1, horizon)).count { isForetold(issue, $0) }
    }

    private func isForetold(_ issue: Int, _ horizon: Int) -> Bool { rows.allSatisfy { $0[issue, horizon].isFinite } }

    /// The forecasts at a time of issue, as `AppliedForecaster.forecasts`.
    ///
    /// - Parameter coverage: The probability of the interval, for each horizon, without and with a weather forecast.
    public func forecasts(
        at issue: Int, horizons: [Int], coverage: (_ horizon: Int, _ isSeeing: Bool) -> Double = { _, _ in 0.9 }
    ) -> [OutlookForecast] {
        let plain = blind.forecasts(at: issue, horizons: horizons) { coverage($0, false) }
        guard let seeing, !rows.isEmpty else { return plain.map { OutlookForecast(blind: $0, seeing: nil) } }
        let known = horizons.filter { isForetold(issue, $0) }
        let seen = Dictionary(
            seeing.forecasts(at: issue, horizons: known) { coverage($0, true) }.map { ($0.horizon, $0) },
            uniquingKeysWith: { first, _ in first })
        return plain.map { OutlookForecast(blind: $0, seeing: seen[$0.horizon]) }
    }
}
