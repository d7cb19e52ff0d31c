import InMemoryStorage
import JSONTree
import NGSILDModel
import SampleSignals
import SignalControl
import SignalRoadside
import Testing

@testable import SignalService

struct SignalServiceTests {
    @Test func `a queue gets a command for its group each second, and the lamps follow`() async throws {
        let street = try await TestStreet.running()
        for now in 1...25 {
            let command = try #require(try await street.second(now, standing: (0, 6)))
            #expect(command.sequence == now)
            #expect(command.measuredAt == SampleCrossing.time(Double(now)))
            #expect(command.validUntil == SampleCrossing.time(Double(now) + 5))
        }
        #expect(try street.command()?.protectedGroups == [2])
        #expect(try street.command()?.permissiveGroups == [3])
        let colours = street.unit.withLock { $0.kernel.colours }
        #expect(colours == [.red, .green, .permissive, .red])
        #expect(street.unit.withLock { $0.activeControl } == .adaptive)
        #expect(street.problems.all == [])
        await street.stop()
    }

    @Test func `a decision says why, what else was weighed, and what waits`() async throws {
        let street = try await TestStreet.running()
        for now in 1...25 { try await street.second(now, standing: (0, 6)) }
        for now in 26...40 { try await street.second(now, standing: (9, 0)) }
        let text = try #require(street.value("decision"))
        let document = try JSONDocument(parsing: text)
        func member(_ name: StaticString) throws -> JSONNode { try #require(document.member(document.root, name)) }
        #expect(document.string(try member("phase")) == "1")
        #expect(document.string(try member("sentence"))?.hasSuffix(".") == true)
        #expect(document.member(try member("queues"), named: "south_0").flatMap { document.double($0) } == 9)
        #expect(document.count(try member("blocked")) <= 2)
        #expect(document.count(try member("assumed")) == 0)
        #expect(street.value("queueLength", of: SignalEntity.lane.id("town:J:south_0")) == "9")
        #expect(street.value("queueLength", of: SignalEntity.lane.id("town:J:west_0")) == "0")
        await street.stop()
    }

    @Test func `a decision is written when it changes, or every ten seconds`() async throws {
        let street = try await TestStreet.running()
        var times: Set<Timestamp> = []
        for now in 1...60 {
            try await street.second(now, standing: (0, 0))
            times.insert(try #require(street.observedAt("decision")))
        }
        #expect(times.count == 6)
        await street.stop()
    }

    @Test func `a service that starts again goes on from the entities`() async throws {
        let storage = InMemoryStorage()
        let before = try await TestStreet.running(storage: storage)
        for now in 1...20 { try await before.second(now, standing: (0, 6)) }
        let unit = before.unit.withLock { $0 }
        await before.stop()
        let after = try TestStreet(storage: storage)
        after.unit.withLock { $0 = unit }
        after.service.start()
        for now in 21...30 {
            #expect(try await after.second(now, standing: (0, 6))?.measuredAt == SampleCrossing.time(Double(now)))
        }
        #expect(after.unit.withLock { $0.activeControl } == .adaptive)
        #expect(try after.command()?.protectedGroups == [2])
        await after.stop()
    }

    @Test func `under the fixed plan no commands are given, until the operator wants them again`() async throws {
        let street = try await TestStreet.running()
        for now in 1...10 { try await street.second(now, standing: (0, 6)) }
        try await street.patch(
            TestStreet.id, .intersection, #""controlMode":{"type":"Property","value":"fixedPlan"}"#)
        for now in 11...20 { try await street.second(now, standing: (0, 6)) }
        #expect(try street.command()?.sequence == 10)
        #expect(street.value("decision")?.contains("operator") == true)
        #expect(street.unit.withLock { $0.activeControl } == .fixedPlan)
        try await street.patch(
            TestStreet.id, .intersection, #""controlMode":{"type":"Property","value":"adaptive"}"#)
        for now in 21...24 { try await street.second(now, standing: (0, 6)) }
        #expect(try street.command()?.measuredAt == SampleCrossing.time(24))
        #expect(street.unit.withLock { $0.activeControl } == .adaptive)
        await street.stop()
    }

    @Test func `people who press the button get a command for their crossing`() async throws {
        let street = try await TestStreet.running()
        let people = try TestStreet.description().groupID(3)
        var served = false
        for now in 1...90 where !served {
            let isRequested = now >= 15
            let member =
                #"{"id":"\#(people)","type":"SignalGroup","requested":{"type":"Property","value":\#(isRequested)}}"#
            try await street.second(now, standing: (0, 4), members: [member])
            served = street.unit.withLock { $0.kernel.colours[3].isGreen } && now > 15
        }
        #expect(served)
        await street.stop()
    }

    @Test func `public transport that asks for priority gets it, and a request that is forgotten ends`() async throws {
        let street = try await TestStreet.running()
        let group = try TestStreet.description().groupID(0)
        for now in 1...20 { try await street.second(now, standing: (0, 6)) }
        let time = SampleCrossing.time(21).text
        try await street.patch(
            group, .group, #""priorityRequest":{"type":"Property","value":true,"observedAt":"\#(time)"}"#)
        var commands: [Int: [Int]] = [:]
        for now in 21...130 { commands[now] = try await street.second(now, standing: (0, 6))?.protectedGroups }
        #expect(commands[35] == [1])
        #expect(commands[78] == [1])
        #expect(commands[130] == [2])
        await street.stop()
    }

    @Test func `silent detectors are told of and do not end control`() async throws {
        let street = try await TestStreet.running()
        for now in 1...30 { try await street.second(now, standing: (4, 0), dead: [2, 3]) }
        #expect(street.value("decision")?.contains(#""assumed":["west_0"]"#) == true)
        #expect(try street.command()?.measuredAt == SampleCrossing.time(30))
        await street.stop()
    }

    @Test func `a clock that is set back begins anew`() async throws {
        let street = try await TestStreet.running()
        for now in 1_000...1_010 { try await street.second(now, standing: (0, 6)) }
        for now in 1...10 { try await street.second(now, standing: (0, 6)) }
        #expect(try street.command()?.measuredAt == SampleCrossing.time(10))
        await street.stop()
    }

    @Test func `an intersection that is deleted gets no commands, and does not come back by itself`() async throws {
        let street = try await TestStreet.running()
        for now in 1...5 { try await street.second(now, standing: (0, 6)) }
        try await street.perform(.deleteEntity(id: TestStreet.id))
        for now in 6...10 { _ = try await street.second(now, standing: (0, 6)) }
        #expect(street.entity(TestStreet.id) == nil)
        #expect(await street.service.statistics.intersections == 0)
        try await street.describe()
        for now in 11...14 { try await street.second(now, standing: (0, 6)) }
        #expect(try street.command()?.measuredAt == SampleCrossing.time(14))
        await street.stop()
    }

    @Test func `types under another context are known, and stay what they are`() async throws {
        let street = try TestStreet()
        var writer = SignalEntityWriter()
        try TestStreet.description().append(to: &writer)
        for body in writer.bodies() {
            var text = String(decoding: body, as: UTF8.self)
            for kind in SignalEntity.allCases {
                text = text.replacing(
                    #""type":"\#(kind.rawValue)""#, with: #""type":"https://example.org/traffic/\#(kind.rawValue)""#)
            }
            try await street.upsert(Array(text.utf8))
        }
        street.service.start()
        for now in 1...4 { try await street.second(now, standing: (0, 6)) }
        #expect(try street.command()?.measuredAt == SampleCrossing.time(4))
        #expect(street.entity(TestStreet.id)?.types.count == 1)
        await street.stop()
    }

    @Test func `of commands no history is kept, of decisions all`() async throws {
        let policies = SignalService.historyPolicies
        #expect(policies.first { $0.name == "signals-command" }?.isRecorded == false)
        #expect(!policies.contains { $0.attribute?.hasSuffix("decision") ?? false })
        let street = try await TestStreet.running()
        #expect(street.history.policies.count == policies.count)
        await street.stop()
    }
}
