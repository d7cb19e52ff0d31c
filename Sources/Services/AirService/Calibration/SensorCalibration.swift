import AirQuality
import NGSILDModel
import ServiceRuntime

/// A sensor that stood, or stands, beside a reference station: what is asked for by an entity of type
/// `AirSensorCalibration`.
struct SensorCalibration: Sendable {
    static let typeName = "AirSensorCalibration"
    /// Sensors of this type have no index of their own, unlike those of type AirQualityObserved.
    static let sensorTypeName = "AirQualitySensor"
    static let outputTypeName = "AirQualityObserved"

    /// Whose hours are compared, and when.
    struct Pairing: Sendable, Hashable {
        var sensor: String
        /// The attribute of the sensor with its values, in whatever unit; `nil`: the one that is called as the pollutant.
        var sensorAttribute: String?
        var reference: String
        /// The entity with `relativeHumidity` and `temperature`: usually the sensor itself.
        var weatherSource: String
        var pollutant: Pollutant
        /// The first and the last instant; `nil`: all that both have, two years at most.
        var from: Timestamp?
        var to: Timestamp?

        /// Whether an entity is one of those that are compared.
        func names(_ id: String) -> Bool { id == sensor || id == reference || id == weatherSource }

        /// Tells pairings apart: a calibration that was fitted for another one is fitted again.
        var text: String {
            [
                sensor, sensorAttribute ?? "", reference, weatherSource, pollutant.name, from?.text ?? "",
                to?.text ?? "",
            ].joined(separator: " ")
        }
    }

    let id: String
    let pairing: Pairing
    var isActive = true
    /// From when on calibrated values are written; `nil`: from the end of the pairs on.
    var appliesFrom: Timestamp?
    /// What was fitted; `nil` before, and where it was refused.
    var calibration: Calibration?
    /// The pairing that `calibration`, or a refusal, is of.
    var fittedFor: String?

    var isFitted: Bool { fittedFor == pairing.text }

    /// The entity that gets the calibrated values; `nil` where its id would be too long.
    var outputID: String? { ResultEntity.id(Self.outputTypeName, "calibrated", of: pairing.sensor) }
}
