import NGSILDModel
import NIOCore
import Synchronization
import Testing

@testable import NGSILDHTTP

struct PublicResourceTests {
    /// Answers with what it was asked.
    private final class Asked: Sendable {
        let requests = Mutex<[PublicPages.Request]>([])
        let changes = Mutex<[PublicPages.Administration]>([])

        func pages(perMinute: Int = 0) -> PublicPages {
            PublicPages(requestsPerMinute: perMinute) { [self] request, reply in
                requests.withLock { $0.append(request) }
                if request.path == ["busy"] { return reply(.failure(.overloaded("Too much"))) }
                if request.path == ["none"] { return reply(.failure(.resourceNotFound("Nothing"))) }
                reply(.success(HTTPAnswer(status: 200, contentType: "text/plain", body: Array("seen".utf8))))
            } administer: { [self] change, reply in
                changes.withLock { $0.append(change) }
                if case .put(_, let body) = change, body.isEmpty {
                    return reply(.failure(.badRequestData("A publication needs a title")))
                }
                if case .delete = change { return reply(.success((204, []))) }
                reply(.success((200, Array("[]".utf8))))
            }
        }
    }

    @Test func `a request is handed over in its parts`() throws {
        let asked = Asked()
        let client = try TestBroker(publicPages: asked.pages()).client()
        let answer = try client.request(
            "GET", "/public/layers/a%20b.csv?limit=3&x=a%2Bb+c", ["Accept-Language: fr", "If-None-Match: \"1\""])
        #expect(answer.status == 200)
        let request = try #require(asked.requests.withLock { $0.first })
        #expect(request.path == ["layers", "a b.csv"])
        #expect(request.parameters.map(\.name) == ["limit", "x"])
        #expect(request.parameters.map(\.value) == ["3", "a+b c"])
        #expect(request.acceptLanguage == "fr")
        #expect(request.ifNoneMatch == "\"1\"")
        #expect(request.root.hasPrefix("http://") && request.root.hasSuffix("/public/"))
    }

    @Test(arguments: ["/public/", "/public/none", "/public/busy", "/public"])
    func `every answer may be read from any page, and is not sniffed`(path: String) throws {
        let answer = try TestBroker(publicPages: Asked().pages()).client().request("GET", path)
        #expect(answer.header("Access-Control-Allow-Origin") == "*")
        #expect(answer.header("X-Content-Type-Options") == "nosniff")
        #expect(answer.header("Content-Security-Policy") != nil)
    }

    @Test func `too much at once is told with when to come back`() throws {
        let answer = try TestBroker(publicPages: Asked().pages()).client().request("GET", "/public/busy")
        #expect(answer.status == 503)
        #expect(answer.header("Retry-After") == "1")
    }

    @Test func `one address gets so much and no more`() throws {
        let client = try TestBroker(publicPages: Asked().pages(perMinute: 1)).client()
        for _ in 0..<60 { #expect(try client.request("GET", "/public/").status == 200) }
        let refused = try client.request("GET", "/public/")
        #expect(refused.status == 429)
        #expect(Int(refused.header("Retry-After") ?? "") ?? 0 > 0)
        // A proxy on the same machine tells for whom it asks.
        #expect(try client.request("GET", "/public/", ["X-Forwarded-For: 203.0.113.9"]).status == 200)
    }

    @Test(arguments: ["POST", "PUT", "PATCH", "DELETE"])
    func `nothing can be changed there`(method: String) throws {
        let asked = Asked()
        let answer = try TestBroker(publicPages: asked.pages()).client().request(method, "/public/layers", [], "{}")
        #expect(answer.status == 405)
        #expect(answer.header("Allow") == "GET, HEAD, OPTIONS")
        #expect(asked.requests.withLock { $0.isEmpty })
    }

    @Test func `where it is off there is nothing`() throws {
        let client = try TestBroker().client()
        #expect(try client.request("GET", "/public/").status == 404)
        let answer = try client.request("GET", "/admin/publications")
        #expect(answer.status == 404)
        #expect(answer.detail.contains("--no-public"))
    }

    @Test func `publications are listed, put, looked at and taken back`() throws {
        let asked = Asked()
        let client = try TestBroker(publicPages: asked.pages()).client()
        #expect(try client.request("GET", "/admin/publications").status == 200)
        #expect(try client.request("GET", "/admin/publications/a").status == 200)
        #expect(try client.request("PUT", "/admin/publications/a%2Fb", [], "{}").status == 200)
        #expect(try client.request("POST", "/admin/publications/preview", [], "{}").status == 200)
        #expect(try client.request("DELETE", "/admin/publications/a").status == 204)
        #expect(try client.request("POST", "/admin/publications", [], "{}").status == 405)
        let changes = asked.changes.withLock { $0 }
        #expect(
            changes == [
                .list, .show("a"), .put("a/b", Array("{}".utf8)), .preview(Array("{}".utf8)), .delete("a"),
            ])
    }

    @Test func `a bucket fills with time`() {
        let limits = AddressLimits(perMinute: 60)
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
        for _ in 0..<60 { #expect(limits.take("a", now: start) == nil) }
        #expect(limits.take("a", now: start) == 1)
        #expect(limits.take("b", now: start) == nil)
        #expect(limits.take("a", now: start + .seconds(2)) == nil)
    }

    @Test(
        arguments: [
            ("127.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9"), ("127.0.0.1", nil, "127.0.0.1"),
            ("127.0.0.1", "nonsense", "127.0.0.1"), ("198.51.100.1", "203.0.113.9", "198.51.100.1"),
            ("2001:db8:1:2:3:4:5:6", nil, "20:1:d:b8:0:1:0:2"), ("::ffff:203.0.113.9", nil, "203.0.113.9"),
        ] as [(String, String?, String)])
    func `whom a request is from`(remote: String, forwarded: String?, address: String) throws {
        let remote = try SocketAddress(ipAddress: remote, port: 1)
        #expect(AddressLimits.address(remote, forwardedFor: forwarded) == address)
    }
}
