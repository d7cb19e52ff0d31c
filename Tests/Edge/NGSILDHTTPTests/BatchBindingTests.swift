import ClauseTrait
import Testing

@testable import NGSILDHTTP

/// `/entityOperations` with a whole broker.
struct BatchBindingTests {
    private func entity(_ id: String, _ value: Int = 1) -> String {
        #"{"id":"urn:a:\#(id)","type":"T","v":{"type":"Property","value":\#(value)}}"#
    }

    @Test(.clause("5.6.7")) func `a batch of new entities answers their ids`() throws {
        let client = try TestBroker().client()
        let answer = try client.post("/entityOperations/create", "[\(entity("1")),\(entity("2"))]")
        #expect(answer.status == 201)
        #expect(answer.header("Content-Type") == "application/json")
        #expect(answer.body == #"["urn:a:1","urn:a:2"]"#)
    }

    @Test(.clause("5.2.16", "5.2.17")) func `one bad member is named and the rest goes on`() throws {
        let client = try TestBroker().client()
        _ = try client.post("/entities", entity("2"))
        let answer = try client.post(
            "/entityOperations/create",
            #"[\#(entity("1")),\#(entity("2")),{"id":"no uri","type":"T"},{"id":"urn:a:4"}]"#)
        #expect(answer.status == 207)
        #expect(answer.body.hasPrefix(#"{"success":["urn:a:1"],"errors":["#))
        #expect(
            answer.body.contains(
                #"{"entityId":"urn:a:2","error":{"type":"https://uri.etsi.org/ngsi-ld/errors/AlreadyExists""#))
        #expect(
            answer.body.contains(
                #"{"entityId":"no uri","error":{"type":"https://uri.etsi.org/ngsi-ld/errors/BadRequestData""#))
        #expect(answer.body.contains(#""entityId":"urn:a:4""#))
        #expect(answer.body.contains(#""status":409"#))
        #expect(
            canonical(try client.get("/entities?type=T&options=keyValues").body)
                == canonical(#"[{"id":"urn:a:2","type":"T","v":1},{"id":"urn:a:1","type":"T","v":1}]"#))
    }

    @Test(.clause("5.6.8")) func `upsert answers what it created, and replaces or updates the rest`() throws {
        let client = try TestBroker().client()
        #expect(try client.post("/entityOperations/upsert", "[\(entity("1"))]").body == #"["urn:a:1"]"#)
        let mixed = try client.post("/entityOperations/upsert", "[\(entity("1", 2)),\(entity("2"))]")
        #expect(mixed.status == 201)
        #expect(mixed.body == #"["urn:a:2"]"#)
        let update = try client.post(
            "/entityOperations/upsert?options=update",
            #"[{"id":"urn:a:1","type":"T","w":{"type":"Property","value":3}}]"#)
        #expect(update.status == 204)
        #expect(
            canonical(try client.get("/entities/urn:a:1?options=keyValues").body)
                == #"{"id":"urn:a:1","type":"T","v":2,"w":3}"#)
        let replace = try client.post("/entityOperations/upsert?options=replace", "[\(entity("1", 9))]")
        #expect(replace.status == 204)
        #expect(
            canonical(try client.get("/entities/urn:a:1?options=keyValues").body)
                == #"{"id":"urn:a:1","type":"T","v":9}"#)
    }

    @Test(.clause("5.6.9", "5.6.10", "5.6.20"))
    func `update, merge and delete answer 204 when all went well, and 207 otherwise`() throws {
        let client = try TestBroker().client()
        _ = try client.post("/entities", entity("1"))
        #expect(try client.post("/entityOperations/update", "[\(entity("1", 2))]").status == 204)
        #expect(try client.post("/entityOperations/update?options=noOverwrite", "[\(entity("1", 3))]").status == 207)
        #expect(try client.post("/entityOperations/merge", #"[{"id":"urn:a:1","v":{"value":4}}]"#).status == 204)
        #expect(
            canonical(try client.get("/entities/urn:a:1?options=keyValues").body)
                == #"{"id":"urn:a:1","type":"T","v":4}"#)
        let missing = try client.post("/entityOperations/update", "[\(entity("1", 5)),\(entity("2"))]")
        #expect(missing.status == 207)
        #expect(missing.body.hasPrefix(#"{"success":["urn:a:1"],"errors":[{"entityId":"urn:a:2""#))
        let deleted = try client.post("/entityOperations/delete", #"["urn:a:1","urn:a:2"]"#)
        #expect(deleted.status == 207)
        #expect(deleted.body.hasPrefix(#"{"success":["urn:a:1"]"#))
        _ = try client.post("/entities", entity("1"))
        #expect(try client.post("/entityOperations/delete", #"["urn:a:1"]"#).status == 204)
    }

    @Test func `members in JSON-LD bring their own contexts, and one that cannot be had rejects its member only`()
        throws
    {
        let broker = try TestBroker()
        let client = try broker.client()
        let answer = try client.request(
            "POST", "/ngsi-ld/v1/entityOperations/create", ["Content-Type: application/ld+json"],
            #"""
            [{"id":"urn:a:1","type":"Vehicle","@context":"http://example.org/vehicle.jsonld"},
             {"id":"urn:a:2","type":"Vehicle","@context":"http://example.org/missing.jsonld"},
             {"id":"urn:a:3","type":"Vehicle","@context":{"Vehicle":"http://other.example/Car"}},
             {"id":"urn:a:4","type":"Vehicle"},
             {"id":"urn:a:5","type":"Vehicle","@context":"http://example.org/vehicle.jsonld"}]
            """#)
        #expect(answer.status == 207, "\(answer.body)")
        #expect(answer.body.hasPrefix(#"{"success":["urn:a:1","urn:a:3","urn:a:5"]"#))
        #expect(
            answer.body.contains(
                #"{"entityId":"urn:a:2","error":{"type":"https://uri.etsi.org/ngsi-ld/errors/LdContextNotAvailable""#))
        #expect(
            answer.body.contains(
                #"{"entityId":"urn:a:4","error":{"type":"https://uri.etsi.org/ngsi-ld/errors/BadRequestData""#))
        #expect(try client.get("/entities/urn:a:1").body.contains("http://example.org/Vehicle"))
        #expect(try client.get("/entities/urn:a:3").body.contains("http://other.example/Car"))
    }

    @Test func `a member with a context in a plain batch is rejected alone`() throws {
        let client = try TestBroker().client()
        let answer = try client.post(
            "/entityOperations/create",
            #"[\#(entity("1")),{"id":"urn:a:2","type":"T","@context":"http://example.org/vehicle.jsonld"}]"#)
        #expect(answer.status == 207)
        #expect(answer.body.hasPrefix(#"{"success":["urn:a:1"]"#))
    }

    @Test func `writes pipelined on one connection all happen, in order`() throws {
        let client = try TestBroker().client()
        _ = try client.post("/entities", entity("1", 0))
        var text = ""
        for value in 1...200 {
            let body = #"{"v":{"type":"Property","value":\#(value)}}"#
            text +=
                "PATCH /ngsi-ld/v1/entities/urn:a:1/attrs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            text += "GET /ngsi-ld/v1/entities/urn:a:1?options=keyValues HTTP/1.1\r\nHost: a\r\n\r\n"
        }
        try client.send(text)
        for value in 1...200 {
            #expect(try client.answer().status == 204)
            #expect(canonical(try client.answer().body) == #"{"id":"urn:a:1","type":"T","v":\#(value)}"#)
        }
    }
}
