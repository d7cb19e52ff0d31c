/// What a run through a city came to.
public struct StreetResult: Sendable, Codable {
    public var run: RunResult
    public var signals: Int
    /// Simulated seconds.
    public var seconds: Int
    /// Seconds of all signals together under each control, by its name in `activeControl`.
    public var controlSeconds: [String: Int]
    /// Seconds of all signals together with a command in time, and without one.
    public var commandsInTime: Int
    public var commandsMissing: Int
    /// Commands that roadside units refused.
    public var commandsRefused: Int
    /// From sending the readings until the commands were there, in milliseconds: the mean, and the most.
    public var meanAnswerMilliseconds: Double
    public var mostAnswerMilliseconds: Double
    /// Processor time of this process in all, in seconds.
    public var processorSeconds: Double
    public var wallSeconds: Double
    /// What the safety monitor found first.
    public var violationExamples: [SafetyViolation]
}

/// What a run tells while it is under way.
public enum StreetEvent: Sendable {
    /// The street is described; seconds count from the simulation's own zero.
    case began(signals: [String], leftOut: [String])
    /// The control of signals changed.
    case control(atSeconds: Double, signals: String, control: String)
    /// A simulated minute is over.
    case minute(atSeconds: Double, vehiclesStanding: Int, adaptive: Int, signals: Int)
    /// The city does not answer, or does so again.
    case city(atSeconds: Double, answers: Bool)
}
