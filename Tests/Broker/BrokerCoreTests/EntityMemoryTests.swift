import BrokerStorage
import InMemoryStorage
import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import Testing

@testable import BrokerCore

struct EntityMemoryTests {
    private let storage = InMemoryStorage()

    private func broker(budget: Int) throws -> Broker {
        var configuration = Broker.Configuration()
        configuration.memoryBudget = budget
        return try Broker(storage: storage, configuration: configuration)
    }

    private func draft(_ text: String, _ broker: Broker) throws -> EntityDraft {
        let context = TermContext(context: .core, registry: broker.registry)
        let document = try JSONDocument(parsing: text)
        return try EntityDecoder(context: context, purpose: .fragment).decodeEntity(document, document.root)
    }

    private func submit(_ operation: ProvisionOperation, _ broker: Broker) async -> ProvisionResult {
        await withCheckedContinuation { continuation in
            broker.submit(operation, tenant: "", on: ImmediateReplyScheduler()) { continuation.resume(returning: $0) }
        }
    }

    private func fill(_ broker: Broker, _ count: Int) async throws {
        for number in 0..<count {
            let text = """
                {"id":"urn:e:\(number)","type":"T","n":{"type":"Property","value":\(number)},
                "text":{"type":"Property","value":"\(String(repeating: "x", count: 500))"},
                "location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[\(Double(number) / 1000),45]}}}
                """
            guard case .success = await submit(.createEntity(try draft(text, broker)), broker) else {
                Issue.record("entity \(number) was not created")
                return
            }
        }
    }

    private func text(_ entity: EntityRecord, _ broker: Broker) -> String {
        var writer = ByteWriter()
        var renderer = EntityRenderer(context: TermContext(context: .core, registry: broker.registry))
        renderer.append(entity, to: &writer)
        return writer.string()
    }

    @Test func `the types of an entity that left memory are known without reading it`() async throws {
        let broker = try broker(budget: 0)
        try await fill(broker, 60)
        let record = try #require(broker.tenants.tenant("")?.withState { $0.slot(of: "urn:e:0")?.record })
        #expect(record.isEvicted)
        let context = TermContext(context: .core, registry: broker.registry)
        #expect(broker.presentTypes(id: "urn:e:0", tenant: "") == [try context.typeTerm("T")])
        #expect(broker.presentTypes(id: "urn:e:none", tenant: "").isEmpty)
        #expect(broker.presentTypes(id: "urn:e:0", tenant: "none").isEmpty)
    }

    @Test func `orders and links lead over entities that left memory`() async throws {
        let broker = try broker(budget: 0)
        try await fill(broker, 60)
        for number in 0..<60 {
            let text =
                #"{"id":"urn:l:\#(number)","type":"L","n":\#((number * 7) % 60),"r":{"type":"Relationship","object":"urn:e:\#(number)"}}"#
            _ = await submit(.createEntity(try draft(text, broker)), broker)
        }
        let context = TermContext(context: .core, registry: broker.registry)
        var query = EntityQuery()
        query.types = try TypeSelection(parsing: "L", context: context)
        query.order = try EntityOrder(parsing: "n;desc", context: context)
        query.limit = 3
        query.offset = 1
        let ordered = try broker.queryEntities(query, tenant: "")
        #expect(ordered.entities.map { $0.attributes.nodes.first?.number } == [58, 57, 56])
        #expect(ordered.hasMore)
        query.order = nil
        query.offset = 0
        query.expression = try QueryExpression(parsing: "r{T:n}>=57", context: context, linkedLevels: 1)
        let linked = try broker.queryEntities(query, tenant: "")
        #expect(linked.entities.map(\.id) == ["urn:l:57", "urn:l:58", "urn:l:59"])
        #expect(broker.linkedEntity(id: "urn:e:3", tenant: "")?.attributes.isEmpty == false)
        #expect(broker.linkedEntity(id: "urn:e:99", tenant: "") == nil)
        #expect(broker.linkedEntity(id: "urn:e:3", tenant: "none") == nil)
    }

    @Test func `a long scan over entities that left memory finds each at its place`() async throws {
        let broker = try broker(budget: 0)
        defer { broker.stop() }
        try await fill(broker, 1_500)
        let context = TermContext(context: .core, registry: broker.registry)
        for number in stride(from: 0, to: 1_500, by: 3) {
            _ = await submit(.deleteEntity(id: "urn:e:\(number)"), broker)
        }
        var query = EntityQuery()
        query.expression = try QueryExpression(parsing: "n>=1000", context: context)
        query.counts = true
        query.offset = 10
        query.limit = 7
        let left = (1_000..<1_500).filter { $0 % 3 != 0 }.map { "urn:e:\($0)" }
        let page = try broker.queryEntities(query, tenant: "")
        #expect(page.entities.map(\.id) == Array(left[10..<17]))
        #expect(page.total == left.count)
        #expect(page.entities.allSatisfy { !$0.isEvicted && !$0.attributes.isEmpty })
        query.ids = ["urn:e:1001", "urn:e:2", "urn:e:1001", "urn:e:3"]
        query.offset = 0
        #expect(try broker.queryEntities(query, tenant: "").entities.map(\.id) == ["urn:e:1001"])
        #expect(try broker.attributes(tenant: "").map(\.instanceCount) == [1_000, 1_000, 1_000])
    }

    @Test func `entities past the budget leave memory and still answer alike`() async throws {
        let roomy = try broker(budget: .max)
        try await fill(roomy, 300)
        let expected = try (0..<300).map { text(try roomy.retrieveEntity(id: "urn:e:\($0)", tenant: ""), roomy) }
        let needed = roomy.statistics.entityBytes
        roomy.stop()

        let tight = try broker(budget: needed * 6 / 10)
        defer { tight.stop() }
        #expect(tight.statistics.entityBytes <= needed * 6 / 10)
        let got = try (0..<300).map { text(try tight.retrieveEntity(id: "urn:e:\($0)", tenant: ""), tight) }
        #expect(got == expected)

        let context = TermContext(context: .core, registry: tight.registry)
        var query = EntityQuery()
        query.types = try TypeSelection(parsing: "T", context: context)
        query.expression = try QueryExpression(parsing: "n>=290", context: context)
        query.counts = true
        #expect(try tight.queryEntities(query, tenant: "").total == 10)
        query.expression = nil
        query.geo = try GeoQuery(
            georel: "near;maxDistance==100", geometry: "Point", coordinates: "[0.01,45]", context: context)
        #expect(try tight.queryEntities(query, tenant: "").entities.map(\.id) == ["urn:e:9", "urn:e:10", "urn:e:11"])
    }

    @Test func `an evicted entity is changed and deleted as any other`() async throws {
        let tight = try broker(budget: 100_000)
        defer { tight.stop() }
        try await fill(tight, 300)
        let patch = try draft("{\"n\":{\"type\":\"Property\",\"value\":-1}}", tight)
        for number in [0, 1, 299] {
            _ = await submit(.updateAttributes(id: "urn:e:\(number)", patch), tight)
            let entity = try tight.retrieveEntity(id: "urn:e:\(number)", tenant: "")
            #expect(text(entity, tight).contains("\"n\":{\"type\":\"Property\",\"value\":-1}"))
            #expect(text(entity, tight).contains("xxx"))
        }
        for number in 0..<290 {
            guard case .success = await submit(.deleteEntity(id: "urn:e:\(number)"), tight) else {
                Issue.record("entity \(number) was not deleted")
                return
            }
        }
        var query = EntityQuery()
        query.counts = true
        query.limit = 1_000
        let page = try tight.queryEntities(query, tenant: "")
        #expect(page.entities.map(\.id) == (290..<300).map { "urn:e:\($0)" })
        #expect(page.entities.allSatisfy { !$0.isEvicted })
    }
}
