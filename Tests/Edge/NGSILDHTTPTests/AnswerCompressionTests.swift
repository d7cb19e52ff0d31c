import Testing

@testable import NGSILDHTTP

@Suite(.timeLimit(.minutes(10)))
struct AnswerCompressionTests {
    /// Tells what it was given instead of compressing it.
    private static func telling(_ configuration: inout HTTPServer.Configuration) {
        var compression = AnswerCompression { Array("gzip of \($0.count)".utf8) }
        compression.leastBytes = 100
        configuration.compression = compression
    }

    private func broker(_ configure: (inout HTTPServer.Configuration) -> Void = Self.telling) throws -> TestBroker {
        let broker = try TestBroker(configure)
        for (id, length) in [("long", 500), ("short", 1)] {
            let text = String(repeating: "x", count: length)
            let body = #"{"id":"urn:ngsi-ld:A:\#(id)","type":"A","n":{"type":"Property","value":"\#(text)"}}"#
            #expect(
                try broker.client().request(
                    "POST", "/ngsi-ld/v1/entities", ["Content-Type: application/json"], body
                ).status == 201)
        }
        return broker
    }

    private let long = "/ngsi-ld/v1/entities/urn:ngsi-ld:A:long"
    private let short = "/ngsi-ld/v1/entities/urn:ngsi-ld:A:short"

    @Test func `a long answer is compressed for a client that asks for it`() throws {
        let client = try broker().client()
        let plain = try client.request("GET", long)
        #expect(plain.header("Content-Encoding") == nil && plain.header("Vary") == "Accept-Encoding")
        #expect(plain.body.contains("xxx"))
        let packed = try client.request("GET", long, ["Accept-Encoding: br, gzip"])
        #expect(packed.header("Content-Encoding") == "gzip" && packed.header("Vary") == "Accept-Encoding")
        #expect(packed.body == "gzip of \(plain.body.utf8.count)")
        #expect(packed.header("Content-Type") == plain.header("Content-Type"))
        #expect(packed.header("Link") == plain.header("Link"))
    }

    @Test func `so is one that no entity makes`() throws {
        let client = try broker().client()
        let answer = try client.request("GET", "/openapi.json", ["Accept-Encoding: gzip"])
        #expect(answer.header("Content-Encoding") == "gzip" && answer.body.hasPrefix("gzip of "))
    }

    @Test func `a short answer goes out as it is`() throws {
        let answer = try broker().client().request("GET", short, ["Accept-Encoding: gzip"])
        #expect(answer.header("Content-Encoding") == nil && answer.header("Vary") == nil)
    }

    @Test func `answers keep the order of their requests`() throws {
        let client = try broker().client()
        let packed = "GET \(long) HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n"
        let plain = "GET \(short) HTTP/1.1\r\nHost: a\r\n\r\n"
        try client.send(packed + plain + packed)
        let answers = try (0..<3).map { _ in try client.answer() }
        #expect(answers.map { $0.header("Content-Encoding") } == ["gzip", nil, "gzip"])
    }

    @Test func `what HEAD is told has a length and no body`() throws {
        let client = try broker().client()
        try client.send("HEAD /openapi.json HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n")
        let answer = try client.answer(withoutBody: true)
        #expect(answer.status == 200 && answer.header("Content-Encoding") == nil)
        #expect(try client.request("GET", short).status == 200)
    }

    @Test func `beyond the memory for it, and where it does not shorten, answers go out as they are`() throws {
        let crowded = try broker {
            Self.telling(&$0)
            $0.compression?.memory = 10
        }
        #expect(try crowded.client().request("GET", long, ["Accept-Encoding: gzip"]).body.contains("xxx"))
        let vain = try broker {
            $0.compression = AnswerCompression { $0 + [0] }
            $0.compression?.leastBytes = 100
        }
        let answer = try vain.client().request("GET", long, ["Accept-Encoding: gzip"])
        #expect(answer.header("Content-Encoding") == nil && answer.body.contains("xxx"))
    }

    @Test(
        arguments: [
            (nil, false), ("", false), ("gzip", true), ("br, GZIP;q=0.5", true), ("x-gzip", true), ("gzip;q=0", false),
            ("gzip; q=0.000, *", false), ("*", true), ("*;q=0", false), ("deflate, br", false), ("gzip;q=x", true),
            ("gzipped", false),
        ] as [(String?, Bool)])
    func `what a client takes is told by its header`(field: String?, takes: Bool) throws {
        let wire = try WireHarness()
        let line = field.map { "Accept-Encoding: \($0)\r\n" } ?? ""
        wire.send("GET /kept HTTP/1.1\r\nHost: a\r\n\(line)\r\n")
        #expect(try #require(wire.handler.kept.first).acceptsGzip == takes)
    }

    @Test func `a strong tag becomes a weak one, and what is compressed already stays`() throws {
        let headers = HTTPConnection.compressed([(name: "ETag", value: "\"a\""), (name: "X", value: "1")])
        #expect(headers.map(\.value) == ["W/\"a\"", "1", "gzip"])
        #expect(HTTPConnection.compressed([(name: "ETag", value: "W/\"a\"")]).first?.value == "W/\"a\"")
        let wire = try WireHarness(Self.telling)
        wire.send("GET /kept HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n")
        let request = try #require(wire.handler.kept.first)
        let body = [UInt8](repeating: 0x61, count: 200)
        request.answer(
            HTTPAnswer(
                status: 200, contentType: "text/plain", headers: [("Content-Encoding", "gzip")], body: body))
        wire.loop.flushTouched()
        #expect(wire.answers() == [String(decoding: body, as: UTF8.self)])
    }

    @Test(arguments: [
        ("application/json", true), ("application/ld+json", true), ("text/csv; charset=utf-8", true),
        ("application/vnd.mapbox-vector-tile", true), ("application/atom+xml", true), ("image/png", false),
        ("application/octet-stream", false),
    ])
    func `text is compressed, and pictures are not`(type: String, may: Bool) {
        #expect(AnswerCompression.mayShorten(type) == may)
    }
}
