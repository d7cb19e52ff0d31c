/// Chooses the phase that costs all waiting and coming vehicles the least time.
///
/// Each second it thinks through what happens if the present phase goes on for a while, and if it changes to each other
/// phase now, with a simple rule for what follows: queues that discharge, vehicles that come as the detectors saw them.
/// The choice with the least delay until the horizon is taken. Only the choice for now counts; the next second it is made anew.
public struct AdaptivePolicy: Sendable {
    public let intersection: Intersection
    public let settings: PolicySettings
    /// The phase that is asked for, as an index in ``Intersection/phases``.
    public private(set) var phase: Int
    private var estimator: LaneEstimator
    private var forecast: PhaseForecast
    private var chosenAt: Double?

    /// A policy that has seen nothing yet: all lanes count as unknown until the first observation.
    public init(_ intersection: Intersection, settings: PolicySettings = PolicySettings()) {
        self.intersection = intersection
        self.settings = settings
        phase = 0
        estimator = LaneEstimator(intersection, settings)
        forecast = PhaseForecast(intersection, settings)
    }

    /// Groups that someone waits for or comes to, or of which it is not known.
    public func demand(_ calls: GroupSet = []) -> GroupSet {
        var demand = calls
        for (index, lane) in intersection.lanes.enumerated()
        where estimator.isAssumed[index] || estimator.present[index] >= 0.5 {
            for movement in lane.movements { demand.insert(movement.group) }
        }
        return demand
    }

    /// Takes in an observation and decides.
    ///
    /// - Parameters:
    ///   - colours: What the groups show now.
    ///   - since: Since when they do, in seconds.
    public mutating func decide(
        _ observation: IntersectionObservation, colours: [SignalColour], since: [Double], atSeconds now: Double
    ) -> SignalDecision {
        estimator.take(observation, colours, atSeconds: now)
        let choice = forecast.choose(
            estimator, current: phase, colours: colours, since: since, now: now, calls: observation.calls,
            priority: observation.priority)
        if choice.phase != phase || chosenAt == nil { chosenAt = now }
        phase = choice.phase
        return SignalDecision(
            atSeconds: now, phase: phase, reason: choice.reason, candidates: choice.candidates,
            queues: estimator.present, blockedLanes: estimator.isBlocked.indices.filter { estimator.isBlocked[$0] },
            assumedLanes: estimator.isAssumed.indices.filter { estimator.isAssumed[$0] })
    }
}
