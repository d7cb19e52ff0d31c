import Testing

@testable import Forecasting

struct OutlookForecasterTests {
    private static let learnt = 1_000
    private let hours = 0..<1_200

    private var options: SeriesForecaster.Options {
        var options = SeriesForecaster.Options()
        options.longestHorizon = 12
        options.mostTrees = 24
        return options
    }

    private func record(_ foretold: [ForetoldHour]) -> WeatherRecord {
        WeatherRecord(measured: WindyPlace.measured(hours), foretold: ForetoldWeather(foretold))
    }

    /// Forecasts every six hours, true to what came.
    private func issued(from first: Int) -> [ForetoldHour] {
        stride(from: first, to: 1_200, by: 6).flatMap { WindyPlace.forecast($0) }
    }

    private func errors(_ applied: AppliedOutlook) -> (seeing: Double, blind: Double, seen: Int) {
        var (seeing, blind, seen) = (0.0, 0.0, 0)
        for issue in Self.learnt..<1_180 {
            for forecast in applied.forecasts(at: issue, horizons: [6, 9, 12]) {
                let outcome = WindyPlace.dust(issue + forecast.blind.horizon)
                blind += abs(forecast.blind.value - outcome)
                seeing += abs((forecast.seeing ?? forecast.blind).value - outcome)
                seen += forecast.seeing == nil ? 0 : 1
            }
        }
        return (seeing, blind, seen)
    }

    @Test(arguments: [0, learnt - 12])
    func `weather forecasts make it better, learnt as issued or, where they have just begun, with errors made up`(
        first: Int
    ) throws {
        let (series, record) = (try WindyPlace.series(hours), record(issued(from: first)))
        let forecaster = try #require(
            OutlookForecaster(learningFrom: series.prefix(Self.learnt), weather: record, options: options))
        let seeing = try #require(forecaster.seeing)
        #expect(first == 0 ? seeing.issuedShare > 0.95 : seeing.issuedShare < 0.05)
        let found = errors(try #require(forecaster.applied(to: series, weather: record)))
        #expect(found.seen == 3 * 180)
        // With errors of an assumed size it trusts these, which have none, less than it could.
        #expect(found.seeing < (first == 0 ? 0.8 : 0.9) * found.blind)
    }

    @Test func `without a weather forecast the forecast is that of one that never knew any`() throws {
        let series = try WindyPlace.series(hours)
        let learnt = series.prefix(Self.learnt)
        let forecaster = try #require(
            OutlookForecaster(learningFrom: learnt, weather: record(issued(from: 0)), options: options))
        let plain = try #require(SeriesForecaster(learningFrom: learnt, options: options)?.applied(to: series))
        let applied = try #require(forecaster.applied(to: series))
        let one = applied.forecasts(at: 1_050, horizons: [1, 6, 12])
        #expect(one.map(\.blind) == plain.forecasts(at: 1_050, horizons: [1, 6, 12]))
        #expect(one.allSatisfy { $0.seeing == nil })
        #expect(applied.foretoldHours(at: 1_050, upTo: 12) == 0)
        // Half a forecast is used for the hours that it tells of.
        let half = record(WindyPlace.forecast(1_050).filter { $0.hour <= 1_060 })
        let partly = try #require(forecaster.applied(to: series, weather: half))
        #expect(partly.foretoldHours(at: 1_050, upTo: 12) == 10)
        #expect(partly.forecasts(at: 1_050, horizons: [10, 11]).map { $0.seeing != nil } == [true, false])
        #expect(partly.forecasts(at: 1_050, horizons: [11]).map(\.blind) == plain.forecasts(at: 1_050, horizons: [11]))
    }

    @Test func `what became known after the time of issue changes nothing`() throws {
        let series = try WindyPlace.series(hours)
        let before = issued(from: 0).filter { $0.known <= 1_050 }
        let after = stride(from: 1_051, to: 1_160, by: 1).flatMap { WindyPlace.forecast($0) { _ in 9 } }
        let forecaster = try #require(
            OutlookForecaster(learningFrom: series.prefix(Self.learnt), weather: record(before), options: options))
        let knowing = try #require(
            OutlookForecaster(
                learningFrom: series.prefix(Self.learnt), weather: record(before + after), options: options))
        func forecasts(_ forecaster: OutlookForecaster, _ foretold: [ForetoldHour]) throws -> [OutlookForecast] {
            try #require(forecaster.applied(to: series, weather: record(foretold)))
                .forecasts(at: 1_050, horizons: [1, 6, 12])
        }
        let honest = try forecasts(forecaster, before)
        #expect(honest.allSatisfy { $0.seeing != nil })
        #expect(try forecasts(forecaster, before + after) == honest)
        #expect(try forecasts(knowing, before) == honest)
    }

    @Test func `without forecasts on record, or where they tell nothing that was measured, none is learnt from`() throws
    {
        let series = try WindyPlace.series(hours).prefix(Self.learnt)
        #expect(OutlookForecaster(learningFrom: series, weather: record([]), options: options)?.seeing == nil)
        var odd = ForetoldHour(known: 999, hour: 1_005)
        odd[.pressure] = 1_000
        #expect(OutlookForecaster(learningFrom: series, weather: record([odd]), options: options)?.seeing == nil)
    }
}
