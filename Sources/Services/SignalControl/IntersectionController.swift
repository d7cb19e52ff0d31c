/// The controller of one intersection: the policy, and the kernel that stands between it and the lamps.
///
/// A value: observations go in, colours and decisions come out. It keeps no clock, and steps at whatever times it is given.
public struct IntersectionController: Sendable {
    public private(set) var kernel: SafetyKernel
    public private(set) var policy: AdaptivePolicy
    private var newestMeasurement = -Double.infinity

    /// A controller whose lamps are all red at `start`, in seconds on the clock that it will be stepped by.
    public init(_ intersection: Intersection, settings: PolicySettings = PolicySettings(), atSeconds start: Double) {
        kernel = SafetyKernel(intersection, atSeconds: start)
        policy = AdaptivePolicy(intersection, settings: settings)
    }

    /// What a step led to.
    public struct Outcome: Sendable {
        public var colours: [SignalColour]
        public var source: SafetyKernel.Source
        /// `nil` when there was no new observation.
        public var decision: SignalDecision?
    }

    /// Moves on to a time.
    ///
    /// - Parameter observation: What is newly measured; `nil` when nothing came. One that is not newer than the one before,
    ///   or not of these five seconds, counts as none. Without any for five seconds the fixed plan takes over.
    public mutating func step(_ observation: IntersectionObservation?, atSeconds now: Double) -> Outcome {
        var decision: SignalDecision?
        // What comes late says nothing of now.
        let observation = observation.flatMap { one in
            one.measuredAtSeconds > newestMeasurement && abs(now - one.measuredAtSeconds) < SafetyKernel.staleSeconds
                ? one : nil
        }
        if let observation {
            newestMeasurement = observation.measuredAtSeconds
            let made = policy.decide(observation, colours: kernel.colours, since: kernel.since, atSeconds: now)
            kernel.accept(
                policy.intersection.phases[made.phase], measuredAtSeconds: observation.measuredAtSeconds)
            decision = made
        }
        let colours = kernel.step(
            atSeconds: now, demand: policy.demand(observation?.calls ?? []),
            occupied: observation.map(policy.intersection.occupied) ?? [])
        return Outcome(colours: colours, source: kernel.source, decision: decision)
    }
}
