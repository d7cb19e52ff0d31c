import ClauseTrait
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import Testing

@testable import TemporalEvolution

@Suite struct TemporalConsumptionTests {
    /// Two sensors with hourly values 0...9 and 100...104 from 2026-01-01T00:00Z, a third without history.
    private static func city(_ change: (inout HistoryConfiguration) -> Void = { _ in }) async throws -> TestCity {
        let city = try TestCity(change)
        for (number, values) in [(1, 0..<10), (2, 100..<105)] {
            let instances = values.enumerated().map { hour, value in
                #"{"type":"Property","value":\#(value),"observedAt":"2026-01-01T0\#(hour):00:00Z"}"#
            }
            _ = try await city.upsert(
                #"{"id":"urn:ngsi-ld:Sensor:\#(number)","type":"Sensor","level":[\#(instances.joined(separator: ","))]}"#
            ).get()
        }
        try await city.create("urn:ngsi-ld:Sensor:3", #""name":{"type":"Property","value":"new"}"#)
        return city
    }

    struct Case: CustomStringConvertible, Sendable {
        let timerel: String?
        var timeAt: String?
        var endTimeAt: String?
        var property: String?
        var lastN: String?
        let values: [Int]
        var description: String {
            "\(timerel ?? "all") \(timeAt ?? "") \(endTimeAt ?? "") \(property ?? "") \(lastN ?? "")"
        }
    }

    @Test(
        .clause("4.11", "5.7.3"),
        arguments: [
            Case(timerel: nil, values: Array(0..<10)),
            Case(timerel: "before", timeAt: "2026-01-01T03:00:00Z", values: [0, 1, 2]),
            Case(timerel: "after", timeAt: "2026-01-01T07:00:00Z", values: [7, 8, 9]),
            Case(timerel: "after", timeAt: "2026-01-01T07:00:00.000001Z", values: [8, 9]),
            Case(
                timerel: "between", timeAt: "2026-01-01T02:00:00Z", endTimeAt: "2026-01-01T05:00:00Z",
                values: [2, 3, 4]),
            Case(timerel: nil, lastN: "2", values: [9, 8]),
            Case(timerel: "before", timeAt: "2026-01-01T03:00:00Z", lastN: "2", values: [2, 1]),
            Case(timerel: "after", timeAt: "2026-01-01T00:00:00Z", property: "modifiedAt", values: Array(0..<10)),
            Case(timerel: "before", timeAt: "2026-01-01T00:00:00Z", property: "modifiedAt", values: []),
            Case(timerel: "after", timeAt: "2000-01-01T00:00:00Z", property: "deletedAt", values: []),
        ])
    func `times select instances`(_ test: Case) async throws {
        let city = try await Self.city()
        let selection = try times(test.timerel, test.timeAt, test.endTimeAt, test.property, lastN: test.lastN)
        #expect(try await city.values("urn:ngsi-ld:Sensor:1", "level", selection) == test.values.map(String.init))
    }

    /// Values 20 to 24: two with an observedAt, at the start of 2026 and in its first minute, those between without, one
    /// second after the other.
    private static func mixedCity(_ change: (inout HistoryConfiguration) -> Void = { _ in }) async throws -> TestCity {
        let city = try TestCity(change)
        try await city.create(
            TestCity.room, #""temperature":{"type":"Property","value":20,"observedAt":"2026-01-01T00:00:00Z"}"#)
        for value in 21...23 { try await city.set("\(value)") }
        try await city.set("24", observedAt: "2026-01-01T00:00:30Z")
        return city
    }

    @Test(arguments: [(0.0, 60.0, 20...24), (1, 30, 21...24), (2, 29, 22...23), (3, 3, 23...23)])
    func `a span selects instances by observedAt, and those without by when they were modified`(
        from: Double, to: Double, values: ClosedRange<Int>
    ) async throws {
        let city = try await Self.mixedCity()
        let start = try #require(Timestamp("2026-01-01T00:00:00Z"))
        var selection = TemporalSelection()
        selection.span = start.adding(seconds: from)...start.adding(seconds: to)
        #expect(try await city.values(TestCity.room, "temperature", selection) == values.map(String.init))
    }

    @Test func `a span that is cut short goes on behind its end, and one without instances is empty`() async throws {
        let city = try await Self.mixedCity { $0.instanceLimit = 2 }
        let start = try #require(Timestamp("2026-01-01T00:00:00Z"))
        var selection = TemporalSelection()
        selection.span = start.adding(seconds: 1)...start.adding(seconds: 60)
        let page = try await city.retrieve(TestCity.room, selection).get()
        #expect(page.entities.first?.attributes.first.map(TestCity.values) == ["21", "22"])
        let end = try #require(page.partialRange?.end)
        #expect(end == start.adding(seconds: 2))
        selection.span = Timestamp(microseconds: end.microseconds + 1)...start.adding(seconds: 60)
        #expect(try await city.values(TestCity.room, "temperature", selection) == ["23", "24"])
        selection.picked = [try city.term("temperature")]
        selection.span = start.adding(seconds: 61)...start.adding(seconds: 62)
        let none = try await city.retrieve(TestCity.room, selection).get()
        #expect(none.entities.first?.attributes.isEmpty == true)
        var query = EntityQuery()
        query.types = try TypeSelection(parsing: "Room", context: city.context)
        #expect(try await city.query(query, selection).get().entities.isEmpty)
    }

    private func ids(_ city: TestCity, _ query: EntityQuery, _ selection: TemporalSelection) async throws -> [String] {
        try await city.query(query, selection).get().entities.map { String($0.id.suffix(1)) }
    }

    @Test(.clause("5.7.4")) func `entities are selected by the instances in the time asked for`() async throws {
        let city = try await Self.city()
        var query = EntityQuery()
        query.types = try TypeSelection(parsing: "Sensor", context: city.context)
        let all = try times("after", "2026-01-01T00:00:00Z")
        #expect(try await ids(city, query, all) == ["1", "2"])
        #expect(try await ids(city, query, try times("after", "2026-01-01T06:00:00Z")) == ["1"])
        #expect(try await ids(city, query, try times("before", "2025-01-01T00:00:00Z")) == [])
        query.expression = try QueryExpression(parsing: "level>=103", context: city.context)
        #expect(try await ids(city, query, all) == ["2"])
        #expect(try await ids(city, query, try times("before", "2026-01-01T03:00:00Z")) == [])
    }

    @Test func `pages follow each other`() async throws {
        let city = try await Self.city()
        var query = EntityQuery()
        query.types = try TypeSelection(parsing: "Sensor", context: city.context)
        query.limit = 1
        query.counts = true
        let all = try times("after", "2026-01-01T00:00:00Z")
        let first = try await city.query(query, all).get()
        #expect(first.entities.map(\.id) == ["urn:ngsi-ld:Sensor:1"])
        #expect(first.hasMore)
        #expect(first.total == 2)
        query.offset = 1
        let second = try await city.query(query, all).get()
        #expect(second.entities.map(\.id) == ["urn:ngsi-ld:Sensor:2"])
        #expect(!second.hasMore)
    }

    @Test func `pages keep their places while entities come and go, and end with those that are history only`()
        async throws
    {
        let city = try TestCity()
        for number in 1...6 {
            try await city.create(
                "urn:ngsi-ld:Room:\(number)",
                #""level":{"type":"Property","value":\#(number),"observedAt":"2025-12-01T00:00:00Z"}"#)
        }
        for number in [2, 5] { try await city.delete("urn:ngsi-ld:Room:\(number)") }
        var query = EntityQuery()
        query.types = try TypeSelection(parsing: "Room", context: city.context)
        query.limit = 2
        query.counts = true
        var selection = try times("after", "2025-12-01T00:00:00Z")
        let first = try await city.query(query, selection).get()
        #expect(first.entities.map { String($0.id.suffix(1)) } == ["1", "3"])
        #expect(first.total == 6 && first.hasMore)
        // One of the page before goes, which by an offset would take another one with it, and a new one comes.
        try await city.delete("urn:ngsi-ld:Room:1")
        try await city.create(
            "urn:ngsi-ld:Room:7", #""level":{"type":"Property","value":7,"observedAt":"2025-12-01T00:00:00Z"}"#)
        var found: [String] = []
        var page = first
        while page.hasMore {
            #expect(found.count < 10)
            (query, selection) = page.next(query, selection)
            #expect(query.offset == 0)
            page = try await city.query(query, selection).get()
            #expect(page.total == 7)
            found += page.entities.map { String($0.id.suffix(1)) }
        }
        // The one that was deleted meanwhile is met again, as history.
        #expect(found == ["4", "6", "7", "1", "2", "5"])
    }

    @Test func `pages that are ordered by id go by the offset`() async throws {
        let city = try await Self.city()
        var query = EntityQuery()
        query.types = try TypeSelection(parsing: "Sensor", context: city.context)
        query.order = try EntityOrder(parsing: "id;desc", context: city.context)
        query.limit = 1
        let selection = try times("after", "2026-01-01T00:00:00Z")
        let first = try await city.query(query, selection).get()
        #expect(first.entities.map(\.id) == ["urn:ngsi-ld:Sensor:2"] && first.hasMore && first.last == nil)
        let next = first.next(query, selection)
        let second = try await city.query(next.query, next.selection).get()
        #expect(second.entities.map(\.id) == ["urn:ngsi-ld:Sensor:1"] && !second.hasMore)
    }

    @Test func `an answer that is too long covers a part of the time, for all alike`() async throws {
        let city = try await Self.city { $0.instanceLimit = 6 }
        var query = EntityQuery()
        query.types = try TypeSelection(parsing: "Sensor", context: city.context)
        let forwards = try await city.query(query, try times("after", "2026-01-01T00:00:00Z")).get()
        #expect(
            forwards.entities.map { TestCity.values($0.attributes[0]) } == [["0", "1", "2"], ["100", "101", "102"]])
        #expect(forwards.partialRange?.start == Timestamp("2026-01-01T00:00:00Z"))
        #expect(forwards.partialRange?.end == Timestamp("2026-01-01T02:00:00Z"))
        let backwards = try await city.query(query, try times("before", "2026-01-02T00:00:00Z", lastN: "9")).get()
        #expect(backwards.partialRange?.start == Timestamp("2026-01-02T00:00:00Z"))
        #expect(backwards.partialRange?.end == Timestamp("2026-01-01T04:00:00Z"))
        #expect(
            backwards.entities.map { TestCity.values($0.attributes[0]) } == [["9", "8", "7", "6", "5", "4"], ["104"]])
    }

    @Test(.clause("4.21")) func `attributes are picked and omitted`() async throws {
        let city = try TestCity()
        try await city.create(TestCity.room, #""a":{"type":"Property","value":1},"b":{"type":"Property","value":2}"#)
        var selection = TemporalSelection()
        selection.picked = [try city.term("a")]
        #expect(
            try await city.retrieve(TestCity.room, selection).get().entities[0].attributes.map(\.name) == [
                try city.term("a")
            ])
        // Its id and type alone.
        selection.picked = []
        #expect(try await city.retrieve(TestCity.room, selection).get().entities[0].attributes.isEmpty)
        selection.picked = [try city.term("none")]
        await #expect(throws: NGSILDError.self) { try await city.retrieve(TestCity.room, selection).get() }
        selection.picked = nil
        selection.omitted = [try city.term("a")]
        #expect(
            try await city.retrieve(TestCity.room, selection).get().entities[0].attributes.map(\.name) == [
                try city.term("b")
            ])
    }

    @Test(.clause("5.7.3")) func `an entity without history and without state is not found`() async throws {
        let city = try TestCity()
        guard case .failure(.resourceNotFound) = await city.retrieve("urn:ngsi-ld:None:1") else {
            return #expect(Bool(false))
        }
    }

    @Test func `work is bounded`() async throws {
        let city = try await Self.city { $0.scanLimit = 5 }
        guard case .failure(.tooComplexQuery) = await city.retrieve("urn:ngsi-ld:Sensor:1") else {
            return #expect(Bool(false))
        }
    }

    @Test func `a query that would look through too many entities is refused, and one that names them is not`()
        async throws
    {
        let city = try TestCity { $0.scanLimit = 300 * 20 + 50 }
        for room in 1...30 {
            let id = "urn:ngsi-ld:Room:\(room)"
            try await city.create(id)
            try await city.delete(id)
        }
        let selection = try times("after", "2000-01-01T00:00:00Z", nil, "modifiedAt")
        var query = EntityQuery()
        query.types = try TypeSelection(parsing: "Nothing", context: city.context)
        #expect(try await city.query(query, selection).get().entities.isEmpty)
        query = EntityQuery()
        query.expression = try QueryExpression(parsing: "level==5", context: city.context)
        guard case .failure(.tooComplexQuery(let detail)) = await city.query(query, selection) else {
            return #expect(Bool(false))
        }
        #expect(detail.contains("21 entities"))
        query.ids = ["urn:ngsi-ld:Room:7", "urn:ngsi-ld:Room:30", "urn:ngsi-ld:Room:31"]
        #expect(try await city.query(query, selection).get().entities.isEmpty)
        query.expression = nil
        #expect(
            try await city.query(query, selection).get().entities.map(\.id) == [
                "urn:ngsi-ld:Room:30", "urn:ngsi-ld:Room:7",
            ])
    }

    @Test(.clause("4.11"), arguments: ["modifiedAt", "createdAt", "deletedAt"])
    func `chunks of another time than a query asks for are passed over`(property: String) async throws {
        let city = try TestCity {
            // Less than the history has, more than one of its two chunks.
            $0.scanLimit = 900
        }
        let id = "urn:ngsi-ld:Sensor:1"
        func bring(_ values: Range<Int>) async throws {
            let instances = values.map { value in
                let time = Timestamp(microseconds: city.clock.now.microseconds + Int64(value) * 1_000_000)
                return #"{"type":"Property","value":\#(value),"observedAt":"\#(time.text)"}"#
            }
            _ = try await city.upsert(
                #"{"id":"\#(id)","type":"Sensor","level":[\#(instances.joined(separator: ","))]}"#
            ).get()
            city.history.flush()
        }
        try await bring(0..<512)
        city.clock.advance(seconds: 86_400)
        try await bring(0..<512)
        #expect(try city.chunks(id, "level").count == 2)
        guard case .failure(.tooComplexQuery) = await city.retrieve(id) else { return #expect(Bool(false)) }
        let found = try await city.values(id, "level", try times("after", "2026-01-02T00:00:00Z", nil, property))
        #expect(found == (property == "deletedAt" ? [] : (0..<512).map(String.init)))
        #expect(try await city.values(id, "level", try times("after", "2026-02-01T00:00:00Z", nil, property)) == [])
    }

    @Test(.clause("4.5.19")) func `values are aggregated by periods`() async throws {
        let city = try await Self.city()
        var selection = try times("between", "2026-01-01T00:00:00Z", "2026-01-01T10:00:00Z")
        selection.aggregation = try TemporalAggregation(
            methods: TemporalAggregation.Method.allCases.map(\.rawValue), period: "PT4H")
        let page = try await city.retrieve("urn:ngsi-ld:Sensor:1", selection).get()
        let aggregates = page.entities[0].attributes[0].aggregates
        let found = Dictionary(uniqueKeysWithValues: aggregates.map { ($0.method, $0.values.map(\.value)) })
        #expect(found[.totalCount] == ["4", "4", "2"])
        #expect(found[.distinctCount] == ["4", "4", "2"])
        #expect(found[.sum] == ["6", "22", "17"])
        #expect(found[.avg] == ["1.5", "5.5", "8.5"])
        #expect(found[.min] == ["0", "4", "8"])
        #expect(found[.max] == ["3", "7", "9"])
        #expect(found[.sumsq] == ["14", "126", "145"])
        #expect(found[.stddev]?.first.flatMap(Double.init).map { abs($0 - 1.2909944487358056) < 1e-12 } == true)
        #expect(aggregates[0].values[2].start == Timestamp("2026-01-01T08:00:00Z"))
        #expect(aggregates[0].values[2].end == Timestamp("2026-01-01T12:00:00Z"))
    }

    @Test(.clause("4.5.19")) func `periods go on from the first value in both directions`() async throws {
        let city = try await Self.city()
        var selection = try times(lastN: "6")
        selection.aggregation = try TemporalAggregation(methods: ["sum"], period: "PT2H")
        let page = try await city.retrieve("urn:ngsi-ld:Sensor:1", selection).get()
        let sums = try #require(page.entities[0].attributes[0].aggregates.first?.values)
        // The newest value, 9, is first; the last six are 9 down to 4.
        #expect(sums.map(\.value) == ["4", "11", "15", "9"])
        #expect(sums.map(\.start) == sums.map(\.start).sorted())
    }

    @Test(.clause("4.5.19"))
    func `texts are in the order of their characters, and values distinct that are, however they are written`()
        async throws
    {
        let city = try TestCity()
        func aggregates(_ values: [String]) async throws -> [TemporalAggregation.Method: String] {
            let id = "urn:ngsi-ld:Sensor:\(values.joined().utf8.reduce(0) { $0 &* 31 &+ Int($1) })"
            let instances = values.enumerated().map {
                #"{"type":"Property","value":\#($1),"observedAt":"2026-01-01T00:00:0\#($0)Z"}"#
            }
            _ = try await city.upsert(#"{"id":"\#(id)","type":"Sensor","said":[\#(instances.joined(separator: ","))]}"#)
                .get()
            var selection = try times("after", "2025-01-01T00:00:00Z")
            selection.aggregation = try TemporalAggregation(
                methods: ["min", "max", "distinctCount", "totalCount"], period: "P0D")
            let found = try await city.retrieve(id, selection).get().entities[0].attributes[0].aggregates
            return Dictionary(uniqueKeysWithValues: found.map { ($0.method, $0.values[0].value) })
        }
        let texts = try await aggregates([#""z""#, #""\u00c4""#, #""a""#, #""a b""#, #""\u0061""#])
        #expect(texts[.min] == #""a""#)
        #expect(texts[.max] == #""\u00c4""#)
        #expect(texts[.distinctCount] == "4")
        #expect(texts[.totalCount] == "5")
        let quoted = try await aggregates([#""\"""#, #"" ""#])
        #expect(quoted[.min] == #"" ""#)
        let numbers = try await aggregates(["1", "1.0", "-0", "0", "0.10", "0.1", #""1""#])
        #expect(numbers[.distinctCount] == "4")
    }

    @Test(.clause("4.5.19")) func `Relationships are counted, and are in no order`() async throws {
        let city = try TestCity()
        _ = try await city.upsert(
            #"{"id":"urn:ngsi-ld:Sensor:1","type":"Sensor","owner":{"type":"Relationship","object":"urn:a","observedAt":"2026-01-01T00:00:00Z"}}"#
        ).get()
        var selection = try times("after", "2025-01-01T00:00:00Z")
        selection.aggregation = try TemporalAggregation(
            methods: ["min", "max", "distinctCount", "totalCount"], period: "P0D")
        let found = try await city.retrieve("urn:ngsi-ld:Sensor:1", selection).get().entities[0].attributes[0]
            .aggregates
        #expect(found.map(\.method) == [.distinctCount, .totalCount])
    }

    @Test(.clause("5.7.4")) func `filters look at all instances of the time, before datasetId and lastN leave some`()
        async throws
    {
        let city = try await Self.city()
        _ = try await city.upsert(
            #"{"id":"urn:ngsi-ld:Sensor:77","type":"Sensor","level":[{"type":"Property","value":900,"observedAt":"2026-01-01T00:00:00Z"},{"type":"Property","value":1,"datasetId":"urn:d","observedAt":"2026-01-01T01:00:00Z"},{"type":"Property","value":1,"observedAt":"2026-01-01T02:00:00Z"}]}"#
        ).get()
        var query = EntityQuery()
        query.types = try TypeSelection(parsing: "Sensor", context: city.context)
        query.expression = try QueryExpression(parsing: "level==900", context: city.context)
        let last = try await city.query(query, try times(lastN: "1")).get()
        #expect(last.entities.map(\.id) == ["urn:ngsi-ld:Sensor:77"])
        #expect(last.entities[0].attributes.first.map { $0.instances.roots.count { _ in true } } == 2)
        var selection = TemporalSelection()
        selection.datasets = ["urn:d"]
        let some = try await city.query(query, selection).get()
        #expect(some.entities.map(\.id) == ["urn:ngsi-ld:Sensor:77"])
        #expect(some.entities[0].attributes.flatMap(TestCity.values) == ["1"])
        // What the time leaves out does not count.
        let later = try await city.query(query, try times("after", "2026-01-01T00:30:00Z", lastN: "1")).get()
        #expect(later.entities.isEmpty)
    }

    @Test(
        .clause("5.7.4"),
        arguments: [
            ("level==9", true), ("level==10", false), ("level==0;level==9", true), ("level==0;level==10", false),
            ("!level", false), ("!humidity", true), ("level>8|humidity", true), ("level!=9", true), ("level>9", false),
        ])
    func `filters look at histories that are longer than an answer`(q: String, isSelected: Bool) async throws {
        let city = try await Self.city { $0.instanceLimit = 2 }
        var query = EntityQuery()
        query.ids = ["urn:ngsi-ld:Sensor:1"]
        query.expression = try QueryExpression(parsing: q, context: city.context)
        for selection in [
            try times("after", "2025-01-01T00:00:00Z"), try times("after", "2025-01-01T00:00:00Z", lastN: "1"),
        ] {
            #expect(try await city.query(query, selection).get().entities.isEmpty != isSelected)
        }
    }

    @Test func `too many periods are refused`() async throws {
        let city = try await Self.city { $0.periodLimit = 3 }
        var selection = try times("after", "2026-01-01T00:00:00Z")
        selection.aggregation = try TemporalAggregation(methods: ["avg"], period: "PT1S")
        guard case .failure(.tooComplexQuery) = await city.retrieve("urn:ngsi-ld:Sensor:1", selection) else {
            return #expect(Bool(false))
        }
    }

    // MARK: Scopes over time

    private static let window = ("2026-01-01T12:00:00Z", "2026-01-01T13:00:00Z")

    /// Entities whose scope was set before the window, within it, replaced within it, and after it.
    private static func scoped() async throws -> TestCity {
        let city = try TestCity()
        func scope(_ value: String, _ time: String) -> String {
            #"{"type":"Property","value":\#(value),"observedAt":"2026-01-01T\#(time):00Z"}"#
        }
        let early = scope(#""/A""#, "12:05")
        let late = scope(#""/B""#, "12:45")
        for (id, scopes) in [
            ("before", scope(#"["/Town/Park","/Zone"]"#, "10:00")),
            ("within", scope(#""/Town""#, "12:30")),
            ("replaced", scope(#""/Town""#, "10:00") + "," + scope(#""/Village""#, "12:30")),
            ("removed", scope(#""/Town""#, "10:00") + "," + scope(#""urn:ngsi-ld:null""#, "12:30")),
            ("after", scope(#""/Town""#, "14:00")),
        ] {
            _ = try await city.upsert(
                #"{"id":"urn:ngsi-ld:Sensor:\#(id)","type":"Sensor","scope":[\#(scopes)],"place":[\#(early),\#(late)]}"#
            ).get()
        }
        return city
    }

    @Test(arguments: [
        ("/Town", ["within": ["/B"], "replaced": ["/A"], "removed": ["/A"]]),
        ("/Town/#", ["before": ["/A", "/B"], "within": ["/B"], "replaced": ["/A"], "removed": ["/A"]]),
        ("/Village", ["replaced": ["/B"]]),
        ("(/Town/Park;/Zone)", ["before": ["/A", "/B"]]),
        ("/Elsewhere", [:]),
    ])
    func `a scope counts from when it was set until it was replaced or removed`(
        _ scope: String, _ expected: [String: [String]]
    ) async throws {
        let city = try await Self.scoped()
        var query = EntityQuery()
        query.types = try TypeSelection(parsing: "Sensor", context: city.context)
        query.scope = try ScopeQuery(parsing: scope)
        let page = try await city.query(query, try times("between", Self.window.0, Self.window.1)).get()
        var found: [String: [String]] = [:]
        for entity in page.entities {
            let place = try #require(entity.attributes.first { $0.name == city.context.knownTerm("place") })
            let values = TestCity.values(place).map { $0.filter { $0 != "\"" } }
            found[String(entity.id.dropFirst("urn:ngsi-ld:Sensor:".count))] = values
        }
        #expect(found == expected)
    }

    @Test func `the scope that holds at the start of the time is shown, though it was set before`() async throws {
        let city = try await Self.scoped()
        let selection = try times("between", Self.window.0, Self.window.1)
        #expect(
            try await city.values("urn:ngsi-ld:Sensor:before", "scope", selection) == [#"["/Town/Park","/Zone"]"#])
        #expect(
            try await city.values("urn:ngsi-ld:Sensor:replaced", "scope", selection) == [#""/Town""#, #""/Village""#])
        var without = selection
        without.showsScope = false
        #expect(try await city.values("urn:ngsi-ld:Sensor:before", "scope", without) == [])
    }

    @Test func `an instance that records a deletion is taken in, and found by deletedAt`() async throws {
        let city = try await Self.city()
        _ = try await city.upsert(
            #"{"id":"urn:ngsi-ld:Sensor:1","type":"Sensor","level":{"type":"Property","value":"urn:ngsi-ld:null","observedAt":"2026-01-02T00:00:00Z"}}"#
        ).get()
        #expect(
            try await city.values("urn:ngsi-ld:Sensor:1", "level", try times(nil, nil, nil, "deletedAt"))
                == [#""urn:ngsi-ld:null""#])
        #expect(try await city.values("urn:ngsi-ld:Sensor:1", "level").count == 11)
    }

    @Test func `an attribute that has no instance in the part of the time of an answer is named all the same`()
        async throws
    {
        let city = try TestCity { $0.instanceLimit = 5 }
        func instances(_ hours: Range<Int>) -> String {
            hours.map { #"{"type":"Property","value":\#($0),"observedAt":"2026-01-01T1\#($0):00:00Z"}"# }
                .joined(separator: ",")
        }
        _ = try await city.upsert(
            #"{"id":"urn:ngsi-ld:Sensor:1","type":"Sensor","first":[\#(instances(0..<5))],"then":[\#(instances(5..<10))]}"#
        ).get()
        let page = try await city.retrieve("urn:ngsi-ld:Sensor:1").get()
        #expect(page.partialRange?.end.text == "2026-01-01T14:00:00Z")
        #expect(try #require(page.entities.first).attributes.map { TestCity.values($0).count } == [5, 0])
    }
}
