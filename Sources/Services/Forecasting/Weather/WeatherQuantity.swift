import Foundation

/// What weather forecasts tell of an hour that forecasts of something else can use.
public enum WeatherQuantity: Int, CaseIterable, Sendable, Codable {
    /// In °C.
    case temperature
    /// In °C: how much water the air holds, whatever its temperature.
    case dewPoint
    /// In m/s.
    case windSpeed
    /// The parts of the wind from the north and from the east, in m/s.
    case windNorth, windEast
    /// In mm.
    case precipitation
    /// In hPa.
    case pressure
    /// A share, 0 to 1. Nobody measures it, so it is learnt from forecasts as they were issued only.
    case precipitationProbability

    /// How the columns are called that a station measures it in, as `ColumnName.plain` has them.
    var columnNames: Set<String> {
        switch self {
        case .temperature: ["temp", "temperature", "airtemperature"]
        case .dewPoint: ["dewp", "dewpoint"]
        case .windSpeed: Covariates.speeds
        case .windNorth: ["windnorth"]
        case .windEast: ["windeast"]
        case .precipitation: ["rain", "precipitation"]
        case .pressure: ["pres", "pressure", "atmosphericpressure"]
        case .precipitationProbability: []
        }
    }

    /// Whether it cannot be below zero.
    var isAmount: Bool {
        switch self {
        case .windSpeed, .precipitation, .precipitationProbability: true
        case .temperature, .dewPoint, .windNorth, .windEast, .pressure: false
        }
    }

    /// The dew point in °C; `nan` without one of the two.
    ///
    /// - Parameter relativeHumidity: A share up to 1, or percent above.
    /// - Source: the Magnus formula with the constants of WMO-No. 8 (17.62, 243.12 °C), good to 0.4 K from -45 to 60 °C.
    public static func dewPoint(temperature: Double, relativeHumidity: Double) -> Double {
        let share = relativeHumidity <= 1 ? relativeHumidity : relativeHumidity / 100
        guard temperature.isFinite, temperature > -200, share > 0, share <= 1.2 else { return .nan }
        let gamma = log(min(share, 1)) + 17.62 * temperature / (243.12 + temperature)
        return 243.12 * gamma / (17.62 - gamma)
    }

    /// What of a station's columns is weather, at the columns' times.
    ///
    /// The dew point comes from temperature and humidity where it is not measured itself, the parts of the wind from its
    /// speed and direction.
    public static func measured(_ columns: [MeasuredColumn]) -> [WeatherQuantity: [Double]] {
        func values(_ names: Set<String>) -> [Double]? {
            columns.first { names.contains(ColumnName.plain($0.name)) }?.values
        }
        var found: [WeatherQuantity: [Double]] = [:]
        for quantity in allCases { found[quantity] = values(quantity.columnNames) }
        if found[.dewPoint] == nil, let temperature = found[.temperature],
            let humidity = values(["relativehumidity", "humidity", "rh"])
        {
            found[.dewPoint] = zip(temperature, humidity).map { dewPoint(temperature: $0, relativeHumidity: $1) }
        }
        if let speed = found[.windSpeed], let direction = values(Covariates.directions) {
            found[.windNorth] = zip(speed, direction).map { $0 * cos($1 * .pi / 180) }
            found[.windEast] = zip(speed, direction).map { $0 * sin($1 * .pi / 180) }
        }
        return found
    }
}
