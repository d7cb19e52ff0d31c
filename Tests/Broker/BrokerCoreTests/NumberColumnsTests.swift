import ClauseTrait
import NGSILDModel
import NGSILDOperations
import Testing

@testable import BrokerCore
@testable import NGSILDQuery

struct NumberColumnsTests {
    /// Entities whose `n` is a number, a text, a list, two instances, something that is no number, or not there.
    private static func value(_ number: Int, _ round: Int) -> String? {
        let n = (number * 7_919 + round * 104_729) % 1_000
        switch (number + round) % 9 {
        case 0: return #""\#(n)""#
        case 1: return #"{"type":"Property","value":[\#(n),\#(n + 1)]}"#
        case 2:
            return #"[{"type":"Property","value":\#(n)},{"type":"Property","value":\#(n + 3),"datasetId":"urn:d:1"}]"#
        case 3: return #"{"type":"Property","value":"\#(n)"}"#
        case 4: return nil
        case 5: return #"{"type":"JsonProperty","json":{"a":\#(n)}}"#
        default: return "\(Double(n) + 0.25)"
        }
    }

    private static func member(_ city: TestBroker, _ number: Int, _ round: Int) throws -> BatchMember {
        let attribute = value(number, round).map { #","n":\#($0)"# } ?? ""
        return .draft(try city.draft(#"{"id":"urn:x:\#(number)","type":"A","m":1\#(attribute)}"#))
    }

    /// What a query selects, and what the same query selects of each entity looked at alone.
    private func check(_ city: TestBroker, _ q: String, _ count: Int) throws {
        let expression = try QueryExpression(parsing: q, context: city.context)
        let expected = (0..<count).filter { number in
            guard let entity = try? city.broker.retrieveEntity(id: "urn:x:\(number)", tenant: "") else { return false }
            return expression.matches(entity)
        }.map { "urn:x:\($0)" }
        for type in [nil, "A", "A,B"] {
            let found = try city.ids {
                $0.limit = 10_000
                $0.expression = expression
                if let type { $0.types = try? TypeSelection(parsing: type, context: city.context) }
            }
            // An entity that was deleted and came again stands at the end.
            let isSame = found.sorted() == expected.sorted()
            #expect(isSame, "\(q) of \(type ?? "all"): \(found.count) instead of \(expected.count)")
        }
    }

    @Test(.clause("4.9"))
    func `what scans have learnt of numbers never hides an entity, whatever changes`() async throws {
        let city = try TestBroker()
        let count = 2_200
        _ = await city.perform(.batchCreate(try (0..<count).map { try Self.member(city, $0, 0) }))
        let queries = [
            "n==500.25", "n==500", "n>990", "n<=3", "n==1..5", "n>10;n<14", "n==77|n==78", "n!=5;n==5.25", "n>1e300",
            "n<-1e300", "!n", "n", #"n=="77""#, "m==1;n==20.25",
        ]
        for round in 0..<2 {
            for query in queries { try check(city, query, count) }
            // Twice: now from what was learnt.
            for query in queries { try check(city, query, count) }
            let changed = try stride(from: round, to: count, by: 5).map { try Self.member(city, $0, round + 1) }
            _ = await city.perform(.batchUpsert(changed, replaces: true))
            let gone = stride(from: round, to: count, by: 31).map { "urn:x:\($0)" }
            _ = await city.perform(.batchDelete(gone))
        }
        for query in queries { try check(city, query, count) }
        // Most of the slots become empty and are squeezed out.
        _ = await city.perform(.batchDelete((0..<1_700).map { "urn:x:\($0)" }))
        for query in queries { try check(city, query, count) }
    }

    @Test func `numbers at the ends of what is kept of them are found`() async throws {
        let city = try TestBroker()
        var members = try (0..<2_500).map {
            BatchMember.draft(try city.draft(#"{"id":"urn:x:\#($0)","type":"A","n":0}"#))
        }
        let values = [
            "16777217", "16777216", "0.1", "0.10000000149", "1e300", "-1e300", "1e-300", "-0.0", "123456789.5",
        ]
        for (index, value) in values.enumerated() {
            members.append(.draft(try city.draft(#"{"id":"urn:y:\#(index)","type":"A","n":\#(value)}"#)))
        }
        _ = await city.perform(.batchCreate(members))
        for _ in 0..<2 {
            for (index, value) in values.enumerated() where value != "-0.0" {
                let found = try city.ids {
                    $0.expression = try? QueryExpression(parsing: "n==\(value)", context: city.context)
                }
                #expect(found == ["urn:y:\(index)"], "\(value)")
            }
        }
    }

    @Test func `no more attributes are kept than the limit, and the one not used for longest goes first`() {
        var columns = NumberColumns()
        func bound(_ number: UInt32) -> [NumericBound] { [NumericBound(attribute: TermID(number), low: 0, high: 1)] }
        let first = columns.column(for: bound(1), slotCount: 5_000)?.column
        for number in 2...UInt32(NumberColumns.limit) { _ = columns.column(for: bound(number), slotCount: 5_000) }
        #expect(columns.column(for: bound(1), slotCount: 6_000)?.column === first)
        _ = columns.column(for: bound(99), slotCount: 5_000)
        #expect(columns.column(for: bound(1), slotCount: 5_000)?.column === first)
        #expect(columns.column(for: bound(1), slotCount: 10) == nil)
        #expect(columns.column(for: [], slotCount: 5_000) == nil)
    }
}
