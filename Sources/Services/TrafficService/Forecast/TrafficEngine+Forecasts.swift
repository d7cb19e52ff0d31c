import NGSILDModel

/// What forecasts need to know of a detector.
struct KnownDetector: Sendable {
    let key: TrafficKey
    let location: String?
    /// How often it reports, and how long its counts take; in seconds.
    let interval: Double?
    let period: Double?
    /// The time of its newest reading.
    let newest: Timestamp
}

extension TrafficEngine {
    /// The detectors that have said something, by tenant, in the order of their ids.
    func knownDetectors() -> [String: [KnownDetector]] {
        var found: [String: [KnownDetector]] = [:]
        for detector in detectors.values {
            guard let newest = detector.memory.newest else { continue }
            let interval = detector.memory.interval.seconds
            found[detector.key.tenant, default: []].append(
                KnownDetector(
                    key: detector.key, location: detector.facts.location, interval: interval,
                    period: detector.toldPeriod ?? interval, newest: newest.time))
        }
        return found.mapValues { $0.sorted { $0.key.id < $1.key.id } }
    }
}
