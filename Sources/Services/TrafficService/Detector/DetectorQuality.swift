import NGSILDModel

/// Judges a detector by what it says: impossible values, and values that do not move.
///
/// States: ok; implausible, from an impossible value to the third possible one in a row; stuck, from too many equal
/// readings to the first other one. Silence is told by the clock, see ``DetectorMemory``.
struct DetectorQuality: Sendable {
    /// The numbers behind the judgement.
    enum Limit {
        /// km/h.
        static let speed = 250.0
        /// Vehicles an hour on one lane: one each second.
        static let flowOfLane = 3_600.0
        /// Where nobody says how many lanes a detector covers.
        static let lanes = 8
        /// Possible readings in a row that end `implausible`.
        static let recovery = 3
        /// A detector that is covered so much of the time has no traffic this fast passing it.
        static let (fullOccupancy, fastSpeed) = (0.9, 60.0)
        /// Vehicles an hour from which a detector must have been covered at times, and readings in a row without.
        static let (flowThatCovers, uncoveredReadings) = (600.0, 3)
        /// Equal readings and seconds: of several quantities, and of one only.
        static let (equalReadings, equalSeconds) = (6, 1_800.0)
        static let (equalReadingsOfOne, equalSecondsOfOne) = (12, 3_600.0)
        /// So few vehicles in a period are often as many as before; then it takes so much.
        static let (fewVehicles, equalReadingsOfFew, equalSecondsOfFew) = (5.0, 24, 7_200.0)
        /// Seconds after which even a jam's zero is no jam.
        static let standingSeconds = 10_800.0
        /// Seconds without a vehicle where vehicles are usual, and how many an hour are.
        static let (emptySeconds, usualFlow) = (7_200.0, 60.0)
    }

    private(set) var status = DetectorStatus.ok
    private var last: TrafficReading?
    private var equalSince = Timestamp.none
    private var equalCount = 0
    private var uncovered = 0
    private var goodInRow = 0
    private var emptySince = Timestamp.none

    /// Takes in a reading; times come in their order.
    ///
    /// - Parameters:
    ///   - lanes: Lanes that the detector covers; `nil` where nobody says.
    ///   - usual: What is usual at this time of day.
    mutating func take(_ reading: TrafficReading, _ measure: TrafficMeasure, lanes: Int?, usual: DayProfile.Usual?) {
        let stuck = stuck(reading, measure, usual)
        if let reason = impossible(reading, measure, lanes) {
            goodInRow = 0
            status = DetectorStatus(kind: .implausible, reason: reason)
            return
        }
        goodInRow += 1
        if status.kind == .implausible, goodInRow < Limit.recovery { return }
        status = stuck.map { DetectorStatus(kind: .stuck, reason: $0) } ?? .ok
    }

    // MARK: - Impossible values

    private mutating func impossible(_ reading: TrafficReading, _ measure: TrafficMeasure, _ lanes: Int?) -> String? {
        if let speed = reading.speed, !(0...Limit.speed).contains(speed) {
            return speed < 0
                ? "Its speed is below 0." : "Its speed is above \(Int(Limit.speed)) km/h."
        }
        if let occupancy = reading.occupancy, !(0...1).contains(occupancy) {
            return occupancy < 0
                ? "Its occupancy is below 0."
                : "Its occupancy is above 1; a share is 0 to 1, percent need the unitCode P1."
        }
        if let intensity = reading.intensity, intensity < 0 { return "Its intensity is below 0." }
        let most = Limit.flowOfLane * Double(lanes ?? Limit.lanes)
        if let flow = measure.flow, flow > most {
            return "Its intensity is above \(Int(most)) vehicles an hour, which its lanes cannot carry."
        }
        if let occupancy = reading.occupancy, let speed = reading.speed, occupancy >= Limit.fullOccupancy,
            speed >= Limit.fastSpeed
        {
            return "It is covered nearly all the time while it measures \(Int(Limit.fastSpeed)) km/h and more."
        }
        if reading.occupancy == 0, let flow = measure.flow, flow >= Limit.flowThatCovers {
            uncovered += 1
        } else {
            uncovered = 0
        }
        if uncovered >= Limit.uncoveredReadings {
            return "It counts vehicles, but its occupancy stays 0."
        }
        return nil
    }

    // MARK: - Values that do not move

    private mutating func stuck(
        _ reading: TrafficReading, _ measure: TrafficMeasure, _ usual: DayProfile.Usual?
    ) -> String? {
        defer { last = reading }
        if let last, last.speed == reading.speed, last.intensity == reading.intensity,
            last.occupancy == reading.occupancy
        {
            equalCount += 1
        } else {
            equalCount = 1
            equalSince = reading.time
        }
        if let reason = empty(reading, usual) { return reason }
        // An empty road at night says the same all the time, and so does one whose speeds are not measured.
        if reading.intensity == 0 || (reading.intensity == nil && reading.speed == nil && reading.occupancy == 0) {
            guard let occupancy = reading.occupancy, occupancy >= TrafficMeasure.standingOccupancy else { return nil }
        }
        let seconds = reading.time.seconds(since: equalSince)
        let quantities = [reading.speed, reading.intensity, reading.occupancy].count { $0 != nil }
        if measure.speed == 0 {
            guard equalCount >= Limit.equalReadings, seconds >= Limit.standingSeconds else { return nil }
        } else if let count = reading.intensity, count <= Limit.fewVehicles {
            guard equalCount >= Limit.equalReadingsOfFew, seconds >= Limit.equalSecondsOfFew else { return nil }
        } else if quantities > 1 {
            guard equalCount >= Limit.equalReadings, seconds >= Limit.equalSeconds else { return nil }
        } else {
            guard equalCount >= Limit.equalReadingsOfOne, seconds >= Limit.equalSecondsOfOne else { return nil }
        }
        return "It has said the same since \(equalSince.text)."
    }

    /// Nobody, for long, where at this time of day there usually is somebody.
    private mutating func empty(_ reading: TrafficReading, _ usual: DayProfile.Usual?) -> String? {
        let isEmpty = reading.intensity == 0 && (reading.occupancy ?? 0) < TrafficMeasure.standingOccupancy
        guard isEmpty, let usual, usual.flow >= Float(Limit.usualFlow) else {
            emptySince = .none
            return nil
        }
        if !emptySince.isSet { emptySince = reading.time }
        guard reading.time.seconds(since: emptySince) >= Limit.emptySeconds else { return nil }
        return "It has counted nobody since \(emptySince.text), where vehicles are usual at this time."
    }
}

extension Timestamp {
    /// Seconds after another instant; both are set.
    func seconds(since other: Timestamp) -> Double {
        let (difference, overflow) = microseconds.subtractingReportingOverflow(other.microseconds)
        return overflow ? (self > other ? .infinity : -.infinity) : Double(difference) / 1e6
    }
}
