/// Groups that are green together.
public struct SignalPhase: Sendable, Hashable {
    /// Green without having to give way.
    public var protected: GroupSet
    /// Green, giving way to those named in ``Intersection/yields``.
    public var permissive: GroupSet

    public init(protected: GroupSet, permissive: GroupSet = []) {
        self.protected = protected
        self.permissive = permissive.subtracting(protected)
    }

    public var green: GroupSet { protected.union(permissive) }
}

/// What the lamps of a group show.
public enum SignalColour: String, Sendable, Codable {
    case red, yellow, green
    /// Green that gives way to crossing or oncoming traffic.
    case permissive

    public var isGreen: Bool { self == .green || self == .permissive }
}

/// A cycle of phases by the clock: what an intersection shows without any controller.
public struct FixedPlan: Sendable, Equatable {
    /// A part of the cycle.
    public struct Step: Sendable, Equatable {
        public var durationSeconds: Double
        /// The greens of the step; groups that end meanwhile are left out, and their yellow comes from the kernel.
        public var phase: SignalPhase

        public init(durationSeconds: Double, phase: SignalPhase) {
            self.durationSeconds = durationSeconds
            self.phase = phase
        }
    }

    public var steps: [Step]
    /// When the first step of a cycle begins, in seconds after a multiple of the cycle.
    public var offsetSeconds: Double

    public init(steps: [Step], offsetSeconds: Double = 0) {
        self.steps = steps
        self.offsetSeconds = offsetSeconds
    }

    public var cycleSeconds: Double { steps.reduce(0) { $0 + $1.durationSeconds } }

    /// The phase of the plan at a time, in seconds on the clock that the offset counts from.
    public func phase(atSeconds now: Double) -> SignalPhase {
        let cycle = cycleSeconds
        guard cycle > 0, now.isFinite, let first = steps.first else { return SignalPhase(protected: []) }
        var place = (now - offsetSeconds).truncatingRemainder(dividingBy: cycle)
        if place < 0 { place += cycle }
        for step in steps {
            if place < step.durationSeconds { return step.phase }
            place -= step.durationSeconds
        }
        return first.phase
    }
}
