/// What the controller of an intersection decided at one time, and why: values for a history and for people.
public struct SignalDecision: Sendable, Equatable {
    /// Why the phase was chosen.
    public enum Reason: String, Sendable, Codable {
        /// The phase goes on, because it serves more than any other would.
        case extend
        /// Another phase serves more, its change included.
        case change
        /// The minimum green or a yellow is not over.
        case bound
        /// The longest green of a group is over, and somebody waits for a conflicting one.
        case longestGreen
        /// Nobody is seen anywhere.
        case rest
    }

    /// A phase that was weighed.
    public struct Candidate: Sendable, Equatable {
        public var phase: Int
        /// Expected delay of all vehicles until the horizon if it is chosen, in vehicle-seconds; smaller is better.
        public var delayVehicleSeconds: Double
    }

    public var atSeconds: Double
    /// The chosen phase, as an index in ``Intersection/phases``.
    public var phase: Int
    public var reason: Reason
    /// All phases that were weighed, in their order.
    public var candidates: [Candidate]
    /// Vehicles that are estimated to wait or to come, for each lane.
    public var queues: [Double]
    /// Lanes whose queue does not move though it has green.
    public var blockedLanes: [Int]
    /// Lanes of which no detector tells, so that their queue is assumed.
    public var assumedLanes: [Int]
}
