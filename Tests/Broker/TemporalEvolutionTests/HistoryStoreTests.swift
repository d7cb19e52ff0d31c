import BrokerStorage
import Dispatch
import GatedStorage
import InMemoryStorage
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import SeededRandom
import Synchronization
import Testing

@testable import TemporalEvolution

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite struct HistoryStoreTests {
    @Test func `a change is in the history when it has been acknowledged`() async throws {
        let city = try TestCity()
        try await city.create()
        try await city.set("21.5")
        try await city.set("22")
        #expect(try await city.values() == ["20", "21.5", "22"])
        #expect(try city.chunks().isEmpty)
        city.history.flush()
        // The present value is not in a chunk.
        #expect(try city.chunks().map(\.count) == [2])
        #expect(try await city.values() == ["20", "21.5", "22"])
    }

    @Test func `instances come back with their members, sub-attributes and times`() async throws {
        let city = try TestCity()
        try await city.create(
            TestCity.room,
            #""temperature":{"type":"Property","value":20,"unitCode":"CEL","observedAt":"2025-12-31T23:00:00Z","datasetId":"urn:ngsi-ld:a","accuracy":{"type":"Property","value":0.5}}"#
        )
        city.history.flush()
        let page = try await city.retrieve().get()
        let attribute = try #require(page.entities.first?.attributes.first)
        let forest = attribute.instances
        #expect(forest.dataset(of: 0) == "urn:ngsi-ld:a")
        #expect(forest.nodes[0].number == 20)
        #expect(forest.nodes[0].observedAt == Timestamp("2025-12-31T23:00:00Z"))
        #expect(forest.nodes[0].modifiedAt == Timestamp("2026-01-01T00:00:00Z"))
        let head = String(decoding: forest.bytes[forest.nodes[0].head], as: UTF8.self)
        #expect(
            head.hasPrefix(
                #""type":"Property","value":20,"unitCode":"CEL","datasetId":"urn:ngsi-ld:a","observedAt":"2025-12-31T23:00:00Z","instanceId":"urn:ngsi-ld:instance:"#
            ))
        #expect(forest.nodes[0].descendants == 1)
        #expect(forest.nodes[1].number == 0.5)
    }

    @Test func `chunks fill up over many flushes`() async throws {
        let city = try TestCity()
        try await city.create()
        for value in 1...1_300 {
            try await city.set("\(value)")
            if value.isMultiple(of: 50) { city.history.flush() }
        }
        city.history.flush()
        #expect(try city.chunks().map(\.count) == [512, 512, 276])
        var all = TemporalSelection()
        all.times = try times("after", "2000-01-01T00:00:00Z", nil, "modifiedAt").times
        #expect(try await city.values(TestCity.room, "temperature", all) == (["20"] + (1...1_300).map(String.init)))
    }

    @Test func `samples find their place among older and newer ones`() async throws {
        let city = try TestCity()
        try await city.create(TestCity.room, #""name":{"type":"Property","value":"a"}"#)
        var generator = SeededGenerator(seed: 9)
        var seconds = Array(0..<1_600)
        seconds.shuffle(using: &generator)
        for part in 0..<8 {
            let instances = seconds[part * 200..<part * 200 + 200].map { second in
                #"{"type":"Property","value":\#(second),"observedAt":"\#(Timestamp(microseconds: Int64(second) * 1_000_000).text)"}"#
            }
            _ = try await city.upsert(
                #"{"id":"\#(TestCity.room)","type":"Room","temperature":[\#(instances.joined(separator: ","))]}"#
            ).get()
        }
        #expect(try await city.values() == (0..<1_600).map(String.init))
        let chunks = try city.chunks().filter { $0.count > 0 }
        #expect(chunks.reduce(0) { $0 + $1.count } == 1_600)
        #expect(zip(chunks, chunks.dropFirst()).allSatisfy { $0.end < $1.start })
        #expect(chunks.allSatisfy { $0.count <= 512 })
        #expect(try await city.values(TestCity.room, "temperature", try times(lastN: "3")) == ["1599", "1598", "1597"])
    }

    @Test func `a value at a time that is there replaces it`() async throws {
        let city = try TestCity()
        try await city.create()
        try await city.set("1", observedAt: "2026-01-02T00:00:00Z")
        city.history.flush()
        try await city.set("2", observedAt: "2026-01-02T00:00:00Z")
        #expect(try await city.values() == ["20", "2"])
        city.history.flush()
        #expect(try await city.values() == ["20", "2"])
        #expect(try city.chunks().map(\.count) == [1])
    }

    @Test func `only instances that changed are recorded`() async throws {
        let city = try TestCity()
        try await city.create(
            TestCity.room,
            #""temperature":[{"type":"Property","value":1,"datasetId":"urn:a:1"},{"type":"Property","value":2}]"#)
        try await city.set("3")
        let page = try await city.retrieve().get()
        #expect(TestCity.values(try #require(page.entities.first?.attributes.first)).sorted() == ["1", "2", "3"])
    }

    @Test func `what a crash left in tails is taken from the change record`() async throws {
        let storage = InMemoryStorage()
        let clock = ManualClock()
        let first = try TestCity(storage: storage, clock: clock)
        try await first.create()
        try await first.set("21")
        first.history.flush()
        try await first.set("22")
        try await first.set("23")
        try await first.create("urn:ngsi-ld:Room:2")
        first.clock.advance()
        _ = await first.perform(
            .deleteAttribute(id: TestCity.room, attribute: try first.term("temperature"), dataset: nil))
        // No stop, no flush: the first city is gone as with kill -9.
        let second = try TestCity(storage: storage, clock: clock)
        second.history.flush()
        let null = #""urn:ngsi-ld:null""#
        #expect(try await second.values() == ["20", "21", "22", "23", null])
        #expect(try await second.values("urn:ngsi-ld:Room:2") == ["20"])
        // And once more: nothing doubles.
        let third = try TestCity(storage: storage, clock: clock)
        third.history.flush()
        #expect(try await third.values() == ["20", "21", "22", "23", null])
    }

    @Test func `a start that memory has no room for keeps how far it came`() async throws {
        let storage = InMemoryStorage()
        let clock = ManualClock()
        let first = try TestCity(storage: storage, clock: clock)
        for room in 1...40 {
            try await first.create("urn:ngsi-ld:Room:\(room)")
            try await first.set("1", id: "urn:ngsi-ld:Room:\(room)")
        }
        let second = try TestCity(storage: storage, clock: clock) { $0.tailMemory = 1 }
        #expect(try await second.values("urn:ngsi-ld:Room:40") == ["20", "1"])
        second.history.queue.sync {}
        #expect(second.history.statistics.cursor == 80)
        // It too is gone without a stop.
        let third = try TestCity(storage: storage, clock: clock)
        for room in 1...40 { #expect(try await third.values("urn:ngsi-ld:Room:\(room)") == ["20", "1"]) }
        #expect(third.history.statistics.tailSamples == 0)
    }

    @Test func `a start asks a store that is full now and then, not for each page of changes, and loses nothing`()
        async throws
    {
        let storage = GatedStorage()
        let clock = ManualClock()
        let first = try TestCity(storage: storage, clock: clock)
        try await first.create()
        for value in 1...6_000 { try await first.set("\(value)") }
        storage.fail(.full(path: "test"))
        let failures = Mutex(0)
        let second = try TestCity(storage: storage, clock: clock) {
            $0.tailMemory = 1
            $0.onFailure = { _ in failures.withLock { $0 += 1 } }
        }
        second.history.queue.sync { second.history.replayMissing() }
        // Twelve pages were read; the round after them asks once more.
        #expect((1...3).contains(failures.withLock { $0 }))
        storage.fail(nil)
        second.history.flush()
        #expect(try await second.values().count == 6_001)
        // It is gone without a stop.
        #expect(try await TestCity(storage: storage, clock: clock).values().count == 6_001)
    }

    @Test func `changes that memory has no room for are taken from the change record`() async throws {
        let city = try TestCity { $0.tailMemory = 1 }
        try await city.create()
        for value in 1...40 {
            if value == 20 { city.history.pending.withLock { $0.isMissing = true } }
            try await city.set("\(value)")
        }
        #expect(city.history.pending.withLock { $0.isMissing })
        // A reader waits for them.
        #expect(try await city.values() == ["20"] + (1...40).map(String.init))
        city.history.queue.sync { city.history.replayMissing() }
        #expect(!city.history.pending.withLock { $0.isMissing })
    }

    @Test func `a creation leaves nothing in the history, and is part of it`() async throws {
        let city = try TestCity()
        try await city.create()
        city.history.flush()
        #expect(try city.chunks().isEmpty)
        #expect(city.history.statistics.tailSamples == 0)
        #expect(try city.storage.historySeries(tenant: "", entity: TestCity.room).isEmpty)
        #expect(try await city.values() == ["20"])
    }

    @Test func `tails stay in memory until they are long, and a crash loses nothing of them`() async throws {
        let storage = InMemoryStorage()
        let clock = ManualClock()
        let city = try TestCity(storage: storage, clock: clock) { $0.tailLength = 10 }
        try await city.create()
        for value in 1...9 { try await city.set("\(value)") }
        city.history.queue.sync { city.history.careRound() }
        #expect(try city.chunks().isEmpty)
        let all = ["20"] + (1...9).map(String.init)
        #expect(try await TestCity(storage: storage, clock: clock).values() == all)
        try await city.set("10")
        city.history.queue.sync { city.history.careRound() }
        #expect(try city.chunks().map(\.count) == [10])
        #expect(try await TestCity(storage: storage, clock: clock).values() == all + ["10"])
    }

    @Test func `a start has only so many changes to read again`() async throws {
        let city = try TestCity { $0.replayLimit = 20 }
        for room in 1...60 {
            let id = "urn:ngsi-ld:Room:\(room)"
            try await city.create(id)
            try await city.set("1", id: id)
            city.history.queue.sync { city.history.runRound() }
        }
        let statistics = city.history.statistics
        #expect(statistics.cursor >= 100)
        #expect(statistics.tailSamples <= 11)
        for room in 1...60 { #expect(try await city.values("urn:ngsi-ld:Room:\(room)") == ["20", "1"]) }
    }

    @Test func `long tails and full memory go into chunks`() async throws {
        let city = try TestCity { $0.tailMemory = 2_000 }
        for room in 1...20 {
            try await city.create("urn:ngsi-ld:Room:\(room)")
            try await city.set("1", id: "urn:ngsi-ld:Room:\(room)")
        }
        city.history.queue.sync { city.history.runRound() }
        #expect(city.history.statistics.tailSamples == 0)
        #expect(city.history.statistics.writtenSamples == 20)
    }

    @Test func `a deleted entity keeps its history, and its deletion is part of it`() async throws {
        let city = try TestCity()
        try await city.create()
        city.clock.advance()
        _ = await city.perform(.deleteEntity(id: TestCity.room))
        city.history.flush()
        let page = try await city.retrieve().get()
        let entity = try #require(page.entities.first)
        #expect(entity.types == [try city.term("Room")])
        #expect(TestCity.values(try #require(entity.attributes.first)) == ["20", #""urn:ngsi-ld:null""#])
        let deleted = try times("after", "2026-01-01T00:00:01Z", nil, "deletedAt")
        #expect(try await city.values(TestCity.room, "temperature", deleted) == [#""urn:ngsi-ld:null""#])
        // A new start finds it by its type.
        let again = try TestCity(storage: city.storage, clock: city.clock)
        #expect(try again.history.directory.entry(tenant: "", id: TestCity.room)?.types == [try again.term("Room")])
    }

    /// A new start after a kill: nothing was flushed, so that the change record is read again.
    private func started(_ city: TestCity) throws -> TestCity {
        let again = try TestCity(storage: city.storage, clock: city.clock)
        again.history.queue.sync { again.history.replayMissing() }
        return again
    }

    @Test func `a deleted entity of whose history a part was deleted is found by its type after a kill`() async throws {
        let city = try TestCity()
        try await city.create(
            TestCity.room,
            #""temperature":{"type":"Property","value":20},"humidity":{"type":"Property","value":1}"#)
        city.clock.advance()
        try await city.delete(TestCity.room)
        let humidity = try city.term("humidity")
        let outcome = await city.reply {
            city.history.deleteTemporalAttribute(
                id: TestCity.room, attribute: humidity, dataset: nil, tenant: "", on: ImmediateReplyScheduler(),
                reply: $0)
        }
        try outcome.get()
        let again = try started(city)
        #expect(try again.history.directory.entry(tenant: "", id: TestCity.room)?.types == [try again.term("Room")])
        #expect(try await again.values().first == "20")
        #expect(try await again.values(TestCity.room, "humidity") == [])
    }

    @Test func `a deleted history stays away after a kill`() async throws {
        let city = try TestCity()
        try await city.create()
        city.clock.advance()
        try await city.delete(TestCity.room)
        let outcome = await city.reply {
            city.history.deleteTemporalEvolution(
                id: TestCity.room, tenant: "", on: ImmediateReplyScheduler(), reply: $0)
        }
        try outcome.get()
        let again = try started(city)
        #expect(try again.history.directory.entry(tenant: "", id: TestCity.room) == nil)
    }

    @Test(.clause("5.6.11")) func `types that were added to the history of a deleted entity are there after a kill`()
        async throws
    {
        let city = try TestCity()
        try await city.create()
        city.clock.advance()
        try await city.delete(TestCity.room)
        _ = try await city.upsert(
            #"{"id":"\#(TestCity.room)","type":"Hall","humidity":{"type":"Property","value":1,"observedAt":"2026-01-01T00:00:00Z"}}"#
        ).get()
        let both = [try city.term("Room"), try city.term("Hall")]
        #expect(try city.history.directory.entry(tenant: "", id: TestCity.room)?.types == both)
        let again = try started(city)
        #expect(try again.history.directory.entry(tenant: "", id: TestCity.room)?.types == both)
        // Its next life counts alone.
        _ = await again.perform(.createEntity(try again.draft(#"{"id":"\#(TestCity.room)","type":"Cellar"}"#)))
        try await again.delete(TestCity.room)
        let last = try started(again)
        #expect(try last.history.directory.entry(tenant: "", id: TestCity.room)?.types == [try last.term("Cellar")])
    }

    @Test func `samples of a tenant that was deleted do not come up in a new one of its name`() async throws {
        let city = try TestCity()
        try await city.create()
        let draft = try city.draft(
            #"{"id":"\#(TestCity.room)","type":"Room","temperature":{"type":"Property","value":1}}"#)
        _ = await city.perform(.createEntity(draft), tenant: "north")
        city.clock.advance()
        let change = try city.draft(#"{"temperature":{"type":"Property","value":2}}"#)
        _ = await city.perform(.updateAttributes(id: TestCity.room, change), tenant: "north")
        city.history.absorb()
        #expect(city.history.statistics.tailSamples == 1)
        _ = await city.perform(.deleteTenant, tenant: "north")
        city.history.forgetTenant("north")
        #expect(city.history.statistics.tailSamples == 0)
        #expect(try city.history.known(tenant: "north", id: TestCity.room).series.isEmpty)
        #expect(try await city.values() == ["20"])
    }

    @Test func `old changes are pruned once they are in chunks`() async throws {
        let city = try TestCity { $0.keptChanges = 10 }
        try await city.create()
        for value in 1...100 { try await city.set("\(value)") }
        #expect(try city.storage.statistics().changes == 101)
        city.history.flush()
        #expect(try city.storage.statistics().changes == 10)
        #expect(city.history.statistics.cursor == 101)
    }

    @Test func `a store that refuses loses nothing`() async throws {
        let city = try TestCity()
        try await city.create()
        try await city.set("21")
        try await city.set("22")
        city.broker.stop()
        city.history.flush()
        #expect(try await city.values() == ["20", "21", "22"])
        #expect(city.history.statistics.tailSamples == 2)
    }

    // MARK: Stopping

    /// Stops while a read of the past waits at the gate, which opens once the stop has begun.
    private static func stop(_ history: HistoryStore, at storage: GatedStorage) async {
        await withCheckedContinuation { continuation in
            // A stop blocks its thread, which has to be none of those that tests run on.
            DispatchQueue(label: "stop").async {
                history.stop()
                continuation.resume()
            }
            DispatchQueue(label: "gate").async {
                while (try? history.refuseWhileStopping()) != nil { sched_yield() }
                storage.close(pastGate: false)
            }
        }
    }

    @Test(arguments: [false, true])
    func `a stop ends the requests that are under way, and answers them before it returns`(isQuery: Bool) async throws {
        let storage = GatedStorage()
        let city = try TestCity(storage: storage)
        try await city.create()
        for value in 1...10 { try await city.set("\(value)") }
        city.history.flush()
        let readsBefore = storage.pastReads
        storage.close(pastGate: true)
        let answers = Mutex<[Result<TemporalPage, NGSILDError>]>([])
        let keep: @Sendable (Result<TemporalPage, NGSILDError>) -> Void = { answer in
            answers.withLock { $0.append(answer) }
        }
        if isQuery {
            var query = EntityQuery()
            query.attributes = [try city.term("temperature")]
            city.history.queryTemporalEvolution(
                query, TemporalSelection(), tenant: "", on: ImmediateReplyScheduler(), reply: keep)
        } else {
            city.history.retrieveTemporalEvolution(
                id: TestCity.room, TemporalSelection(), tenant: "", on: ImmediateReplyScheduler(), reply: keep)
        }
        while storage.pastReads == readsBefore { await Task.yield() }
        await Self.stop(city.history, at: storage)
        let found = answers.withLock { $0 }
        guard found.count == 1, case .failure(.unavailable) = found[0] else { return #expect(found.isEmpty) }
        // Nor does it begin with another.
        guard case .failure(.unavailable) = await city.retrieve() else { return #expect(Bool(false)) }
    }

    @Test func `a stop need not wait until a start has taken in what the last run left behind`() async throws {
        let storage = GatedStorage()
        let clock = ManualClock()
        let first = try TestCity(storage: storage, clock: clock)
        try await first.create()
        for value in 1...2_000 { try await first.set("\(value)") }
        storage.close(pastGate: true)
        let readsBefore = storage.pastReads
        let second = try TestCity(storage: storage, clock: clock)
        while storage.pastReads == readsBefore { await Task.yield() }
        await Self.stop(second.history, at: storage)
        #expect(storage.pastReads == readsBefore + 1)
        // The next start goes on from there.
        #expect(try await TestCity(storage: storage, clock: clock).values().count == 2_001)
    }

    @Test func `nothing is recorded when recording is off`() async throws {
        let city = try TestCity(isRecording: false)
        try await city.create()
        try await city.set("1")
        city.history.flush()
        #expect(try await city.values() == [])
    }
}
