import Foundation
import Testing

@testable import AirEvaluation

struct AirEvaluationTests {
    private static let firstHour = 380_000

    /// Seven stations under one slow wave that comes from the wind, with the wind itself; the last has no position.
    private var stations: [StationRecord] {
        var state: UInt64 = 3
        func noise() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) / Double(1 << 53) - 0.5
        }
        let wind = (0..<(90 * 24)).map { (hour: Int) -> Double in 3 + 2 * sin(Double(hour) / 37) + noise() }
        var level = 3.0
        let regional = wind.map { breeze -> Double in
            level = 0.95 * level + 0.05 * (5 - breeze * 0.7) + 0.1 * noise()
            return level
        }
        let direction = wind.map { $0 * 40 }
        return (0..<7).map { (place: Int) -> StationRecord in
            var values: [Double] = []
            for (hour, level) in regional.enumerated() {
                let own = exp(level + 0.05 * noise())
                values.append((hour + place * 13) % 50 == 0 ? .nan : own)
            }
            let longitude = 116 + 0.1 * Double(place % 2)
            let latitude = 40 + 0.1 * Double(place / 2)
            return StationRecord(
                name: "S\(place)", position: place == 6 ? nil : (longitude, latitude), firstHour: Self.firstHour,
                values: values,
                columns: [
                    StationRecord.Column(name: "WSPM", values: wind),
                    StationRecord.Column(name: "wd", values: direction),
                ])
        }
    }

    @Test func `forecasts are scored on the hours after the split, with intervals that hold`() throws {
        let station = try #require(stations.first)
        let scores = try #require(
            ForecastEvaluation.scores(
                of: station, firstTestHour: Self.firstHour + 60 * 24, weather: .measured))
        #expect(scores.map(\.horizon) == [1, 3, 6, 12, 24, 48])
        for score in scores {
            #expect(score.count > 600 && score.count <= 30 * 24 - score.horizon)
            #expect(score.coveragePercent > 80 && score.coveragePercent < 98)
            #expect(score.forecastError > 0 && score.climatologyError > 0)
        }
    }

    @Test func `what the stations around measure makes forecasts better, and none without a position has a part in it`()
        throws
    {
        let first = Self.firstHour + 60 * 24
        let stations = stations
        func error(among others: [StationRecord]) throws -> Double {
            let scores = ForecastEvaluation.scores(
                of: stations[0], among: others, firstTestHour: first, weather: .measured)
            return try #require(scores?.first).forecastError
        }
        // All stations stand under one wave and have noise of their own, which the others do not share.
        #expect(try error(among: stations) < 0.97 * error(among: []))
        #expect(ForecastEvaluation.surroundings(of: stations[0], among: stations).count >= 4)
        #expect(ForecastEvaluation.surroundings(of: stations[0], among: [stations[0], stations[6]]).isEmpty)
        #expect(ForecastEvaluation.surroundings(of: stations[6], among: stations).isEmpty)
    }

    @Test func `a weather forecast that errs is worth something, and less than a perfect one`() throws {
        let station = try #require(stations.first)
        func error(_ weather: ForecastEvaluation.Weather) throws -> Double {
            let scores = ForecastEvaluation.scores(
                of: station, firstTestHour: Self.firstHour + 60 * 24, weather: weather)
            return try #require(scores?.first { $0.horizon == 24 }).forecastError
        }
        let (measured, forecast, perfect) = (try error(.measured), try error(.forecast), try error(.perfect))
        #expect(perfect < forecast && forecast < measured)
        // A city without any from before learns with errors that are made up.
        let begun = try error(.newForecast)
        #expect(perfect < begun && begun < measured)
    }

    @Test func `a split outside of the data gives no score`() throws {
        let station = try #require(stations.first)
        for first in [0, Self.firstHour, Self.firstHour + 90 * 24, Int(Int32.max)] {
            #expect(ForecastEvaluation.scores(of: station, firstTestHour: first, weather: .measured) == nil)
        }
    }

    @Test func `stations are estimated from the others, with intervals that hold`() throws {
        let scores = try #require(
            InterpolationEvaluation.scores(of: stations, firstTestHour: Self.firstHour + 60 * 24))
        #expect(scores.map(\.station) == ["S0", "S1", "S2", "S3", "S4", "S5"])
        for score in scores {
            #expect(score.count > 600)
            #expect(score.coveragePercent > 80 && score.coveragePercent < 98)
            // The stations differ by noise of up to 2.5 % around values near 20: a good estimate misses by little.
            #expect(score.krigingError < 2)
        }
        #expect(InterpolationEvaluation.scores(of: Array(stations.suffix(3)), firstTestHour: Self.firstHour) == nil)
    }

    @Test func `the report adds stations up, as text and as JSON`() throws {
        let first = Self.firstHour + 60 * 24
        let scored: [(station: String, scores: [ForecastScore])] = try stations.prefix(1).map { station in
            (
                station: station.name,
                scores: try #require(
                    ForecastEvaluation.scores(of: station, firstTestHour: first, weather: .measured))
            )
        }
        let report = AccuracyReport(
            pollutant: "PM2.5", testedFrom: "a", testedTo: "b", forecasts: scored, weatherAhead: [],
            weatherForecast: scored.map(\.scores), newWeatherForecast: scored.map(\.scores),
            interpolation: InterpolationEvaluation.scores(of: stations, firstTestHour: first), notes: ["a note"])
        #expect(report.forecast.map(\.hours) == [1, 3, 6, 12, 24, 48])
        #expect(report.forecast.first?.forecasts == scored.reduce(0) { $0 + $1.scores[0].count })
        #expect(report.interpolation?.last?.station == "all")
        #expect(report.interpolation?.count == 7)
        let json = try JSONEncoder().encode(report)
        #expect(String(decoding: json, as: UTF8.self).contains("\"gainPercent\""))
        for word in ["24 h", "persistence", "fixed variogram", "a note", "err half", "just begun"] {
            #expect(report.description.contains(word))
        }
    }

    @Test(arguments: [("PM2.5", "pm25"), ("pm_10", "PM10"), ("Wind Speed", "windSpeed")])
    func `names are compared without case and signs`(one: String, other: String) {
        #expect(ColumnName.plain(one) == ColumnName.plain(other))
    }
}
