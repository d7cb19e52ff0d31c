import AirQuality
import Forecasting
import NGSILDModel

extension ForecastModel {
    /// What is kept of a model beside its forecaster.
    struct Summary: Codable, Sendable, Equatable {
        let pollutant: String
        let trainedAtMicroseconds: Int64
        let trainedHours: Int
        let trainedThrough: Int
        /// Names of the columns beside the pollutant, pollutants first.
        let pollutants: [String]
        let others: [String]
        let around: [String]
        let errors: [ForecastErrors.Sums]
        let asked: [Double]
        /// How long the forecaster is.
        let bytes: Int
    }

    /// What `init(_:forecaster:)` reads. Forecasts whose hour has not come are not kept.
    func kept() -> (summary: Summary, forecaster: [UInt8]) {
        let bytes = forecaster.kept()
        let summary = Summary(
            pollutant: pollutant.name, trainedAtMicroseconds: trainedAt.microseconds, trainedHours: trainedHours,
            trainedThrough: trainedThrough,
            pollutants: columns.compactMap { if case .pollutant(let other) = $0 { other.name } else { nil } },
            others: columns.compactMap { if case .other(let name) = $0 { name } else { nil } },
            around: around.sorted(), errors: errors.sums, asked: errors.allAsked, bytes: bytes.count)
        return (summary, bytes)
    }

    /// - Returns: `nil` where the forecaster cannot be read, or a name or number does not fit.
    init?(_ summary: Summary, forecaster bytes: [UInt8]) {
        let pollutants = summary.pollutants.compactMap { Pollutant(name: $0) }
        // To the end of the year 9999.
        let times: ClosedRange<Int64> = 0...253_402_300_799_000_000
        guard times.contains(summary.trainedAtMicroseconds), (0...1 << 32).contains(summary.trainedThrough),
            let pollutant = Pollutant(name: summary.pollutant), pollutants.count == summary.pollutants.count,
            let errors = ForecastErrors(sums: summary.errors, asked: summary.asked),
            let forecaster = SeriesForecaster(kept: bytes), forecaster.longestHorizon == Self.reach
        else { return nil }
        self.init(
            pollutant: pollutant, trainedAt: Timestamp(microseconds: summary.trainedAtMicroseconds),
            trainedHours: summary.trainedHours, trainedThrough: summary.trainedThrough, forecaster: forecaster,
            columns: pollutants.map { .pollutant($0) } + summary.others.map { .other($0) },
            around: Set(summary.around), errors: errors)
    }
}
