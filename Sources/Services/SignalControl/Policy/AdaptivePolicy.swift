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
    /// Since when each group has been called for without being green; `nil` when it is not.
    private var calledSince: [Double?]

    /// A policy that has seen nothing yet: all lanes count as unknown until the first observation.
    public init(_ intersection: Intersection, settings: PolicySettings = PolicySettings()) {
        self.intersection = intersection
        self.settings = settings
        phase = 0
        estimator = LaneEstimator(intersection, settings)
        forecast = PhaseForecast(intersection, settings)
        calledSince = Array(repeating: nil, count: intersection.groups.count)
    }

    /// Groups that someone waits for or comes to, or of which it is not known.
    public func demand(_ calls: GroupSet = []) -> GroupSet { estimator.demand(calls) }

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
            estimator, callers(observation, colours, now), current: phase, colours: colours, since: since, now: now)
        if choice.phase != phase || chosenAt == nil { chosenAt = now }
        phase = choice.phase
        return SignalDecision(
            atSeconds: now, phase: phase, reason: choice.reason, candidates: choice.candidates,
            queues: estimator.present, blockedLanes: estimator.isBlocked.indices.filter { estimator.isBlocked[$0] },
            assumedLanes: estimator.isAssumed.indices.filter { estimator.isAssumed[$0] })
    }

    /// Those who wait and are no vehicles of a lane, or count more than these.
    private mutating func callers(
        _ observation: IntersectionObservation, _ colours: [SignalColour], _ now: Double
    ) -> [PhaseForecast.Caller] {
        var callers: [PhaseForecast.Caller] = []
        for group in intersection.groups.indices {
            if observation.calls.contains(group), colours.indices.contains(group), !colours[group].isGreen {
                let since = calledSince[group] ?? now
                calledSince[group] = since
                let weight = 1 + settings.callWaitingWeight * max(0, now - since) / 60
                callers.append(.init(group: group, count: settings.callPersons, rate: 1, weight: weight))
            } else {
                calledSince[group] = nil
            }
            // It takes five seconds to pass, so that its green is held until it has.
            if observation.priority.contains(group) {
                callers.append(.init(group: group, count: 1, rate: 0.2, weight: settings.priorityVehicles))
            }
        }
        return callers
    }
}
