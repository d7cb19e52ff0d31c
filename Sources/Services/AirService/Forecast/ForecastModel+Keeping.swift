import AirQuality
import Forecasting
import NGSILDModel

extension ForecastModel {
    /// What is kept of a model beside its forecasters.
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
        /// What knows weather forecasts, which comes after it.
        let seeing: Seeing?

        struct Seeing: Codable, Sendable, Equatable {
            let weather: WeatherErrors
            let issuedShare: Double
            let errors: [ForecastErrors.Sums]
            let asked: [Double]
            let trust: WeatherTrust
            let bytes: Int
        }

        var allBytes: Int? {
            let (sum, overflow) = bytes.addingReportingOverflow(seeing?.bytes ?? 0)
            return overflow || bytes < 0 || seeing.map { $0.bytes < 0 } ?? false ? nil : sum
        }
    }

    /// What `init(_:forecaster:)` reads. Forecasts whose hour has not come are not kept.
    func kept() -> (summary: Summary, forecaster: [UInt8]) {
        let bytes = forecaster.blind.kept()
        let seeing = forecaster.seeing.map { (known: $0, bytes: $0.forecaster.kept()) }
        let summary = Summary(
            pollutant: pollutant.name, trainedAtMicroseconds: trainedAt.microseconds, trainedHours: trainedHours,
            trainedThrough: trainedThrough,
            pollutants: columns.compactMap { if case .pollutant(let other) = $0 { other.name } else { nil } },
            others: columns.compactMap { if case .other(let name) = $0 { name } else { nil } },
            around: around.sorted(), errors: errors.sums, asked: errors.allAsked, bytes: bytes.count,
            seeing: seeing.map {
                Summary.Seeing(
                    weather: $0.known.errors, issuedShare: $0.known.issuedShare, errors: seeingErrors.sums,
                    asked: seeingErrors.allAsked, trust: trust, bytes: $0.bytes.count)
            })
        return (summary, bytes + (seeing?.bytes ?? []))
    }

    /// - Returns: `nil` where a forecaster cannot be read, or a name or number does not fit.
    init?(_ summary: Summary, forecaster bytes: [UInt8]) {
        let pollutants = summary.pollutants.compactMap { Pollutant(name: $0) }
        // To the end of the year 9999.
        let times: ClosedRange<Int64> = 0...253_402_300_799_000_000
        guard times.contains(summary.trainedAtMicroseconds), (0...1 << 32).contains(summary.trainedThrough),
            summary.allBytes == bytes.count,
            let pollutant = Pollutant(name: summary.pollutant), pollutants.count == summary.pollutants.count,
            let errors = ForecastErrors(sums: summary.errors, asked: summary.asked),
            let blind = SeriesForecaster(kept: Array(bytes[..<summary.bytes])), blind.longestHorizon == Self.reach
        else { return nil }
        var seeing: OutlookForecaster.Seeing?
        var seeingErrors = ForecastErrors()
        if let kept = summary.seeing {
            guard let known = ForecastErrors(sums: kept.errors, asked: kept.asked), kept.trust.isSound,
                kept.weather.isSound, (0...1).contains(kept.issuedShare),
                let forecaster = SeriesForecaster(kept: Array(bytes[summary.bytes...])),
                forecaster.longestHorizon == Self.reach
            else { return nil }
            seeingErrors = known
            seeing = OutlookForecaster.Seeing(
                forecaster: forecaster, errors: kept.weather, issuedShare: kept.issuedShare)
        }
        self.init(
            pollutant: pollutant, trainedAt: Timestamp(microseconds: summary.trainedAtMicroseconds),
            trainedHours: summary.trainedHours, trainedThrough: summary.trainedThrough,
            forecaster: OutlookForecaster(blind: blind, seeing: seeing),
            columns: pollutants.map { .pollutant($0) } + summary.others.map { .other($0) },
            around: Set(summary.around), errors: errors, seeingErrors: seeingErrors,
            trust: summary.seeing?.trust ?? WeatherTrust())
    }
}
