import NGSILDModel
import SignalControl
import SignalRoadside

/// The controller of one intersection as the service runs it: readings and lamp states come in as entities tell them, and
/// at each new second of the readings' own clock it decides.
///
/// Invariants:
/// 1. `policy` has been asked for no time twice, and for none before an earlier one: when the readings' clock was set back, a
///    new controller takes this one's place.
/// 2. A reading that is older than its detector's newest one changes nothing that is decided: it is late, and says nothing of
///    now. Two cases look alike and are not: a clock that was ahead and is right again, and clocks that were set back.
struct SiteController {
    private(set) var configuration: SiteConfiguration
    private var policy: AdaptivePolicy
    /// The instant that counts as 0 seconds, so that whole seconds stay whole.
    private let zero: Timestamp
    private var detectors: [DetectorState]
    private var colours: [SignalColour]
    private var since: [Double]
    /// When what each group's lamps show was told to have begun; `nil` where nothing was told yet.
    private var stateTimes: [Timestamp?]
    private var requested: [Bool]
    private var priority: [Timestamp?]
    private(set) var decidedAt: Timestamp?
    private(set) var sequence = 0
    /// How far the readings that came last have moved on behind what was decided for, and how often they did.
    private var behind: (time: Timestamp, count: Int)?

    private struct DetectorState {
        /// Of the reading that counts, and of the one that came last.
        var time: Timestamp?
        var lastTime: Timestamp?
        var reading = DetectorReading(vehicles: 0)
        /// Vehicles that passed a stop line since the last decision.
        var passed = 0.0
    }

    /// A reading older than this counts as none, in seconds.
    static let staleSeconds = 5.0
    /// How long a request for priority stands without being repeated, in seconds.
    static let prioritySeconds = 60.0
    /// Clocks that are behind by more than this, in seconds, and move on from there so often, were set back.
    static let setBackSeconds = 5.0
    static let setBackReadings = 5
    /// The least time between two decisions, in seconds.
    static let leastSeconds = 0.5

    init(_ configuration: SiteConfiguration, zero: Timestamp) {
        self.configuration = configuration
        self.zero = zero
        policy = AdaptivePolicy(configuration.intersection)
        detectors = configuration.detectors.map { _ in DetectorState() }
        let count = configuration.intersection.groups.count
        colours = Array(repeating: .red, count: count)
        since = Array(repeating: -3_600, count: count)
        stateTimes = Array(repeating: nil, count: count)
        requested = Array(repeating: false, count: count)
        priority = Array(repeating: nil, count: count)
    }

    /// The same with what does not touch its decisions, such as the mode.
    mutating func update(_ configuration: SiteConfiguration) { self.configuration = configuration }

    // MARK: - Taking in

    mutating func take(reading: DetectorReading, at time: Timestamp, of place: Int) {
        guard detectors.indices.contains(place) else { return }
        detectors[place].lastTime = time
        if let newest = detectors[place].time, time < newest {
            // Late, unless the newest one is that of a clock that was ahead of all others.
            guard isAhead(newest) else { return }
        }
        if configuration.detectors[place].isStopLine {
            // The same report again says nothing new.
            if detectors[place].time != time { detectors[place].passed += max(0, reading.vehicles) }
        }
        detectors[place].reading = reading
        detectors[place].time = time
    }

    mutating func take(state: SignalState, at time: Timestamp, of group: Int) {
        guard colours.indices.contains(group) else { return }
        // A state that comes late is not what the lamps show now.
        if let newest = stateTimes[group], time < newest, !isAhead(newest) { return }
        stateTimes[group] = time
        colours[group] =
            switch state {
            case .red: .red
            case .yellow: .yellow
            case .green: .green
            case .permissiveGreen: .permissive
            }
        since[group] = seconds(time)
    }

    mutating func take(isRequested: Bool, priorityAt: Timestamp?, of group: Int) {
        guard requested.indices.contains(group) else { return }
        requested[group] = isRequested
        priority[group] = priorityAt
    }

    // MARK: - Deciding

    /// The newest time that the readings tell: where there are five detectors or more the third newest, so that a clock or
    /// two that are ahead do not rule it.
    var clock: Timestamp? { clock { $0.time } }

    private func clock(_ time: (DetectorState) -> Timestamp?) -> Timestamp? {
        var newest = (Timestamp.none, Timestamp.none, Timestamp.none)
        for detector in detectors {
            guard let time = time(detector) else { continue }
            if time > newest.0 {
                newest = (time, newest.0, newest.1)
            } else if time > newest.1 {
                newest = (newest.0, time, newest.1)
            } else if time > newest.2 {
                newest.2 = time
            }
        }
        let found = detectors.count >= 5 && newest.2.isSet ? newest.2 : newest.0
        return found.isSet ? found : nil
    }

    /// Looks at the clock of the readings that came last, and tells whether it was set back, so that this controller's memory
    /// means nothing: nothing newer comes any more, and what comes goes on from an earlier time.
    mutating func isSetBack() -> Bool {
        guard let decidedAt, let clock, clock <= decidedAt, let last = self.clock({ $0.lastTime }),
            seconds(last) < seconds(decidedAt) - Self.setBackSeconds
        else {
            behind = nil
            return false
        }
        if let known = behind {
            if last > known.time { behind = (last, known.count + 1) }
        } else {
            behind = (last, 1)
        }
        return (behind?.count ?? 0) >= Self.setBackReadings
    }

    /// Whether a time is one that the readings' clock has not come to by far.
    private func isAhead(_ time: Timestamp) -> Bool {
        clock.map { seconds(time) - seconds($0) >= Self.staleSeconds } ?? true
    }

    /// Decides if the readings' clock has moved on.
    mutating func decide() -> SignalDecision? {
        guard let clock else { return nil }
        let now = seconds(clock)
        if let decidedAt, now - seconds(decidedAt) < Self.leastSeconds { return nil }
        decidedAt = clock
        sequence += 1
        var observation = IntersectionObservation(measuredAtSeconds: now, readings: [])
        observation.readings.reserveCapacity(detectors.count)
        for place in detectors.indices {
            guard let time = detectors[place].time, abs(seconds(time) - now) < Self.staleSeconds else {
                observation.readings.append(nil)
                detectors[place].passed = 0
                continue
            }
            var reading = detectors[place].reading
            if configuration.detectors[place].isStopLine {
                reading = DetectorReading(vehicles: detectors[place].passed)
                detectors[place].passed = 0
            }
            observation.readings.append(reading)
        }
        observation.calls = GroupSet(requested.indices.filter { requested[$0] && !colours[$0].isGreen })
        observation.priority = GroupSet(
            priority.indices.filter { group in
                priority[group].map { abs(seconds($0) - now) < Self.prioritySeconds } ?? false
            })
        // A lamp's clock that is ahead must not bind for ever.
        let since = since.map { min($0, now) }
        return policy.decide(observation, colours: colours, since: since, atSeconds: now)
    }

    /// The phase that was asked for last; `nil` before the first decision.
    var askedPhase: Int? { decidedAt == nil ? nil : policy.phase }

    /// What is asked of the roadside unit after a decision.
    func command(_ decision: SignalDecision) -> SignalCommand? {
        guard let decidedAt else { return nil }
        let phase = configuration.intersection.phases[decision.phase]
        return SignalCommand(
            sequence: sequence, measuredAt: decidedAt,
            validUntil: decidedAt.adding(seconds: SignalCommand.validSeconds),
            protectedGroups: phase.protected.map { configuration.groupNumbers[$0] },
            permissiveGroups: phase.permissive.map { configuration.groupNumbers[$0] })
    }

    private func seconds(_ time: Timestamp) -> Double {
        let (distance, overflow) = time.microseconds.subtractingReportingOverflow(zero.microseconds)
        return overflow ? (time > zero ? 1e12 : -1e12) : Double(distance) / 1e6
    }
}
