import AirQuality
import JSONTree
import NGSILDModel

/// Reads what an `AirSensorCalibration` entity asks for, and what was fitted for it.
struct SensorCalibrationReader {
    let vocabulary: AirVocabulary

    enum Reading {
        case calibration(SensorCalibration)
        case wrong(String)
    }

    func read(_ entity: EntityRecord) -> Reading {
        let forest = entity.attributes
        guard let sensor = target("sensor", forest) else { return .wrong("sensor is a Relationship to the sensor") }
        guard let reference = target("reference", forest) else {
            return .wrong("reference is a Relationship to the station that it is compared with")
        }
        guard sensor != reference else { return .wrong("sensor and reference are the same entity") }
        guard let name = text("pollutant", forest), let pollutant = Pollutant(name: name) else {
            return .wrong("pollutant is PM2.5, PM10, NO2, O3, SO2 or CO")
        }
        var pairing = SensorCalibration.Pairing(
            sensor: sensor, reference: reference, weatherSource: target("weatherSource", forest) ?? sensor,
            pollutant: pollutant)
        pairing.sensorAttribute = text("sensorAttribute", forest)
        var times: [Timestamp?] = []
        for name in ["pairedFrom", "pairedTo", "appliesFrom"] {
            guard vocabulary.attribute(name, in: forest) != nil else {
                times.append(nil)
                continue
            }
            guard let time = time(name, forest) else {
                return .wrong("\(name) is a DateTime such as 2026-01-31T12:00:00Z")
            }
            times.append(time)
        }
        (pairing.from, pairing.to) = (times[0], times[1])
        if let from = pairing.from, let to = pairing.to, from >= to {
            return .wrong("pairedTo is not after pairedFrom")
        }
        var calibration = SensorCalibration(id: entity.id, pairing: pairing)
        calibration.appliesFrom = times[2]
        if let root = vocabulary.attribute("isActive", in: forest) {
            calibration.isActive = forest.valueText(of: root) != "false"
        }
        calibration.fittedFor = text("fittedFor", forest)
        if let root = vocabulary.attribute("calibration", in: forest) {
            calibration.calibration = CalibrationText.read(forest.valueText(of: root), pollutant)
        }
        return .calibration(calibration)
    }

    private func text(_ name: String, _ forest: AttributeForest) -> String? {
        vocabulary.attribute(name, in: forest).flatMap { forest.stringValue(of: $0) }
    }

    private func target(_ name: String, _ forest: AttributeForest) -> String? {
        guard let root = vocabulary.attribute(name, in: forest), forest.nodes[root].kind == .relationship else {
            return nil
        }
        return forest.stringValue(of: root)
    }

    /// A DateTime, or a text that is one.
    private func time(_ name: String, _ forest: AttributeForest) -> Timestamp? {
        guard let root = vocabulary.attribute(name, in: forest) else { return nil }
        if let text = forest.stringValue(of: root) { return Timestamp(text) }
        guard let document = try? JSONDocument(parsing: forest.valueText(of: root)) else { return nil }
        return document.member(document.root, "@value").flatMap { document.string($0) }.flatMap { Timestamp($0) }
    }
}
