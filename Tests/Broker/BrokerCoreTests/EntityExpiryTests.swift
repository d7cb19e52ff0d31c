import ClauseTrait
import BrokerStorage
import InMemoryStorage
import NGSILDModel
import NGSILDOperations
import Synchronization
import Testing

@testable import BrokerCore

/// A clock that a test sets.
private final class TestClock: Sendable {
    private let time = Mutex(Timestamp.now())
    var now: Timestamp { time.withLock { $0 } }
    func advance(seconds: Double) { time.withLock { $0 = $0.adding(seconds: seconds) } }
}

/// Follows a broker's changes and waits for one.
private final class Watcher: Sendable {
    private let seen = Mutex<(kinds: [String], wanted: Int, waiting: CheckedContinuation<Void, Never>?)>(([], 0, nil))
    private let follower = Mutex<ChangeFollower?>(nil)

    init(_ city: TestBroker) {
        let context = city.context
        let token = city.broker.follow { [weak self] changes in
            self?.take(
                changes.map { change in
                    let names = change.attributes.map { "\(context.name($0.name)) \($0.kind)" }.joined(separator: " ")
                    return "\(change.id) \(change.kind): \(names)"
                })
        }
        follower.withLock { $0 = token }
    }

    private func take(_ kinds: [String]) {
        seen.withLock { seen in
            seen.kinds += kinds
            if seen.kinds.count >= seen.wanted {
                seen.waiting?.resume()
                seen.waiting = nil
            }
        }
    }

    /// The changes so far, once there are at least `count`.
    func changes(_ count: Int) async -> [String] {
        await withCheckedContinuation { continuation in
            seen.withLock { seen in
                if seen.kinds.count >= count { return continuation.resume() }
                seen.wanted = count
                seen.waiting = continuation
            }
        }
        return seen.withLock { $0.kinds }
    }
}

struct EntityExpiryTests {
    private let clock = TestClock()
    private static let room = TestBroker.room

    private func city(_ storage: any BrokerStorage = InMemoryStorage(), budget: Int = .max) throws -> TestBroker {
        let clock = clock
        return try TestBroker(storage) {
            $0.clock = { clock.now }
            $0.memoryBudget = budget
        }
    }

    private func at(_ seconds: Double) -> String { #""expiresAt":"\#(clock.now.adding(seconds: seconds).text)""# }

    @Test(.clause("4.22")) func `transient entities and attributes go by themselves, as changes that all can follow`()
        async throws
    {
        let city = try city()
        let watcher = Watcher(city)
        let one = try city.room(#""a":1,\#(at(10))"#)
        let two = try city.room(#""a":{"value":1,\#(at(5))},"b":2"#, id: "urn:x:2")
        let three = try city.room(#""a":1"#, id: "urn:x:3")
        for draft in [one, two, three] { #expect(await city.outcome(.createEntity(draft)) == "success") }
        #expect(city.broker.expiry.count == 2)
        clock.advance(seconds: 6)
        city.broker.expiry.lookAgain()
        #expect(await watcher.changes(4).last == "urn:x:2 updated: a deleted")
        #expect(city.shown("urn:x:2") == #"{"type":"Room","b":2}"#)
        #expect(city.shown() == #"{"type":"Room","a":1}"#)
        clock.advance(seconds: 6)
        city.broker.expiry.lookAgain()
        #expect(await watcher.changes(5).last == "urn:ngsi-ld:Room:1 deleted: a deleted")
        #expect(city.shown() == "Resource not found")
        #expect(try city.ids() == ["urn:x:2", "urn:x:3"])
        #expect(city.broker.expiry.count == 0)
        city.broker.stop()
        #expect(try city.storage.entity(tenant: "", id: Self.room) == nil)
    }

    @Test(arguments: [Int.max, 1])
    func `what expired while the broker was down goes after its start, in memory or not`(budget: Int) async throws {
        let storage = InMemoryStorage()
        let first = try city(storage, budget: budget)
        for number in 0..<50 {
            let draft = try first.room(#""a":{"value":1,\#(at(20))},"b":2"#, id: "urn:x:\(number)")
            _ = await first.perform(.createEntity(draft), tenant: number % 2 == 0 ? "" : "other")
        }
        first.broker.stop()
        let second = try city(storage, budget: budget)
        #expect(second.broker.expiry.count == 50)
        let watcher = Watcher(second)
        clock.advance(seconds: 30)
        second.broker.expiry.lookAgain()
        #expect(await watcher.changes(50).count == 50)
        #expect(second.shown("urn:x:0") == #"{"type":"Room","b":2}"#)
        #expect(second.shown("urn:x:49", tenant: "other") == #"{"type":"Room","b":2}"#)
    }

    @Test(.clause("4.22")) func `a later expiry, or none, set in time counts`() async throws {
        let city = try city()
        let watcher = Watcher(city)
        for id in ["urn:x:1", "urn:x:2", "urn:x:3"] {
            _ = await city.perform(.createEntity(try city.room(#""a":1,\#(at(5))"#, id: id)))
        }
        _ = await city.perform(.mergeEntity(id: "urn:x:1", try city.draft("{\(at(50))}")))
        _ = await city.perform(.mergeEntity(id: "urn:x:2", try city.draft(#"{"expiresAt":"urn:ngsi-ld:null"}"#)))
        clock.advance(seconds: 6)
        city.broker.expiry.lookAgain()
        #expect(await watcher.changes(6).last == "urn:x:3 deleted: a deleted")
        #expect(try city.ids() == ["urn:x:1", "urn:x:2"])
        clock.advance(seconds: 60)
        city.broker.expiry.lookAgain()
        #expect(await watcher.changes(7).last == "urn:x:1 deleted: a deleted")
        #expect(try city.ids() == ["urn:x:2"])
    }

    @Test(.clause("4.22")) func `what is past already goes in the very commit, and is not created at all`() async throws
    {
        let city = try city()
        _ = await city.perform(.createEntity(try city.room(#""a":1,"b":2"#)))
        let attribute = try city.draft(#"{"a":{"value":3,\#(at(-5))}}"#)
        #expect(await city.outcome(.mergeEntity(id: Self.room, attribute)) == "updated a")
        #expect(city.shown() == #"{"type":"Room","b":2}"#)
        #expect(await city.outcome(.mergeEntity(id: Self.room, try city.draft("{\(at(-5))}"))) == "updated ")
        #expect(city.shown() == "Resource not found")
        #expect(await city.outcome(.createEntity(try city.room(#""a":1,\#(at(-5))"#))) == "success")
        #expect(city.shown() == "Resource not found")
        #expect(await city.outcome(.createEntity(try city.room(#""a":1"#))) == "success")
        #expect(city.shown() == #"{"type":"Room","a":1}"#)
    }

    @Test func `more than one part goes, and the broker answers meanwhile`() async throws {
        let city = try city()
        let watcher = Watcher(city)
        let members = try (0..<2_500).map { BatchMember.draft(try city.room(#""a":1,\#(at(5))"#, id: "urn:x:\($0)")) }
        _ = await city.perform(.batchCreate(members))
        clock.advance(seconds: 6)
        city.broker.expiry.lookAgain()
        #expect(await city.outcome(.createEntity(try city.room(""))) == "success")
        #expect(await watcher.changes(5_001).count == 5_001)
        #expect(try city.ids() == [Self.room])
    }
}
