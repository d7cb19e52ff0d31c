import Testing

@testable import Forecasting

struct SurroundingsTests {
    @Test(arguments: [
        (1.0, 1.0, Surroundings.Quarter.northEast), (1.0, -1.0, .southEast), (-1.0, -1.0, .southWest),
        (-1.0, 1.0, .northWest), (0.0, 0.0, .northEast), (-359.0, 1.0, .northEast), (359.0, -1.0, .southWest),
    ])
    func `a station lies in a quarter of the compass, also across the date line`(
        east: Double, north: Double, quarter: Surroundings.Quarter
    ) {
        #expect(Surroundings.Quarter(of: (170 + east, 45 + north), from: (170, 45)) == quarter)
    }

    @Test func `the two nearest of each quarter are looked at, up to 100 kilometres`() {
        let chosen = Surroundings.choose([
            (9_000, .northEast), (1_000, .northEast), (5_000, .northEast), (100_001, .southWest), (99_999, .southEast),
            (5_000, .northWest),
        ])
        #expect(chosen == [1, 2, 5, 4])
        #expect(Surroundings.choose([]) == [])
    }

    @Test func `columns are means over stations, and need half of them`() throws {
        let stations = [
            Surroundings.Station(values: [10, 10, .nan, .nan], quarter: .northEast),
            Surroundings.Station(values: [20, .nan, .nan, .nan], quarter: .northEast),
            Surroundings.Station(values: [60, 50, 40], quarter: .southWest),
        ]
        let columns = Surroundings.covariates(
            of: stations, count: 4,
            names: ["around, mean", "around, least", "around, greatest", "around, northEast", "around, southEast"])
        #expect(columns.allSatisfy { $0.scale == .likeTarget && !$0.isKnownAhead })
        func values(_ name: String) throws -> [Double?] {
            try #require(columns.first { $0.name == name }).values.map { $0.isNaN ? nil : $0 }
        }
        #expect(try values("around, mean") == [30, 30, nil, nil])
        #expect(try values("around, least") == [10, 10, nil, nil])
        #expect(try values("around, greatest") == [60, 50, nil, nil])
        #expect(try values("around, northEast") == [15, 10, nil, nil])
        #expect(try values("around, southEast") == [nil, nil, nil, nil])
        #expect(columns.count == 5)
    }

    @Test func `columns with little in them are not learnt from`() {
        let long = Surroundings.Station(values: Array(repeating: 1, count: 600), quarter: .northWest)
        let short = Surroundings.Station(values: Array(repeating: 1, count: 499), quarter: .southEast)
        let names = Surroundings.covariates(of: [long, short], count: 600).map(\.name)
        #expect(names == ["around, mean", "around, least", "around, greatest", "around, northWest"])
        #expect(Surroundings.covariates(of: [], count: 600).isEmpty)
    }

    /// A wave that comes from elsewhere and is here three hours later.
    private func passing(_ there: (Int, Double) -> Double) throws -> ForecastSeries {
        let wave = try #require(SyntheticSeries.daily(days: 60)).values
        let other = wave.enumerated().map { there($0, $1) }
        return try #require(
            ForecastSeries(
                start: 0, values: wave.indices.map { $0 < 3 ? .nan : wave[$0 - 3] },
                covariates: [.init(name: "around, mean", scale: .likeTarget, values: other)]))
    }

    private var options: SeriesForecaster.Options {
        var options = SeriesForecaster.Options()
        options.longestHorizon = 3
        options.mostTrees = 60
        return options
    }

    @Test func `what is elsewhere now is forecast to come here`() throws {
        let forecaster = try #require(SeriesForecaster(learningFrom: passing { $1 }, options: options))
        let alone = try #require(SeriesForecaster(learningFrom: passing { _, _ in .nan }, options: options))
        let (with, without) = (try #require(forecaster.skills.last), try #require(alone.skills.last))
        #expect(with.error < 0.7 * without.error)
    }

    @Test func `where nothing is known around, it counts as being like here`() throws {
        let known = try passing { $1 }
        let forecaster = try #require(SeriesForecaster(learningFrom: known, options: options))
        let silent = try #require(forecaster.applied(to: passing { _, _ in .nan }))
        let alike = try #require(
            ForecastSeries(
                start: 0, values: known.values,
                covariates: [.init(name: "around, mean", scale: .likeTarget, values: known.values)]))
        let same = try #require(forecaster.applied(to: alike))
        for issue in [900, 1_000, 1_100] {
            #expect(
                silent.forecasts(at: issue, horizons: [1, 2, 3]) == same.forecasts(at: issue, horizons: [1, 2, 3]))
        }
    }
}
