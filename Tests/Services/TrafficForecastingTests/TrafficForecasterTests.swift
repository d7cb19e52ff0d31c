import Testing

@testable import TrafficForecasting

@Suite struct TrafficForecasterTests {
    private static let days = [true, true, false, true, true, true, false, true]

    @Test func `it foresees the morning's jam where the newest value does not`() throws {
        let series = try SampleNetwork(working: Self.days, detectors: 6).series()
        let scores = try #require(TrafficForecastEvaluation.scores(of: series, trainDays: 7))
        #expect(scores.map(\.minutes) == [15, 30, 45, 60])
        for score in scores {
            #expect(score.rmse < 0.5 * score.persistenceRMSE)
            #expect(score.rmse < score.averageDayRMSE)
            #expect(score.coveragePercent > 80)
        }
        // Every step of the last day that has an outcome, for each detector.
        #expect(scores[0].forecasts == 288 * 6)
    }

    @Test func `nothing after the time of issue is used`() throws {
        let series = try SampleNetwork(working: Self.days, detectors: 3).series()
        let forecaster = try #require(TrafficForecaster(learningFrom: series))
        let step = 7 * 288 + 95
        var cut = series
        cut.columns = series.columns.map { Array($0.prefix(step + 1)) }
        #expect(
            forecaster.forecasts(at: step..<step + 1, of: series) == forecaster.forecasts(at: step..<step + 1, of: cut))
    }

    @Test func `a detector that is silent has no forecast, and after a short gap it has one`() throws {
        let step = 7 * 288 + 150
        let series = try SampleNetwork(working: Self.days, detectors: 3).series { detector, at in
            detector == 0 && at > step - 8 && at <= step || detector == 1 && at > step - 4 && at <= step
        }
        let forecaster = try #require(TrafficForecaster(learningFrom: series))
        let found = try #require(forecaster.forecasts(at: step..<step + 1, of: series).first)
        #expect(found[0].allSatisfy { $0 == nil })
        #expect(found[1].allSatisfy { $0 != nil })
        #expect(found[2].allSatisfy { $0 != nil })
    }

    @Test func `a detector without any value has no forecast, and one that is stuck keeps its own`() throws {
        var series = try SampleNetwork(working: Self.days, detectors: 3).series { detector, _ in detector == 0 }
        series.columns[1] = series.columns[1].map { _ in 30 }
        let forecaster = try #require(TrafficForecaster(learningFrom: series))
        let found = try #require(forecaster.forecasts(at: 2_000..<2_001, of: series).first)
        #expect(found[0].allSatisfy { $0 == nil })
        for forecast in found[1] { #expect(abs(try #require(forecast).value - 30) < 0.1) }
    }

    @Test func `forecasts and their lower bounds are never below zero`() throws {
        var series = try SampleNetwork(working: Self.days, detectors: 2, noise: 20).series()
        series.columns = series.columns.map { $0.map { max(0, $0 - 50) } }
        let forecaster = try #require(TrafficForecaster(learningFrom: series))
        for step in forecaster.forecasts(at: 2_016..<2_304, of: series) {
            for forecast in step.joined().compactMap({ $0 }) {
                #expect(forecast.low >= 0 && forecast.low <= forecast.value && forecast.value <= forecast.high)
            }
        }
    }

    @Test func `less than two days teach nothing`() throws {
        let series = try SampleNetwork(working: [true, true], detectors: 2).series()
        var short = series
        short.columns = series.columns.map { Array($0.dropLast()) }
        #expect(TrafficForecaster(learningFrom: short) == nil)
        #expect(TrafficForecaster(learningFrom: series) != nil)
        #expect(TrafficForecastEvaluation.scores(of: series, trainDays: 2) == nil)
        #expect(TrafficForecastEvaluation.scores(of: series, trainDays: .max) == nil)
    }
}
