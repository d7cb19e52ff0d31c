import NGSILDModel

/// An entity of a tenant.
struct TrafficKey: Hashable, Sendable {
    let tenant: String
    let id: String
}

/// A detector that the service follows. Belongs to the engine.
final class TrafficDetector {
    let key: TrafficKey
    /// The segment that it measures, or itself.
    var segment: TrafficKey
    /// Whether it is among the detectors of that segment.
    var isPlaced = false
    /// `nil`: it covers the whole road.
    var lane: String?
    var facts = RoadSegmentFacts()
    var memory = DetectorMemory()
    /// What was known before the newest reading, which may be corrected.
    var before = DetectorMemory()
    /// How long its observations took when it last said so, in seconds.
    var toldPeriod: Double?
    /// The status that its entity has, and since when; `nil` before it is written or read.
    var written: (status: DetectorStatus, since: Timestamp)?
    /// Whether an alert of its fault may stand.
    var hasFaultAlert = false

    init(_ key: TrafficKey) {
        self.key = key
        segment = key
    }

    /// Takes in a reading that is newer than the newest, or corrects the newest.
    ///
    /// - Returns: whether it was new.
    func take(_ reading: TrafficReading, _ segment: RoadSegmentFacts) -> Bool {
        var reading = reading
        if reading.periodSeconds == nil { reading.periodSeconds = toldPeriod }
        if let newest = memory.newest {
            guard reading.time >= newest.time else { return false }
            if reading.time == newest.time { memory = before }
        }
        before = memory
        memory.take(reading, lanes: lane == nil ? segment.lanes : 1, limit: segment.maximumAllowedSpeed)
        return true
    }
}

/// A stretch of road with detectors, or a detector that stands for itself. Belongs to the engine.
final class TrafficSegment {
    let key: TrafficKey
    /// Whether it is a road segment; else the detector itself.
    let isRoad: Bool
    var facts = RoadSegmentFacts()
    var detectors: [TrafficDetector] = []
    /// The time of the newest state that was computed or is in the entity.
    var newest = Timestamp.none
    /// The time for which a state has to be computed.
    var due: Timestamp?
    /// Alerts of its incidents that may stand.
    var alerts: Set<TrafficIncident.Kind> = []

    init(_ key: TrafficKey, isRoad: Bool) {
        self.key = key
        self.isRoad = isRoad
    }

    /// What traffic is like at a time, by what is known now.
    func state(at time: Timestamp) -> SegmentState {
        let contributions = detectors.map { detector in
            let isOk = detector.memory.status(at: time).isOk
            return SegmentState.Contribution(
                lane: detector.lane, measure: isOk ? detector.memory.newest : nil,
                freeFlow: detector.memory.freeFlow.kilometresPerHour)
        }
        return SegmentState(at: time, contributions, facts)
    }

    /// The worst of each kind of incident among the detectors.
    func incident(_ kind: TrafficIncident.Kind) -> TrafficIncident? {
        var found: TrafficIncident?
        for detector in detectors {
            for incident in detector.memory.incidents where incident.kind == kind {
                guard var known = found else {
                    found = incident
                    continue
                }
                if (incident.lowestSpeed ?? .infinity) < (known.lowestSpeed ?? .infinity) {
                    (known.lowestSpeed, known.reference) = (incident.lowestSpeed, incident.reference)
                }
                known.onset = min(known.onset, incident.onset)
                known.last = max(known.last, incident.last)
                known.occupancy = [known.occupancy, incident.occupancy].compactMap { $0 }.max()
                found = known
            }
        }
        return found
    }
}
