import NGSILDModel
import Testing

@testable import NGSILDHTTP

/// `/console/stream` on a real socket.
struct ChangeStreamTests {
    private func open(_ client: TestClient, _ query: String = "", _ headers: String = "") throws {
        try client.send("GET /console/stream\(query) HTTP/1.1\r\nHost: a\r\n\(headers)\r\n")
        let head = try client.text(through: "\r\n\r\n")
        #expect(head.contains("HTTP/1.1 200 OK"))
        #expect(head.contains("Content-Type: text/event-stream"))
        #expect(head.contains("Cache-Control: no-store"))
    }

    private func entity(_ id: String, _ type: String = "T", _ value: Int = 1) -> String {
        #"{"id":"urn:a:\#(id)","type":"\#(type)","v":{"type":"Property","value":\#(value)}}"#
    }

    @Test func `changes come as events, with what was changed only`() throws {
        let broker = try TestBroker()
        let stream = try broker.client()
        try open(stream)
        #expect(try stream.text(through: "\n\n") == "retry: 2000\nevent: hello\nid: 0\ndata: {}\n\n")
        let client = try broker.client()
        _ = try client.post(
            "/entities",
            #"{"id":"urn:a:1","type":"T","v":{"type":"Property","value":1},"w":{"type":"Property","value":2}}"#)
        let created = try stream.text(through: "\n\n")
        #expect(
            created.hasPrefix(
                "event: change\nid: 1\ndata: [{\"op\":\"create\",\"id\":\"urn:a:1\",\"entity\":{\"id\":\"urn:a:1\",\"type\":\"T\",\"createdAt\":\""
            ))
        _ = try client.request(
            "PATCH", "/ngsi-ld/v1/entities/urn:a:1/attrs", [], #"{"v":{"type":"Property","value":3}}"#)
        let updated = try stream.text(through: "\n\n")
        #expect(updated.contains("\"op\":\"update\""))
        #expect(updated.contains("\"v\":{\"type\":\"Property\",\"value\":3"))
        #expect(!updated.contains("\"w\""))
        _ = try client.request("DELETE", "/ngsi-ld/v1/entities/urn:a:1/attrs/w")
        #expect(try stream.text(through: "\n\n").contains("\"removed\":[\"w\"]"))
        _ = try client.request("DELETE", "/ngsi-ld/v1/entities/urn:a:1")
        #expect(
            try stream.text(through: "\n\n")
                == "event: change\nid: 4\ndata: [{\"op\":\"delete\",\"id\":\"urn:a:1\"}]\n\n")
    }

    @Test func `a stream shows the types it asks for, of its tenant`() throws {
        let broker = try TestBroker()
        let stream = try broker.client()
        try open(stream, "?types=Bus,Tram")
        _ = try stream.text(through: "\n\n")
        let client = try broker.client()
        _ = try client.post("/entities", entity("1", "Car"))
        _ = try client.post("/entities", entity("2", "Tram"), "NGSILD-Tenant: other")
        _ = try client.post("/entities", entity("3", "Tram"))
        let event = try stream.text(through: "\n\n")
        #expect(event.contains("urn:a:3"))
        #expect(!event.contains("urn:a:1"))
        #expect(!event.contains("urn:a:2"))
    }

    @Test func `a client that comes back gets what it missed`() throws {
        let broker = try TestBroker()
        let client = try broker.client()
        for index in 1...5 { _ = try client.post("/entities", entity("\(index)")) }
        let stream = try broker.client()
        try open(stream, "", "Last-Event-ID: 3\r\n")
        #expect(try stream.text(through: "\n\n").contains("event: hello"))
        let missed = try stream.text(through: "\n\n")
        #expect(missed.contains("id: 5\n"))
        #expect(missed.contains("urn:a:4"))
        #expect(missed.contains("urn:a:5"))
        #expect(!missed.contains("urn:a:3"))
    }

    @Test func `whoever loses the connection between two events of one burst misses nothing`() throws {
        let broker = try TestBroker()
        let client = try broker.client()
        // More changes than an event takes; the first entity changes again at the end.
        let count = ChangeStreamHub.changesPerEvent + 20
        let entities = (1...count).map { entity("\($0)") }.joined(separator: ",")
        #expect(try client.request("POST", "/ngsi-ld/v1/entityOperations/create", [], "[\(entities)]").status == 201)
        _ = try client.request(
            "PATCH", "/ngsi-ld/v1/entities/urn:a:1/attrs", [], #"{"v":{"type":"Property","value":3}}"#)
        var place = "0"
        var seen: [String] = []
        // Reads one event, goes away, comes back: as often as there is something to read.
        for round in 1...2 {
            let stream = try broker.client()
            try open(stream, "", "Last-Event-ID: \(place)\r\n")
            _ = try stream.text(through: "\n\n")
            let event = try stream.text(through: "\n\n")
            place = try #require(
                event.split(separator: "\n").first { $0.hasPrefix("id: ") }.map { String($0.dropFirst(4)) })
            seen.append(event)
            #expect(place == (round == 1 ? "\(ChangeStreamHub.changesPerEvent)" : "\(count + 1)"))
        }
        #expect(seen[0].contains("\"op\":\"create\",\"id\":\"urn:a:1\""))
        #expect(!seen[0].contains("urn:a:\(count)\""))
        #expect(seen[1].contains("urn:a:\(count)\""))
        #expect(seen[1].contains("\"op\":\"update\",\"id\":\"urn:a:1\""))
    }

    @Test func `a client that reads slowly misses nothing that is kept`() throws {
        let broker = try TestBroker()
        let stream = try broker.client()
        try open(stream)
        _ = try stream.text(through: "\n\n")
        let client = try broker.client()
        // Far more than the kernel takes while nobody reads.
        let long = String(repeating: "x", count: 64 << 10)
        let count = 300
        for index in 1...count {
            _ = try client.post(
                "/entities", #"{"id":"urn:a:\#(index)","type":"T","v":{"type":"Property","value":"\#(long)"}}"#)
        }
        #expect(try stream.numbers(after: "\"op\":\"create\",\"id\":\"urn:a:", count: count) == Array(1...count))
    }

    @Test(arguments: ["9999", "yesterday"]) func `a client that cannot be caught up is told to load again`(id: String)
        throws
    {
        let broker = try TestBroker()
        let stream = try broker.client()
        try open(stream, "", "Last-Event-ID: \(id)\r\n")
        _ = try stream.text(through: "\n\n")
        #expect(try stream.text(through: "\n\n").hasPrefix("event: reset\n"))
    }

    @Test func `streams beyond the limit are answered 503`() throws {
        let broker = try TestBroker { $0.streamLimit = 1 }
        let stream = try broker.client()
        try open(stream)
        #expect(try broker.client().request("GET", "/console/stream").status == 503)
        #expect(try broker.client().request("POST", "/console/stream", [], "{}").status == 405)
        #expect(try broker.client().request("GET", "/console/stream?colour=red").status == 400)
    }

    @Test func `shutdown ends streams`() throws {
        let broker = try TestBroker()
        let stream = try broker.client()
        try open(stream)
        _ = try stream.text(through: "\n\n")
        broker.server.shutdown()
        #expect(try stream.isClosed())
    }
}
