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
        _ = await city.perform(.mergeEntity(id: TestBroker.room, try city.draft(#"{"a":"urn:ngsi-ld:null"}"#)))
        _ = await city.perform(.deleteEntity(id: TestBroker.room))
        let stored = try city.storage.changes(after: 1, limit: 10)
        let record = try #require(stored.first)
        let steps = try #require(RecordedStep.decode(record.change))
        #expect(steps.map(\.kind) == [.updated])
        #expect(steps[0].attributes.map { "\(city.context.name($0.name)) \($0.kind)" } == ["a modified", "c created"])
        func values(_ forest: AttributeForest) -> [String] { forest.roots.map { forest.valueText(of: $0) } }
        #expect(values(steps[0].replaced) == ["1"])
        #expect(steps[0].gone.isEmpty)
        let removal = try #require(RecordedStep.decode(stored[1].change)?.first)
        #expect(values(removal.gone) == ["2"])
        #expect(removal.replaced.isEmpty)
        let deletion = try #require(RecordedStep.decode(stored[2].change, id: TestBroker.room)?.first)
        #expect(deletion.deleted.map { values($0.attributes) } == ["3"])
        #expect(deletion.deleted?.types.map { city.context.name($0) } == ["Room"])
    }

    @Test func `the stored record of a change keeps the scope that it took away`() async throws {
        let city = try TestBroker()
        _ = await city.perform(.createEntity(try city.room(#""scope":"/A""#)))
        for scopes in [["/B", "/C"], []] {
            _ = await city.perform(.mergeEntity(id: TestBroker.room, EntityDraft(scopes: scopes)))
        }
        let steps = try city.storage.changes(after: 1, limit: 10).compactMap { RecordedStep.decode($0.change)?.first }
        func values(_ forest: AttributeForest) -> [String] {
            forest.roots.map { "\(city.broker.registry.iri(forest.nodes[$0].name)) \(forest.valueText(of: $0))" }
        }
        let scope = EntityRecord.scopeIRI
        #expect(steps.map { values($0.replaced) } == [[#"\#(scope) "/A""#], []])
        #expect(steps.map { values($0.gone) } == [[], [#"\#(scope) ["/B","/C"]"#]])
        #expect(steps.flatMap(\.attributes).isEmpty)
    }

    @Test func `who follows ahead hears of a change before its state is published`() async throws {
        let city = try TestBroker()
        let seen = Mutex<[Bool]>([])
        let broker = city.broker
        let follower = broker.followAhead { changes in
            for change in changes {
                let present = try? broker.presentEntity(id: change.id, tenant: "")
                seen.withLock { $0.append(present?.modifiedAt == change.before?.modifiedAt) }
            }
        }
        _ = await city.perform(.createEntity(try city.room(#""a":1"#)))
        _ = await city.perform(.updateAttributes(id: TestBroker.room, try city.draft(#"{"a":2}"#)))
        _ = await city.perform(.deleteEntity(id: TestBroker.room))
        #expect(seen.withLock { $0 } == [true, true, true])
        follower.cancel()
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
