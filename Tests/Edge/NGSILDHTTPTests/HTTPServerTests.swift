import JSONTree
import Synchronization
import Testing

@testable import NGSILDHTTP

/// The server on a real socket.
struct HTTPServerTests {
    @Test func `paths outside NGSI-LD are answered by the application`() throws {
        let client = try TestBroker().client()
        #expect(try client.request("GET", "/health").body == "up")
        let missing = try client.request("GET", "/nothing")
        #expect(missing.status == 404)
        #expect(missing.errorType == "ResourceNotFound")
    }

    @Test func `a client that half-closes after its requests gets all answers`() throws {
        let client = try TestBroker().client()
        let body = #"{"id":"urn:a:1","type":"T"}"#
        try client.send(
            "POST /ngsi-ld/v1/entities HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)GET /ngsi-ld/v1/entities/urn:a:1 HTTP/1.1\r\nHost: a\r\n\r\n"
        )
        client.finishSending()
        #expect(try client.answer().status == 201)
        #expect(try client.answer().status == 200)
        #expect(try client.isClosed())
    }

    @Test(arguments: ["Connection: close", "Accept: application/json"])
    func `a long answer arrives whole before the connection closes`(header: String) throws {
        let client = try TestBroker().client()
        let text = String(repeating: "a", count: 3_900_000)
        for number in 0..<4 {
            let body = #"{"id":"urn:a:\#(number)","type":"T","n":{"type":"Property","value":"\#(text)"}}"#
            #expect(try client.post("/entities", body).status == 201)
        }
        try client.send("GET /ngsi-ld/v1/entities?type=T HTTP/1.1\r\nHost: a\r\n\(header)\r\n\r\n")
        if header != "Connection: close" { client.finishSending() }
        let answer = try client.answer()
        #expect(answer.status == 200 && answer.body.utf8.count > 4 * text.utf8.count)
        #expect(try client.isClosed())
    }

    @Test func `a client that sends too long a body gets to read why`() throws {
        let client = try TestBroker { $0.bodyLimit = 1_000 }.client()
        try client.send(
            "POST /ngsi-ld/v1/entities HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        for _ in 0..<20 { try? client.send("400\r\n" + String(repeating: "a", count: 1_024) + "\r\n") }
        let answer = try client.answer()
        #expect(answer.status == 413)
        #expect(answer.header("Connection") == "close")
    }

    @Test func `a body in chunks has no Content-Length, which NGSI-LD asks for`() throws {
        let client = try TestBroker().client()
        try client.send(
            "POST /ngsi-ld/v1/entities HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
        )
        let answer = try client.answer()
        #expect(answer.status == 411)
        #expect(answer.body == "")
    }

    @Test func `connections beyond the limit are answered 503`() throws {
        let broker = try TestBroker { $0.connectionLimit = 1 }
        let first = try broker.client()
        #expect(try first.request("GET", "/health").status == 200)
        let second = try broker.client()
        #expect(try second.answer().status == 503)
        #expect(try second.isClosed())
    }

    @Test func `shutdown finishes what is under way and closes the rest`() throws {
        let broker = try TestBroker()
        let client = try broker.client()
        #expect(try client.request("GET", "/health").status == 200)
        broker.server.shutdown()
        #expect(try client.isClosed())
    }

    @Test func `a reply that comes after the shutdown is dropped`() throws {
        let harness = try WireHarness()
        let count = Mutex(0)
        harness.loop.deliver([{ count.withLock { $0 += 1 } }])
        harness.advance(.seconds(1))
        #expect(count.withLock { $0 } == 1)
        harness.loop.end()
        harness.loop.deliver([{ count.withLock { $0 += 1 } }])
        harness.advance(.seconds(1))
        #expect(count.withLock { $0 } == 1)
    }

    @Test func `requests are counted by operation and status`() throws {
        let broker = try TestBroker()
        let client = try broker.client()
        _ = try client.get("/entities?type=T")
        _ = try client.get("/entities/urn:a:1")
        _ = try client.get("/entities/urn:a:2")
        var writer = ByteWriter()
        broker.metrics.append(to: &writer)
        let text = writer.string()
        #expect(text.contains("parvis_http_requests_total{operation=\"queryEntities\",status=\"2xx\"} 1\n"))
        #expect(text.contains("parvis_http_requests_total{operation=\"retrieveEntity\",status=\"4xx\"} 2\n"))
        #expect(text.contains("parvis_http_request_seconds_count 3\n"))
        #expect(text.contains("parvis_http_request_seconds_bucket{le=\"+Inf\"} 3\n"))
        #expect(text.contains("parvis_http_connections 1\n"))
    }
}
