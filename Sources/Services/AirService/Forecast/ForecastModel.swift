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
    let forecaster: SeriesForecaster
    /// The columns that were learnt from beside the pollutant, in order.
    let columns: [Source]
    /// The columns that were learnt from of the stations around.
    let around: Set<String>
    private(set) var errors: ForecastErrors
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

    /// Learns from a station's hours, and measures itself on the newest of them before it learns from these too: a tenth
    /// of all, 7 to 28 days.
    ///
    /// - Parameter around: What stations around have measured.
    /// - Returns: `nil` with fewer than `fewest` hours with a value, or when it was cancelled.
    /// - Cost: about twelve seconds of one core for two years of hours with twelve columns.
    init?(
        learning pollutant: Pollutant, from hours: StationHours, around: [HoursAround] = [], fewest: Int, trees: Int,
        at now: Timestamp, isCancelled: @escaping @Sendable () -> Bool
    ) {
        let known = hours.values(pollutant).count(where: { $0.isFinite })
        guard known >= fewest else { return nil }
        let columns = Self.sources(hours, beside: pollutant)
        let surroundings = Self.surroundings(pollutant, around, hours)
        guard let series = Self.series(pollutant, columns, hours, surroundings) else { return nil }
        var options = SeriesForecaster.Options()
        options.longestHorizon = Self.reach
        options.mostTrees = trees
        options.isCancelled = isCancelled
        let split = series.count - min(28 * 24, max(7 * 24, series.count / 10))
        guard split > 0, let tried = SeriesForecaster(learningFrom: series.prefix(split), options: options),
            let applied = tried.applied(to: series)
        else { return nil }
        var errors = ForecastErrors()
        for issue in split..<series.count {
            let hour = hours.hours.lowerBound + issue
            errors.observe(series.values[issue], at: hour)
            guard series.values[issue].isFinite else { continue }
            let asked = errors
            errors.issued(
                applied.forecasts(at: issue, horizons: ForecastErrors.horizons) { asked.asked($0) }, at: hour)
        }
        errors.forgetAwaited()
        guard let forecaster = SeriesForecaster(learningFrom: series, options: options) else { return nil }
        self.init(
            pollutant: pollutant, trainedAt: now, trainedHours: known, trainedThrough: hours.hours.upperBound,
            forecaster: forecaster, columns: columns, around: Set(surroundings.map(\.name)), errors: errors)
    }

    init(
        pollutant: Pollutant, trainedAt: Timestamp, trainedHours: Int, trainedThrough: Int,
        forecaster: SeriesForecaster, columns: [Source], around: Set<String>, errors: ForecastErrors
    ) {
        self.pollutant = pollutant
        self.trainedAt = trainedAt
        self.trainedHours = trainedHours
        self.trainedThrough = trainedThrough
        self.forecaster = forecaster
        self.columns = columns
        self.around = around
        self.errors = errors
    }

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

    private static func series(
        _ pollutant: Pollutant, _ sources: [Source], _ hours: StationHours, _ around: [ForecastSeries.Covariate]
    ) -> ForecastSeries? {
        let columns = sources.map { source in
            switch source {
            case .pollutant(let other): MeasuredColumn(name: other.name, values: hours.values(other))
            case .other(let name):
                MeasuredColumn(
                    name: name, values: hours.others[name] ?? Array(repeating: .nan, count: hours.hours.count))
            }
        }
        let covariates = around + Covariates.make(columns, weatherIsAhead: false)
        return ForecastSeries(
            start: hours.hours.lowerBound * 3_600, values: hours.values(pollutant),
            covariates: Array(covariates.prefix(ForecastSeries.maximumCovariates)))
    }

    /// The forecast at an hour that is over, from the hours up to it; and what came of former ones is noted.
    ///
    /// - Parameter around: What stations around have measured; where none has a value, the forecast goes by the station
    ///   alone.
    /// - Returns: `nil` when the six hours before hold no value.
    mutating func issue(at hour: Int, _ recent: StationHours, around: [HoursAround] = []) -> IssuedForecast? {
        guard recent.hours.contains(hour) else { return nil }
        for awaited in errors.awaited(through: hour) { errors.observe(recent[pollutant, awaited], at: awaited) }
        let surroundings =
            self.around.isEmpty ? [] : Self.surroundings(pollutant, around, recent, names: self.around)
        guard let series = Self.series(pollutant, columns, recent, surroundings),
            let applied = forecaster.applied(to: series)
        else { return nil }
        let errors = errors
        let forecasts = applied.forecasts(at: hour - recent.hours.lowerBound, horizons: Array(1...Self.reach)) {
            errors.asked($0)
        }
        guard forecasts.count == Self.reach, let persistence = forecasts.first?.persistence else { return nil }
        if hour > issuedAt {
            issuedAt = hour
            self.errors.issued(forecasts, at: hour)
        }
        return IssuedForecast(
            hour: hour, values: forecasts.map(\.value), lower: forecasts.map(\.interval.lowerBound),
            upper: forecasts.map(\.interval.upperBound), persistence: persistence)
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
}
