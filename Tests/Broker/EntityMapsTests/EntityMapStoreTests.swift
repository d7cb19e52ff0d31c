import ClauseTrait
import BrokerCore
import InMemoryStorage
import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import Synchronization
import TemporalEvolution
import Testing

@testable import EntityMaps

/// A clock that moves when it is told.
private final class ManualClock: Sendable {
    private let time = Mutex(Timestamp(microseconds: 1_750_000_000_000_000))
    var now: Timestamp { time.withLock { $0 } }
    func advance(seconds: Double) { time.withLock { $0 = $0.adding(seconds: seconds) } }
}

/// A broker with rooms, and maps of them under a clock that the test moves.
private final class Rooms: Sendable {
    let broker: Broker
    let history: HistoryStore
    let maps: EntityMapStore
    let context: TermContext
    private let clock = ManualClock()

    init(_ change: (inout EntityMapStore.Configuration) -> Void = { _ in }) throws {
        broker = try Broker(storage: InMemoryStorage())
        history = try HistoryStore(keeping: broker, entities: broker, configuration: HistoryConfiguration())
        context = TermContext(context: .core, registry: broker.registry)
        var configuration = EntityMapStore.Configuration()
        change(&configuration)
        configuration.clock = { [clock] in clock.now }
        maps = EntityMapStore(consumption: broker, temporal: history, configuration: configuration)
        history.start(feed: broker)
    }

    deinit {
        history.stop()
        broker.stop()
    }

    var now: Timestamp { clock.now }
    func advance(seconds: Double) { clock.advance(seconds: seconds) }

    func create(_ numbers: ClosedRange<Int>, tenant: String = "") async throws {
        for number in numbers {
            let document = try JSONDocument(
                parsing:
                    #"{"id":"urn:r:\#(number)","type":"Room","warmth":{"type":"Property","value":\#(number),"observedAt":"2026-01-0\#(number)T00:00:00Z"}}"#
            )
            try await submit(
                .createEntity(try EntityDecoder(context: context).decodeEntity(document, document.root)), tenant)
        }
    }

    func submit(_ operation: ProvisionOperation, _ tenant: String = "") async throws {
        let result = await withCheckedContinuation { continuation in
            broker.submit(operation, tenant: tenant, on: ImmediateReplyScheduler()) {
                continuation.resume(returning: $0)
            }
        }
        if case .failure(let error) = result { throw error }
    }

    func query(_ q: String? = nil, limit: Int = 20, offset: Int = 0) throws -> EntityQuery {
        var query = EntityQuery()
        query.types = try TypeSelection(parsing: "Room", context: context)
        query.expression = try q.map { text throws(NGSILDError) in try QueryExpression(parsing: text, context: context)
        }
        query.limit = limit
        query.offset = offset
        return query
    }

    func map(_ q: String? = nil, lifetime: Double? = nil, tenant: String = "") throws -> EntityMap {
        try maps.createEntityMap(for: query(q), selection: q ?? "", lifetime: lifetime, tenant: tenant)
    }
}

struct EntityMapStoreTests {
    @Test(.clause("5.14.4")) func `a map holds all entities that a query selects, whatever its page`() async throws {
        let rooms = try Rooms()
        try await rooms.create(1...5)
        var query = try rooms.query("warmth>1")
        query.limit = 1
        query.offset = 2
        let map = try rooms.maps.createEntityMap(for: query, selection: "", lifetime: nil, tenant: "")
        #expect(map.entityIDs == ["urn:r:2", "urn:r:3", "urn:r:4", "urn:r:5"])
        #expect(map.id.hasPrefix("urn:ngsi-ld:EntityMap:"))
        #expect(try rooms.maps.retrieveEntityMap(id: map.id, tenant: "").entityIDs == map.entityIDs)
    }

    @Test(arguments: [(nil, 3_600.0), (60, 60), (1e9, 86_400)] as [(Double?, Double)])
    func `a map lives as long as asked for, up to the bound`(asked: Double?, seconds: Double) async throws {
        let rooms = try Rooms()
        try await rooms.create(1...1)
        let map = try rooms.map(lifetime: asked)
        #expect(map.expiresAt == rooms.now.adding(seconds: seconds))
        rooms.advance(seconds: seconds - 1)
        _ = try rooms.maps.retrieveEntityMap(id: map.id, tenant: "")
        rooms.advance(seconds: 1)
        for attempt in 0..<3 {
            #expect(throws: NGSILDError.self) {
                switch attempt {
                case 0: _ = try rooms.maps.retrieveEntityMap(id: map.id, tenant: "")
                case 1: try rooms.maps.updateEntityMap(id: map.id, expiresAt: nil, tenant: "")
                default: try rooms.maps.deleteEntityMap(id: map.id, tenant: "")
                }
            }
        }
    }

    @Test(.clause("5.14.2")) func `a map's end can be put off, up to the bound, and brought on`() async throws {
        let rooms = try Rooms()
        try await rooms.create(1...1)
        let map = try rooms.map()
        try rooms.maps.updateEntityMap(id: map.id, expiresAt: rooms.now.adding(seconds: 1e9), tenant: "")
        #expect(
            try rooms.maps.retrieveEntityMap(id: map.id, tenant: "").expiresAt == rooms.now.adding(seconds: 86_400))
        try rooms.maps.updateEntityMap(id: map.id, expiresAt: rooms.now, tenant: "")
        #expect(throws: NGSILDError.self) { try rooms.maps.retrieveEntityMap(id: map.id, tenant: "") }
    }

    @Test func `maps are their tenant's alone`() async throws {
        let rooms = try Rooms()
        try await rooms.create(1...1)
        try await rooms.create(1...2, tenant: "t")
        let map = try rooms.map(tenant: "t")
        #expect(map.entityIDs.count == 2)
        #expect(throws: NGSILDError.self) { try rooms.maps.retrieveEntityMap(id: map.id, tenant: "") }
        #expect(throws: NGSILDError.self) { try rooms.maps.deleteEntityMap(id: map.id, tenant: "") }
        try rooms.maps.deleteEntityMap(id: map.id, tenant: "t")
        #expect(throws: NGSILDError.self) { try rooms.maps.deleteEntityMap(id: map.id, tenant: "t") }
        #expect(throws: NGSILDError.self) { try rooms.map(tenant: "none") }
    }

    @Test func `pages of a map are full, and what came later is not in them`() async throws {
        let rooms = try Rooms()
        try await rooms.create(1...5)
        let map = try rooms.map()
        try await rooms.create(6...6)
        try await rooms.submit(.deleteEntity(id: "urn:r:2"))
        func page(_ offset: Int, counts: Bool = false) throws -> EntityPage {
            var query = try rooms.query(limit: 2, offset: offset)
            query.counts = counts
            let present = try rooms.maps.retrieveEntityMap(id: map.id, tenant: "")
            return try rooms.maps.page(of: present, query, selection: "", tenant: "")
        }
        let first = try page(0, counts: true)
        #expect(first.entities.map(\.id) == ["urn:r:1", "urn:r:3"])
        #expect(first.hasMore && first.total == 4)
        let last = try page(2)
        #expect(last.entities.map(\.id) == ["urn:r:4", "urn:r:5"])
        #expect(!last.hasMore && last.total == nil)
        #expect(
            try rooms.maps.retrieveEntityMap(id: map.id, tenant: "").entityIDs == [
                "urn:r:1", "urn:r:3", "urn:r:4", "urn:r:5",
            ])
    }

    @Test func `a query that asks for something else takes nothing out of a map`() async throws {
        let rooms = try Rooms()
        try await rooms.create(1...3)
        let map = try rooms.map()
        let page = try rooms.maps.page(of: map, rooms.query("warmth>2"), selection: "warmth>2", tenant: "")
        #expect(page.entities.map(\.id) == ["urn:r:3"])
        #expect(try rooms.maps.retrieveEntityMap(id: map.id, tenant: "").entityIDs.count == 3)
    }

    @Test func `a map that would be too large is refused`() async throws {
        let rooms = try Rooms { $0.entityLimit = 2 }
        try await rooms.create(1...3)
        #expect(throws: NGSILDError.self) { try rooms.map() }
        #expect(try rooms.map("warmth>1").entityIDs.count == 2)
    }

    @Test func `the map that was used least recently makes room`() async throws {
        let rooms = try Rooms {
            $0.mapLimit = 2
            $0.totalLimit = 5
        }
        try await rooms.create(1...2)
        let (first, second) = (try rooms.map(), try rooms.map())
        _ = try rooms.maps.retrieveEntityMap(id: first.id, tenant: "")
        let third = try rooms.map()
        #expect(rooms.maps.count == 2)
        #expect(throws: NGSILDError.self) { try rooms.maps.retrieveEntityMap(id: second.id, tenant: "") }
        try await rooms.create(3...4)
        _ = try rooms.map()
        // Four ids and two are more than five.
        #expect(rooms.maps.count == 1)
        #expect(throws: NGSILDError.self) { try rooms.maps.retrieveEntityMap(id: third.id, tenant: "") }
    }

    private func temporal(
        _ body: (@escaping @Sendable (Result<EntityMap, NGSILDError>) -> Void) -> Void
    ) async throws -> EntityMap {
        try await withCheckedContinuation { continuation in body { continuation.resume(returning: $0) } }.get()
    }

    @Test(.clause("5.14.5")) func `a temporal map holds the entities with instances in the time asked for`()
        async throws
    {
        let rooms = try Rooms()
        try await rooms.create(1...3)
        var times = TemporalSelection()
        times.times = try TemporalQuery(
            timerel: "after", timeAt: "2026-01-02T00:00:00Z", endTimeAt: nil, timeproperty: nil, lastN: nil)
        let (query, asked) = (try rooms.query(), times)
        let map = try await temporal {
            rooms.maps.createEntityMap(
                for: query, asked, selection: "", lifetime: nil, tenant: "", on: ImmediateReplyScheduler(), reply: $0)
        }
        #expect(map.isTemporal)
        #expect(map.entityIDs == ["urn:r:2", "urn:r:3"])
        let page = try await withCheckedContinuation { continuation in
            rooms.maps.temporalPage(
                of: map, query, TemporalSelection(), tenant: "", on: ImmediateReplyScheduler()
            ) { continuation.resume(returning: $0) }
        }.get()
        #expect(page.entities.map(\.id) == ["urn:r:2", "urn:r:3"])
    }
}
