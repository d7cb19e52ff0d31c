/// Tells who waits at an intersection, by its own detectors: what a roadside unit needs to keep the longest red when
/// nobody tells it what to do.
public struct DemandEstimator: Sendable {
    private var estimator: LaneEstimator

    /// One that has seen nothing yet: everybody may be waiting.
    public init(_ intersection: Intersection, settings: PolicySettings = PolicySettings()) {
        estimator = LaneEstimator(intersection, settings)
    }

    /// Takes in what the detectors tell while the groups show these colours.
    public mutating func take(
        _ observation: IntersectionObservation, colours: [SignalColour], atSeconds now: Double
    ) {
        estimator.take(observation, colours, atSeconds: now)
    }

    /// Groups that someone waits for or comes to, or of which it is not known.
    public func demand(_ calls: GroupSet = []) -> GroupSet { estimator.demand(calls) }
}
