import BrokerStorage
import Foundation
import InMemoryStorage
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import SQLiteStorage
import SeededRandom
import Testing

@testable import TemporalEvolution

/// Random operations, restarts and crashes, against a plain list of all that was ever written.
@Suite struct RecorderPropertyTests {
    enum Store: String, CaseIterable { case memory, sqlite }

    @Test(arguments: Store.allCases, 0..<4)
    func `the history holds what was written, each value once`(_ kind: Store, seed: Int) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("recorder-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let memory = InMemoryStorage()
        var run = try Run(seed: UInt64(seed)) { () throws -> any BrokerStorage in
            kind == .memory ? memory : try SQLiteStorage(directory: directory.path)
        }
        for _ in 0..<300 { try await run.step() }
        try await run.check()
        run.city.history.stop()
        run.city.broker.stop()
    }
}

private struct Series: Hashable {
    let entity: Int
    let attribute: String
    let dataset: String
}

private struct Run {
    var city: TestCity
    private let open: () throws -> any BrokerStorage
    private var random: SeededGenerator
    /// What each series held at each time, written last.
    private var written: [Series: [Timestamp: String]] = [:]
    /// The times of the present instances.
    private var present: [Series: Timestamp] = [:]
    private var living: Set<Int> = []
    /// What the scope of each entity became, and when.
    private var scopes: [Int: [Timestamp: String]] = [:]
    private var value = 0

    private static let null = #""urn:ngsi-ld:null""#

    init(seed: UInt64, open: @escaping () throws -> any BrokerStorage) throws {
        self.open = open
        random = SeededGenerator(seed: seed)
        city = try Self.start(try open(), ManualClock())
    }

    private static func start(_ storage: any BrokerStorage, _ clock: ManualClock) throws -> TestCity {
        try TestCity(storage: storage, clock: clock) {
            $0.tailLength = 5
            $0.tailMemory = 4_000
            $0.replayLimit = 60
            $0.keptChanges = 10
        }
    }

    private mutating func pick(_ range: Range<Int>) -> Int { Int.random(in: range, using: &random) }

    private static func id(_ entity: Int) -> String { "urn:ngsi-ld:Room:\(entity)" }

    /// Some attributes as JSON, and what they write; no attribute and dataset twice.
    private mutating func attributes(_ entity: Int) -> (json: String, written: [Series: (Timestamp, String)]) {
        var parts: [String: [String]] = [:]
        var result: [Series: (Timestamp, String)] = [:]
        for _ in 0..<pick(1..<4) {
            let series = Series(
                entity: entity, attribute: ["a", "b"][pick(0..<2)], dataset: ["", "", "urn:x:1"][pick(0..<3)])
            if result[series] != nil { continue }
            value += 1
            let isObserved = pick(0..<3) > 0
            // Few times, so that they meet; before and after the clock's.
            let time =
                isObserved ? Timestamp(microseconds: Self.base + Int64(pick(0..<40)) * 10_000_000) : city.clock.now
            var json = #"{"type":"Property","value":\#(value)"#
            if isObserved { json += #","observedAt":"\#(time.text)""# }
            if !series.dataset.isEmpty { json += #","datasetId":"\#(series.dataset)""# }
            if pick(0..<5) == 0 { json += #","s":{"type":"Property","value":\#(value)}"# }
            parts[series.attribute, default: []].append(json + "}")
            result[series] = (time, "\(value)")
        }
        let json = parts.map { #""\#($0.key)":[\#($0.value.joined(separator: ","))]"# }.joined(separator: ",")
        return (json, result)
    }

    private static let base = Timestamp("2026-01-01T00:00:00Z")?.microseconds ?? 0

    private mutating func write(_ all: [Series: (Timestamp, String)]) {
        for (series, sample) in all {
            written[series, default: [:]][sample.0] = sample.1
            present[series] = sample.0
        }
    }

    /// The scope of an entity as it is now; `nil` when it has none.
    private func scope(_ entity: Int) -> String? {
        let known = scopes[entity, default: [:]]
        guard let newest = known.keys.max(), known[newest] != Self.null else { return nil }
        return known[newest]
    }

    /// A scope as a member for a body, or none of them, and what it makes of the entity's.
    private mutating func scopeMember(_ entity: Int, isWhole: Bool) -> (json: String, becomes: String?) {
        switch pick(0..<5) {
        case 0: return (#","scope":"/A""#, #""/A""#)
        case 1: return (#","scope":["/A/B","/C"]"#, #"["/A/B","/C"]"#)
        case 2: return (#","scope":["/D"]"#, #""/D""#)
        default: return ("", isWhole ? nil : scope(entity))
        }
    }

    private mutating func set(scope: String?, of entity: Int) {
        guard scope != self.scope(entity) else { return }
        scopes[entity, default: [:]][city.clock.now] = scope ?? Self.null
    }

    private mutating func end(_ series: Series) {
        written[series, default: [:]][city.clock.now] = Self.null
        present[series] = nil
    }

    mutating func step() async throws {
        city.clock.advance()
        let entity = pick(0..<4)
        let id = Self.id(entity)
        switch pick(0..<21) {
        case 0..<9:
            let (json, all) = attributes(entity)
            // An update replaces a scope where there is one (clause 5.6.2.4); a creation brings any.
            let canSet = !living.contains(entity) || scope(entity) != nil
            let (member, becomes) = canSet ? scopeMember(entity, isWhole: false) : ("", nil)
            let draft = try city.draft(#"{"id":"\#(id)","type":"Room"\#(member),\#(json)}"#)
            _ = await city.perform(.batchUpsert([.draft(draft)], replaces: false))
            if canSet { set(scope: becomes, of: entity) }
            living.insert(entity)
            write(all)
        case 9, 10:
            let (json, all) = attributes(entity)
            let (member, becomes) = scopeMember(entity, isWhole: true)
            let draft = try city.draft(#"{"id":"\#(id)","type":"Room"\#(member),\#(json)}"#)
            _ = await city.perform(.batchUpsert([.draft(draft)], replaces: true))
            set(scope: becomes, of: entity)
            living.insert(entity)
            for series in present.keys where series.entity == entity && all[series] == nil { end(series) }
            write(all)
        case 11:
            guard living.contains(entity) else { return }
            _ = await city.perform(.deleteEntity(id: id))
            living.remove(entity)
            for series in present.keys where series.entity == entity { end(series) }
            set(scope: nil, of: entity)
        case 12:
            guard let series = present.keys.sorted(by: Self.order).first(where: { $0.entity == entity }) else { return }
            _ = await city.perform(
                .deleteAttribute(id: id, attribute: try city.term(series.attribute), dataset: series.dataset))
            end(series)
        case 13: try await bringIn(entity)
        case 14: try await deleteInstance(entity)
        case 15: city.history.flush()
        case 16: city.history.queue.sync { city.history.runRound() }
        case 17: try await restart(isCrash: true)
        case 18: try await restart(isCrash: false)
        case 19: try await changeScope(entity)
        default: try await check()
        }
    }

    private mutating func changeScope(_ entity: Int) async throws {
        guard living.contains(entity) else { return }
        let id = Self.id(entity)
        if pick(0..<3) == 0 {
            _ = await city.perform(.mergeEntity(id: id, EntityDraft(scopes: [])))
            set(scope: nil, of: entity)
        } else {
            _ = await city.perform(.appendAttributes(id: id, EntityDraft(scopes: ["/E"]), overwrite: true))
            set(scope: #""/E""#, of: entity)
        }
    }

    private static func order(_ one: Series, _ other: Series) -> Bool {
        (one.entity, one.attribute, one.dataset) < (other.entity, other.attribute, other.dataset)
    }

    private mutating func bringIn(_ entity: Int) async throws {
        let (json, all) = attributes(entity)
        _ = try await city.upsert(#"{"id":"\#(Self.id(entity))","type":"Room",\#(json)}"#).get()
        for (series, sample) in all { written[series, default: [:]][sample.0] = sample.1 }
    }

    private mutating func deleteInstance(_ entity: Int) async throws {
        let known = written.filter { $0.key.entity == entity && !$0.value.isEmpty }.keys.sorted(by: Self.order)
        guard !known.isEmpty else { return }
        let series = known[pick(0..<known.count)]
        let times = written[series, default: [:]].keys.sorted()
        let time = times[pick(0..<times.count)]
        let attribute = try city.term(series.attribute)
        let key = SeriesKey(tenant: "", entity: Self.id(entity), attribute: attribute, dataset: series.dataset)
        let city = city
        try await city.reply {
            city.history.deleteTemporalInstance(
                id: key.entity, attribute: attribute, instanceID: InstanceID(key, time: time.microseconds).text,
                tenant: "", on: ImmediateReplyScheduler(), reply: $0)
        }.get()
        written[series]?[time] = nil
    }

    private mutating func restart(isCrash: Bool) async throws {
        if !isCrash { city.history.stop() }
        city.broker.stop()
        let clock = city.clock
        if city.storage is SQLiteStorage { city.storage.close() }
        city = try Self.start(try open(), clock)
    }

    /// Compares everything.
    func check() async throws {
        for entity in 0..<4 {
            let expected = scopes[entity, default: [:]].sorted { $0.key < $1.key }.map(\.value)
            let found = try? await city.values(Self.id(entity), "scope")
            #expect(found ?? [] == expected, "scope of \(entity)")
            for attribute in ["a", "b"] {
                for dataset in ["", "urn:x:1"] {
                    let series = Series(entity: entity, attribute: attribute, dataset: dataset)
                    let expected = written[series, default: [:]].sorted { $0.key < $1.key }
                    try await check(series, expected)
                }
            }
        }
    }

    /// Queries by each time but observedAt, and what they select, found by a look at every instance.
    private func byOtherTimes(_ series: Series) throws -> [(TemporalQuery, [String])] {
        let entity = try city.history.known(tenant: "", id: Self.id(series.entity))
        let key = SeriesKey(
            tenant: "", entity: Self.id(series.entity), attribute: try city.term(series.attribute),
            dataset: series.dataset)
        var all: [(value: String, times: InstanceTimes)] = []
        try city.history.visit(key, of: entity, newestFirst: false) { samples, index in
            all.append((samples.withValue(index) { String(decoding: $0, as: UTF8.self) }, samples.times(of: index)))
            return true
        }
        let moments = all.map(\.times.modifiedAt).sorted()
        guard let first = moments.first, let last = moments.last else { return [] }
        let (early, late) = (moments[moments.count / 3].text, moments[moments.count * 2 / 3].adding(seconds: 1).text)
        var found: [(TemporalQuery, [String])] = []
        for property in ["createdAt", "modifiedAt", "deletedAt"] {
            for (relation, at, end) in [
                ("before", first.text, nil), ("before", early, nil), ("after", late, nil), ("after", last.text, nil),
                ("between", early, late), (nil, nil, nil),
            ] as [(String?, String?, String?)] {
                for lastN in [nil, "3"] {
                    let query = try times(relation, at, end, property, lastN: lastN).times
                    let selected = all.filter { query.contains($0.times[query.property]) }.map(\.value)
                    found.append((query, lastN == nil ? selected : selected.suffix(3).reversed()))
                }
            }
        }
        return found
    }

    private func check(_ series: Series, _ expected: [(key: Timestamp, value: String)]) async throws {
        var selection = TemporalSelection()
        selection.datasets = [series.dataset.isEmpty ? "@none" : series.dataset]
        let id = Self.id(series.entity)
        func found(_ selection: TemporalSelection) async throws -> [String] {
            guard case .success(let page) = await city.retrieve(id, selection) else { return [] }
            let name = city.context.knownTerm(series.attribute)
            return page.entities.first?.attributes.first { $0.name == name }.map(TestCity.values) ?? []
        }
        #expect(try await found(selection) == expected.map(\.value), "\(series)")
        selection.times = try times(lastN: "2").times
        #expect(try await found(selection) == expected.suffix(2).reversed().map(\.value), "\(series)")
        for (query, expected) in try byOtherTimes(series) {
            selection.times = query
            #expect(try await found(selection) == expected, "\(series) \(query)")
        }
        selection.times = TemporalSelection().times
        selection.aggregation = try TemporalAggregation(methods: ["totalCount"], period: nil)
        let count = expected.filter { $0.value != Self.null }.count
        guard case .success(let page) = await city.retrieve(id, selection) else {
            return #expect(expected.isEmpty, "\(series)")
        }
        let name = city.context.knownTerm(series.attribute)
        let total = page.entities.first?.attributes.first { $0.name == name }?.aggregates.first?.values.first?.value
        #expect(total == (count == 0 ? nil : "\(count)"), "\(series)")
    }
}
