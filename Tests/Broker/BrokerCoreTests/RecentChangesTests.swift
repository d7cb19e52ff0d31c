import NGSILDModel
import NGSILDOperations
import Synchronization
import Testing

@testable import BrokerCore

struct RecentChangesTests {
    @Test func `changes come in order, without a gap, to whoever follows`() async throws {
        let city = try TestBroker()
        let seen = Mutex<[UInt64]>([])
        let follower = city.broker.follow { changes in seen.withLock { $0 += changes.map(\.sequence) } }
        for number in 0..<20 {
            _ = await city.perform(.createEntity(try city.room(#""n":1"#, id: "urn:x:\(number)")))
        }
        #expect(seen.withLock { $0 } == Array(1...20))
        #expect(city.broker.lastSequence == 20)
        follower.cancel()
        _ = await city.perform(.deleteEntity(id: "urn:x:1"))
        #expect(seen.withLock { $0.count } == 20)
    }

    @Test func `a change tells what was, what is, and which attributes changed`() async throws {
        let city = try TestBroker()
        let changes = Mutex<[EntityChange]>([])
        let follower = city.broker.follow { more in changes.withLock { $0 += more } }
        _ = await city.perform(.createEntity(try city.room(#""a":1"#)))
        _ = await city.perform(.mergeEntity(id: TestBroker.room, try city.draft(#"{"a":"urn:ngsi-ld:null","b":2}"#)))
        _ = await city.perform(.deleteEntity(id: TestBroker.room))
        let told = changes.withLock { $0 }.map { change in
            "\(change.kind) "
                + change.attributes.map { "\(city.context.name($0.name)) \($0.kind)" }.joined(separator: ", ")
        }
        #expect(told == ["created a created", "updated a deleted, b created", "deleted b deleted"])
        changes.withLock { changes in
            #expect(changes.map { $0.before == nil } == [true, false, false])
            #expect(changes.map { $0.after == nil } == [false, false, true])
        }
        follower.cancel()
    }

    @Test func `the latest changes are kept for those who come back, the older are forgotten`() async throws {
        let city = try TestBroker { $0.recentChanges = 4 }
        for number in 0..<12 { _ = await city.perform(.createEntity(try city.room("", id: "urn:x:\(number)"))) }
        #expect(city.broker.recentChanges(after: 0).map(\.count) == nil)
        #expect(city.broker.recentChanges(after: 10)?.map(\.sequence) == [11, 12])
        #expect(city.broker.recentChanges(after: 12)?.isEmpty == true)
        #expect(city.broker.recentChanges(after: 13).map(\.count) == nil)
    }

    @Test func `the stored record of a change tells the same`() async throws {
        let city = try TestBroker()
        _ = await city.perform(.createEntity(try city.room(#""a":1"#)))
        _ = await city.perform(.updateAttributes(id: TestBroker.room, try city.draft(#"{"a":2,"c":3}"#)))
        let stored = try city.storage.changes(after: 1, limit: 10)
        let record = try #require(stored.first)
        let steps = try #require(RecordedStep.decode(record.change))
        #expect(steps.map(\.kind) == [.updated])
        #expect(steps[0].attributes.map { "\(city.context.name($0.name)) \($0.kind)" } == ["a modified", "c created"])
        #expect(steps[0].content.roots.map { steps[0].content.valueText(of: $0) } == ["2", "3"])
    }

    @Test func `damaged records of changes are refused, never fatal`() async throws {
        let city = try TestBroker()
        _ = await city.perform(.createEntity(try city.room(#""a":1"#)))
        _ = await city.perform(.updateAttributes(id: TestBroker.room, try city.draft(#"{"a":{"value":2,"s":"x"}}"#)))
        let stored = try city.storage.changes(after: 1, limit: 1)
        let bytes = try #require(stored.first).change
        for length in 0..<bytes.count { #expect(RecordedStep.decode(Array(bytes.prefix(length))).map(\.count) == nil) }
        for position in bytes.indices {
            for value in [0, 0x7F, 0x80, 0xFF] as [UInt8] {
                var damaged = bytes
                damaged[position] = value
                _ = RecordedStep.decode(damaged)
            }
        }
    }
}
