import NGSILDQuery
import SeededRandom
import Testing

@testable import BrokerCore

struct ScopeIndexTests {
    private static let queries = [
        "/A", "A", "/A/B", "/A/#", "/#", "/+", "/A/+", "/+/B", "/+/B/#", "/A/+/C", "/Z", "/Z/#", "/A;/D", "/A/#;/D/#",
        "/A|/D", "/A,/A/#", "(/A;/D/E),/B", "/+/+/+", "/A/B/C/D",
    ]

    /// The slots among which an entity that the query selects must be.
    private func candidates(_ index: ScopeIndex, _ query: ScopeQuery) throws -> [UInt32] {
        let (lists, count) = try #require(index.candidates(for: query))
        var merge = SlotMerge(lists, from: 0)
        var slots: [UInt32] = []
        while let slot = merge.next() { slots.append(slot) }
        #expect(slots == slots.sorted() && Set(slots).count == slots.count)
        #expect(slots.count <= count)
        return slots
    }

    @Test func `an index holds all that a query selects, whatever came and went`() throws {
        var generator = SeededGenerator(seed: 7)
        var index = ScopeIndex()
        var entities: [UInt32: [String]] = [:]
        let levels = ["A", "B", "C", "D"]
        func scope() -> String {
            let path = (0...Int.random(in: 0...3, using: &generator)).compactMap { _ in
                levels.randomElement(using: &generator)
            }
            return (Bool.random(using: &generator) ? "/" : "") + path.joined(separator: "/")
        }
        for round in 0..<2_000 {
            let slot = UInt32.random(in: 0..<200, using: &generator)
            for scope in entities[slot] ?? [] { index.remove(slot, from: scope) }
            let scopes = (0..<Int.random(in: 0...3, using: &generator)).map { _ in scope() }
            for scope in scopes { index.insert(slot, in: scope) }
            entities[slot] = scopes
            guard round % 100 == 0 else { continue }
            for text in Self.queries {
                let query = try ScopeQuery(parsing: text)
                let selected = entities.filter { query.matches($0.value) }.keys.sorted()
                let found = try candidates(index, query)
                #expect(Set(found).isSuperset(of: selected), "\(text)")
                if !text.contains(";") { #expect(found == selected, "\(text)") }
            }
        }
        for (slot, scopes) in entities { for scope in scopes { index.remove(slot, from: scope) } }
        #expect(try candidates(index, ScopeQuery(parsing: "/#")).isEmpty)
    }

    @Test func `of an and, the part with the fewest entities is gone through`() throws {
        var index = ScopeIndex()
        for slot in 0..<100 as Range<UInt32> { index.insert(slot, in: "/Many") }
        index.insert(7, in: "/Few")
        #expect(try candidates(index, ScopeQuery(parsing: "/Many;/Few")) == [7])
        #expect(try candidates(index, ScopeQuery(parsing: "/Many;/None")).isEmpty)
        #expect(try candidates(index, ScopeQuery(parsing: "/Few|/None")) == [7])
    }

    @Test func `a query that means very many scopes is left to a scan`() throws {
        var index = ScopeIndex()
        for slot in 0..<5_000 as Range<UInt32> { index.insert(slot, in: "/City/S\(slot)") }
        #expect(index.candidates(for: try ScopeQuery(parsing: "/City/#")) == nil)
        #expect(index.candidates(for: try ScopeQuery(parsing: "/City/+")) == nil)
        #expect(index.candidates(for: try ScopeQuery(parsing: "/City/+|/A")) == nil)
        #expect(try candidates(index, ScopeQuery(parsing: "/City/#;/City/S9")) == [9])
    }

    @Test func `two spellings of a name are found by either`() throws {
        var index = ScopeIndex()
        index.insert(1, in: "/Caf\u{E9}")
        index.insert(2, in: "/Cafe\u{301}")
        #expect(try candidates(index, ScopeQuery(parsing: "/Caf\u{E9}")) == [1, 2])
        index.remove(1, from: "/Caf\u{E9}")
        #expect(try candidates(index, ScopeQuery(parsing: "/Cafe\u{301}")) == [2])
    }

    @Test func `lists are merged from any slot on`() {
        var merge = SlotMerge([[1, 5, 9], [], [2, 5], [9], [30]], from: 2)
        var slots: [UInt32] = []
        while let slot = merge.next() { slots.append(slot) }
        #expect(slots == [2, 5, 9, 30])
        var empty = SlotMerge([], from: 0)
        #expect(empty.next() == nil)
    }
}
