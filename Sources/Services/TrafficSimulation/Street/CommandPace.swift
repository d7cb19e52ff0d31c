import JSONTree
import NGSILDModel
import SignalRoadside

/// Reports to the city and waits for its commands, never for longer than a deadline.
///
/// Invariants:
/// 1. Only those intersections are waited for that had a command in time in the second before, but all at the beginning, when
///    the city begins to answer, and once in ten seconds: one that gets none costs no time.
struct CommandPace {
    private let intersections: [String]
    private let deadline: Duration
    private var expected: Set<String>
    private var answered = false
    private var tries = 0
    private(set) var timing = DecisionTiming()

    private let pause: Duration
    private var nextTry: ContinuousClock.Instant?

    /// - Parameter pause: A city that did not answer is asked again after so long.
    init(_ intersections: [String], deadline: Duration, pause: Duration) {
        self.intersections = intersections
        self.deadline = deadline
        self.pause = pause
        expected = Set(intersections)
    }

    /// - Returns: the commands of this second that came in time; `nil` where the city does not answer.
    mutating func exchange(
        _ bodies: [[UInt8]], at time: Timestamp, waits: Bool, _ city: some StreetCity
    ) async -> [String: [UInt8]]? {
        let clock = ContinuousClock()
        let start = clock.now
        if let nextTry, start < nextTry { return nil }
        guard await city.report(bodies) else { return fail(clock.now) }
        guard waits else { return [:] }
        tries += 1
        if !answered || tries % 10 == 0 { expected = Set(intersections) }
        var found: [String: [UInt8]] = [:]
        var sleep = Duration.milliseconds(1)
        while true {
            let open = intersections.filter { found[$0] == nil }
            guard let commands = await city.commands(for: open) else { return fail(clock.now) }
            for (id, command) in commands where Self.measuredAt(command) == time { found[id] = command }
            if expected.isSubset(of: found.keys) { break }
            // Half a deadline for those that may never answer.
            let limit = answered ? deadline / 2 : deadline
            if clock.now - start > limit { break }
            try? await Task.sleep(for: sleep)
            sleep = min(sleep * 2, .milliseconds(20))
        }
        if !found.isEmpty { timing.add(clock.now - start) }
        expected = Set(found.keys)
        answered = true
        nextTry = nil
        return found
    }

    private mutating func fail(_ now: ContinuousClock.Instant) -> [String: [UInt8]]? {
        answered = false
        nextTry = now.advanced(by: pause)
        return nil
    }

    private static func measuredAt(_ command: [UInt8]) -> Timestamp? {
        guard let document = try? JSONDocument(parsing: command) else { return nil }
        return document.member(document.root, "measuredAt").flatMap { document.string($0) }.flatMap { Timestamp($0) }
    }
}
