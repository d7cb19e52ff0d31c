import NGSILDModel

/// What is forecast of a detector.
enum ForecastQuantity: String, Sendable, CaseIterable {
    case speed = "averageVehicleSpeed"
    case flow = "intensity"

    /// UN/CEFACT: kilometres an hour, one an hour.
    var unitCode: StaticString { self == .speed ? "KMH" : "H10" }

    /// What an instance of the history says in this quantity's unit.
    ///
    /// - Parameters:
    ///   - field: What the attribute is.
    ///   - period: Seconds that a count takes.
    /// - Returns: `nil` for another quantity, and for what cannot be. A speed of 0 is none: most detectors say so on an
    ///   empty road.
    func value(
        _ field: TrafficVocabulary.Field, _ instances: AttributeForest, _ root: Int, period: Double?
    ) -> (time: Timestamp, value: Float)? {
        let time = instances.nodes[root].historyTime
        guard instances.nodes[root].datasetLength == 0, Timestamp.representable.contains(time) else { return nil }
        var reading = TrafficReading(time: time)
        reading.take(field, instances, root)
        switch self {
        case .speed:
            guard let speed = reading.speed, speed > 0, speed <= DetectorQuality.Limit.speed else { return nil }
            return (time, Float(speed))
        case .flow:
            guard let intensity = reading.intensity, intensity >= 0 else { return nil }
            let most = DetectorQuality.Limit.flowOfLane * Double(DetectorQuality.Limit.lanes)
            let flow: Double? = reading.isHourly ? intensity : period.map { intensity * 3_600 / max($0, 1) }
            guard let flow, flow <= most else { return nil }
            return (time, Float(flow))
        }
    }
}
