import Testing

@testable import Forecasting

struct SeriesForecasterKeepingTests {
    private func learnt() throws -> (forecaster: SeriesForecaster, series: ForecastSeries) {
        let series = try #require(SyntheticSeries.daily(days: 60, gaps: true, covariates: true))
        var options = SeriesForecaster.Options()
        options.longestHorizon = 12
        options.mostTrees = 12
        return (try #require(SeriesForecaster(learningFrom: series, options: options)), series)
    }

    private func forecasts(_ forecaster: SeriesForecaster, _ series: ForecastSeries) throws -> [Forecast] {
        let applied = try #require(forecaster.applied(to: series))
        return [900, 1_000, 1_200].flatMap { applied.forecasts(at: $0, horizons: Array(1...12)) }
    }

    @Test func `a forecaster that was kept forecasts the same`() throws {
        let (forecaster, series) = try learnt()
        let bytes = forecaster.kept()
        let again = try #require(SeriesForecaster(kept: bytes))
        #expect(try forecasts(again, series) == forecasts(forecaster, series))
        #expect(again.skills == forecaster.skills)
        #expect(again.longestHorizon == 12)
        #expect(again.kept() == bytes)
    }

    @Test func `bytes that are not whole, too many, or of another form give none`() throws {
        let bytes = try learnt().forecaster.kept()
        for count in Array(0..<200) + Array(stride(from: 200, to: bytes.count, by: bytes.count / 50)) {
            #expect(SeriesForecaster(kept: Array(bytes[..<count])) == nil)
        }
        #expect(SeriesForecaster(kept: bytes + [0]) == nil)
        var other = bytes
        other[0] &+= 1
        #expect(SeriesForecaster(kept: other) == nil)
    }

    @Test func `bytes that were changed give none, or one that forecasts numbers`() throws {
        let (forecaster, series) = try learnt()
        let bytes = forecaster.kept()
        var random = FixedRandom(seed: 21)
        for _ in 0..<300 {
            var changed = bytes
            for _ in 0..<3 { changed[random.next(below: bytes.count)] = UInt8(truncatingIfNeeded: random.next()) }
            guard let again = SeriesForecaster(kept: changed), let applied = again.applied(to: series) else { continue }
            for forecast in applied.forecasts(at: 1_000, horizons: [1, 5, 12]) {
                #expect(forecast.interval.contains(forecast.value))
            }
        }
    }
}
