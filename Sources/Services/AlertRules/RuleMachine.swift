public import NGSILDModel

/// Whether an alert stands for one entity under one rule, as values come in and time goes by.
///
/// The service runs it on what comes in, and a test runs it on the history: what a test finds is what would have happened.
///
/// States: **quiet**; **holding**, what the rule asks for holds, but not for long enough; **raised**. From quiet to
/// holding and back with what holds; from holding to raised when it has held for `for`; from raised to quiet when it
/// holds no longer, `clear` being looser than `value`.
///
/// Invariants:
/// 1. Time does not go back: what comes late counts from when it came.
/// 2. An instant is over only when a later one has come: all values of an instant count before its deadlines do. So
///    it makes no difference how often `advance` is called.
public struct RuleMachine: Sendable {
    /// What became of an alert, and when.
    public enum Step: Hashable, Sendable {
        case raised(Timestamp)
        case cleared(Timestamp)
    }

    public let condition: RuleCondition
    /// The instant that it has got to.
    public private(set) var clock: Timestamp
    /// Since when the alert stands; `nil`: it does not.
    public private(set) var raisedSince: Timestamp?
    /// The most extreme value of the first test that ranks values, since the alert was raised.
    public private(set) var peak: Double?
    private var holdsSince: Timestamp?
    /// The last instant at which it was asked what holds; deadlines after it are still to come, also one at `clock`.
    private var lookedAt: Timestamp
    /// Whether the tests are met, whatever the time of the week.
    private var areTestsMet = false
    private var values: [(value: RuleValue, time: Timestamp)]
    /// For each test: a window where it is a rate, and when there was something where it is silence.
    private var rates: [Int: RateWindow] = [:]
    private var heard: [Timestamp]
    /// Silence before that is not counted, as nobody listened.
    private var listensSince: Timestamp

    /// - Parameters:
    ///   - start: Since when it watches.
    ///   - heard: What counts as the last sign of life where there is no other; `nil`: the start.
    ///   - listensSince: Silence is counted from here on at the earliest, unless an alert stands already.
    public init(
        _ condition: RuleCondition, start: Timestamp, heard since: Timestamp? = nil, listensSince: Timestamp? = nil
    ) {
        self.condition = condition
        clock = start
        lookedAt = start
        self.listensSince = listensSince ?? since ?? start
        values = condition.attributes.map { _ in (.none, .none) }
        heard = condition.tests.map { _ in since ?? start }
        for (place, test) in condition.tests.enumerated() {
            if case .rate(_, let seconds) = test.kind { rates[place] = RateWindow(seconds: seconds) }
        }
    }

    /// Goes on with an alert that stands, as after a restart.
    public mutating func resume(raisedSince: Timestamp) { self.raisedSince = raisedSince }

    // MARK: - Time

    /// When time alone may change something; `nil`: it cannot.
    public var nextDue: Timestamp? {
        var due: Timestamp?
        func consider(_ time: Timestamp?) {
            guard let time, time > lookedAt else { return }
            due = min(due ?? time, time)
        }
        for (place, test) in condition.tests.enumerated() {
            if case .absence(let seconds) = test.kind { consider(silentFrom(place, seconds)) }
        }
        if areTestsMet {
            consider(condition.schedule.nextChange(after: lookedAt))
            if raisedSince == nil { consider(holdsSince?.adding(seconds: condition.holdSeconds)) }
        }
        return due
    }

    /// Lets time pass up to an instant, which is not over yet.
    public mutating func advance(to time: Timestamp) -> [Step] {
        var steps: [Step] = []
        while let due = nextDue, due < time { step(at: due, &steps) }
        clock = max(clock, time)
        return steps
    }

    // MARK: - Values

    /// Takes in values without asking what follows: those of before it watches.
    public mutating func prime(_ observation: RuleObservation) { note(observation) }

    /// Takes in values.
    public mutating func take(_ observation: RuleObservation) -> [Step] {
        var steps = advance(to: observation.time)
        note(observation)
        step(at: clock, &steps)
        return steps
    }

    /// Asks what holds now, as after priming.
    public mutating func look(at time: Timestamp) -> [Step] {
        var steps = advance(to: time)
        step(at: clock, &steps)
        return steps
    }

    private mutating func note(_ observation: RuleObservation) {
        for (place, value) in observation.values where values.indices.contains(place) {
            guard !values[place].time.isSet || observation.time >= values[place].time else { continue }
            values[place] = (value, observation.time)
            for (number, test) in condition.tests.enumerated() where test.place == place {
                switch test.kind {
                case .rate:
                    if case .number(let measured) = value {
                        rates[number]?.add(measured, at: observation.time)
                    } else {
                        rates[number]?.clear()
                    }
                case .absence where value != .none: heard[number] = max(heard[number], observation.time)
                default: break
                }
            }
        }
        for (number, test) in condition.tests.enumerated() where test.place == nil {
            heard[number] = max(heard[number], observation.time)
        }
    }

    // MARK: - What holds

    private mutating func step(at time: Timestamp, _ steps: inout [Step]) {
        clock = max(clock, time)
        lookedAt = clock
        areTestsMet = meetsTests
        let holds = areTestsMet && condition.schedule.isActive(at: clock)
        if raisedSince != nil {
            if holds { return notePeak() }
            raisedSince = nil
            holdsSince = nil
            // Without an alert `value` counts again, not `clear`.
            areTestsMet = meetsTests
            steps.append(.cleared(clock))
            return
        }
        guard holds else {
            holdsSince = nil
            return
        }
        let since = holdsSince ?? clock
        holdsSince = since
        guard clock >= since.adding(seconds: condition.holdSeconds) else { return }
        raisedSince = clock
        peak = nil
        notePeak()
        steps.append(.raised(clock))
    }

    private var meetsTests: Bool {
        let places = condition.tests.indices
        return condition.needsAll ? places.allSatisfy { isMet($0) } : places.contains { isMet($0) }
    }

    /// Whether one test is met now.
    public func isMet(_ place: Int) -> Bool {
        let test = condition.tests[place]
        let isRaised = raisedSince != nil
        switch test.kind {
        case .threshold(let comparison):
            return test.place.map { comparison.isMet(by: values[$0].value, isRaised: isRaised) } ?? false
        case .rate(let comparison, _):
            guard let change = rates[place]?.change else { return false }
            return comparison.isMet(by: .number(change), isRaised: isRaised)
        case .absence(let seconds): return clock >= silentFrom(place, seconds)
        case .area(let polygons, let isInside):
            guard let place = test.place, case .position(let position) = values[place].value else { return false }
            return polygons.contains { $0.covers(position) } == isInside
        }
    }

    private func silentFrom(_ place: Int, _ seconds: Double) -> Timestamp {
        (raisedSince != nil ? heard[place] : max(heard[place], listensSince)).adding(seconds: seconds)
    }

    // MARK: - Figures

    /// What the first test that compares numbers sees now.
    public var figure: Double? {
        condition.tests.indices.lazy.compactMap { figure(of: $0) }.first
    }

    private func figure(of place: Int) -> Double? {
        let test = condition.tests[place]
        switch test.kind {
        case .rate: return rates[place]?.change
        case .threshold:
            guard let place = test.place, case .number(let number) = values[place].value else { return nil }
            return number
        case .absence, .area: return nil
        }
    }

    private mutating func notePeak() {
        for (place, test) in condition.tests.enumerated() {
            guard let comparison = test.comparison, let value = figure(of: place) else { continue }
            guard let known = peak else {
                peak = comparison.isWorse(value, than: value) == nil ? nil : value
                return
            }
            if comparison.isWorse(value, than: known) == true { peak = value }
            return
        }
    }
}
