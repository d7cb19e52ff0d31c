import AlertRules
import JSONTree
import NGSILDModel
import NGSILDOperations
import Testing

@testable import RuleService

/// What is told, to whom and when.
@Suite struct RuleNoticeTests {
    private static let escalation =
        #","escalation":{"type":"JsonProperty","json":{"after":"PT30M","notify":[{"channel":"webhook","uri":"https://boss.example/b"}]}}"#
    private static let acknowledged =
        #"{"id":"\#(alertID())","type":"Alert","acknowledged":{"type":"Property","value":true}}"#
    private static func muted(_ id: String, _ type: String, until time: Timestamp) -> String {
        #"{"id":"\#(id)","type":"\#(type)","mutedUntil":{"type":"Property","value":{"@type":"DateTime","@value":"\#(time.text)"}}}"#
    }
    private let boss = "https://boss.example/b"

    @Test func `what nobody acknowledges is escalated, once, and its end is told there too`() async throws {
        let town = try TestTown()
        town.rules.start()
        try await town.report([sensor(level: 60), rule(more: Self.escalation)], at: minute(0))
        await town.wait(until: minute(29))
        #expect(town.value(alertID(), "escalatedAt") == nil)
        await town.wait(until: minute(31))
        #expect(town.value(alertID(), "escalatedAt") != nil)
        await town.wait(until: minute(90))
        try await town.report([sensor(level: 1)], at: minute(91))
        #expect(await town.receiver.notices(boss, count: 2) == ["escalated", "cleared"])
        #expect(await town.receiver.notices(count: 2) == ["raised", "cleared"])
        // Those who heard nothing of the next one need not hear of its end.
        try await town.report([sensor(level: 60)], at: minute(92))
        try await town.report([sensor(level: 1)], at: minute(93))
        #expect(await town.receiver.notices(count: 4) == ["raised", "cleared", "raised", "cleared"])
        #expect(await town.receiver.notices(boss, count: 2) == ["escalated", "cleared"])
        await town.stop()
    }

    @Test func `an acknowledgement stops the escalation, and goes with a new alert`() async throws {
        let town = try TestTown()
        town.rules.start()
        try await town.report([sensor(level: 60), rule(more: Self.escalation)], at: minute(0))
        try await town.report([Self.acknowledged], at: minute(5))
        await town.wait(until: minute(120))
        #expect(town.value(alertID(), "escalatedAt") == nil)
        try await town.report([sensor(level: 1)], at: minute(121))
        try await town.report([sensor(level: 60)], at: minute(122))
        #expect(town.value(alertID(), "acknowledged") == nil)
        await town.wait(until: minute(153))
        #expect(town.value(alertID(), "escalatedAt") != nil)
        await town.stop()
    }

    @Test(arguments: [true, false])
    func `while it is muted nothing is told, and then what stands`(mutesRule: Bool) async throws {
        let town = try TestTown()
        town.rules.start()
        try await town.report([sensor(level: 60), rule(more: Self.escalation)], at: minute(0))
        let mute =
            mutesRule
            ? Self.muted(ruleID(), "AlertRule", until: minute(60)) : Self.muted(alertID(), "Alert", until: minute(60))
        try await town.report([mute], at: minute(1))
        await town.wait(until: minute(59))
        #expect(town.value(alertID(), "escalatedAt") == nil)
        try await town.report([sensor(level: 1)], at: minute(59.5))
        #expect(town.state() == "cleared")
        #expect(town.value(alertID(), "notice") == "\"raised\"")
        await town.wait(until: minute(61))
        #expect(town.value(alertID(), "notice") == "\"cleared\"")
        #expect(await town.receiver.notices(count: 2) == ["raised", "cleared"])
        await town.stop()
    }

    @Test func `an alert that came and went while its rule was muted is never told`() async throws {
        let town = try TestTown()
        town.rules.start()
        try await town.report([sensor(level: 1), rule()], at: minute(0))
        try await town.report([Self.muted(ruleID(), "AlertRule", until: minute(60))], at: minute(1))
        try await town.report([sensor(level: 60)], at: minute(2))
        try await town.report([sensor(level: 1)], at: minute(3))
        await town.wait(until: minute(61))
        #expect(town.state() == "cleared")
        #expect(town.value(alertID(), "notice") == nil)
        await town.stop()
    }

    @Test func `an alert that somebody ends or deletes by hand does not come back until it is over`() async throws {
        let town = try TestTown()
        town.rules.start()
        try await town.report([sensor(level: 60), rule()], at: minute(0))
        try await town.report(
            [#"{"id":"\#(alertID())","type":"Alert","alertState":{"type":"Property","value":"cleared"}}"#],
            at: minute(1))
        try await town.report([sensor(level: 61)], at: minute(2))
        #expect(town.state() == "cleared")
        try await town.delete(alertID())
        try await town.report([sensor(level: 62)], at: minute(3))
        #expect(town.state() == nil)
        try await town.report([sensor(level: 1)], at: minute(4))
        try await town.report([sensor(level: 60)], at: minute(5))
        #expect(town.state() == "raised")
        await town.stop()
    }

    @Test func `a subscription that somebody deletes comes back`() async throws {
        let town = try TestTown()
        town.rules.start()
        try await town.report([sensor(level: 1), rule()], at: minute(0))
        let id = try #require(try town.subscriptions.subscriptionIDs(tenant: "").first)
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            town.subscriptions.deleteSubscription(id: id, tenant: "", on: ImmediateReplyScheduler()) {
                continuation.resume(with: $0.mapError { $0 as any Error })
            }
        }
        await town.wait(until: minute(1))
        #expect(try town.subscriptions.subscriptionIDs(tenant: "") == [id])
        await town.stop()
    }

    @Test func `a channel is tried out by a subscription that goes again`() async throws {
        let town = try TestTown()
        let document = try JSONDocument(parsing: #"{"channel":"webhook","uri":"https://duty.example/a"}"#)
        let test = try await town.rules.testDelivery(try RuleNotice(document, document.root), tenant: "")
        #expect(test.isTaken)
        #expect(try town.subscriptions.subscriptionIDs(tenant: "") == [])
        await town.stop()
    }
}
