import AirQuality
import JSONTree
import NGSILDModel
import ServiceRuntime

/// The newest humidity and temperature known.
struct Weather: Sendable {
    /// Seconds for which a value counts.
    static let seconds = 3_600.0

    /// A number and its time.
    struct Value: Sendable {
        let number: Double
        let time: Timestamp

        /// - Returns: `nil` for what is no number, and for instances with a datasetId.
        init?(_ forest: AttributeForest, _ root: Int) {
            let node = forest.nodes[root]
            guard node.kind == .property, node.datasetLength == 0, node.flags.contains(.isNumber),
                node.number.isFinite, Timestamp.representable.contains(node.historyTime)
            else { return nil }
            number = node.number
            time = node.historyTime
        }

        init?(_ entity: EntityRecord, _ name: TermID) {
            guard
                let root = entity.attributes.roots(named: name).first(where: {
                    entity.attributes.nodes[$0].datasetLength == 0
                })
            else { return nil }
            self.init(entity.attributes, root)
        }
    }

    private var humidity: Value?
    private var temperature: Value?

    mutating func take(humidity value: Value?) { humidity = value ?? humidity }
    mutating func take(temperature value: Value?) { temperature = value ?? temperature }

    /// Percent and degrees Celsius at an instant; NaN where the newest is more than an hour away.
    func values(at time: Timestamp) -> (humidity: Double, temperature: Double) {
        func near(_ value: Value?) -> Double {
            guard let value, abs(time.microseconds - value.time.microseconds) <= Int64(Self.seconds * 1e6) else {
                return .nan
            }
            return value.number
        }
        return (Self.percent(near(humidity)), near(temperature))
    }

    /// The Smart Data Models have humidity as a share of 1, many sensors in percent: up to 1 is a share.
    static func percent(_ humidity: Double) -> Double { humidity <= 1 ? humidity * 100 : humidity }
}

/// One value of a sensor as a concentration.
struct CalibratedSample: Sendable {
    /// The entity that it is written on.
    let output: String
    let calibrationID: String
    let pollutant: Pollutant
    let time: Timestamp
    let value: Calibration.Value

    /// - Returns: `nil` where the weather is not known that the calibration needs.
    init?(_ value: Weather.Value, _ weather: Weather, _ calibration: SensorCalibration) {
        guard let output = calibration.outputID, let model = calibration.calibration,
            calibration.appliesFrom.map({ $0 <= value.time }) ?? true
        else { return nil }
        let conditions = weather.values(at: value.time)
        guard
            let applied = model.apply(
                sensor: value.number, relativeHumidity: conditions.humidity, temperature: conditions.temperature)
        else { return nil }
        self.output = output
        calibrationID = calibration.id
        pollutant = calibration.pairing.pollutant
        time = value.time
        self.value = applied
    }

    /// The whole output entity with this value.
    func appendEntity(
        sensor: String, _ source: EntityRecord?, _ vocabulary: AirVocabulary, to writer: inout ByteWriter
    ) {
        let forest = source?.attributes
        let location = forest.flatMap { forest in
            vocabulary.attribute("location", in: forest).flatMap {
                forest.nodes[$0].kind == .geoProperty ? forest.valueText(of: $0) : nil
            }
        }
        ResultEntity.open(
            output, SensorCalibration.outputTypeName, "refSensor", of: sensor, location: location, to: &writer)
        if let forest, let name = vocabulary.attribute("name", in: forest).flatMap({ forest.stringValue(of: $0) }) {
            ResultEntity.text("name", name, to: &writer)
        }
        appendInstance(to: &writer)
        writer.append("}")
    }

    /// The attribute with this value, after a comma.
    func appendInstance(to writer: inout ByteWriter) {
        writer.append(",")
        writer.append(jsonString: "\(pollutant)")
        writer.append(":{\"type\":\"Property\",\"value\":")
        writer.append(number: Self.rounded(value.concentration))
        writer.append(",\"unitCode\":\"GQ\",\"observedAt\":")
        time.append(quotedTo: &writer)
        writer.append(",\"expandedUncertainty\":{\"type\":\"Property\",\"value\":")
        writer.append(number: Self.rounded(value.uncertainty))
        writer.append(",\"unitCode\":\"GQ\"}")
        if !value.beyond.isEmpty {
            writer.append(",\"beyondCalibration\":{\"type\":\"Property\",\"value\":[")
            for (offset, what) in value.beyond.enumerated() {
                if offset > 0 { writer.append(",") }
                writer.append(jsonString: what.rawValue)
            }
            writer.append("]}")
        }
        ResultEntity.relationship("calibration", [calibrationID], to: &writer)
        writer.append("}")
    }

    /// Hundredths of a µg/m³ are more than any such sensor knows.
    private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
