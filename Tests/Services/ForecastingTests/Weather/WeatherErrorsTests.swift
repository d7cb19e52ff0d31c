import Testing

@testable import Forecasting

struct WeatherErrorsTests {
    private let hours = 0..<1_500

    private func errors(_ foretold: [ForetoldHour]) -> WeatherErrors {
        WeatherErrors(
            measured: WindyPlace.measured(hours), firstHour: 0, foretold: ForetoldWeather(foretold))
    }

    @Test func `forecasts in another unit and with a bias are put right by what came`() throws {
        let foretold = stride(from: 0, to: 1_400, by: 6).flatMap { known in
            WindyPlace.forecast(known) { 2 + 3.6 * WindyPlace.wind($0) }
        }
        let wind = try #require(errors(foretold).quantities[.windSpeed])
        #expect(wind.pairs > 10_000)
        #expect(wind.share < 0.01)
        #expect(abs(wind.corrected(2 + 3.6 * 5) - 5) < 0.05)
        // Far beyond all that was ever measured.
        #expect(wind.corrected(500).isNaN)
    }

    @Test func `with few forecasts errors are assumed, and what nobody measures is taken as it is`() throws {
        let few = WindyPlace.forecast(1_400)
        let wind = try #require(errors(few).quantities[.windSpeed])
        #expect(wind.pairs == 0 && wind.share == ForecastNoise.assumedShare && wind.factor == 1)
        var rain = ForetoldHour(known: 3, hour: 9)
        rain[.precipitationProbability] = 0.4
        #expect(errors([rain]).quantities.keys.sorted { $0.rawValue < $1.rawValue } == [.precipitationProbability])
        #expect(errors([rain]).quantities[.precipitationProbability]?.corrected(0.4) == 0.4)
        #expect(errors([]).quantities.isEmpty)
    }

    @Test func `forecasts no better than saying that tomorrow is like today are left out`() {
        let foretold = stride(from: 0, to: 1_400, by: 6).flatMap { known in
            WindyPlace.forecast(known) { WindyPlace.wind(($0 * 37) % 1_500) }
        }
        #expect(errors(foretold).quantities.isEmpty)
        let contrary = stride(from: 0, to: 1_400, by: 6).flatMap { known in
            WindyPlace.forecast(known) { 20 - WindyPlace.wind($0) }
        }
        #expect(errors(contrary).quantities.isEmpty)
        let constant = stride(from: 0, to: 1_400, by: 6).flatMap { known in WindyPlace.forecast(known) { _ in 4 } }
        #expect(errors(constant).quantities.isEmpty)
    }
}
