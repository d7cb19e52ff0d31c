import ClauseTrait
import Testing

@testable import NGSILDHTTP

/// Linked entity retrieval: `join`, `joinLevel`, `containedBy`.
///
/// CIM 009 clauses 4.5.23, 4.21, 5.7.1.5, 5.7.2.5.
struct LinkedEntityBindingTests {
    private static let entities = [
        #"{"id":"urn:x:house","type":"House","name":"H","in":{"type":"Relationship","object":"urn:x:town","observedAt":"2026-01-01T00:00:00Z"},"near":{"type":"Relationship","object":["urn:x:gone","urn:x:park"]},"homeOf":{"type":"ListRelationship","objectList":[{"object":"urn:x:ann"},{"object":"urn:x:gone"},{"object":"urn:x:bob"}]}}"#,
        #"{"id":"urn:x:town","type":"Town","name":"T","in":{"type":"Relationship","object":"urn:x:land"},"mayor":{"type":"Relationship","object":"urn:x:ann"}}"#,
        #"{"id":"urn:x:land","type":"Land","name":"L","capital":{"type":"Relationship","object":"urn:x:town"}}"#,
        #"{"id":"urn:x:park","type":"Park","name":"P"}"#,
        #"{"id":"urn:x:ann","type":"Office","name":"A","home":{"type":"Relationship","object":"urn:x:house"}}"#,
        #"{"id":"urn:x:bob","type":"Office","name":"B"}"#,
    ]

    private func filled() throws -> (TestBroker, TestClient) {
        let broker = try TestBroker()
        let client = try broker.client()
        for entity in Self.entities { #expect(try client.post("/entities", entity).status == 201) }
        return (broker, client)
    }

    private func expect(_ path: String, _ expected: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let (broker, client) = try filled()
        let answer = try client.get(path)
        #expect(answer.status == 200, "\(answer.body)", sourceLocation: sourceLocation)
        #expect(canonical(answer.body) == canonical(expected), "\(answer.body)", sourceLocation: sourceLocation)
        _ = broker
    }

    @Test(.clause("4.5.23")) func `inline, an entity stands in the relationship that links to it`() throws {
        try expect(
            "/entities/urn:x:house?join=inline&omit=name",
            #"{"id":"urn:x:house","type":"House","in":{"type":"Relationship","object":"urn:x:town","observedAt":"2026-01-01T00:00:00Z","entity":{"id":"urn:x:town","type":"Town","name":{"type":"Property","value":"T"},"in":{"type":"Relationship","object":"urn:x:land"},"mayor":{"type":"Relationship","object":"urn:x:ann"}}},"near":{"type":"Relationship","object":["urn:x:gone","urn:x:park"],"entity":[{"id":"urn:x:park","type":"Park","name":{"type":"Property","value":"P"}}]},"homeOf":{"type":"ListRelationship","objectList":[{"object":"urn:x:ann"},{"object":"urn:x:gone"},{"object":"urn:x:bob"}],"entityList":[{"id":"urn:x:ann","type":"Office","name":{"type":"Property","value":"A"},"home":{"type":"Relationship","object":"urn:x:house"}},{"id":"urn:x:bob","type":"Office","name":{"type":"Property","value":"B"}}]}}"#
        )
    }

    @Test(.clause("4.5.23")) func `simplified, it stands for the URI`() throws {
        try expect(
            "/entities/urn:x:house?join=inline&options=keyValues&omit=name,in",
            #"{"id":"urn:x:house","type":"House","near":["urn:x:gone",{"id":"urn:x:park","type":"Park","name":"P"}],"homeOf":[{"id":"urn:x:ann","type":"Office","name":"A","home":"urn:x:house"},"urn:x:gone",{"id":"urn:x:bob","type":"Office","name":"B"}]}"#
        )
    }

    @Test(.clause("4.5.23")) func `levels go on until a circle closes`() throws {
        try expect(
            "/entities/urn:x:town?join=inline&joinLevel=9&format=simplified&omit=mayor",
            #"{"id":"urn:x:town","type":"Town","name":"T","in":{"id":"urn:x:land","type":"Land","name":"L","capital":"urn:x:town"}}"#
        )
        try expect(
            "/entities/urn:x:land?join=inline&joinLevel=9&format=simplified&pick=id,capital%7Bid,mayor%7D",
            #"{"id":"urn:x:land","capital":{"id":"urn:x:town","mayor":{"id":"urn:x:ann","type":"Office","name":"A","home":{"id":"urn:x:house","type":"House","name":"H","in":"urn:x:town","near":["urn:x:gone",{"id":"urn:x:park","type":"Park","name":"P"}],"homeOf":["urn:x:ann","urn:x:gone",{"id":"urn:x:bob","type":"Office","name":"B"}]}}}}"#
        )
    }

    @Test(.clause("4.5.23")) func `what the client has met is not sent again`() throws {
        try expect(
            "/entities/urn:x:house?join=inline&format=simplified&pick=in,near&containedBy=urn:x:town",
            #"{"in":"urn:x:town","near":["urn:x:gone",{"id":"urn:x:park","type":"Park","name":"P"}]}"#)
        try expect(
            "/entities/urn:x:town?join=flat&format=simplified&pick=id&containedBy=urn:x:land",
            #"[{"id":"urn:x:town"}]"#)
    }

    @Test(.clause("4.5.23")) func `flat, each comes once behind the linking ones, the near before the far`() throws {
        try expect(
            "/entities?type=House,Town&join=flat&joinLevel=2&format=simplified&omit=homeOf,near,name",
            #"[{"id":"urn:x:house","type":"House","in":"urn:x:town"},{"id":"urn:x:town","type":"Town","in":"urn:x:land","mayor":"urn:x:ann"},{"id":"urn:x:land","type":"Land","name":"L","capital":"urn:x:town"},{"id":"urn:x:ann","type":"Office","name":"A","home":"urn:x:house"}]"#
        )
        try expect(
            "/entities/urn:x:bob?join=flat&format=simplified", #"[{"id":"urn:x:bob","type":"Office","name":"B"}]"#)
        try expect("/entities?type=None&join=flat", "[]")
    }

    @Test(.clause("4.21")) func `pick and omit reach into linked entities`() throws {
        try expect(
            "/entities/urn:x:house?join=inline&joinLevel=2&pick=id,in%7Bname,in%7Bid%7D%7D&format=simplified",
            #"{"id":"urn:x:house","in":{"name":"T","in":{"id":"urn:x:land"}}}"#)
        try expect(
            "/entities/urn:x:house?join=flat&joinLevel=2&pick=id,in%7Bname,in%7Bid%7D%7D&format=simplified",
            #"[{"id":"urn:x:house","in":"urn:x:town"},{"name":"T","in":"urn:x:land"},{"id":"urn:x:land"}]"#)
        try expect(
            "/entities/urn:x:house?join=inline&omit=near,homeOf,in%7Bname%7Ctype%7D&format=simplified",
            #"{"id":"urn:x:house","type":"House","name":"H","in":{"id":"urn:x:town","in":"urn:x:land","mayor":"urn:x:ann"}}"#
        )
    }

    @Test func `a posted query joins too, and GeoJSON holds the linked entities`() throws {
        let (broker, client) = try filled()
        let posted = try client.post(
            "/entityOperations/query?options=keyValues",
            #"{"type":"Query","entities":[{"type":"House"}],"join":"inline","joinLevel":1,"pick":["id","in{id,name}"]}"#
        )
        #expect(canonical(posted.body) == #"[{"id":"urn:x:house","in":{"id":"urn:x:town","name":"T"}}]"#)
        let feature = try client.get(
            "/entities/urn:x:house?join=inline&pick=id,in%7Bid%7D&options=keyValues", "Accept: application/geo+json",
            "Prefer: body=json")
        #expect(
            canonical(feature.body)
                == canonical(
                    #"{"id":"urn:x:house","type":"Feature","geometry":null,"properties":{"in":{"id":"urn:x:town"}}}"#))
        let collection = try client.get(
            "/entities/urn:x:town?join=flat&pick=id,in%7Bid%7D&options=keyValues", "Accept: application/geo+json",
            "Prefer: body=json")
        #expect(
            canonical(collection.body)
                == canonical(
                    #"{"type":"FeatureCollection","features":[{"id":"urn:x:town","type":"Feature","geometry":null,"properties":{"in":"urn:x:land"}},{"id":"urn:x:land","type":"Feature","geometry":null,"properties":{}}]}"#
                ))
        let linkedData = try client.get(
            "/entities/urn:x:house?join=flat&pick=in%7Bid%7D", "Accept: application/ld+json")
        #expect(linkedData.body.components(of: "@context") == 2)
        _ = broker
    }

    @Test func `a query may ask for values of linked entities`() throws {
        let (broker, client) = try filled()
        let found = try client.get(
            "/entities?type=House&join=inline&joinLevel=2&q=in%7Bin%7BLand:name%7D%7D==%22L%22&pick=id&count=true")
        #expect(found.body == #"[{"id":"urn:x:house"}]"#)
        #expect(found.header("NGSILD-Results-Count") == "1")
        let none = try client.get("/entities?type=House&join=flat&q=in%7Bname%7D==%22X%22&pick=id")
        #expect(none.body == "[]")
        _ = broker
    }

    @Test func `a graph that explodes is refused, not written`() throws {
        let broker = try TestBroker()
        let client = try broker.client()
        // Each of 30 entities links to all others: 30^10 paths of ten levels.
        let objects = (0..<30).map { "\"urn:x:\($0)\"" }.joined(separator: ",")
        for number in 0..<30 {
            _ = try client.post(
                "/entities",
                #"{"id":"urn:x:\#(number)","type":"Node","r":{"type":"Relationship","object":[\#(objects)]}}"#)
        }
        let inline = try client.get("/entities/urn:x:1?join=inline&joinLevel=10")
        #expect(inline.status == 403)
        #expect(inline.errorType == "TooManyResults")
        #expect(inline.detail.contains("joinLevel"))
        let flat = try client.get("/entities/urn:x:1?join=flat&joinLevel=10&pick=r%7Bid%7D")
        #expect(flat.status == 200)
        #expect(flat.body.components(of: "\"id\"") == 29)
    }
}

extension String {
    fileprivate func components(of part: String) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
