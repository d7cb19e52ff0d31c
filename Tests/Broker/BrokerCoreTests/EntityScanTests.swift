import ClauseTrait
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import Testing

@testable import BrokerCore

struct EntityScanTests {
    private func filled(_ count: Int) async throws -> TestBroker {
        let city = try TestBroker()
        let members = try (0..<count).map { number in
            BatchMember.draft(
                try city.draft(
                    #"{"id":"urn:x:\#(number)","type":\#(number % 3 == 0 ? #"["A","B"]"# : number % 3 == 1 ? #""A""# : #""B""#),"n":\#(number),"location":{"type":"Point","coordinates":[\#(Double(number) / 10_000),0]}}"#
                ))
        }
        _ = await city.perform(.batchCreate(members))
        return city
    }

    private func all(_ city: TestBroker, _ change: (inout EntityQuery) throws -> Void) throws -> (
        ids: [String], total: Int?
    ) {
        var query = EntityQuery()
        query.limit = 7
        query.counts = true
        try change(&query)
        var ids: [String] = []
        var total: Int?
        while true {
            let page = try city.broker.queryEntities(query, tenant: "")
            ids += page.entities.map(\.id)
            total = page.total
            if !page.hasMore { return (ids, total) }
            query.offset += query.limit
        }
    }

    @Test(.clause("4.12", "4.17", "5.7.2"), arguments: ["A", "B", "A,B", "A;B", "(A;B),A", "Z"])
    func `pages of a type join to the whole, in the order of creation`(types: String) async throws {
        let city = try await filled(2_500)
        let expected = (0..<2_500).filter { number in
            switch types {
            case "A": number % 3 != 2
            case "B": number % 3 != 1
            case "A,B": true
            case "A;B": number % 3 == 0
            case "(A;B),A": number % 3 != 2
            default: false
            }
        }.map { "urn:x:\($0)" }
        let found = try all(city) {
            $0.types = try TypeSelection(parsing: types, context: city.context)
            $0.limit = 400
        }
        #expect(found.ids == expected)
        #expect(found.total == expected.count)
    }

    @Test(.clause("5.7.2")) func `entities are found by id, once each, in the order of creation`() async throws {
        let city = try await filled(20)
        let found = try all(city) { $0.ids = ["urn:x:9", "urn:x:3", "urn:x:9", "urn:x:99"] }
        #expect(found.ids == ["urn:x:3", "urn:x:9"])
    }

    @Test func `pages stay in their places while entities come and change`() async throws {
        let city = try await filled(30)
        var seen: [String] = []
        for page in 0..<3 {
            seen += try city.ids {
                $0.limit = 10
                $0.offset = page * 10
            }
            _ = await city.perform(.createEntity(try city.room(#""n":1"#, id: "urn:y:\(page)")))
            _ = await city.perform(.updateAttributes(id: "urn:x:5", try city.draft(#"{"n":-1}"#)))
        }
        #expect(seen == (0..<30).map { "urn:x:\($0)" })
    }

    @Test(.clause("4.19", "5.7.2"), arguments: ["/A", "/A/#", "/+/X", "/A/X;/B", "/A/X|/B", "/#", "/Z"], [nil, "A"])
    func `entities are found by scope in the order of creation, also when scopes change`(
        scope: String, type: String?
    ) async throws {
        let city = try TestBroker()
        var scopes = (0..<2_500).map { ["/A", "/A/X", "/A/Y/Z", "/B", "/B/X", "A/X"][$0 % 6] }
        let members = try scopes.enumerated().map { number, scope in
            BatchMember.draft(
                try city.draft(
                    #"{"id":"urn:x:\#(number)","type":"\#(number % 4 == 0 ? "B" : "A")","scope":["\#(scope)"\#(number % 5 == 0 ? #","/B""# : "")]}"#
                ))
        }
        _ = await city.perform(.batchCreate(members))
        for number in stride(from: 0, to: 2_500, by: 7) {
            scopes[number] = "/A/X"
            _ = await city.perform(.mergeEntity(id: "urn:x:\(number)", try city.draft(#"{"scope":"/A/X"}"#)))
        }
        let query = try ScopeQuery(parsing: scope)
        let expected = (0..<2_500).filter { number in
            let own = number % 7 != 0 && number % 5 == 0 ? [scopes[number], "/B"] : [scopes[number]]
            return query.matches(own) && (type == nil || number % 4 != 0)
        }.map { "urn:x:\($0)" }
        let found = try all(city) {
            $0.scope = query
            $0.types = try type.map { try TypeSelection(parsing: $0, context: city.context) }
            $0.limit = 300
        }
        #expect(found.ids == expected)
        #expect(found.total == expected.count)
        _ = await city.perform(.batchDelete((0..<2_400).map { "urn:x:\($0)" }))
        let left = try city.ids {
            $0.scope = query
            $0.types = try? type.map { try TypeSelection(parsing: $0, context: city.context) }
        }
        #expect(left == expected.filter { Int($0.dropFirst(6)) ?? 0 >= 2_400 })
    }

    @Test(arguments: ["", "type", "types", "ids", "geo", "q"], [false, true])
    func `a page is found by its place, whatever index leads to it`(by: String, counts: Bool) async throws {
        let city = try await filled(90)
        func page(_ place: EntityQuery.Place?) throws -> EntityPage {
            var query = EntityQuery()
            query.limit = 4
            query.counts = counts
            query.place = place
            switch by {
            case "type": query.types = try TypeSelection(parsing: "A", context: city.context)
            case "types": query.types = try TypeSelection(parsing: "A,B", context: city.context)
            case "ids": query.ids = (0..<90).map { "urn:x:\($0)" }.reversed()
            case "geo":
                query.geo = try GeoQuery(
                    georel: "near;maxDistance==100000", geometry: "Point", coordinates: "[0,0]", context: city.context)
            case "q": query.expression = try QueryExpression(parsing: "n>=0", context: city.context)
            default: break
            }
            return try city.broker.queryEntities(query, tenant: "")
        }
        let all = (0..<90).filter { by == "type" ? $0 % 3 != 2 : true }.map { "urn:x:\($0)" }
        let first = try page(nil)
        #expect(first.entities.map(\.id) == Array(all[..<4]))
        let second = try page(.after(try #require(first.last)))
        #expect(second.entities.map(\.id) == Array(all[4..<8]))
        #expect(second.hasMore)
        let back = try page(.before(try #require(second.first)))
        #expect(back.entities.map(\.id) == first.entities.map(\.id))
        #expect((back.first, back.last) == (first.first, first.last))
        #expect(back.hasMore)
        let end = try page(.after(.max))
        #expect(end.entities.isEmpty && !end.hasMore)
        let last = try page(.before(.max))
        #expect(last.entities.map(\.id) == Array(all.suffix(4)))
        #expect(!last.hasMore)
        for page in [first, second, back, end, last] { #expect(page.total == (counts ? all.count : nil)) }
    }

    @Test func `a reader beside a writer sees each entity at most once and all that stay`() async throws {
        let city = try await filled(1_500)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for number in 0..<60 {
                    _ = await city.perform(.createEntity(try city.room("", id: "urn:y:\(number)")))
                    _ = await city.perform(.deleteEntity(id: "urn:y:\(number)"))
                }
            }
            for _ in 0..<20 {
                let ids = try city.ids { $0.limit = 5_000 }
                #expect(Set(ids).count == ids.count)
                #expect(ids.filter { $0.hasPrefix("urn:x:") }.count == 1_500)
            }
            try await group.waitForAll()
        }
        #expect(try city.ids { $0.limit = 5_000 }.count == 1_500)
    }

    @Test func `indexes follow when most entities go`() async throws {
        let city = try await filled(1_500)
        _ = await city.perform(.batchDelete((0..<1_500).filter { $0 % 100 != 0 }.map { "urn:x:\($0)" }))
        let left = stride(from: 0, to: 1_500, by: 100).map { "urn:x:\($0)" }
        #expect(try city.ids() == left)
        let ofType = try all(city) { $0.types = try TypeSelection(parsing: "B", context: city.context) }
        #expect(ofType.ids == stride(from: 0, to: 1_500, by: 100).filter { $0 % 3 != 1 }.map { "urn:x:\($0)" })
        _ = await city.perform(.createEntity(try city.room("", id: "urn:x:1")))
        #expect(try city.ids().last == "urn:x:1")
    }

    @Test(.clause("5.7.6", "5.7.9")) func `types and attributes in use are told with their counts`() async throws {
        let city = try await filled(9)
        let types = try city.broker.entityTypes(tenant: "")
        #expect(types.map { "\(city.context.name($0.type)) \($0.entityCount)" } == ["A 6", "B 6"])
        let attributes = try city.broker.attributes(tenant: "")
        #expect(attributes.map { "\(city.context.name($0.name)) \($0.instanceCount)" } == ["n 9", "location 9"])
        #expect(attributes.map(\.kinds) == [[.property], [.geoProperty]])
    }
}
