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

@testable import Snapshots

/// A clock that moves when it is told.
private final class ManualClock: Sendable {
    private let time = Mutex(Timestamp(microseconds: 1_750_000_000_000_000))
    var now: Timestamp { time.withLock { $0 } }
    func advance(seconds: Double) { time.withLock { $0 = $0.adding(seconds: seconds) } }
}

/// A broker with rooms, and snapshots of them.
private final class Rooms: Sendable {
    let broker: Broker
    let history: HistoryStore
    let snapshots: SnapshotStore
    let context: TermContext
    let clock = ManualClock()
    private let storage: InMemoryStorage

    init(
        storage: InMemoryStorage = InMemoryStorage(), recordsHistory: Bool = false,
        _ change: (inout SnapshotStore.Configuration) -> Void = { _ in }
    ) throws {
        self.storage = storage
        broker = try Broker(storage: storage)
        var historyConfiguration = HistoryConfiguration()
        historyConfiguration.isRecording = recordsHistory
        history = try HistoryStore(keeping: broker, entities: broker, configuration: historyConfiguration)
        context = TermContext(context: .core, registry: broker.registry)
        let outbox = Outbox()
        var configuration = SnapshotStore.Configuration()
        configuration.clock = { [clock] in clock.now }
        configuration.send = { outbox.take($0, $1, $2) }
        configuration.sleep = { _ in }
        change(&configuration)
        self.outbox = outbox
        snapshots = try SnapshotStore(
            provision: broker, consumption: broker, temporal: history, documents: broker, configuration: configuration)
        history.start(feed: broker)
    }

    let outbox: Outbox

    deinit {
        history.stop()
        broker.stop()
    }

    func submit(_ operation: ProvisionOperation, _ tenant: String = "") async throws {
        let result = await withCheckedContinuation { continuation in
            broker.submit(operation, tenant: tenant, on: ImmediateReplyScheduler()) {
                continuation.resume(returning: $0)
            }
        }
        if case .failure(let error) = result { throw error }
    }

    func draft(_ json: String) throws -> EntityDraft {
        let document = try JSONDocument(parsing: json)
        return try EntityDecoder(
            context: context, purpose: .fragment, allowsNull: false, keepsEveryInstance: true
        ).decodeEntity(document, document.root)
    }

    func create(_ numbers: ClosedRange<Int>, tenant: String = "") async throws {
        for number in numbers {
            try await submit(
                .createEntity(
                    try draft(
                        #"{"id":"urn:r:\#(number)","type":"Room","warmth":{"type":"Property","value":\#(number)},"size":{"type":"Property","value":1}}"#
                    )), tenant)
        }
    }

    func heat(_ number: Int, to warmth: Int, in space: String = "") async throws {
        try await submit(
            .mergeEntity(
                id: "urn:r:\(number)", try draft(#"{"warmth":{"type":"Property","value":\#(warmth)}}"#)), space)
    }

    func query(_ q: String? = nil, picked: String? = nil) throws -> SnapshotQuery {
        var query = EntityQuery()
        query.types = try TypeSelection(parsing: "Room", context: context)
        query.expression = try q.map { text throws(NGSILDError) in try QueryExpression(parsing: text, context: context)
        }
        var representation = EntityRepresentation()
        representation.picked = picked.map { Set([context.knownTerm($0) ?? .none]) }
        return SnapshotQuery(query: query, representation: representation)
    }

    /// Creates a snapshot and waits until it is filled.
    @discardableResult
    func freeze(
        _ id: String? = nil, _ queries: [SnapshotQuery]? = nil, tenant: String = "",
        _ change: (inout SnapshotSettings) -> Void = { _ in }
    ) async throws -> String {
        var definition = SnapshotDefinition()
        definition.id = id
        definition.queriesJSON = "[]"
        change(&definition.settings)
        let (asked, list) = (definition, try queries ?? [query()])
        let result = await withCheckedContinuation { continuation in
            snapshots.createSnapshot(asked, list, tenant: tenant, on: ImmediateReplyScheduler()) {
                continuation.resume(returning: $0)
            }
        }
        await snapshots.quiesce()
        return try result.get()
    }

    func ids(_ space: String) throws -> [String] {
        var query = EntityQuery()
        query.limit = 1_000
        return try broker.queryEntities(query, tenant: space).entities.map(\.id)
    }

    func warmth(_ number: Int, in space: String = "") throws -> String? {
        let entity = try broker.retrieveEntity(id: "urn:r:\(number)", tenant: space)
        let term = context.knownTerm("warmth") ?? .none
        return entity.attributes.root(named: term).map { entity.attributes.valueText(of: $0) }
    }

    func perform<T: Sendable>(
        _ body: (@escaping @Sendable (Result<T, NGSILDError>) -> Void) -> Void
    ) async throws -> T {
        let result = await withCheckedContinuation { continuation in body { continuation.resume(returning: $0) } }
        await snapshots.quiesce()
        return try result.get()
    }

    func delete(_ id: String, tenant: String = "") async throws {
        try await perform { snapshots.deleteSnapshot(id: id, tenant: tenant, on: ImmediateReplyScheduler(), reply: $0) }
    }
}

/// What the endpoints of snapshots were told.
private final class Outbox: Sendable {
    struct Post: Sendable {
        let uri: String
        let headers: [String: String]
        let body: String
    }

    private let all = Mutex<[Post]>([])
    var posts: [Post] { all.withLock { $0 } }

    func take(_ uri: String, _ headers: [(name: String, value: String)], _ body: [UInt8]) -> Bool {
        let post = Post(
            uri: uri, headers: Dictionary(headers.map { ($0.name, $0.value) }) { $1 },
            body: String(decoding: body, as: UTF8.self))
        return all.withLock { all in
            all.append(post)
            return !uri.contains("dead")
        }
    }
}

@Suite(.timeLimit(.minutes(20)))
struct SnapshotStoreTests {
    @Test(.clause("4.3.7", "5.16.1")) func `a snapshot is what the queries gave, and stays so`() async throws {
        let rooms = try Rooms()
        try await rooms.create(1...4)
        let original = try rooms.broker.retrieveEntity(id: "urn:r:3", tenant: "")
        let id = try await rooms.freeze(nil, [rooms.query("warmth>2")])
        let snapshot = try rooms.snapshots.retrieveSnapshot(id: id, tenant: "")
        #expect(snapshot.status == .success && snapshot.priority == 5 && snapshot.outcomes.count == 1)
        #expect(snapshot.expiresAt == rooms.clock.now.adding(seconds: 86_400))
        let space = try rooms.snapshots.space(of: id, tenant: "")
        try await rooms.heat(3, to: 30)
        try await rooms.submit(.deleteEntity(id: "urn:r:4"))
        #expect(try rooms.ids(space) == ["urn:r:3", "urn:r:4"])
        #expect(try rooms.warmth(3, in: space) == "3")
        let frozen = try rooms.broker.retrieveEntity(id: "urn:r:3", tenant: space)
        #expect(frozen.createdAt == original.createdAt && frozen.modifiedAt == original.modifiedAt)
    }

    @Test(.clause("5.5.15")) func `a snapshot can be changed without the tenant knowing`() async throws {
        let rooms = try Rooms()
        try await rooms.create(1...1)
        let space = try rooms.snapshots.space(of: await rooms.freeze(), tenant: "")
        try await rooms.heat(1, to: 99, in: space)
        #expect(try rooms.warmth(1) == "1")
        #expect(try rooms.warmth(1, in: space) == "99")
    }

    @Test func `an entity that several queries give is there once, with all that they show`() async throws {
        let rooms = try Rooms()
        try await rooms.create(1...1)
        let narrow = try await rooms.freeze(nil, [rooms.query(picked: "size")])
        let space = try rooms.snapshots.space(of: narrow, tenant: "")
        #expect(try rooms.warmth(1, in: space) == nil)
        let wide = try await rooms.freeze(nil, [rooms.query(picked: "size"), rooms.query(picked: "warmth")])
        let both = try rooms.broker.retrieveEntity(
            id: "urn:r:1", tenant: rooms.snapshots.space(of: wide, tenant: ""))
        #expect(both.attributes.names.count == 2)
    }

    @Test(
        .clause("5.16.3", "5.2.42"),
        arguments: [
            (["warmth>0"], .success), (["warmth>0", "warmth>9"], .partial), (["warmth>9"], .empty),
        ] as [([String], Snapshot.Status)])
    func `the status tells how the queries went`(queries: [String], status: Snapshot.Status) async throws {
        let rooms = try Rooms()
        try await rooms.create(1...2)
        let id = try await rooms.freeze(nil, queries.map { try rooms.query($0) })
        #expect(try rooms.snapshots.retrieveSnapshot(id: id, tenant: "").status == status)
        _ = try rooms.ids(rooms.snapshots.space(of: id, tenant: ""))
    }

    @Test func `more entities than a snapshot holds are a failure of the query`() async throws {
        let rooms = try Rooms { $0.entityLimit = 2 }
        try await rooms.create(1...3)
        let id = try await rooms.freeze()
        let snapshot = try rooms.snapshots.retrieveSnapshot(id: id, tenant: "")
        #expect(snapshot.status == .failure)
        guard case .failure(.tooManyResults) = snapshot.outcomes[0] else {
            Issue.record("\(snapshot.outcomes)")
            return
        }
    }

    @Test func `snapshots are their tenant's alone, and need one`() async throws {
        let rooms = try Rooms()
        try await rooms.create(1...1, tenant: "t")
        let id = try await rooms.freeze("urn:s:1", tenant: "t")
        #expect(throws: NGSILDError.self) { try rooms.snapshots.space(of: id, tenant: "") }
        #expect(throws: NGSILDError.self) { try rooms.snapshots.retrieveSnapshot(id: id, tenant: "") }
        await #expect(throws: NGSILDError.self) { try await rooms.delete(id) }
        await #expect(throws: NGSILDError.self) { try await rooms.freeze(tenant: "none") }
        await #expect(throws: NGSILDError.self) { try await rooms.freeze("urn:s:1", tenant: "t") }
        try await rooms.freeze("urn:s:1")
        try await rooms.delete(id, tenant: "t")
        #expect(throws: NGSILDError.self) { try rooms.snapshots.space(of: id, tenant: "t") }
        _ = try rooms.snapshots.space(of: id, tenant: "")
    }

    @Test func `the snapshots of a deleted tenant go with it`() async throws {
        let rooms = try Rooms()
        try await rooms.create(1...1, tenant: "t")
        try await rooms.create(1...1)
        let id = try await rooms.freeze("urn:s:1", tenant: "t")
        try await rooms.freeze("urn:s:2")
        let space = try rooms.snapshots.space(of: id, tenant: "t")
        #expect(rooms.broker.tenantNames.contains(space))
        try await rooms.submit(.deleteTenant, "t")
        rooms.snapshots.forgetTenant("t")
        await rooms.snapshots.quiesce()
        #expect(!rooms.broker.tenantNames.contains(space))
        #expect(throws: NGSILDError.self) { try rooms.snapshots.retrieveSnapshot(id: id, tenant: "t") }
        _ = try rooms.snapshots.space(of: "urn:s:2", tenant: "")
    }

    @Test(.clause("5.16.5")) func `nothing of a deleted snapshot shows in the next one of its id`() async throws {
        let rooms = try Rooms()
        try await rooms.create(1...2)
        try await rooms.freeze("urn:s:1")
        let old = try rooms.snapshots.space(of: "urn:s:1", tenant: "")
        try await rooms.delete("urn:s:1")
        #expect(!rooms.broker.tenantNames.contains(old))
        try await rooms.freeze("urn:s:1", [rooms.query("warmth>1")])
        #expect(try rooms.ids(rooms.snapshots.space(of: "urn:s:1", tenant: "")) == ["urn:r:2"])
    }

    @Test func `snapshots outlive the process with what is in them`() async throws {
        let storage = InMemoryStorage()
        let id = try await {
            let rooms = try Rooms(storage: storage)
            try await rooms.create(1...2)
            return try await rooms.freeze("urn:s:1") {
                $0.priority = 7
                $0.lifetime = ("P2D", 2 * 86_400)
                $0.endpoint = .some("http://a.example/")
                $0.receiverInfo = [("X-A", "b")]
            }
        }()
        let rooms = try Rooms(storage: storage)
        let snapshot = try rooms.snapshots.retrieveSnapshot(id: id, tenant: "")
        #expect(snapshot.status == .success && snapshot.priority == 7 && snapshot.lifetime == "P2D")
        #expect(snapshot.endpoint == "http://a.example/" && snapshot.receiverInfo.first?.value == "b")
        #expect(try rooms.ids(rooms.snapshots.space(of: id, tenant: "")).count == 2)
    }

    @Test func `one that was being prepared when the process ended has failed, and spaces left behind go`() async throws
    {
        let storage = InMemoryStorage()
        var snapshot = Snapshot(
            id: "urn:s:1", createdAt: .now(), expiresAt: Timestamp(microseconds: 4_000_000_000_000_000))
        snapshot.outcomes = [.success]
        let space = SnapshotSpace.name(tenant: "", snapshot: "urn:s:1", generation: "1")
        let left = SnapshotSpace.name(tenant: "", snapshot: "urn:s:0", generation: "1")
        let body = SnapshotRecord(snapshot: snapshot, tenant: "", space: space).encoded()
        try await {
            let rooms = try Rooms(storage: storage)
            try await rooms.create(1...1, tenant: space)
            try await rooms.create(1...1, tenant: left)
            await withCheckedContinuation { continuation in
                rooms.broker.putDocument(
                    kind: "snapshot", tenant: "", key: "urn:s:1", body: body, on: ImmediateReplyScheduler()
                ) { _ in continuation.resume() }
            }
        }()
        let rooms = try Rooms(storage: storage) { $0.sleep = { _ in throw CancellationError() } }
        #expect(try rooms.snapshots.retrieveSnapshot(id: "urn:s:1", tenant: "").status == .failure)
        rooms.snapshots.start(tenantNames: rooms.broker.tenantNames)
        try await rooms.create(1...1)
        #expect(!rooms.broker.tenantNames.contains(left))
        #expect(rooms.broker.tenantNames.contains(space))
        await rooms.snapshots.stop()
    }

    @Test func `a snapshot ends by itself`() async throws {
        let rooms = try Rooms()
        try await rooms.create(1...1)
        let id = try await rooms.freeze { $0.lifetime = ("PT1M", 60) }
        let space = try rooms.snapshots.space(of: id, tenant: "")
        rooms.clock.advance(seconds: 60)
        #expect(throws: NGSILDError.self) { try rooms.snapshots.space(of: id, tenant: "") }
        #expect(throws: NGSILDError.self) { try rooms.snapshots.retrieveSnapshot(id: id, tenant: "") }
        await rooms.snapshots.removeExpired()
        #expect(!rooms.broker.tenantNames.contains(space))
        #expect(try rooms.broker.documents(kind: "snapshot").isEmpty)
    }

    @Test func `a lifetime is bounded`() async throws {
        let rooms = try Rooms()
        try await rooms.create(1...1)
        let id = try await rooms.freeze { $0.lifetime = ("P10Y", 3e8) }
        #expect(
            try rooms.snapshots.retrieveSnapshot(id: id, tenant: "").expiresAt
                == rooms.clock.now.adding(seconds: 30 * 86_400))
    }

    @Test func `when there is no room the least important makes it, and none more important`() async throws {
        let rooms = try Rooms { $0.snapshotLimit = 2 }
        try await rooms.create(1...1)
        try await rooms.freeze("urn:s:low") { $0.priority = 2 }
        try await rooms.freeze("urn:s:high") { $0.priority = 9 }
        let low = try rooms.snapshots.space(of: "urn:s:low", tenant: "")
        await #expect(throws: NGSILDError.self) { try await rooms.freeze("urn:s:x") { $0.priority = 2 } }
        try await rooms.freeze("urn:s:new")
        #expect(throws: NGSILDError.self) { try rooms.snapshots.space(of: "urn:s:low", tenant: "") }
        #expect(!rooms.broker.tenantNames.contains(low))
        _ = try rooms.snapshots.space(of: "urn:s:high", tenant: "")
    }

    @Test(.clause("5.16.2")) func `a clone is a copy of its own`() async throws {
        let rooms = try Rooms()
        try await rooms.create(1...3)
        let id = try await rooms.freeze()
        let space = try rooms.snapshots.space(of: id, tenant: "")
        try await rooms.heat(1, to: 50, in: space)
        var definition = SnapshotDefinition()
        definition.settings.priority = 9
        let asked = definition
        let clone = try await rooms.perform {
            rooms.snapshots.cloneSnapshot(id: id, asked, tenant: "", on: ImmediateReplyScheduler(), reply: $0)
        }
        try await rooms.delete(id)
        let copy = try rooms.snapshots.space(of: clone, tenant: "")
        #expect(try rooms.ids(copy).count == 3)
        #expect(try rooms.warmth(1, in: copy) == "50")
        let snapshot = try rooms.snapshots.retrieveSnapshot(id: clone, tenant: "")
        #expect(snapshot.status == .success && snapshot.priority == 9 && snapshot.queriesJSON == "[]")
        await #expect(throws: NGSILDError.self) {
            try await rooms.perform {
                rooms.snapshots.cloneSnapshot(id: id, asked, tenant: "", on: ImmediateReplyScheduler(), reply: $0)
            }
        }
    }

    @Test func `history is part of a snapshot and of its clone, however long it is`() async throws {
        let rooms = try Rooms()
        var values: [String] = []
        for second in 0..<12_000 {
            let (hour, rest) = second.quotientAndRemainder(dividingBy: 3_600)
            let (minute, last) = rest.quotientAndRemainder(dividingBy: 60)
            func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
            values.append(
                #"{"type":"Property","value":\#(second),"observedAt":"2026-01-01T\#(two(hour)):\#(two(minute)):\#(two(last))Z"}"#
            )
        }
        let long = try rooms.draft(
            #"{"id":"urn:r:1","type":"Room","warmth":[\#(values[..<4_900].joined(separator: ","))]}"#)
        let more = [values[4_900..<9_800], values[9_800...]].map {
            #"{"id":"urn:r:1","type":"Room","warmth":[\#($0.joined(separator: ","))]}"#
        }
        let short = try rooms.draft(
            #"{"id":"urn:r:2","type":"Room","warmth":[{"type":"Property","value":1,"observedAt":"2026-01-01T00:00:00Z"}]}"#
        )
        for draft in try [long] + more.map(rooms.draft) + [short] {
            _ = try await rooms.perform {
                rooms.history.upsertTemporalEvolution(draft, tenant: "", on: ImmediateReplyScheduler(), reply: $0)
            }
        }
        var times = TemporalSelection()
        times.times = try TemporalQuery(
            timerel: "before", timeAt: "2026-01-02T00:00:00Z", endTimeAt: nil, timeproperty: nil, lastN: nil)
        let query = SnapshotQuery(
            query: try rooms.query().query, representation: EntityRepresentation(), times: times)
        let id = try await rooms.freeze(nil, [query])
        let snapshot = try rooms.snapshots.retrieveSnapshot(id: id, tenant: "")
        #expect(snapshot.status == .success, "\(snapshot.temporalOutcomes)")
        let clone = try await rooms.perform {
            rooms.snapshots.cloneSnapshot(
                id: id, SnapshotDefinition(), tenant: "", on: ImmediateReplyScheduler(), reply: $0)
        }
        for name in [id, clone] {
            let space = try rooms.snapshots.space(of: name, tenant: "")
            var count = TemporalSelection()
            count.aggregation = try TemporalAggregation(methods: ["totalCount"], period: nil)
            let counting = count
            let page = try await rooms.perform {
                rooms.history.queryTemporalEvolution(
                    query.query, counting, tenant: space, on: ImmediateReplyScheduler(), reply: $0)
            }
            #expect(page.entities.map(\.id).sorted() == ["urn:r:1", "urn:r:2"])
            let totals = page.entities.sorted { $0.id < $1.id }.map { $0.attributes[0].aggregates[0].values[0].value }
            #expect(totals == ["12000", "1"])
        }
    }

    @Test func `instances are copied as they were, with their times and deletions`() async throws {
        let rooms = try Rooms(recordsHistory: true)
        try await rooms.create(1...1)
        try await rooms.heat(1, to: 7)
        try await rooms.submit(
            .deleteAttribute(id: "urn:r:1", attribute: rooms.context.knownTerm("size") ?? .none, dataset: nil))
        func history(_ space: String) async throws -> [String] {
            let page = try await rooms.perform {
                rooms.history.retrieveTemporalEvolution(
                    id: "urn:r:1", TemporalSelection(), tenant: space, on: ImmediateReplyScheduler(), reply: $0)
            }
            return page.entities.flatMap(\.attributes).flatMap { attribute in
                attribute.instances.roots.map { root in
                    let node = attribute.instances.nodes[root]
                    let head = String(decoding: attribute.instances.bytes[node.head], as: UTF8.self)
                    return "\(head) \(node.createdAt.text) \(node.modifiedAt.text)"
                }
            }
        }
        let before = try await history("")
        #expect(before.count == 4)
        #expect(before.contains { $0.contains("deletedAt") })
        var times = TemporalSelection()
        times.times = try TemporalQuery(
            timerel: "before", timeAt: "2999-01-01T00:00:00Z", endTimeAt: nil, timeproperty: "createdAt", lastN: nil)
        let id = try await rooms.freeze(
            nil,
            [SnapshotQuery(query: rooms.query().query, representation: EntityRepresentation(), times: times)])
        #expect(try await history(rooms.snapshots.space(of: id, tenant: "")) == before)
    }

    @Test(.clause("5.16.4", "5.16.6", "5.3.4")) func `an update changes what it names, and the endpoint is told`()
        async throws
    {
        let rooms = try Rooms()
        try await rooms.create(1...1)
        let id = try await rooms.freeze("urn:s:1") {
            $0.endpoint = .some("http://a.example/")
            $0.receiverInfo = [("X-A", "b")]
        }
        #expect(rooms.outbox.posts.count == 1)
        let post = try #require(rooms.outbox.posts.first)
        #expect(post.headers == ["Content-Type": "application/json", "NGSILD-Snapshot": "urn:s:1", "X-A": "b"])
        let json = try JSONDocument(parsing: post.body)
        #expect(json.member(json.root, "snapshotStatus").flatMap { json.string($0) } == "success")
        #expect(json.member(json.root, "type").flatMap { json.string($0) } == "SnapshotNotification")
        var settings = SnapshotSettings()
        settings.priority = 1
        settings.lifetime = ("PT1H", 3_600)
        let asked = settings
        rooms.clock.advance(seconds: 5)
        let changed = try await rooms.perform {
            rooms.snapshots.updateSnapshot(id: id, asked, tenant: "", on: ImmediateReplyScheduler(), reply: $0)
        }
        #expect(changed.priority == 1 && changed.endpoint != nil && changed.modifiedAt == rooms.clock.now)
        #expect(changed.expiresAt == rooms.clock.now.adding(seconds: 3_600))
        #expect(rooms.outbox.posts.count == 2)
    }

    @Test func `a dead endpoint is tried three times`() async throws {
        let rooms = try Rooms()
        try await rooms.create(1...1)
        try await rooms.freeze { $0.endpoint = .some("http://dead.example/") }
        await rooms.snapshots.quiesce()
        #expect(rooms.outbox.posts.count == 3)
    }

    @Test(
        .clause("5.16.7"),
        arguments: [
            ("snapshotPriority<5", ["urn:s:1"]), ("snapshotStatus==\"success\"", ["urn:s:1", "urn:s:2"]),
            ("snapshotPriority>0;createdAt>2000-01-01T00:00:00Z", ["urn:s:1", "urn:s:2"]),
            ("snapshotPriority>99", []), ("speed>5", nil), ("snapshotPriority<5|speed>5", nil), ("(", nil),
        ] as [(String, [String]?)])
    func `snapshots are purged by their members`(q: String, expected: [String]?) async throws {
        let rooms = try Rooms()
        try await rooms.create(1...1)
        try await rooms.freeze("urn:s:1") { $0.priority = 1 }
        try await rooms.freeze("urn:s:2")
        let result: Result<BatchResult, NGSILDError>
        do {
            result = .success(
                try await rooms.perform {
                    rooms.snapshots.purgeSnapshots(q: q, tenant: "", on: ImmediateReplyScheduler(), reply: $0)
                })
        } catch let error as NGSILDError {
            result = .failure(error)
        }
        switch (result, expected) {
        case (.success(let batch), let expected?): #expect(batch.updated.sorted() == expected)
        case (.failure(.resourceNotFound), .some([])): break
        case (.failure(.badRequestData), nil): break
        default: Issue.record("\(result)")
        }
        #expect(rooms.snapshots.records(of: "").count == 2 - (expected?.count ?? 0))
    }
}
