import Foundation

/// The accuracy of forecasts and interpolation, as tables to read and as JSON.
public struct AccuracyReport: Sendable, Encodable {
    /// Mean absolute errors of one horizon over all stations, in the data's unit; shares in percent.
    public struct Horizon: Sendable, Encodable {
        public let hours: Int
        public let forecasts: Int
        public let forecast: Double
        public let persistence: Double
        public let climatology: Double
        public let gainPercent: Double
        public let coveragePercent: Double
        public let intervalWidth: Double

        init?(_ score: ForecastScore) {
            guard score.count > 0 else { return nil }
            hours = score.horizon
            forecasts = score.count
            forecast = score.forecastError
            persistence = score.persistenceError
            climatology = score.climatologyError
            gainPercent = score.gainPercent
            coveragePercent = score.coveragePercent
            intervalWidth = score.intervalWidth
        }
    }

    /// Mean absolute errors of a station that is estimated from the others.
    public struct Station: Sendable, Encodable {
        public let station: String
        public let values: Int
        public let kriging: Double
        public let fixedKriging: Double
        public let inverseDistance: Double
        public let coveragePercent: Double
        public let intervalWidth: Double

        init?(_ score: InterpolationScore) {
            guard score.count > 0 else { return nil }
            station = score.station
            values = score.count
            kriging = score.krigingError
            fixedKriging = score.fixedKrigingError
            inverseDistance = score.inverseDistanceError
            coveragePercent = score.coveragePercent
            intervalWidth = score.intervalWidth
        }
    }

    public let pollutant: String
    /// The stations whose forecasts were scored.
    public let stations: [String]
    /// The first hour that nothing was learnt from, and the last one scored, UTC.
    public let testedFrom: String
    public let testedTo: String
    public let forecast: [Horizon]
    /// With the weather of the forecast hours taken as known; `nil` when it was not asked for.
    public let forecastWithWeatherAhead: [Horizon]?
    /// With weather forecasts that err by `ForecastEvaluation.weatherError`; `nil` when it was not asked for.
    public let forecastWithWeatherForecast: [Horizon]?
    /// The same with none on record from before; `nil` when it was not asked for.
    public let forecastWithNewWeatherForecast: [Horizon]?
    /// One for each station, and one with the name "all" last; `nil` without positions.
    public let interpolation: [Station]?
    /// What was left out, and why.
    public let notes: [String]

    /// - Parameters:
    ///   - forecasts: The scores of each station.
    ///   - weatherAhead: The same with the weather of the forecast hours; empty when it was not asked for.
    ///   - weatherForecast: The same with forecasts of the weather that err; empty when it was not asked for.
    ///   - newWeatherForecast: The same with none on record from before; empty when it was not asked for.
    public init(
        pollutant: String, testedFrom: String, testedTo: String,
        forecasts: [(station: String, scores: [ForecastScore])],
        weatherAhead: [[ForecastScore]], weatherForecast: [[ForecastScore]] = [],
        newWeatherForecast: [[ForecastScore]] = [],
        interpolation: [InterpolationScore]?, notes: [String]
    ) {
        self.pollutant = pollutant
        self.testedFrom = testedFrom
        self.testedTo = testedTo
        stations = forecasts.map(\.station)
        forecast = Self.total(forecasts.map(\.scores)).compactMap { Horizon($0) }
        forecastWithWeatherAhead = weatherAhead.isEmpty ? nil : Self.total(weatherAhead).compactMap { Horizon($0) }
        forecastWithWeatherForecast =
            weatherForecast.isEmpty ? nil : Self.total(weatherForecast).compactMap { Horizon($0) }
        forecastWithNewWeatherForecast =
            newWeatherForecast.isEmpty ? nil : Self.total(newWeatherForecast).compactMap { Horizon($0) }
        self.interpolation = interpolation.map { scores in
            var all = InterpolationScore(station: "all")
            for score in scores { all.add(score) }
            return (scores + [all]).compactMap { Station($0) }
        }
        self.notes = notes
    }

    private static func total(_ scores: [[ForecastScore]]) -> [ForecastScore] {
        guard var total = scores.first else { return [] }
        for other in scores.dropFirst() { for place in total.indices { total[place].add(other[place]) } }
        return total
    }
}

extension AccuracyReport: CustomStringConvertible {
    /// The tables as text.
    public var description: String {
        var lines = [
            "\(pollutant): learnt before \(testedFrom), tested to \(testedTo); mean absolute errors in the data's unit",
            "",
            "Forecast, \(stations.count) stations, nothing known beyond the hour of issue",
        ]
        lines += Self.table(forecast)
        if let forecastWithWeatherForecast {
            lines += [
                "",
                "The same with weather forecasts that err half as much as saying that tomorrow is like today, learnt as issued",
            ]
            lines += Self.table(forecastWithWeatherForecast)
        }
        if let forecastWithNewWeatherForecast {
            lines += ["", "The same where the weather forecasts have just begun, learnt with errors that are made up"]
            lines += Self.table(forecastWithNewWeatherForecast)
        }
        if let forecastWithWeatherAhead {
            lines += [
                "", "The same with the weather of the forecast hours, as a perfect weather forecast would give it",
            ]
            lines += Self.table(forecastWithWeatherAhead)
        }
        if let interpolation {
            lines += ["", "Interpolation, each station left out in turn"]
            lines.append(
                Self.row([
                    "station", "values", "kriging", "fixed variogram", "inverse distance", "90 % holds", "width",
                ]))
            for one in interpolation {
                lines.append(
                    Self.row([
                        one.station, "\(one.values)", one.kriging.text, one.fixedKriging.text, one.inverseDistance.text,
                        one.coveragePercent.text + " %", one.intervalWidth.text,
                    ]))
            }
        }
        if !notes.isEmpty { lines += [""] + notes }
        return lines.joined(separator: "\n")
    }

    private static func table(_ horizons: [Horizon]) -> [String] {
        [row(["horizon", "forecasts", "forecast", "persistence", "climatology", "gain", "90 % holds", "width"])]
            + horizons.map { one in
                row([
                    "\(one.hours) h", "\(one.forecasts)", one.forecast.text, one.persistence.text, one.climatology.text,
                    one.gainPercent.text + " %", one.coveragePercent.text + " %", one.intervalWidth.text,
                ])
            }
    }

    private static func row(_ cells: [String]) -> String {
        cells.enumerated().map { index, cell in
            let width = index == 0 ? 14 : 16
            let padding = String(repeating: " ", count: max(0, width - cell.count))
            return index == 0 ? cell + padding : padding + cell
        }.joined()
    }
}

extension Double {
    /// With two digits after the point.
    fileprivate var text: String { String(format: "%.2f", self) }
}
