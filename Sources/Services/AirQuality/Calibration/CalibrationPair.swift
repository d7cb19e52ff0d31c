/// A sensor's hour beside a reference instrument's.
public struct CalibrationPair: Sendable, Hashable {
    /// What the sensor says, in µg/m³ or in its own raw unit.
    public let sensor: Double
    /// What the reference says, in µg/m³.
    public let reference: Double
    /// Percent, 0 to 100.
    public let relativeHumidity: Double
    /// Degrees Celsius.
    public let temperature: Double

    public init(sensor: Double, reference: Double, relativeHumidity: Double, temperature: Double) {
        self.sensor = sensor
        self.reference = reference
        self.relativeHumidity = relativeHumidity
        self.temperature = temperature
    }

    /// Whether all numbers are there, and the humidity can be one.
    public var isComplete: Bool {
        sensor.isFinite && reference.isFinite && temperature.isFinite && (0...110).contains(relativeHumidity)
    }
}

/// How the sensor's value, humidity and temperature become a concentration.
public enum CalibrationModel: Sendable, Hashable {
    /// a + b s.
    case linear
    /// a + b s + c RH + d T.
    case linearWithWeather
    /// a + b s / (1 + κ aw / (1 - aw)), aw being the relative humidity up to 95 %: particles swell in damp air, and a
    /// sensor that scatters light counts the water (Petters and Kreidenweis 2007; Crilley et al. 2018). κ here also
    /// holds the particles' density.
    case humidityGrowth(kappa: Double)
    /// The same, + d T.
    case humidityGrowthWithTemperature(kappa: Double)

    var columns: Int {
        switch self {
        case .linear, .humidityGrowth: 2
        case .humidityGrowthWithTemperature: 3
        case .linearWithWeather: 4
        }
    }

    /// The row of the regression, constant first.
    func row(sensor: Double, relativeHumidity: Double, temperature: Double) -> [Double] {
        switch self {
        case .linear: [1, sensor]
        case .linearWithWeather: [1, sensor, relativeHumidity, temperature]
        case .humidityGrowth(let kappa): [1, Self.dry(sensor, relativeHumidity, kappa)]
        case .humidityGrowthWithTemperature(let kappa):
            [1, Self.dry(sensor, relativeHumidity, kappa), temperature]
        }
    }

    private static func dry(_ sensor: Double, _ relativeHumidity: Double, _ kappa: Double) -> Double {
        let activity = min(max(relativeHumidity, 0), 95) / 100
        return sensor / (1 + kappa * activity / (1 - activity))
    }

    /// The models tried for a pollutant, simplest first.
    static func candidates(for pollutant: Pollutant) -> [CalibrationModel] {
        guard pollutant.isParticulate else { return [.linear, .linearWithWeather] }
        let kappas = Array(stride(from: 0.05, through: 1.0, by: 0.05))
        let growths = kappas.map { CalibrationModel.humidityGrowth(kappa: $0) }
        let growthsWithTemperature = kappas.map { CalibrationModel.humidityGrowthWithTemperature(kappa: $0) }
        return [.linear] + growths + growthsWithTemperature + [.linearWithWeather]
    }
}
