import Foundation

@testable import Forecasting

/// Series with a known law, from a fixed recurrence.
enum SyntheticSeries {
    /// A daily wave whose height follows a slow random walk back to its mean, with noise.
    static func daily(days: Int, gaps: Bool = false, covariates: Bool = false, ahead: Bool = false) -> ForecastSeries? {
        var random = FixedRandom(seed: 11)
        func noise() -> Double {
            (0..<4).reduce(-2.0) { sum, _ in sum + Double(random.next()) / Double(UInt32.max) }
        }
        var level = 0.0
        var values: [Double] = []
        var wind: [Double] = []
        for hour in 0..<(days * 24) {
            let breeze = noise()
            level = 0.97 * level + 0.25 * breeze
            wind.append(breeze)
            let wave = 0.6 * sin(Double(hour) / 24 * 2 * .pi)
            let value = 40 * exp(level + wave + 0.1 * noise())
            values.append(gaps && (hour / 30) % 9 == 4 ? .nan : value)
        }
        let columns =
            covariates
            ? [
                ForecastSeries.Covariate(name: "wind", values: wind, isKnownAhead: ahead),
                ForecastSeries.Covariate(
                    name: "empty", scale: .logarithmic, values: Array(repeating: .nan, count: wind.count)),
            ] : []
        return ForecastSeries(start: 1_362_096_000, values: values, covariates: columns)
    }
}
