import Foundation

/// Turns a station's columns into covariates of a forecast: wind into its components, the rest onto a fitting scale.
public enum Covariates {
    static let directions: Set = ["winddirection", "wd", "wdir", "winddir"]
    static let speeds: Set = ["windspeed", "ws", "wspm", "wspd", "wind"]
    private static let weather: Set = [
        "temp", "temperature", "airtemperature", "pres", "pressure", "atmosphericpressure", "dewp", "dewpoint", "rain",
        "precipitation", "relativehumidity", "humidity", "rh", "solarradiation", "radiation", "cloudcover",
        "winddirectionsine", "winddirectioncosine", "windeast", "windnorth",
    ]

    /// The covariates of a station.
    ///
    /// - Parameter weatherIsAhead: Whether the weather of the forecast hours counts as known.
    public static func make(_ columns: [MeasuredColumn], weatherIsAhead: Bool) -> [ForecastSeries.Covariate] {
        var made: [MeasuredColumn] = []
        let speed = columns.first { speeds.contains(ColumnName.plain($0.name)) }
        for column in columns where made.count < ForecastSeries.maximumCovariates - 1 {
            guard directions.contains(ColumnName.plain(column.name)) else {
                made.append(column)
                continue
            }
            let radians = column.values.map { $0 * .pi / 180 }
            let north: [Double]
            let east: [Double]
            if let speed {
                north = zip(radians, speed.values).map { cos($0) * $1 }
                east = zip(radians, speed.values).map { sin($0) * $1 }
            } else {
                north = radians.map { cos($0) }
                east = radians.map { sin($0) }
            }
            made.append(MeasuredColumn(name: "windNorth", values: north))
            made.append(MeasuredColumn(name: "windEast", values: east))
        }
        return made.map { column in
            let name = ColumnName.plain(column.name)
            return ForecastSeries.Covariate(
                name: column.name, scale: isSpread(column.values) ? .logarithmic : .linear, values: column.values,
                isKnownAhead: weatherIsAhead && (weather.contains(name) || speeds.contains(name)))
        }
    }

    /// Whether a column is weather, by its name; of a station's numbers these are worth learning from.
    public static func isWeather(_ name: String) -> Bool {
        let name = ColumnName.plain(name)
        return weather.contains(name) || speeds.contains(name) || directions.contains(name)
    }

    /// Whether values are never below 0 and their largest hundredth lies far beyond the middle.
    private static func isSpread(_ values: [Double]) -> Bool {
        let sorted = values.filter { $0.isFinite }.sorted()
        guard let least = sorted.first, least >= 0 else { return false }
        return sorted[sorted.count * 99 / 100] > 4 * sorted[sorted.count / 2]
    }
}
