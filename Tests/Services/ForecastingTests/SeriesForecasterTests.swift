import Foundation
import Testing

@testable import Forecasting

struct SeriesForecasterTests {
    private var quick: SeriesForecaster.Options {
        var options = SeriesForecaster.Options()
        options.longestHorizon = 12
        options.mostTrees = 36
        return options
    }

    @Test func `a daily wave is forecast far better than by persistence, and its intervals hold`() throws {
        let series = try #require(SyntheticSeries.daily(days: 90))
        let split = 60 * 24
        let forecaster = try #require(SeriesForecaster(learningFrom: series.prefix(split), options: quick))
        let applied = try #require(forecaster.applied(to: series))
        for horizon in [6, 12] {
            var (error, persistence, inside, count) = (0.0, 0.0, 0.0, 0.0)
            for issue in split..<(series.count - horizon) {
                let forecast = try #require(applied.forecasts(at: issue, horizons: [horizon]).first)
                let outcome = series.values[issue + horizon]
                error += abs(forecast.value - outcome)
                persistence += abs(forecast.persistence - outcome)
                inside += forecast.interval.contains(outcome) ? 1 : 0
                count += 1
            }
            #expect(error < 0.75 * persistence)
            #expect(inside / count > 0.8 && inside / count < 0.97)
        }
        for skill in forecaster.skills { #expect(skill.error <= skill.persistenceError) }
    }

    @Test func `nothing after the time of issue is looked at`() throws {
        let series = try #require(SyntheticSeries.daily(days: 60, covariates: true))
        let forecaster = try #require(SeriesForecaster(learningFrom: series, options: quick))
        let applied = try #require(forecaster.applied(to: series))
        for issue in [800, 1_000, 1_200] {
            let whole = applied.forecasts(at: issue, horizons: [1, 6, 12])
            let cut = try #require(forecaster.applied(to: series.prefix(issue + 1)))
            #expect(whole == cut.forecasts(at: issue, horizons: [1, 6, 12]))
            #expect(whole.count == 3)
        }
    }

    @Test func `a covariate that is known ahead helps, and is read up to the target only`() throws {
        let blind = try #require(SyntheticSeries.daily(days: 60, covariates: true))
        let sighted = try #require(SyntheticSeries.daily(days: 60, covariates: true, ahead: true))
        let without = try #require(SeriesForecaster(learningFrom: blind, options: quick))
        let with = try #require(SeriesForecaster(learningFrom: sighted, options: quick))
        let errors = [without, with].compactMap { $0.skills.last?.error }
        #expect(errors.count == 2 && errors[1] < errors[0])
        let applied = try #require(with.applied(to: sighted))
        let cut = try #require(with.applied(to: sighted.prefix(1_000 + 6 + 1)))
        #expect(applied.forecasts(at: 1_000, horizons: [6]) == cut.forecasts(at: 1_000, horizons: [6]))
    }

    @Test func `gaps are bridged for a quarter of a day, and longer ones give no forecast`() throws {
        let series = try #require(SyntheticSeries.daily(days: 60, gaps: true))
        let forecaster = try #require(SeriesForecaster(learningFrom: series, options: quick))
        let applied = try #require(forecaster.applied(to: series))
        // Values are missing from hour 120 to 149 of each 270.
        let bridged = try #require(applied.forecasts(at: 270 * 4 + 124, horizons: [3]).first)
        #expect(bridged.value.isFinite && bridged.interval.contains(bridged.value))
        #expect(applied.forecasts(at: 270 * 4 + 140, horizons: [3]).isEmpty)
        #expect(applied.forecasts(at: -1, horizons: [3]).isEmpty)
        #expect(applied.forecasts(at: 270 * 4, horizons: [0, 13]).isEmpty)
    }

    @Test func `the same history teaches the same`() throws {
        let series = try #require(SyntheticSeries.daily(days: 60))
        let forecasts = try (0..<2).map { _ in
            let forecaster = try #require(SeriesForecaster(learningFrom: series, options: quick))
            return try #require(forecaster.applied(to: series)).forecasts(at: series.count - 1, horizons: [1, 5, 12])
        }
        #expect(forecasts[0] == forecasts[1])
        #expect(forecasts[0].count == 3)
    }

    @Test func `pure noise around persistence is not made worse than persistence`() throws {
        var random = FixedRandom(seed: 5)
        var value = 100.0
        let values = (0..<2_000).map { _ in
            value = max(1, value * (1 + (Double(random.next()) / Double(UInt32.max) - 0.5) * 0.1))
            return value
        }
        let series = try #require(ForecastSeries(start: 0, values: values))
        let forecaster = try #require(SeriesForecaster(learningFrom: series, options: quick))
        for skill in forecaster.skills { #expect(skill.error <= skill.persistenceError) }
    }

    @Test func `too short a history, or none, teaches nothing`() throws {
        let short = try #require(SyntheticSeries.daily(days: 15))
        #expect(SeriesForecaster(learningFrom: short) == nil)
        let empty = try #require(ForecastSeries(start: 0, values: Array(repeating: .nan, count: 5_000)))
        #expect(SeriesForecaster(learningFrom: empty) == nil)
    }

    @Test func `a series of another step or with other covariates is refused`() throws {
        let series = try #require(SyntheticSeries.daily(days: 60))
        let forecaster = try #require(SeriesForecaster(learningFrom: series, options: quick))
        let other = try #require(SyntheticSeries.daily(days: 60, covariates: true))
        let faster = try #require(ForecastSeries(start: 0, step: 900, values: series.values))
        #expect(forecaster.applied(to: other) == nil)
        #expect(forecaster.applied(to: faster) == nil)
    }

    @Test func `ranges of horizons double and end at the longest`() {
        #expect(SeriesForecaster.ranges(upTo: 48) == [1...1, 2...2, 3...3, 4...6, 7...12, 13...24, 25...48])
        #expect(SeriesForecaster.ranges(upTo: 5) == [1...1, 2...2, 3...3, 4...5])
    }

    @Test func `extreme values stay finite`() throws {
        let base = try #require(SyntheticSeries.daily(days: 60)).values
        var values = base
        values[700] = 1e300
        values[701] = -1e300
        values[702] = .infinity
        let series = try #require(ForecastSeries(start: 0, values: values))
        let forecaster = try #require(SeriesForecaster(learningFrom: series, options: quick))
        let applied = try #require(forecaster.applied(to: series))
        for issue in 698..<720 {
            for forecast in applied.forecasts(at: issue, horizons: [1, 12]) {
                #expect(forecast.value.isFinite && forecast.interval.upperBound.isFinite)
                #expect(forecast.interval.lowerBound >= 0)
            }
        }
    }
}
