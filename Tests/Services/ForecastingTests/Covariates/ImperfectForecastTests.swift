import Testing

@testable import Forecasting

struct ImperfectForecastTests {
    private let wave = (0..<4_000).map { (hour: Int) -> Double in
        let isOddDay = (hour / 24) % 2 == 1
        return Double(20 + hour % 24 + (isOddDay ? 10 : 0))
    }

    private func made(_ error: Double, scale: ForecastSeries.Covariate.Scale = .linear, ahead: Bool = true)
        -> [ForecastSeries.Covariate]
    {
        ImperfectForecast.beside(
            [.init(name: "t", scale: scale, values: wave, isKnownAhead: ahead)], day: 24, error: error)
    }

    @Test func `beside what was measured stands a forecast that misses the share it was told to`() throws {
        let columns = made(0.5)
        #expect(columns.map(\.name) == ["t", "t, forecast"])
        #expect(columns.map(\.isKnownAhead) == [false, true])
        let (measured, forecast) = (try #require(columns.first).values, try #require(columns.last).values)
        #expect(measured == wave)
        let errors = zip(forecast, measured).map { $0 - $1 }
        let size = (errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)).squareRoot()
        // From one day to the next the wave changes by 10.
        #expect(size > 4.5 && size < 5.5)
        // An error lasts: the next is much like it.
        let steps = zip(errors, errors.dropFirst()).map { $1 - $0 }
        let step = (steps.reduce(0) { $0 + $1 * $1 } / Double(steps.count)).squareRoot()
        #expect(step < 0.5 * size)
        #expect(made(0.5).last?.values == forecast)
    }

    @Test func `without an error it is what came, and amounts stay above zero`() {
        #expect(made(0).last?.values == wave)
        #expect(made(2, scale: .logarithmic).last?.values.contains { $0 < 0 } == false)
        #expect(made(2).last?.values.contains { $0 < 0 } == true)
        #expect(made(0.5, ahead: false).map(\.name) == ["t"])
    }

    @Test func `gaps stay gaps, and a short column has no error`() {
        let columns = ImperfectForecast.beside(
            [.init(name: "t", values: [1, .nan, 3], isKnownAhead: true)], day: 24, error: 0.5)
        #expect(columns.last?.values.map { $0.isNaN ? -1 : $0 } == [1, -1, 3])
        #expect(ImperfectForecast.beside([], day: 0, error: .nan).isEmpty)
    }
}
