import InMemoryStorage
import NGSILDModel
import Testing

@testable import RuleService

@Suite struct RuleRestartTests {
    @Test func `an alert that stands goes on standing, is not told again, and ends`() async throws {
        let storage = InMemoryStorage()
        let clock = ManualClock()
        var town = try TestTown(storage: storage, clock: clock)
        town.rules.start()
        try await town.report([sensor(level: 60), rule()], at: minute(1))
        try await town.report([sensor(level: 47)], at: minute(2))
        #expect(await town.receiver.notices(count: 1) == ["raised"])
        let since = town.value(alertID(), "validFrom")
        await town.stop()
        town = try TestTown(storage: storage, clock: clock)
        town.rules.start()
        await town.wait(until: minute(5))
        // 47 lies between clear and value: what stood goes on.
        #expect(town.state() == "raised")
        #expect(town.value(alertID(), "validFrom") == since)
        try await town.report([sensor(level: 44)], at: minute(6))
        #expect(await town.receiver.notices(count: 1) == ["cleared"])
        await town.stop()
    }

    @Test func `what became of entities and rules while nobody was there is caught up`() async throws {
        let storage = InMemoryStorage()
        let clock = ManualClock()
        var town = try TestTown(storage: storage, clock: clock)
        town.rules.start()
        try await town.report(
            [sensor(1, level: 60), sensor(2, level: 1), sensor(3, level: 60), rule(), rule("gone")], at: minute(1))
        await town.rules.stop()
        clock.set(minute(2))
        try await town.report([sensor(1, level: 1), sensor(2, level: 60)])
        try await town.perform(.deleteEntity(id: "urn:ngsi-ld:Sensor:3"))
        try await town.perform(.deleteEntity(id: ruleID("gone")))
        await town.stop()
        town = try TestTown(storage: storage, clock: clock)
        town.rules.start()
        await town.wait(until: minute(5))
        #expect((1...3).map { town.state(of: $0) } == ["cleared", "raised", "cleared"])
        #expect((1...3).map { town.state("gone", of: $0) } == ["cleared", nil, "cleared"])
        await town.stop()
    }

    @Test func `how long something holds is known from the history`() async throws {
        let storage = InMemoryStorage()
        let clock = ManualClock()
        var town = try TestTown(storage: storage, clock: clock)
        town.rules.start()
        try await town.report([sensor(level: 60), rule(condition: #","for":"PT10M""#)], at: minute(0))
        try await town.report([sensor(level: 61)], at: minute(6))
        await town.stop()
        town = try TestTown(storage: storage, clock: clock)
        town.rules.start()
        await town.wait(until: minute(9.9))
        #expect(town.state() == nil)
        await town.wait(until: minute(10.1))
        #expect(town.state() == "raised")
        await town.stop()
    }

    @Test func `silence is not held against entities while Parvis was down`() async throws {
        let storage = InMemoryStorage()
        let clock = ManualClock()
        var town = try TestTown(storage: storage, clock: clock)
        town.rules.start()
        let silence = #"{"kind":"absence","attribute":"level","after":"PT15M"}"#
        try await town.report([sensor(level: 1), rule(tests: silence)], at: minute(0))
        await town.stop()
        clock.set(minute(600))
        town = try TestTown(storage: storage, clock: clock)
        town.rules.start()
        // Silence counts from the start on.
        await town.wait(until: minute(600))
        await town.wait(until: minute(601))
        #expect(town.state() == nil)
        await town.wait(until: minute(617))
        #expect(town.state() == "raised")
        await town.stop()
    }

    @Test func `a start with nothing new writes nothing`() async throws {
        let storage = InMemoryStorage()
        let clock = ManualClock()
        var town = try TestTown(storage: storage, clock: clock)
        town.rules.start()
        try await town.report([sensor(level: 60), rule(), rule("off", state: "off")], at: minute(1))
        await town.wait(until: minute(2))
        await town.stop()
        town = try TestTown(storage: storage, clock: clock)
        let sequence = town.broker.lastSequence
        town.rules.start()
        await town.wait(until: minute(3))
        #expect(town.broker.lastSequence == sequence)
        await town.stop()
    }

    @Test func `an alert that somebody ended does not come back by a restart`() async throws {
        let storage = InMemoryStorage()
        let clock = ManualClock()
        var town = try TestTown(storage: storage, clock: clock)
        town.rules.start()
        try await town.report([sensor(level: 60), rule()], at: minute(1))
        let ended =
            #"{"id":"\#(alertID())","type":"Alert","alertState":{"type":"Property","value":"cleared"}}"#
        try await town.report([ended], at: minute(2))
        #expect(town.state() == "cleared")
        await town.stop()
        town = try TestTown(storage: storage, clock: clock)
        town.rules.start()
        await town.wait(until: minute(5))
        #expect(town.state() == "cleared")
        // Once it is over, the next one is news.
        try await town.report([sensor(level: 40)], at: minute(6))
        #expect(town.value(alertID(), "validTo") != nil)
        await town.stop()
        clock.set(minute(7))
        town = try TestTown(storage: storage, clock: clock)
        town.rules.start()
        try await town.report([sensor(level: 70)], at: minute(8))
        #expect(town.state() == "raised")
        await town.stop()
    }
}
