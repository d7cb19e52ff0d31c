/// The numbers of the adaptive policy: one setting for all intersections.
public struct PolicySettings: Sendable, Equatable {
    /// How far each choice is thought through, in seconds.
    public var horizonSeconds = 45
    /// Vehicles a second that pass a stop line of one lane from a queue.
    public var saturationFlow = 0.5
    /// The same where they turn through gaps in an oncoming queue, and where nobody stands against them.
    public var gapFlowAgainstQueue = 0.08
    public var gapFlow = 0.3
    /// Green that is lost until a queue moves, in seconds.
    public var startLossSeconds = 1.0
    /// Yellow that is still driven on, in seconds.
    public var yellowUseSeconds = 1.0
    /// What a vehicle left at the horizon costs, in vehicle-seconds.
    public var leftOverSeconds = 12.0
    /// By how much another choice must be better than going on, in vehicle-seconds.
    public var changeMargin = 2.0
    /// Arrivals of a lane that nothing is known of, vehicles a second.
    public var assumedArrivals = 0.08
    /// Vehicles assumed behind a lane whose farthest zone is full of standing ones.
    public var hiddenQueue = 4.0
    /// How much more a vehicle counts for each minute that its lane has waited.
    public var waitingWeight = 0.3
    /// How many people are assumed behind a call at a crossing, and how much more they count for each minute of waiting.
    public var callPersons = 2.0
    public var callWaitingWeight = 3.0
    /// What a public-transport vehicle that asks for priority counts, in vehicles.
    public var priorityVehicles = 20.0
    /// Memory of flows, in seconds.
    public var flowMemorySeconds = 300.0
    /// Part of an exit's length that is covered by standing vehicles from which on nothing is sent there.
    public var fullExit = 0.5

    public init() {}
}
