import AirQuality
import Forecasting
import NGSILDModel

/// What was learnt of one pollutant at one station.
struct ForecastModel: Sendable {
    let pollutant: Pollutant
    let trainedAt: Timestamp
    /// Hours with a value that were learnt from.
    let trainedHours: Int
    /// The newest of them.
    let trainedThrough: Int
    let forecaster: OutlookForecaster
    /// The columns that were learnt from beside the pollutant, in order.
    let columns: [Source]
    /// The columns that were learnt from of the stations around.
    let around: Set<String>
    /// What forecasts without a weather forecast missed, and those with one.
    private(set) var errors: ForecastErrors
    private(set) var seeingErrors: ForecastErrors
    private(set) var trust: WeatherTrust
    /// The hour of the newest forecast; the same hour again, as when another pollutant has learnt, counts once.
    private var issuedAt = Int.min

    /// A column beside the pollutant.
    enum Source: Hashable, Sendable {
        case pollutant(Pollutant)
        case other(String)
    }

    /// How far forecasts reach, in hours.
    static let reach = 48
    /// Hours that an issue looks back on: 30 days of means, and ten more for gaps.
    static let memory = 960
    /// A column with fewer values teaches nothing.
    private static let fewestInColumn = 500
    /// With fewer outcomes the errors with weather forecasts are not told.
    private static let fewestOutcomes = 24

    /// Learns from a station's hours, and measures itself on the newest of them before it learns from these too: a tenth
    /// of all, 7 to 28 days.
    ///
    /// - Parameters:
    ///   - around: What stations around have measured.
    ///   - foretold: The weather forecasts for the place, as they were issued.
    /// - Returns: `nil` with fewer than `fewest` hours with a value, or when it was cancelled.
    /// - Cost: about twelve seconds of one core for two years of hours with twelve columns, twice as much with weather
    ///   forecasts.
    init?(
        learning pollutant: Pollutant, from hours: StationHours, around: [HoursAround] = [],
        foretold: ForetoldWeather = ForetoldWeather(), fewest: Int, trees: Int, at now: Timestamp,
        isCancelled: @escaping @Sendable () -> Bool
    ) {
        let known = hours.values(pollutant).count(where: { $0.isFinite })
        guard known >= fewest else { return nil }
        let columns = Self.sources(hours, beside: pollutant)
        let surroundings = Self.surroundings(pollutant, around, hours)
        guard let (series, measured) = Self.series(pollutant, columns, hours, surroundings) else { return nil }
        let weather = WeatherRecord(measured: measured, foretold: foretold)
        var options = SeriesForecaster.Options()
        options.longestHorizon = Self.reach
        options.mostTrees = trees
        options.isCancelled = isCancelled
        let split = series.count - min(28 * 24, max(7 * 24, series.count / 10))
        guard split > 0,
            let tried = OutlookForecaster(learningFrom: series.prefix(split), weather: weather, options: options),
            let applied = tried.applied(to: series, weather: weather)
        else { return nil }
        var (errors, seeingErrors) = (ForecastErrors(), ForecastErrors())
        for issue in split..<series.count {
            let hour = hours.hours.lowerBound + issue
            errors.observe(series.values[issue], at: hour)
            seeingErrors.observe(series.values[issue], at: hour)
            guard series.values[issue].isFinite else { continue }
            let (blind, seeing) = (errors, seeingErrors)
            let forecasts = applied.forecasts(at: issue, horizons: ForecastErrors.horizons) {
                $1 ? seeing.asked($0) : blind.asked($0)
            }
            errors.issued(forecasts.map(\.blind), at: hour)
            seeingErrors.issued(forecasts.compactMap(\.seeing), at: hour)
        }
        errors.forgetAwaited()
        seeingErrors.forgetAwaited()
        guard let forecaster = OutlookForecaster(learningFrom: series, weather: weather, options: options) else {
            return nil
        }
        self.init(
            pollutant: pollutant, trainedAt: now, trainedHours: known, trainedThrough: hours.hours.upperBound,
            forecaster: forecaster, columns: columns, around: Set(surroundings.map(\.name)), errors: errors,
            seeingErrors: seeingErrors)
    }

    init(
        pollutant: Pollutant, trainedAt: Timestamp, trainedHours: Int, trainedThrough: Int,
        forecaster: OutlookForecaster, columns: [Source], around: Set<String>, errors: ForecastErrors,
        seeingErrors: ForecastErrors, trust: WeatherTrust = WeatherTrust()
    ) {
        self.pollutant = pollutant
        self.trainedAt = trainedAt
        self.trainedHours = trainedHours
        self.trainedThrough = trainedThrough
        self.forecaster = forecaster
        self.columns = columns
        self.around = around
        self.errors = errors
        self.seeingErrors = seeingErrors
        self.trust = trust
    }

    /// Learnt anew, it goes on doubting weather forecasts that did not help.
    mutating func inherit(_ former: ForecastModel) { trust = former.trust }

    private static func sources(_ hours: StationHours, beside pollutant: Pollutant) -> [Source] {
        let others = Pollutant.allCases.filter {
            $0 != pollutant && hours.values($0).count(where: { $0.isFinite }) >= fewestInColumn
        }
        let numbers = hours.others.filter { $0.value.count(where: { $0.isFinite }) >= fewestInColumn }.keys.sorted()
        return others.map { .pollutant($0) } + numbers.map { .other($0) }
    }

    private static func surroundings(
        _ pollutant: Pollutant, _ around: [HoursAround], _ hours: StationHours, names: Set<String>? = nil
    ) -> [ForecastSeries.Covariate] {
        Surroundings.covariates(
            of: around.map { $0.station(pollutant, hours.hours) }, count: hours.hours.count, names: names)
    }

    /// The series, and what of its columns is weather.
    private static func series(
        _ pollutant: Pollutant, _ sources: [Source], _ hours: StationHours, _ around: [ForecastSeries.Covariate]
    ) -> (ForecastSeries, [WeatherQuantity: [Double]])? {
        let columns = sources.map { source in
            switch source {
            case .pollutant(let other): MeasuredColumn(name: other.name, values: hours.values(other))
            case .other(let name):
                MeasuredColumn(
                    name: name, values: hours.others[name] ?? Array(repeating: .nan, count: hours.hours.count))
            }
        }
        let covariates = around + Covariates.make(columns, weatherIsAhead: false)
        let series = ForecastSeries(
            start: hours.hours.lowerBound * 3_600, values: hours.values(pollutant),
            covariates: Array(covariates.prefix(ForecastSeries.maximumCovariates)))
        return series.map { ($0, WeatherQuantity.measured(columns)) }
    }

    /// The forecast at an hour that is over, from the hours up to it; and what came of former ones is noted.
    ///
    /// - Parameters:
    ///   - around: What stations around have measured; where none has a value, the forecast goes by the station alone.
    ///   - foretold: The weather forecasts that are at hand. Where they do not tell all that was learnt from them, are too old
    ///     or cannot be, or did not help lately, the forecast of the hour goes without.
    /// - Returns: `nil` when the six hours before hold no value.
    mutating func issue(
        at hour: Int, _ recent: StationHours, around: [HoursAround] = [],
        foretold: ForetoldWeather = ForetoldWeather()
    ) -> IssuedForecast? {
        guard recent.hours.contains(hour) else { return nil }
        observe(through: hour, recent)
        let surroundings =
            self.around.isEmpty ? [] : Self.surroundings(pollutant, around, recent, names: self.around)
        guard let (series, measured) = Self.series(pollutant, columns, recent, surroundings),
            let applied = forecaster.applied(
                to: series, weather: WeatherRecord(measured: measured, foretold: foretold))
        else { return nil }
        let (blind, seeing) = (errors, seeingErrors)
        let forecasts = applied.forecasts(at: hour - recent.hours.lowerBound, horizons: Array(1...Self.reach)) {
            $1 ? seeing.asked($0) : blind.asked($0)
        }
        guard forecasts.count == Self.reach, let persistence = forecasts.first?.blind.persistence else { return nil }
        if hour > issuedAt {
            issuedAt = hour
            errors.issued(forecasts.map(\.blind), at: hour)
            seeingErrors.issued(forecasts.compactMap(\.seeing), at: hour)
            trust.issued(forecasts, at: hour)
        }
        let isTrusted = trust.isHelpful
        let chosen = forecasts.map { isTrusted ? $0.seeing ?? $0.blind : $0.blind }
        return IssuedForecast(
            hour: hour, values: chosen.map(\.value), lower: chosen.map(\.interval.lowerBound),
            upper: chosen.map(\.interval.upperBound), persistence: persistence,
            weather: weatherUse(forecasts, foretold, hour))
    }

    private mutating func observe(through hour: Int, _ recent: StationHours) {
        let awaited = Set(errors.awaited(through: hour)).union(seeingErrors.awaited(through: hour))
        for awaited in awaited.sorted() {
            let outcome = recent[pollutant, awaited]
            errors.observe(outcome, at: awaited)
            seeingErrors.observe(outcome, at: awaited)
            trust.observe(outcome, at: awaited)
        }
    }

    private func weatherUse(_ forecasts: [OutlookForecast], _ foretold: ForetoldWeather, _ hour: Int) -> WeatherUse {
        let ahead = foretold.hours.filter { $0.hour > hour }
        let seen = forecasts.count { $0.seeing != nil }
        if ahead.isEmpty { return WeatherUse(hours: 0, state: .none) }
        if forecaster.seeing == nil { return WeatherUse(hours: 0, state: .notLearnt) }
        if seen > 0, !trust.isHelpful { return WeatherUse(hours: 0, state: .notHelpful) }
        if seen > 0 { return WeatherUse(hours: seen, state: seen == forecasts.count ? .used : .partlyUsed) }
        let isLate = ahead.allSatisfy { hour - Int($0.known) > ForetoldWeather.oldest }
        return WeatherUse(hours: 0, state: isLate ? .late : .incomplete)
    }

    /// What is told of errors: those of forecasts with a weather forecast where one was used, once enough came of them.
    func errors(_ use: WeatherUse) -> ForecastErrors {
        use.hours > 0 && seeingErrors.hours >= Self.fewestOutcomes ? seeingErrors : errors
    }
}

/// A forecast as it was issued, in µg/m³: the first number is for the hour after `hour`.
///
/// Invariants:
/// 1. The three lists have `ForecastModel.reach` numbers each.
struct IssuedForecast: Sendable, Equatable {
    let hour: Int
    let values: [Double]
    let lower: [Double]
    let upper: [Double]
    let persistence: Double
    var weather = WeatherUse(hours: 0, state: .none)
}
