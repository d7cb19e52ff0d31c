import Foundation

/// How well forecasts of one horizon did beside the newest value and the average day, over all detectors.
public struct TrafficForecastScore: Sendable, Encodable, Equatable {
    /// Minutes ahead.
    public let minutes: Int
    /// Pairs of a forecast and an outcome.
    public let forecasts: Int
    /// Root mean square errors, in the data's unit.
    public let rmse: Double
    public let persistenceRMSE: Double
    public let averageDayRMSE: Double
    /// Mean absolute errors, in the data's unit.
    public let mae: Double
    public let persistenceMAE: Double
    /// Percent of outcomes within the 90 % interval, and its mean width in the data's unit.
    public let coveragePercent: Double
    public let intervalWidth: Double
}

/// Scores forecasts on days that the forecaster has not seen.
public enum TrafficForecastEvaluation {
    /// Learns from the first days and forecasts every step after them, each from what was known then.
    ///
    /// - Parameter trainDays: At least two, and fewer than the series has.
    /// - Returns: `nil` when there is too little to learn from or nothing to score.
    public static func scores(
        of series: DetectorSeries, trainDays: Int, options: TrafficForecaster.Options = TrafficForecaster.Options()
    ) -> [TrafficForecastScore]? {
        let (first, overflows) = trainDays.multipliedReportingOverflow(by: series.stepsPerDay)
        guard !overflows, trainDays >= TrafficForecaster.fewestDays, first < series.count else { return nil }
        var past = series
        past.columns = series.columns.map { Array($0.prefix(first)) }
        guard let forecaster = TrafficForecaster(learningFrom: past, options: options) else { return nil }
        let averages = past.columns.map { averageDay($0, past.stepsPerDay) }
        let longest = forecaster.horizons.max() ?? 0
        let issued = forecaster.forecasts(at: max(0, first - longest)..<series.count, of: series)
        return forecaster.horizons.indices.compactMap { place in
            score(
                issued, from: max(0, first - longest), first: first, horizon: forecaster.horizons[place], place, series,
                averages)
        }
    }

    private static func score(
        _ issued: [[[TrafficForecaster.Forecast?]]], from: Int, first: Int, horizon: Int, _ place: Int,
        _ series: DetectorSeries, _ averages: [[Float]]
    ) -> TrafficForecastScore? {
        var (count, squares, absolutes, inside, width) = (0, 0.0, 0.0, 0, 0.0)
        var (naiveSquares, naiveAbsolutes, averageSquares) = (0.0, 0.0, 0.0)
        for (offset, forecasts) in issued.enumerated() {
            let step = from + offset
            guard step + horizon >= first, step + horizon < series.count else { continue }
            for detector in forecasts.indices {
                let outcome = series.columns[detector][step + horizon]
                let newest = series.columns[detector][step]
                let average = averages[detector][(step + horizon) % series.stepsPerDay]
                guard outcome.isFinite, newest.isFinite, average.isFinite, let forecast = forecasts[detector][place]
                else { continue }
                count += 1
                let missed = Double(outcome - forecast.value)
                squares += missed * missed
                absolutes += abs(missed)
                naiveSquares += Double((outcome - newest) * (outcome - newest))
                naiveAbsolutes += Double(abs(outcome - newest))
                averageSquares += Double((outcome - average) * (outcome - average))
                inside += forecast.low <= outcome && outcome <= forecast.high ? 1 : 0
                width += Double(forecast.high - forecast.low)
            }
        }
        guard count > 0 else { return nil }
        let total = Double(count)
        return TrafficForecastScore(
            minutes: horizon * series.stepSeconds / 60, forecasts: count, rmse: (squares / total).squareRoot(),
            persistenceRMSE: (naiveSquares / total).squareRoot(),
            averageDayRMSE: (averageSquares / total).squareRoot(), mae: absolutes / total,
            persistenceMAE: naiveAbsolutes / total, coveragePercent: 100 * Double(inside) / total,
            intervalWidth: width / total)
    }

    /// The mean of each time of day.
    private static func averageDay(_ column: [Float], _ stepsPerDay: Int) -> [Float] {
        (0..<stepsPerDay).map { time in
            let values = stride(from: time, to: column.count, by: stepsPerDay).map { column[$0] }.filter(\.isFinite)
            return values.isEmpty ? .nan : values.reduce(0, +) / Float(values.count)
        }
    }
}
