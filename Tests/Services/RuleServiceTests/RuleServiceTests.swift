import AlertRules
import BrokerCore
import Dispatch
import InMemoryStorage
import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import ServiceRuntime
import Synchronization
import Testing

@testable import RuleService

@Suite struct RuleServiceTests {
    @Test func `an alert is raised and ended, and both are told`() async throws {
        let town = try TestTown()
        town.rules.start()
        try await town.report([sensor(level: 40), rule()], at: minute(1))
        #expect(town.state() == nil)
        try await town.report([sensor(level: 60)], at: minute(2))
        #expect(town.state() == "raised")
        #expect(town.value(alertID(), "severity") == "\"high\"")
        #expect(town.value(alertID(), "alertSource") == "\"urn:ngsi-ld:Sensor:1\"")
        #expect(town.value(alertID(), "description")?.contains("level above 50 (60)") == true)
        try await town.report([sensor(level: 47)], at: minute(3))
        #expect(town.state() == "raised")
        try await town.report([sensor(level: 45)], at: minute(4))
        #expect(town.state() == "cleared")
        #expect(await town.receiver.notices(count: 2) == ["raised", "cleared"])
        #expect(town.problems.all == [])
        await town.stop()
    }

    @Test func `entities that hold already when a rule is switched on raise at once`() async throws {
        let town = try TestTown()
        town.rules.start()
        try await town.report([sensor(level: 60), rule(state: "off")], at: minute(1))
        #expect(town.state() == nil)
        try await town.report([rule()], at: minute(2))
        #expect(town.state() == "raised")
        #expect(town.value(ruleID(), "ruleStatus") == #"{"state":"watching","entities":1,"raised":1}"#)
        await town.stop()
    }

    @Test func `a rule that is switched off, deleted or changed ends what it does not ask for any more`() async throws {
        let town = try TestTown()
        town.rules.start()
        let names = ["off", "deleted", "higher", "same"]
        try await town.report([sensor(level: 60)] + names.map { rule($0) }, at: minute(1))
        for name in names { #expect(town.state(name) == "raised") }
        let higher = above.replacing("50", with: "70").replacing("45", with: "65")
        try await town.report(
            [
                rule("off", state: "off"), rule("higher", tests: higher),
                rule("same", tests: above.replacing("50", with: "55")),
            ], at: minute(2))
        try await town.delete(ruleID("deleted"))
        #expect(names.map { town.state($0) } == ["cleared", "cleared", "cleared", "raised"])
        // All were raised, three are over, and that is told before their subscriptions go.
        #expect(
            await town.receiver.notices(count: 7).sorted() == Array(repeating: "cleared", count: 3)
                + Array(repeating: "raised", count: 4))
        // What was taken is noted a moment later.
        for step in 0..<10_000 {
            if try town.subscriptions.subscriptionIDs(tenant: "").count <= 2 { break }
            try await Task.sleep(for: .milliseconds(5))
            await town.wait(until: minute(3 + Double(step)))
        }
        #expect(try town.subscriptions.subscriptionIDs(tenant: "").count == 2)
        await town.stop()
    }

    @Test func `an entity that goes, or is selected no longer, ends its alert`() async throws {
        let town = try TestTown()
        town.rules.start()
        let selection = #"{"type":"Sensor","q":"mode!=\"repair\""}"#
        let mode = #","mode":{"type":"Property","value":"normal"}"#
        try await town.report(
            [sensor(1, level: 60, more: mode), sensor(2, level: 60, more: mode), rule(entities: selection)],
            at: minute(1))
        try await town.delete("urn:ngsi-ld:Sensor:1")
        try await town.report([sensor(2, more: mode.replacing("normal", with: "repair"))], at: minute(2))
        #expect([1, 2].map { town.state(of: $0) } == ["cleared", "cleared"])
        try await town.report([sensor(2, more: mode)], at: minute(3))
        #expect(town.state(of: 2) == "raised")
        await town.stop()
    }

    @Test func `the time for which it must hold passes without values`() async throws {
        let town = try TestTown()
        town.rules.start()
        try await town.report([sensor(level: 60), rule(condition: #","for":"PT10M""#)], at: minute(0))
        await town.wait(until: minute(10))
        #expect(town.state() == nil)
        await town.wait(until: minute(10.01))
        #expect(town.state() == "raised")
        #expect(town.value(alertID(), "validFrom")?.contains("00:10:00Z") == true)
        await town.stop()
    }

    @Test func `silence raises, and a sign of life ends it`() async throws {
        let town = try TestTown()
        town.rules.start()
        let silence = #"{"kind":"absence","attribute":"level","after":"PT15M"}"#
        try await town.report([sensor(level: 1), rule(tests: silence)], at: minute(0))
        await town.wait(until: minute(14))
        try await town.report([sensor(level: 1)], at: minute(14))
        await town.wait(until: minute(29))
        #expect(town.state() == nil)
        await town.wait(until: minute(29.1))
        #expect(town.state() == "raised")
        try await town.report([sensor(level: 1)], at: minute(40))
        #expect(town.state() == "cleared")
        await town.stop()
    }

    @Test func `what is late or from the future does not count`() async throws {
        let town = try TestTown()
        town.rules.start()
        try await town.report([sensor(level: 40, at: minute(10)), rule()], at: minute(10))
        try await town.report([sensor(level: 60, at: minute(999))], at: minute(11))
        #expect(town.state() == nil)
        try await town.report([sensor(level: 60, at: minute(11.5))], at: minute(12))
        #expect(town.state() == "raised")
        await town.stop()
    }

    @Test func `tenants have rules of their own`() async throws {
        let town = try TestTown()
        town.rules.start()
        try await town.report([sensor(level: 60), rule()], at: minute(1), tenant: "north")
        try await town.report([sensor(level: 60)], at: minute(1))
        #expect(town.state(tenant: "north") == "raised")
        #expect(town.state() == nil)
        let report = try #require(await town.rules.rules().first)
        #expect(report.tenant == "north")
        #expect(report.raised == 1)
        await town.stop()
    }

    @Test func `more rules and entities than the limits are left out, and said so`() async throws {
        let town = try TestTown {
            $0.ruleLimit = 2
            $0.watchLimit = 3
        }
        town.rules.start()
        try await town.report((1...4).map { sensor($0, level: 1) } + [rule("a")], at: minute(1))
        try await town.report([rule("b"), rule("c")], at: minute(2))
        let reports = await town.rules.rules()
        #expect(reports.map(\.entities) == [3, 0, 0])
        #expect(reports[0].reason?.contains("Only 3") == true)
        #expect(reports[2].state == "refused")
        #expect(await town.rules.statistics.watched == 3)
        await town.stop()
    }

    /// Rules that cannot be used, and a word of the reason.
    @Test(
        arguments: [
            (rule(tests: #"{"kind":"magic"}"#), "tests[0].kind"), (rule(tests: ""), "at least one"),
            (rule(entities: #"{"type":"Alert"}"#), "do not watch alerts"),
            (rule(entities: #"{"type":"Sensor","q":"(((("}"#), "condition.entities.q"),
            (rule(entities: #"{"type":"Sensor","idPattern":"(["}"#), "condition.entities.idPattern"),
            (rule(entities: #"{"type":"Sensor","scopeQ":"///"}"#), "condition.entities.scopeQ"),
            (rule(condition: #","timeZone":"Nowhere/City""#), "timeZone"),
            (rule(notify: #"[{"channel":"email","to":["nobody"]}]"#), "notify[0].to[0]"),
            (
                #"{"id":"urn:ngsi-ld:AlertRule:level","type":"AlertRule","ruleState":{"type":"Property","value":"on"}}"#,
                "name"
            ),
            (
                #"{"id":"urn:ngsi-ld:AlertRule:level","type":"AlertRule","name":{"type":"Property","value":"x"},"condition":{"type":"Relationship","object":"urn:x:y"}}"#,
                "condition"
            ),
        ])
    func `a rule that cannot be used says why, and works once it is mended`(text: String, word: String) async throws {
        let town = try TestTown()
        town.rules.start()
        try await town.report([sensor(level: 60), text], at: minute(1))
        let status = try #require(town.value(ruleID(), "ruleStatus"))
        #expect(status.contains("refused") && status.contains(word), "\(status)")
        try await town.report([rule()], at: minute(2))
        #expect(town.state() == "raised")
        #expect(town.value(ruleID(), "ruleStatus")?.contains("refused") == false)
        await town.stop()
    }

    @Test func `when changes come too fast all is read anew`() async throws {
        let town = try TestTown { $0.inboxLimit = 5 }
        town.rules.start()
        try await town.report((1...20).map { sensor($0, level: 1) } + [rule()], at: minute(1))
        try await town.report((1...20).map { sensor($0, level: 60) }, at: minute(2))
        #expect((1...20).allSatisfy { town.state(of: $0) == "raised" })
        #expect(await town.rules.statistics.timesBehind > 0)
        await town.stop()
    }

    @Test func `a text that takes a pattern too many steps hides no other entity`() async throws {
        let storage = InMemoryStorage()
        let clock = ManualClock()
        var town = try TestTown(storage: storage, clock: clock)
        town.rules.start()
        func named(_ name: String) -> String { #","name":{"type":"Property","value":"\#(name)"}"# }
        let hard = String(repeating: "a", count: 40) + "!"
        let asked = rule(entities: #"{"type":"Sensor","q":"name~=\"(a|aa)+$\""}"#)
        try await town.report(
            [sensor(1, level: 60, more: named("aaa")), sensor(2, level: 60, more: named(hard)), asked],
            at: minute(1))
        #expect(town.state() == "raised")
        #expect(town.state(of: 2) == nil)
        await town.stop()
        town = try TestTown(storage: storage, clock: clock)
        town.rules.start()
        await town.wait(until: minute(2))
        #expect(town.state() == "raised")
        #expect(await town.rules.statistics.watched == 1)
        // What is asked once must come to an end: it says what is the matter.
        let requests = RuleRequests(town.rules)
        let error = await #expect(throws: NGSILDError.self) {
            _ = try await requests.test(Array(#"{"rule":\#(asked)}"#.utf8), tenant: "")
        }
        #expect(error?.detail.contains("(a|aa)+$") == true)
        await town.stop()
    }

    /// Writes something once, right after an entity was read for a page.
    private final class ChangingConsumption: EntityConsumption {
        let broker: Broker
        let next = Mutex<(id: String, draft: EntityDraft)?>(nil)
        init(_ broker: Broker) { self.broker = broker }

        func queryEntities(_ query: EntityQuery, tenant: String) throws(NGSILDError) -> EntityPage {
            let page = try broker.queryEntities(query, tenant: tenant)
            let draft = next.withLock { next -> EntityDraft? in
                guard let (id, draft) = next, page.entities.contains(where: { $0.id == id }) else { return nil }
                next = nil
                return draft
            }
            guard let draft else { return page }
            let isDone = DispatchSemaphore(value: 0)
            broker.submit(
                .batchUpsert([.draft(draft)], replaces: false), tenant: tenant, on: ImmediateReplyScheduler()
            ) { _ in isDone.signal() }
            isDone.wait()
            return page
        }

        func retrieveEntity(id: String, tenant: String) throws(NGSILDError) -> EntityRecord {
            try broker.retrieveEntity(id: id, tenant: tenant)
        }
        func linkedEntity(id: String, tenant: String) -> EntityRecord? { broker.linkedEntity(id: id, tenant: tenant) }
        func entityTypes(tenant: String) throws(NGSILDError) -> [EntityTypeDescription] {
            try broker.entityTypes(tenant: tenant)
        }
        func attributes(tenant: String) throws(NGSILDError) -> [AttributeDescription] {
            try broker.attributes(tenant: tenant)
        }
    }

    @Test func `a change while a rule reads its first entities is not lost`() async throws {
        let town = try TestTown()
        func draft(_ json: String) throws -> EntityDraft {
            let document = try JSONDocument(parsing: json)
            return try EntityDecoder(context: town.context).decodeEntity(document, document.root)
        }
        func write(_ json: String) async throws {
            try await town.perform(.batchUpsert([.draft(try draft(json))], replaces: false))
        }
        let consumption = ChangingConsumption(town.broker)
        var configuration = RuleServiceConfiguration()
        configuration.clock = { town.clock.now }
        let rules = RuleService(
            ServiceOperations(
                provision: town.broker, consumption: consumption, temporal: town.history, feed: town.broker,
                registry: town.broker.registry, tenantNames: { town.broker.tenantNames }),
            delivery: nil, configuration: configuration)
        try await write(sensor(level: 1))
        rules.start()
        await rules.settle()
        let change = try draft(sensor(level: 60))
        consumption.next.withLock { $0 = ("urn:ngsi-ld:Sensor:1", change) }
        try await write(rule())
        for _ in 0..<50_000 {
            if town.state() == "raised" { break }
            await rules.settle()
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(consumption.next.withLock { $0 == nil })
        #expect(town.state() == "raised")
        await rules.stop()
        await town.stop()
    }
}
