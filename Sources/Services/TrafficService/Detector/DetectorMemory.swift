import NGSILDModel

/// What is known of one detector from its readings, in the order of their times.
///
/// Invariants:
/// 1. The same readings always give the same memory, so a start computes it from the history.
/// 2. Its size is bounded, about 2 KB; no reading is kept but the newest.
struct DetectorMemory: Sendable {
    private(set) var newest: TrafficMeasure?
    private(set) var interval = UsualInterval()
    private(set) var quality = DetectorQuality()
    private(set) var freeFlow = FreeFlowSpeed()
    private(set) var profile = DayProfile()
    private(set) var jam = JamWatch()
    private(set) var drop = DropWatch()

    /// A detector is silent after this many of its usual intervals, but not before two minutes; before its interval is
    /// known, after an hour.
    static let (silentIntervals, leastSilence, firstSilence) = (3.0, 120.0, 3_600.0)
    /// Where the gap to the reading before is longer than so many usual ones, readings were lost in between.
    private static let longestGap = 2.0

    /// Takes in a reading that is newer than all before.
    ///
    /// - Parameters:
    ///   - lanes: Lanes that the detector covers; `nil` where nobody says.
    ///   - limit: The legal speed in km/h, which stands in for free flow until that is learnt.
    mutating func take(_ reading: TrafficReading, lanes: Int?, limit: Double?) {
        let measure = TrafficMeasure(reading, period: period(reading))
        if let newest { interval.add(measure.time.seconds(since: newest.time)) }
        newest = measure
        let usual = profile.usual(at: measure.time)
        quality.take(reading, measure, lanes: lanes, usual: usual)
        // What a detector says that cannot be believed teaches nothing.
        guard quality.status.isOk else { return }
        jam.take(measure, freeFlow: freeFlow.kilometresPerHour ?? limit)
        drop.take(measure, usual: usual)
        if let speed = measure.speed { freeFlow.add(speed, at: measure.time) }
        profile.add(measure)
    }

    /// How long a count took: as the reading says, or since the one before.
    private func period(_ reading: TrafficReading) -> Double? {
        if let told = reading.periodSeconds { return told }
        guard let newest else { return nil }
        let gap = reading.time.seconds(since: newest.time)
        guard let usual = interval.seconds else { return gap <= 86_400 ? gap : nil }
        return gap <= usual * Self.longestGap ? gap : usual
    }

    /// From when on the detector counts as silent; `nil` before it has said anything.
    var silentFrom: Timestamp? {
        guard let newest else { return nil }
        let seconds = interval.seconds.map { max($0 * Self.silentIntervals, Self.leastSilence) } ?? Self.firstSilence
        return newest.time.adding(seconds: seconds)
    }

    /// Whether it can be believed at a time.
    func status(at now: Timestamp) -> DetectorStatus {
        guard let newest, let silentFrom else {
            return DetectorStatus(kind: .silent, reason: "It has said nothing yet.")
        }
        guard now > silentFrom else { return quality.status }
        let every = interval.seconds.map { ", though usually every \(Self.text($0))" } ?? ""
        return DetectorStatus(kind: .silent, reason: "It has said nothing since \(newest.time.text)\(every).")
    }

    private static func text(_ seconds: Double) -> String {
        seconds >= 120 ? "\(Int((min(seconds, 1e6) / 60).rounded())) min" : "\(Int(seconds.rounded())) s"
    }

    /// What is found in the readings; none where the detector cannot be believed.
    var incidents: [TrafficIncident] { [jam.incident, drop.incident].compactMap { $0 } }
}
