import InMemoryStorage
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import Testing

@testable import TemporalEvolution

@Suite struct HistoryPolicyTests {
    private func put(_ city: TestCity, _ name: String = "p", _ change: (inout HistoryPolicy) -> Void) async throws {
        var policy = HistoryPolicy(name: name)
        change(&policy)
        let made = policy
        let result: Result<Bool, NGSILDError> = await withCheckedContinuation { continuation in
            city.history.putPolicy(made, on: ImmediateReplyScheduler()) { continuation.resume(returning: $0) }
        }
        _ = try result.get()
    }

    private func iri(_ city: TestCity, _ name: String) throws -> String {
        city.broker.registry.iri(try city.term(name))
    }

    @Test func `an attribute that is not to be recorded is not in the history`() async throws {
        let city = try TestCity()
        let temperature = try iri(city, "temperature")
        try await put(city) {
            $0.attribute = temperature
            $0.isRecorded = false
        }
        try await city.create(
            TestCity.room, #""temperature":{"type":"Property","value":1},"other":{"type":"Property","value":2}"#)
        try await city.set("3")
        #expect(try await city.values() == [])
        #expect(try await city.values(TestCity.room, "other") == ["2"])
        #expect(city.history.statistics.tailSamples == 0)
    }

    @Test func `values nearer than asked for are left out, the present one is shown`() async throws {
        let city = try TestCity()
        try await put(city) { $0.sampleEvery = 10 }
        try await city.create()
        for value in 1...25 { try await city.set("\(value)") }
        #expect(try await city.values() == ["20", "10", "20", "25"])
    }

    @Test func `numbers within the dead band are left out`() async throws {
        let city = try TestCity()
        try await put(city) { $0.deadBand = 2 }
        try await city.create()
        for value in ["21", "22", "23", "24", "19", "19.5", "30"] { try await city.set(value) }
        #expect(try await city.values() == ["20", "23", "19", "30"])
    }

    @Test func `the most specific policy counts`() async throws {
        let city = try TestCity()
        let (temperature, room) = (try iri(city, "temperature"), try iri(city, "Room"))
        try await put(city, "all") { $0.isRecorded = false }
        try await put(city, "type") {
            $0.type = room
            $0.sampleEvery = 1_000
        }
        try await put(city, "attribute") { $0.attribute = temperature }
        try await city.create()
        for value in 1...3 { try await city.set("\(value)") }
        #expect(try await city.values() == ["20", "1", "2", "3"])
    }

    @Test func `a built-in policy counts until one of its name, or for the same, is put`() async throws {
        var built = HistoryPolicy(name: "built")
        let probe = try TestCity()
        built.type = try iri(probe, "Room")
        built.attribute = try iri(probe, "temperature")
        built.isRecorded = false
        for name in ["built", "mine"] {
            let city = try TestCity { [built] in $0.defaultPolicies = [built] }
            #expect(city.history.policies == [built])
            try await city.create()
            try await city.set("1")
            #expect(try await city.values() == [])
            let refused = await city.reply {
                city.history.deletePolicy(named: "built", on: ImmediateReplyScheduler(), reply: $0)
            }
            guard case .failure(.badRequestData) = refused else { return #expect(Bool(false), "\(refused)") }
            try await put(city, name) {
                $0.type = built.type
                $0.attribute = built.attribute
            }
            try await city.set("2")
            try await city.set("3")
            #expect(try await city.values() == ["1", "2", "3"])
        }
    }

    @Test func `policies survive a restart, and go when they are deleted`() async throws {
        let city = try TestCity()
        try await put(city, "b") {
            $0.type = "urn:x:T"
            $0.sampleEvery = 60
            $0.deadBand = 0.25
            $0.retention = [.init(keep: 100), .init(every: 60, keep: 1_000), .init(every: 3_600)]
        }
        let again = try TestCity(storage: city.storage, clock: city.clock)
        #expect(again.history.policies == city.history.policies)
        #expect(again.history.policies.first?.retention.count == 3)
        try await again.reply { again.history.deletePolicy(named: "b", on: ImmediateReplyScheduler(), reply: $0) }.get()
        #expect(again.history.policies.isEmpty)
        let missing = await again.reply {
            again.history.deletePolicy(named: "b", on: ImmediateReplyScheduler(), reply: $0)
        }
        guard case .failure(.resourceNotFound) = missing else { return #expect(Bool(false), "\(missing)") }
        #expect(try TestCity(storage: city.storage, clock: city.clock).history.policies.isEmpty)
    }

    private func sweep(_ city: TestCity) {
        city.history.queue.sync {
            city.history.sweep.withLock { $0 = RetentionSweep() }
            while city.history.sweepOnce() {}
        }
    }

    private func aggregates(_ city: TestCity, _ period: String?) async throws -> [String: [String]] {
        var selection = try times("after", "2026-01-01T00:00:00Z")
        selection.aggregation = try TemporalAggregation(
            methods: ["totalCount", "sum", "avg", "min", "max", "sumsq", "stddev"], period: period)
        let page = try await city.retrieve(TestCity.room, selection).get()
        let attribute = page.entities.first?.attributes.first { $0.name == city.context.knownTerm("temperature") }
        var result: [String: [String]] = [:]
        for (method, values) in attribute?.aggregates ?? [] {
            result[method.rawValue] = values.map { value in
                Double(value.value).map { "\(($0 * 1_000_000).rounded() / 1_000_000)" } ?? value.value
            }
        }
        return result
    }

    /// A value every ten minutes of two days, 2.5 and so on.
    private func filled() async throws -> TestCity {
        let city = try TestCity()
        let instances = (0..<288).map { index in
            let time = Timestamp("2026-01-01T00:00:00Z")?.adding(seconds: Double(index) * 600).text ?? ""
            return #"{"type":"Property","value":\#(Double(index % 37) + 0.5),"observedAt":"\#(time)"}"#
        }
        _ = try await city.upsert(
            #"{"id":"\#(TestCity.room)","type":"Room","temperature":[\#(instances.joined(separator: ","))]}"#
        ).get()
        city.clock.advance(seconds: 2 * 86_400)
        return city
    }

    @Test func `what is older than it is kept goes`() async throws {
        let city = try await filled()
        try await put(city) { $0.retention = [.init(keep: 86_400)] }
        sweep(city)
        #expect(try await city.values().count == 144)
        #expect(try city.chunks().map(\.count) == [144])
        // All of it, in the end; nothing is left in the store.
        city.clock.advance(seconds: 10 * 86_400)
        sweep(city)
        #expect(try city.chunks().isEmpty)
    }

    @Test func `the look for old values comes as often as the shortest time of a policy needs`() async throws {
        let city = try TestCity { $0.sweepSeconds = 600 }
        let history = city.history
        #expect(history.isSweepDue(at: city.clock.now))
        city.clock.advance(seconds: 599)
        #expect(!history.isSweepDue(at: city.clock.now))
        city.clock.advance()
        #expect(history.isSweepDue(at: city.clock.now))
        try await put(city) { $0.retention = [.init(keep: 60), .init(every: 60, keep: 1_000)] }
        // The next one was put off for longer than is right now.
        #expect(history.isSweepDue(at: city.clock.now))
        city.clock.advance(seconds: 30)
        #expect(history.isSweepDue(at: city.clock.now))
        city.clock.advance(seconds: -7_200)
        #expect(history.isSweepDue(at: city.clock.now))
        #expect(!history.isSweepDue(at: city.clock.now))
    }

    @Test func `rolled-up periods aggregate to what their instances did`() async throws {
        let city = try await filled()
        let hourly = try await aggregates(city, "PT2H")
        let whole = try await aggregates(city, nil)
        try await put(city) {
            $0.retention = [.init(keep: 36_000), .init(every: 600 * 3, keep: 90_000), .init(every: 7_200)]
        }
        sweep(city)
        #expect(try await city.values().count == 60)
        #expect(try await aggregates(city, "PT2H") == hourly)
        #expect(try await aggregates(city, nil) == whole)
        // Again, and later: nothing counts twice.
        sweep(city)
        for _ in 0..<10 {
            city.clock.advance(seconds: 7_000)
            sweep(city)
        }
        #expect(try await city.values() == [])
        #expect(try await aggregates(city, "PT2H") == hourly)
        #expect(try await aggregates(city, nil) == whole)
        let again = try TestCity(storage: city.storage, clock: city.clock)
        #expect(try await aggregates(again, "PT2H") == hourly)
    }

    @Test func `aggregates of all times are one period, from the oldest on, whatever of it is rolled up`() async throws
    {
        let city = try await filled()
        try await put(city) {
            $0.retention = [.init(keep: 36_000), .init(every: 600, keep: 90_000), .init(every: 7_200)]
        }
        sweep(city)
        for (period, count, start) in [
            (nil, ["288"], "2026-01-01T00:00:00Z"), ("PT24H", ["144", "144"], "2026-01-01T00:00:00Z"),
        ] as [(String?, [String], String)] {
            var selection = TemporalSelection()
            selection.aggregation = try TemporalAggregation(methods: ["totalCount"], period: period)
            let page = try await city.retrieve(TestCity.room, selection).get()
            let values = try #require(page.entities.first?.attributes.first?.aggregates.first?.values)
            #expect(values.map(\.value) == count)
            #expect(values.first?.start.text == start)
        }
    }

    @Test func `the first period there is begins with the year 0`() async throws {
        let city = try TestCity()
        let early = #"{"type":"Property","value":1,"observedAt":"0000-01-02T00:00:00Z"}"#
        let late = #"{"type":"Property","value":2,"observedAt":"1950-01-02T00:00:00Z"}"#
        _ = try await city.upsert(#"{"id":"\#(TestCity.room)","type":"Room","temperature":[\#(early),\#(late)]}"#).get()
        // Some 10,000 years: 1970 lies at the start of a period, and the one before began long before the year 0.
        try await put(city) { $0.retention = [.init(keep: 60), .init(every: 316_000_000_000)] }
        sweep(city)
        #expect(try await city.values() == [])
        var selection = TemporalSelection()
        selection.aggregation = try TemporalAggregation(methods: ["totalCount", "sum"], period: nil)
        let page = try await city.retrieve(TestCity.room, selection).get()
        #expect(page.entities.first?.attributes.first?.aggregates.map { $0.values.map(\.value) } == [["2"], ["3"]])
    }

    @Test func `a crash does not bring back what was rolled up`() async throws {
        let city = try TestCity()
        func observed(_ second: Int) -> String { "2026-01-01T00:00:\(second)Z" }
        try await city.create(
            TestCity.room, #""temperature":{"type":"Property","value":20,"observedAt":"\#(observed(10))"}"#)
        for value in 1...10 { try await city.set("\(value)", observedAt: observed(10 + value)) }
        city.clock.advance(seconds: 100_000)
        try await put(city) { $0.retention = [.init(keep: 3_600), .init(every: 3_600)] }
        // After the sweep that the policy began.
        city.history.queue.sync { _ = city.history.writeTails(.everything) }
        try await city.set("11", observedAt: "2026-01-02T03:00:00Z")
        city.history.absorb()
        sweep(city)
        let before = try await aggregates(city, nil)
        #expect(before["totalCount"] == ["12.0"])
        let again = try TestCity(storage: city.storage, clock: city.clock)
        #expect(try await aggregates(again, nil) == before)
        #expect(try await again.values() == ["11"])
    }
}
