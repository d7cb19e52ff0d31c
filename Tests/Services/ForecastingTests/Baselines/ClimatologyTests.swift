import Forecasting
import Testing

struct ClimatologyTests {
    @Test func `each time of day and part of the year has its median`() throws {
        // Two years of hours: the hour of the day, ten times as much in the second half of the year.
        let values = (0..<(730 * 24)).map { (hour: Int) -> Double in
            let isSecondHalf = (hour / 24) % 365 >= 183
            return Double(hour % 24) * (isSecondHalf ? 10 : 1)
        }
        let series = try #require(ForecastSeries(start: 0, values: values))
        let climatology = try #require(Climatology(series))
        #expect(climatology.value(at: 20 * 86_400 + 7 * 3_600) == 7)
        #expect(climatology.value(at: 300 * 86_400 + 7 * 3_600) == 70)
        #expect(climatology.value(at: -86_400 * 60 + 7 * 3_600) == 70)
    }

    @Test func `hours without a value take the median of all, and no value makes no climatology`() throws {
        let series = try #require(ForecastSeries(start: 0, values: [4, .nan, 6, 5]))
        #expect(Climatology(series)?.value(at: 86_400 * 100) == 5)
        let empty = try #require(ForecastSeries(start: 0, values: [.nan]))
        #expect(Climatology(empty) == nil)
    }
}
