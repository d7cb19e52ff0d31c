import Testing

@testable import Forecasting

struct WeatherOutlookTests {
    private let hours = 0..<600

    private func rows(_ foretold: [ForetoldHour], fillsUp: Bool = false) throws -> Foreseen {
        let record = WeatherRecord(measured: WindyPlace.measured(hours), foretold: ForetoldWeather(foretold))
        let errors = WeatherErrors(measured: record.measured, firstHour: 0, foretold: record.foretold)
        let rows = WeatherOutlook(errors: errors).foreseen(record, firstHour: 0, count: 600, fillsUp: fillsUp)
        return try #require(rows[.windSpeed])
    }

    @Test func `each hour knows the newest forecast that was known then, and none that came later`() throws {
        let rows = try rows(WindyPlace.forecast(100) { _ in 3 } + WindyPlace.forecast(106) { _ in 4 })
        #expect(rows[99, 5].isNaN)
        #expect(rows[100, 1] == 3 && rows[105, 3] == 3)
        #expect(rows[106, 1] == 4 && rows[110, 44] == 4)
        // Hour 154 is the last that the first forecast tells of.
        #expect(rows[105, 49] == 3 && rows[105, 50].isNaN)
    }

    @Test func `a forecast that is more than a day old is none`() throws {
        let rows = try rows(WindyPlace.forecast(100) { _ in 3 })
        #expect(rows[124, 10] == 3)
        #expect(rows[125, 10].isNaN)
    }

    @Test func `steps of three and six hours are filled in, longer gaps are not, and what cannot be is left out`()
        throws
    {
        let steps = WindyPlace.forecast(100) { hour in
            switch hour {
            case 102: 2
            case 105: 5
            case 111: 8
            case 118: 1
            case 119: 999
            default: .nan
            }
        }
        let rows = try rows(steps)
        #expect((1...6).map { rows[100, $0].isNaN ? -1 : rows[100, $0].rounded() } == [-1, 2, 3, 4, 5, 6])
        #expect(abs(rows[100, 8] - 6.5) < 1e-6)
        #expect(rows[100, 11] == 8 && rows[100, 12].isNaN && rows[100, 17].isNaN && rows[100, 18] == 1)
        #expect(rows[100, 19].isNaN)
        // Between two hours one of which is over by now.
        #expect(abs(rows[103, 1] - 4) < 1e-6)
    }

    @Test func `hours of which no forecast is on record get one with errors to learn from, the others keep theirs`()
        throws
    {
        let real = WindyPlace.forecast(300) { _ in 3 }
        let rows = try rows(real, fillsUp: true)
        #expect(rows[300, 5] == 3)
        let missed = (1...40).map { rows[200, $0] - WindyPlace.wind(200 + $0) }
        #expect(missed.allSatisfy { $0.isFinite } && missed.contains { abs($0) > 0.2 })
        // What was not measured either is not made up.
        #expect(rows[590, 20].isNaN)
    }
}
