import ClauseTrait
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import Testing

@testable import BrokerCore

struct PurgeEntitiesTests {
    private func filled(_ count: Int) async throws -> TestBroker {
        let city = try TestBroker()
        let members = try (0..<count).map { number in
            BatchMember.draft(
                try city.draft(
                    #"{"id":"urn:x:\#(number)","type":"\#(number % 2 == 0 ? "A" : "B")","n":\#(number),"name":"x","scope":"/s\#(number % 5)"}"#
                ))
        }
        _ = await city.perform(.batchCreate(members))
        return city
    }

    private func purge(
        _ city: TestBroker, _ reduction: AttributeReduction? = nil, tenant: String = "",
        _ change: (inout EntityQuery) throws -> Void = { _ in }
    ) async throws -> String {
        var query = EntityQuery()
        try change(&query)
        let result = await withCheckedContinuation { continuation in
            city.broker.purgeEntities(query, reduction, tenant: tenant, on: ImmediateReplyScheduler()) {
                continuation.resume(returning: $0)
            }
        }
        if case .failure(let error) = result { return error.title }
        return "success"
    }

    private func numbers(_ city: TestBroker) throws -> [Int] {
        try city.ids { $0.limit = 10_000 }.compactMap { Int($0.dropFirst(6)) }
    }

    @Test(.clause("5.6.21")) func `all that a query selects goes, in as many parts as it takes, and nothing else`()
        async throws
    {
        let city = try await filled(5_000)
        #expect(
            try await purge(city) { $0.types = try TypeSelection(parsing: "A", context: city.context) } == "success")
        #expect(try numbers(city) == (0..<5_000).filter { $0 % 2 == 1 })
        #expect(
            try await purge(city) {
                $0.expression = try QueryExpression(parsing: "n<4000", context: city.context)
            } == "success")
        #expect(try numbers(city) == (4_000..<5_000).filter { $0 % 2 == 1 })
        #expect(try await purge(city) { $0.ids = ["urn:x:4001", "urn:x:4003", "urn:x:0", "urn:none"] } == "success")
        #expect(try numbers(city) == (4_004..<5_000).filter { $0 % 2 == 1 })
        #expect(try await purge(city) { $0.scope = try ScopeQuery(parsing: "/s1") } == "success")
        #expect(try numbers(city) == (4_004..<5_000).filter { $0 % 2 == 1 && $0 % 5 != 1 })
        #expect(try await purge(city) == "success")
        #expect(try numbers(city).isEmpty)
        city.broker.stop()
        #expect(try numbers(TestBroker(city.storage)).isEmpty)
    }

    @Test(.clause("5.6.21")) func `only the attributes named are dropped, or kept`() async throws {
        let city = try await filled(3)
        let name = try city.term("name")
        #expect(try await purge(city, .drop([name])) { $0.ids = ["urn:x:1"] } == "success")
        #expect(city.shown("urn:x:1") == #"{"type":"B","scope":"/s1","n":1}"#)
        #expect(try await purge(city, .keep([name])) { $0.ids = ["urn:x:2"] } == "success")
        #expect(city.shown("urn:x:2") == #"{"type":"A","scope":"/s2","name":"x"}"#)
        #expect(try await purge(city, .keep([])) { $0.ids = ["urn:x:2"] } == "success")
        #expect(city.shown("urn:x:2") == #"{"type":"A","scope":"/s2"}"#)
        #expect(city.shown("urn:x:0") == #"{"type":"A","scope":"/s0","n":0,"name":"x"}"#)
    }

    @Test func `a tenant that does not exist has nothing to purge`() async throws {
        #expect(try await purge(try await filled(1), tenant: "none") == "Nonexistent tenant")
    }

    @Test func `an entity that changed since it was found stays when the query no longer selects it`() async throws {
        let city = try TestBroker()
        _ = await city.perform(.createEntity(try city.room(#""n":1"#)))
        var query = EntityQuery()
        query.expression = try QueryExpression(parsing: "n==1", context: city.context)
        _ = await city.perform(.updateAttributes(id: TestBroker.room, try city.draft(#"{"n":2}"#)))
        #expect(await city.outcome(.purge([TestBroker.room, "urn:gone"], query, nil)) == "success")
        #expect(city.shown() == #"{"type":"Room","n":2}"#)
    }
}
