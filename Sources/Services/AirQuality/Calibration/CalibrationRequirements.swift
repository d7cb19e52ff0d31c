/// What a calibration has to fulfil to be used.
public struct CalibrationRequirements: Sendable, Hashable {
    /// Complete pairs; at least 30 however low it is set.
    public var pairs: Int
    /// The reference has to span this, from its 5th to its 95th percentile, in µg/m³.
    public var span: Double
    /// Where the uncertainty is stated and held against its bound, in µg/m³.
    public var limitValue: Double
    /// The greatest expanded relative uncertainty at the limit value, 0.25 being 25 %.
    public var relativeUncertainty: Double
    /// The least coefficient of determination, by cross-validation.
    public var determination: Double
    /// The reference's own standard uncertainty between two of its kind, in µg/m³.
    public var referenceUncertainty: Double

    /// The data quality objectives of indicative measurements for short-term means.
    ///
    /// - Source: Directive (EU) 2024/2881, annex V B; limit values of annex I. The reference's own uncertainty for
    ///   particles is that of the Guide to the Demonstration of Equivalence (2010), 0.67 µg/m³; for gases 0, which
    ///   makes the sensor's look greater.
    public init(indicativeOf pollutant: Pollutant) {
        switch pollutant {
        case .pm25: (limitValue, relativeUncertainty, span, referenceUncertainty) = (25, 0.35, 10, 0.67)
        case .pm10: (limitValue, relativeUncertainty, span, referenceUncertainty) = (45, 0.5, 15, 0.67)
        case .no2: (limitValue, relativeUncertainty, span, referenceUncertainty) = (200, 0.25, 20, 0)
        case .o3: (limitValue, relativeUncertainty, span, referenceUncertainty) = (120, 0.25, 30, 0)
        case .so2: (limitValue, relativeUncertainty, span, referenceUncertainty) = (350, 0.25, 20, 0)
        case .co: (limitValue, relativeUncertainty, span, referenceUncertainty) = (10_000, 0.25, 500, 0)
        }
        (pairs, determination) = (168, 0.5)
    }
}

/// Why a calibration is not to be used. Each says what to do.
public enum CalibrationRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    case tooFewPairs(have: Int, need: Int)
    /// The reference hardly varied.
    case spanTooSmall(have: Double, need: Double)
    /// The sensor's values, humidity and temperature do not determine any model.
    case notDetermined
    case weakRelation(determination: Double, need: Double)
    case tooUncertain(relative: Double, allowed: Double, limitValue: Double)

    public var description: String {
        switch self {
        case .tooFewPairs(let have, let need):
            "\(have) complete pairs of sensor and reference, \(need) are needed; leave the sensor beside it longer"
        case .spanTooSmall(let have, let need):
            "the reference spans \(Self.text(have)) µg/m³, \(Self.text(need)) are needed; wait for more varied air"
        case .notDetermined:
            "the sensor's values do not determine a calibration; look whether it is stuck"
        case .weakRelation(let determination, let need):
            "R² is \(Self.text(determination)), \(Self.text(need)) is needed; the sensor does not follow the reference"
        case .tooUncertain(let relative, let allowed, let limitValue):
            "the expanded uncertainty at \(Self.text(limitValue)) µg/m³ is \(Self.text(relative * 100)) %, at most "
                + "\(Self.text(allowed * 100)) % is allowed"
        }
    }

    private static func text(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
}
