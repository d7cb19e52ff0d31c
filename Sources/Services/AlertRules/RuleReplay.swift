public import NGSILDModel

/// Runs a rule over what was, to tell when it would have fired.
public struct RuleReplay: Sendable {
    /// A time during which an alert would have stood.
    public struct Firing: Hashable, Sendable {
        public var from: Timestamp
        /// `nil`: until the end and on.
        public var to: Timestamp?
        /// The most extreme value meanwhile; `nil` where values are not ranked.
        public var peak: Double?
    }

    private var machine: RuleMachine
    private var firings: [Firing] = []

    /// - Parameters:
    ///   - start: From when on it watches.
    ///   - heard: What counts as the last sign of life where there is no other; `nil`: the start.
    public init(_ condition: RuleCondition, start: Timestamp, heard: Timestamp? = nil) {
        machine = RuleMachine(condition, start: start, heard: heard)
    }

    /// The instant that it has got to.
    public var clock: Timestamp { machine.clock }

    /// Lets time pass up to an instant, which is not over yet. It makes no difference in how many steps.
    public mutating func pass(to time: Timestamp) { note(machine.advance(to: time)) }

    /// Takes in the next observation; one of before the start counts as known already.
    public mutating func take(_ observation: RuleObservation) {
        if observation.time < machine.clock {
            machine.prime(observation)
            return
        }
        note(machine.advance(to: observation.time))
        let peak = machine.peak
        note(machine.take(observation), peak: peak)
    }

    /// - Returns: those that reach into the time from `from` on; the last may still stand at `end`.
    public mutating func finish(at end: Timestamp, from: Timestamp) -> [Firing] {
        note(machine.look(at: end))
        if machine.raisedSince != nil, let last = firings.indices.last { firings[last].peak = machine.peak }
        return firings.filter { ($0.to ?? end) > from || $0.from >= from }
    }

    private mutating func note(_ steps: [RuleMachine.Step], peak: Double? = nil) {
        for step in steps {
            switch step {
            case .raised(let time): firings.append(Firing(from: time))
            case .cleared(let time):
                guard let last = firings.indices.last else { continue }
                firings[last].to = time
                firings[last].peak = peak ?? machine.peak
            }
        }
    }
}
