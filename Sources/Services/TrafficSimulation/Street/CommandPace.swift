import JSONTree
import NGSILDModel
import SignalRoadside

/// Reports to the city and waits for its commands, never for longer than a deadline.
///
/// Invariants:
/// 1. An intersection that got no command three seconds in a row is waited for only when the city begins to answer, and once
///    in ten seconds: one that gets none costs no time.
/// 2. Each command is handed out once: that of this second, or one that came too late for the second before.
struct CommandPace {
    private let intersections: [String]
    private let deadline: Duration
    private let pause: Duration
    /// How often in a row each got no command in time.
    private var misses: [String: Int] = [:]
    private var newest: [String: Timestamp] = [:]
    private var answered = false
    private var tries = 0
    private var nextTry: ContinuousClock.Instant?
    private(set) var timing = DecisionTiming()

    private static let missesUntilGivenUp = 3

    /// - Parameter pause: A city that did not answer is asked again after so long.
    init(_ intersections: [String], deadline: Duration, pause: Duration) {
        self.intersections = intersections
        self.deadline = deadline
        self.pause = pause
    }

    /// - Returns: the commands that are new; `nil` where the city does not answer.
    mutating func exchange(
        _ bodies: [[UInt8]], at time: Timestamp, waits: Bool, _ city: some StreetCity
    ) async -> [String: [UInt8]]? {
        let clock = ContinuousClock()
        let start = clock.now
        if let nextTry, start < nextTry { return nil }
        guard await city.report(bodies) else { return fail(clock.now) }
        guard waits else { return [:] }
        tries += 1
        let isForAll = !answered || tries % 10 == 0
        let expected = Set(intersections.filter { isForAll || misses[$0, default: 0] < Self.missesUntilGivenUp })
        var found: [String: [UInt8]] = [:]
        var late: [String: [UInt8]] = [:]
        var sleep = Duration.milliseconds(1)
        while true {
            let open = intersections.filter { found[$0] == nil }
            guard let commands = await city.commands(for: open) else { return fail(clock.now) }
            for (id, command) in commands {
                let measured = Self.measuredAt(command)
                if measured == time { found[id] = command } else { late[id] = command }
            }
            if expected.isSubset(of: found.keys) || clock.now - start > deadline { break }
            try? await Task.sleep(for: sleep)
            sleep = min(sleep * 2, .milliseconds(20))
        }
        if !found.isEmpty { timing.add(clock.now - start) }
        for id in intersections { misses[id] = found[id] == nil ? misses[id, default: 0] + 1 : 0 }
        for (id, command) in late where found[id] == nil {
            guard let measured = Self.measuredAt(command), measured > newest[id] ?? .none, measured < time,
                measured > time.adding(seconds: -SignalCommand.validSeconds)
            else { continue }
            found[id] = command
        }
        for (id, command) in found { newest[id] = Self.measuredAt(command) }
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
