import Forecasting
import Testing

struct ForecastSeriesTests {
    @Test func `columns of another length and steps that divide no day are refused`() {
        #expect(ForecastSeries(start: 0, values: [1, 2], covariates: [.init(name: "a", values: [1])]) == nil)
        for step in [0, 59, 7_000, 86_401] { #expect(ForecastSeries(start: 0, step: step, values: [1]) == nil) }
        #expect(ForecastSeries(start: 0, step: 900, values: [1])?.day == 96)
    }

    @Test func `a series is bounded`() {
        #expect(ForecastSeries(start: 0, values: Array(repeating: 0, count: ForecastSeries.maximumCount + 1)) == nil)
        let many = (0...ForecastSeries.maximumCovariates).map {
            ForecastSeries.Covariate(name: "\($0)", values: [1])
        }
        #expect(ForecastSeries(start: 0, values: [1], covariates: many) == nil)
    }

    @Test func `a prefix keeps start, step and columns`() throws {
        let series = try #require(
            ForecastSeries(start: 7_200, values: [1, 2, 3], covariates: [.init(name: "a", values: [4, 5, 6])]))
        #expect(series.prefix(2).values == [1, 2])
        #expect(series.prefix(2).covariates.first?.values == [4, 5])
        #expect(series.prefix(9).count == 3)
        #expect(series.prefix(-1).count == 0)
        #expect(series.time(of: 2) == 14_400)
    }
}
