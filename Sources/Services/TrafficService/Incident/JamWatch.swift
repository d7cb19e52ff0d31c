import NGSILDModel

/// Finds standing queues: slow and full for minutes.
///
/// States: free; suspected, from the first slow reading; raised, when they have lasted; and raised with readings that are
/// free again, until these have lasted. Between slow and free (0.30 and 0.45 of free flow) nothing changes.
struct JamWatch: Sendable {
    enum Limit {
        /// Shares of the free-flow speed: HCM 2010's level F begins at 0.30.
        static let (slow, free) = (0.30, 0.45)
        /// The detector is covered so much in a queue; where no speed comes, so much.
        static let (occupancy, occupancyAlone) = (0.25, 0.5)
        /// Where no speed comes, a queue is over below this.
        static let freeOccupancy = 0.3
        /// Seconds that slow readings have to last, with occupancy and without; and free ones.
        static let (seconds, secondsWithoutOccupancy, clearSeconds) = (300.0, 600.0, 300.0)
        /// Readings that have to say so, at least.
        static let readings = 2
    }

    private(set) var incident: TrafficIncident?
    private var suspect: TrafficIncident?
    private var slowCount = 0
    private var freeSince = Timestamp.none
    private var freeCount = 0

    /// - Parameter freeFlow: km/h; `nil` where it is not known, then only occupancy tells.
    mutating func take(_ measure: TrafficMeasure, freeFlow: Double?) {
        if isSlow(measure, freeFlow) {
            (freeSince, freeCount) = (.none, 0)
            if incident != nil {
                incident?.see(measure)
                return
            }
            var found = suspect ?? TrafficIncident(.jam, onset: measure.time, last: measure.time)
            found.see(measure)
            found.reference = freeFlow
            suspect = found
            slowCount += 1
            let needed = measure.occupancy == nil ? Limit.secondsWithoutOccupancy : Limit.seconds
            if slowCount >= Limit.readings, measure.time.seconds(since: found.onset) >= needed { incident = found }
            return
        }
        (suspect, slowCount) = (nil, 0)
        guard incident != nil else { return }
        guard isFree(measure, freeFlow) else {
            incident?.last = measure.time
            (freeSince, freeCount) = (.none, 0)
            return
        }
        if !freeSince.isSet { freeSince = measure.time }
        freeCount += 1
        if freeCount >= Limit.readings, measure.time.seconds(since: freeSince) >= Limit.clearSeconds {
            self = JamWatch()
        }
    }

    private func isSlow(_ measure: TrafficMeasure, _ freeFlow: Double?) -> Bool {
        if let speed = measure.speed, let freeFlow {
            return speed <= Limit.slow * freeFlow && (measure.occupancy ?? 1) >= Limit.occupancy
        }
        return (measure.occupancy ?? 0) >= Limit.occupancyAlone
    }

    private func isFree(_ measure: TrafficMeasure, _ freeFlow: Double?) -> Bool {
        if let speed = measure.speed, let freeFlow { return speed >= Limit.free * freeFlow }
        return (measure.occupancy ?? 0) < Limit.freeOccupancy
    }
}
