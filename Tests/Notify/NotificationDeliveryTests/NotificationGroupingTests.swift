import NGSILDModel
import NGSILDOperations
import Testing

@testable import NotificationDelivery

struct NotificationGroupingTests {
    private func room(_ number: Int, _ vocabulary: Vocabulary) throws -> EntityRecord {
        try vocabulary.entity(
            #"{"id":"urn:ngsi-ld:Room:\#(number)","type":"Room","temperature":{"type":"Property","value":\#(number)}}"#)
    }

    private func group(_ members: String, _ ids: [Int], at times: [Int64] = [0]) throws -> [[String]] {
        let vocabulary = try Vocabulary()
        let subscription = try vocabulary.subscription(
            "{\(SubscriptionMatchingTests.rooms)\(members),\(SubscriptionMatchingTests.endpoint)}")
        var tenant = SubscriptionManager.TenantSubscriptions()
        tenant.index.insert(subscription)
        var result: [[String]] = []
        for time in times {
            var changes: [EntityChange] = []
            for (offset, id) in ids.enumerated() {
                changes.append(
                    try vocabulary.change(
                        .updated, try room(id, vocabulary), ["temperature": .modified], sequence: UInt64(offset + 1)))
            }
            let made = SubscriptionManager.notifications(
                of: changes, tenants: ["": tenant], now: Timestamp(microseconds: time))
            for notifications in made {
                if notifications.subscription.throttling > 0 {
                    notifications.subscription.record.noteMade(at: Timestamp(microseconds: time))
                }
                result += notifications.parts(row: 1).map {
                    $0.changes.map { String($0.id.last ?? "?") + "@\($0.sequence)" }
                }
            }
        }
        return result
    }

    @Test func `entities that change together go into one notification`() throws {
        #expect(try group("", [1, 2, 3]) == [["1@1", "2@2", "3@3"]])
    }

    @Test func `each change of one entity is told, in order`() throws {
        #expect(try group("", [1, 2, 1, 1]) == [["1@1", "2@2"], ["1@3"], ["1@4"]])
    }

    @Test func `with throttling the newest state is told, and then nothing for the interval`() throws {
        let times: [Int64] = [1_000_000, 5_999_999, 6_000_000]
        #expect(try group(#","throttling":5"#, [1, 1, 1], at: times) == [["1@3"], ["1@3"]])
    }

    @Test func `a clock that is set back does not silence a throttled subscription`() throws {
        #expect(try group(#","throttling":5"#, [1], at: [9_000_000_000, 1_000_000]).count == 2)
    }

    @Test(arguments: [#","isActive":false"#, #","expiresAt":"1970-01-01T00:00:01Z""#])
    func `paused and expired subscriptions are silent`(members: String) throws {
        #expect(try group(members, [1], at: [2_000_000]).isEmpty)
    }

    @Test func `a notification holds at most a hundred entities`() throws {
        let vocabulary = try Vocabulary()
        let subscription = try vocabulary.subscription(
            "{\(SubscriptionMatchingTests.rooms),\(SubscriptionMatchingTests.endpoint)}")
        var tenant = SubscriptionManager.TenantSubscriptions()
        tenant.index.insert(subscription)
        let changes = try (1...250).map {
            try vocabulary.change(.updated, try room($0, vocabulary), ["temperature": .modified], sequence: UInt64($0))
        }
        let made = SubscriptionManager.notifications(
            of: changes, tenants: ["": tenant], now: Timestamp(microseconds: 0))
        #expect(made.flatMap { $0.parts(row: 1) }.map(\.changes.count) == [100, 100, 50])
    }
}
