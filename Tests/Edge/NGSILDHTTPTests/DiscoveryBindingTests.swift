import ClauseTrait
import Testing

@testable import NGSILDHTTP

/// `/types`, `/attributes` and `/info/sourceIdentity` with a whole broker.
struct DiscoveryBindingTests {
    private func client() throws -> TestClient {
        let client = try TestBroker().client()
        _ = try client.post(
            "/entityOperations/create",
            #"""
            [{"id":"urn:a:1","type":"Bus","speed":{"type":"Property","value":1},"line":{"type":"Relationship","object":"urn:l:1"}},
             {"id":"urn:a:2","type":["Bus","Vehicle"],"speed":{"type":"Property","value":2}}]
            """#)
        return client
    }

    @Test(.clause("4.5.10", "4.5.11", "5.2.24", "5.2.25", "5.7.5", "5.7.6"))
    func `types are listed, with details if asked`() throws {
        let client = try client()
        let list = try client.get("/types")
        #expect(list.status == 200)
        #expect(list.header("Link") == EntityBindingTests.core)
        #expect(list.body.contains(#""type":"EntityTypeList","typeList":["Bus","Vehicle"]"#))
        let details = try client.get("/types?details=true")
        #expect(
            canonical(details.body)
                == #"[{"attributeNames":["line","speed"],"id":"https://uri.etsi.org/ngsi-ld/default-context/Bus","type":"EntityType","typeName":"Bus"},{"attributeNames":["speed"],"id":"https://uri.etsi.org/ngsi-ld/default-context/Vehicle","type":"EntityType","typeName":"Vehicle"}]"#
        )
    }

    @Test(.clause("4.5.12", "5.2.26", "5.7.7")) func `a type is described`() throws {
        let answer = try client().get("/types/Bus")
        #expect(answer.body.contains(#""type":"EntityTypeInfo","typeName":"Bus","entityCount":2"#))
        #expect(answer.body.contains(#""attributeName":"line","attributeTypes":["Relationship"]}"#))
    }

    @Test(.clause("4.5.13", "4.5.14", "4.5.15", "5.2.27", "5.2.28", "5.7.8", "5.7.9", "5.7.10"))
    func `attributes are listed and described`() throws {
        let client = try client()
        #expect(try client.get("/attributes").body.contains(#""type":"AttributeList","attributeList":["#))
        #expect(
            try client.get("/attributes?details=true").body.contains(
                #""attributeName":"speed","typeNames":["Bus","Vehicle"]"#))
        let one = try client.get("/attributes/speed", "Accept: application/ld+json")
        #expect(one.body.contains(#""attributeCount":2,"attributeTypes":["Property"],"typeNames":["Bus","Vehicle"]"#))
        #expect(one.body.contains(#""@context":"#))
    }

    @Test(.clause("5.2.40", "5.15.1")) func `the broker says who it is, for each tenant`() throws {
        let client = try client()
        let answer = try client.get("/info/sourceIdentity")
        #expect(answer.status == 200)
        #expect(
            answer.body.contains(
                #""type":"ContextSourceIdentity","contextSourceAlias":"parvis","contextSourceUptime":"PT"#))
        #expect(
            try client.get("/info/sourceIdentity", "NGSILD-Tenant: a").body.contains(
                #""contextSourceAlias":"parvis-a""#))
    }
}
