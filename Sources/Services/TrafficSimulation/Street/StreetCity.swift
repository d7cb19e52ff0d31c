/// The city that a simulated street reports to, and that its signals take commands from. Implemented over HTTP, as a real
/// street would do it.
public protocol StreetCity: Sendable {
    /// Writes the entities that describe the street: bodies of a batch upsert.
    ///
    /// - Throws: what the city says, in a sentence.
    func describe(_ bodies: [[UInt8]]) async throws

    /// Reports what is new: bodies of a batch upsert.
    ///
    /// - Returns: whether the city has it; never waits for longer than a second or so.
    func report(_ bodies: [[UInt8]]) async -> Bool

    /// The newest commands, by the ids of the intersections: the values of `command` as JSON; those that have none are left
    /// out.
    ///
    /// - Returns: `nil` where the city does not answer.
    func commands(for intersections: [String]) async -> [String: [UInt8]]?
}
