import BrokerCore
import InMemoryStorage
import JSONTree
import NGSILDModel
import NGSILDOperations
import Synchronization
import Testing

@testable import NotificationDelivery

/// Notifications that come by the clock.
///
/// CIM 009 clauses 5.2.12 (`timeInterval`), 5.8.6.
@Suite(.timeLimit(.minutes(20)))
struct PeriodicNotificationsTests {
    /// A clock that goes when the test says so, and lets sleepers know.
    final class HandClock: Sendable {
        private struct State {
            var now = Duration.zero
            var wall = Timestamp(microseconds: 1_800_000_000_000_000)
            var sleepers: [(until: Duration, id: Int, wake: CheckedContinuation<Void, any Error>)] = []
            var cancelled: Set<Int> = []
            var next = 0
            var watchers: [CheckedContinuation<Void, Never>] = []
        }
        private let state = Mutex(State())

        var wall: Timestamp { state.withLock { $0.wall } }

        var clock: PeriodicClock {
            PeriodicClock(now: { self.state.withLock { $0.now } }, sleep: { try await self.sleep($0) })
        }

        private func sleep(_ duration: Duration) async throws {
            let id = state.withLock { state in
                state.next += 1
                return state.next
            }
            try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    let (isOver, watchers) = state.withLock { state in
                        if state.cancelled.contains(id) { return (true, [CheckedContinuation<Void, Never>]()) }
                        state.sleepers.append((state.now + duration, id, continuation))
                        defer { state.watchers = [] }
                        return (false, state.watchers)
                    }
                    if isOver { continuation.resume(throwing: CancellationError()) }
                    for watcher in watchers { watcher.resume() }
                }
            } onCancel: {
                let sleeper = state.withLock { state in
                    state.cancelled.insert(id)
                    let found = state.sleepers.first { $0.id == id }
                    state.sleepers.removeAll { $0.id == id }
                    return found
                }
                sleeper?.wake.resume(throwing: CancellationError())
            }
        }

        /// Lets time pass, by both clocks, once somebody sleeps.
        func pass(_ duration: Duration, wall: Duration? = nil) async {
            await withCheckedContinuation { continuation in
                let isSleeping = state.withLock { state in
                    if !state.sleepers.isEmpty { return true }
                    state.watchers.append(continuation)
                    return false
                }
                if isSleeping { continuation.resume() }
            }
            move(duration, wall: wall)
        }

        func move(_ duration: Duration, wall: Duration? = nil) {
            let woken = state.withLock { state in
                state.now += duration
                state.wall = state.wall.adding(seconds: Double((wall ?? duration).components.seconds))
                let woken = state.sleepers.filter { $0.until <= state.now }
                state.sleepers.removeAll { $0.until <= state.now }
                return woken
            }
            for sleeper in woken { sleeper.wake.resume() }
        }
    }

    private func subscription(
        _ vocabulary: Vocabulary, _ more: String = "", seconds: Double = 10, id: String = "urn:s:1"
    ) throws -> Subscription {
        try vocabulary.subscription(
            #"{"entities":[{"type":"Room"}],"timeInterval":\#(seconds),\#(SubscriptionMatchingTests.endpoint)\#(more)}"#,
            id: id)
    }

    private func periodic(_ clock: HandClock, _ vocabulary: Vocabulary, rooms: Int = 1) throws -> PeriodicNotifications
    {
        let entities = try (0..<rooms).map {
            try vocabulary.entity(
                #"{"id":"urn:ngsi-ld:Room:\#($0)","type":"Room","temperature":{"type":"Property","value":\#($0)}}"#)
        }
        return PeriodicNotifications(
            clock: clock.clock, wallClock: { clock.wall }, consumption: FixedEntities(entities))
    }

    /// The ids of the subscriptions that are due after each step.
    private func due(
        _ periodic: PeriodicNotifications, _ clock: HandClock, _ steps: [Duration], wall: Duration? = nil
    ) -> [[String]] {
        steps.map { step in
            clock.move(step, wall: wall)
            var sent: [String] = []
            periodic.notifyDue { subscription, _ in sent.append(subscription.id) }
            return sent
        }
    }

    @Test func `a notification comes once an interval, with the entities that match`() throws {
        let (clock, vocabulary) = (HandClock(), try Vocabulary())
        let periodic = try periodic(clock, vocabulary, rooms: 3)
        periodic.set(try subscription(vocabulary, #","q":"temperature>0""#))
        var found: [[String]] = []
        for _ in 0..<4 {
            clock.move(.seconds(5))
            periodic.notifyDue { found += $1.map { $0.entities.map(\.id) } }
        }
        #expect(found == Array(repeating: ["urn:ngsi-ld:Room:1", "urn:ngsi-ld:Room:2"], count: 2))
    }

    @Test func `without a matching entity there is no notification`() throws {
        let (clock, vocabulary) = (HandClock(), try Vocabulary())
        let periodic = try periodic(clock, vocabulary)
        periodic.set(try subscription(vocabulary, #","q":"temperature>100""#))
        #expect(due(periodic, clock, [.seconds(10), .seconds(10)]) == [[], []])
    }

    @Test func `what was missed is not made up for, and the rhythm stays`() throws {
        let (clock, vocabulary) = (HandClock(), try Vocabulary())
        let periodic = try periodic(clock, vocabulary)
        periodic.set(try subscription(vocabulary))
        #expect(
            due(periodic, clock, [.seconds(11), .seconds(9), .seconds(45), .seconds(9), .seconds(1)]) == [
                ["urn:s:1"], ["urn:s:1"], ["urn:s:1"], [], ["urn:s:1"],
            ])
    }

    @Test(arguments: [Duration.seconds(-86_400), .seconds(86_400 * 365), .zero])
    func `a wall clock that jumps does no harm`(wall: Duration) throws {
        let (clock, vocabulary) = (HandClock(), try Vocabulary())
        let periodic = try periodic(clock, vocabulary)
        periodic.set(try subscription(vocabulary))
        #expect(
            due(periodic, clock, [.seconds(9), .seconds(1), .seconds(9), .seconds(1)], wall: wall) == [
                [], ["urn:s:1"], [], ["urn:s:1"],
            ])
    }

    @Test func `one that was paused, deleted or has expired is silent`() throws {
        let (clock, vocabulary) = (HandClock(), try Vocabulary())
        let periodic = try periodic(clock, vocabulary)
        for id in ["urn:s:1", "urn:s:2", "urn:s:3", "urn:s:4"] { periodic.set(try subscription(vocabulary, id: id)) }
        periodic.set(try subscription(vocabulary, #","isActive":false"#, id: "urn:s:1"))
        periodic.remove(tenant: "", id: "urn:s:2")
        periodic.set(
            try subscription(vocabulary, #","expiresAt":"\#(clock.wall.adding(seconds: 15).text)""#, id: "urn:s:3"))
        #expect(due(periodic, clock, [.seconds(10)]).map { $0.sorted() } == [["urn:s:3", "urn:s:4"]])
        #expect(due(periodic, clock, [.seconds(10), .seconds(10)]) == [["urn:s:4"], ["urn:s:4"]])
        #expect(periodic.count == 1)
        // Active again, it begins anew.
        periodic.set(try subscription(vocabulary, id: "urn:s:1"))
        #expect(due(periodic, clock, [.seconds(10)]).map { $0.sorted() } == [["urn:s:1", "urn:s:4"]])
        periodic.removeAll(tenant: "")
        #expect(due(periodic, clock, [.seconds(10)]) == [[]])
    }

    @Test func `an update keeps the rhythm unless it changes the interval`() throws {
        let (clock, vocabulary) = (HandClock(), try Vocabulary())
        let periodic = try periodic(clock, vocabulary)
        periodic.set(try subscription(vocabulary))
        clock.move(.seconds(6))
        periodic.set(try subscription(vocabulary, #","description":"same""#))
        #expect(due(periodic, clock, [.seconds(4)]) == [["urn:s:1"]])
        periodic.set(try subscription(vocabulary, seconds: 3))
        #expect(due(periodic, clock, [.seconds(2), .seconds(1), .seconds(7)]) == [[], ["urn:s:1"], ["urn:s:1"]])
    }

    @Test(
        arguments: [
            // Seconds since the last notification, and until the next.
            (0, 10), (4, 6), (10, 0), (1_000_000, 0), (-5, 10),
        ] as [(Int64, Int64)])
    func `after a restart what is left of the interval counts`(passed: Int64, left: Int64) throws {
        let (clock, vocabulary) = (HandClock(), try Vocabulary())
        let periodic = try periodic(clock, vocabulary)
        let subscription = try subscription(vocabulary)
        subscription.record.update { $0.lastNotification = clock.wall.adding(seconds: Double(-passed)) }
        periodic.set(subscription, isRestored: true)
        var steps: [Duration] = []
        if left > 0 { steps.append(.seconds(left) - .milliseconds(1)) }
        steps.append(left > 0 ? .milliseconds(1) : .zero)
        #expect(due(periodic, clock, steps) == (left > 0 ? [[], ["urn:s:1"]] : [["urn:s:1"]]))
        #expect(due(periodic, clock, [.seconds(9), .seconds(1)]) == [[], ["urn:s:1"]])
    }

    @Test func `while one waits for a slow endpoint the next are left out`() async throws {
        let (clock, release) = (HandClock(), AsyncStream<Void>.makeStream())
        let transport = ScriptedTransport { _, _ in
            for await _ in release.stream { break }
            return 200
        }
        let city = try City(transport) { configuration in
            configuration.periodicClock = clock.clock
            configuration.clock = { clock.wall }
        }
        try await city.heat(1, to: 20)
        try await city.subscribe(
            #"{"type":"Subscription","entities":[{"type":"Room"}],"timeInterval":10,"notification":{"endpoint":{"uri":"http://a.example/"}}}"#
        )
        await clock.pass(.seconds(10))
        await transport.arrival(of: 1)
        for _ in 0..<3 { await clock.pass(.seconds(10)) }
        release.continuation.finish()
        await city.stop()
        #expect(transport.posts.count == 1)
    }

    @Test func `many changes leave no more behind than there are subscriptions`() throws {
        let (clock, vocabulary) = (HandClock(), try Vocabulary())
        let periodic = try periodic(clock, vocabulary)
        for number in 1...1_000 {
            periodic.set(try subscription(vocabulary, seconds: Double(1_000 + number)))
        }
        #expect(periodic.waiting <= 2 * periodic.count + 65)
        #expect(due(periodic, clock, [.seconds(2_000)]) == [["urn:s:1"]])
    }

    @Test func `a broker notifies by the clock, also after a restart`() async throws {
        let broker = try Broker(storage: InMemoryStorage())
        let (clock, transport) = (HandClock(), ScriptedTransport())
        func city() throws -> City {
            try City(transport, over: broker) { configuration in
                configuration.periodicClock = clock.clock
                configuration.clock = { clock.wall }
            }
        }
        let before = try city()
        try await before.heat(1, to: 20)
        let id = try await before.subscribe(
            #"{"type":"Subscription","entities":[{"type":"Room"}],"timeInterval":10,"notification":{"endpoint":{"uri":"http://a.example/"}}}"#
        )
        await clock.pass(.seconds(10))
        await transport.arrival(of: 1)
        await clock.pass(.seconds(10))
        await transport.arrival(of: 2)
        await before.manager.stop()
        #expect(try before.shown(id).at("notification", "timesSent") == "2")
        clock.move(.seconds(35))
        let after = try city()
        await transport.arrival(of: 3)
        await clock.pass(.seconds(9))
        await clock.pass(.seconds(1))
        await transport.arrival(of: 4)
        await after.stop()
        #expect(transport.posts.count == 4)
        for post in transport.posts {
            #expect(
                try JSONDocument(parsing: post.body).at("data")
                    == #"[{"id":"urn:ngsi-ld:Room:1","type":"Room","temperature":{"type":"Property","value":20}}]"#)
        }
    }
}
