import LocalHTTP
import NIOHTTP1
import Synchronization
import Testing

@testable import NGSILDClient

struct BrokerClientTests {
    private final class Pauses: Sendable {
        private let taken = Mutex<[Duration]>([])
        var all: [Duration] { taken.withLock { $0 } }
        func add(_ pause: Duration) { taken.withLock { $0.append(pause) } }
    }

    private func client(
        _ server: LocalHTTPServer, _ http: OutgoingHTTP, pauses: Pauses = Pauses(),
        _ change: (inout NGSILDClient.Configuration) -> Void = { _ in }
    ) throws -> NGSILDClient {
        var configuration = NGSILDClient.Configuration()
        configuration.sleep = { pauses.add($0) }
        change(&configuration)
        return try NGSILDClient(server.url, http: http, configuration: configuration)
    }

    @Test func `an overloaded broker is asked again when it says`() async throws {
        let server = try await LocalHTTPServer.start { _, number in
            number < 2 ? .status(503, headers: number == 0 ? [("Retry-After", "3")] : []) : .status(204)
        }
        let http = OutgoingHTTPTests.local()
        let pauses = Pauses()
        try await client(server, http, pauses: pauses).deleteEntity("urn:ngsi-ld:A:1")
        #expect(pauses.all == [.seconds(3), .milliseconds(500)])
        #expect(server.requests.map(\.uri) == Array(repeating: "/ngsi-ld/v1/entities/urn:ngsi-ld:A:1", count: 3))
        await http.shutdown()
        await server.stop()
    }

    @Test func `a broker that stays overloaded is told of`() async throws {
        let server = try await LocalHTTPServer.start { _, _ in
            .status(503, body: Array(#"{"type":"about:blank","title":"Overloaded","detail":"busy"}"#.utf8))
        }
        let http = OutgoingHTTPTests.local()
        let client = try client(server, http) { $0.retries = 2 }
        await #expect(throws: NGSILDClientError.refused(status: 503, type: "about:blank", detail: "busy")) {
            try await client.deleteEntity("urn:ngsi-ld:A:1")
        }
        #expect(server.requests.count == 3)
        await http.shutdown()
        await server.stop()
    }

    @Test(arguments: [
        (BatchOperation.create, "create"), (.upsert(updating: true), "upsert?options=update"),
        (.upsert(updating: false), "upsert"), (.update(overwriting: false), "update?options=noOverwrite"),
        (.update(overwriting: true), "update"), (.merge, "merge"), (.delete, "delete"),
    ])
    func `a batch goes to its path`(operation: BatchOperation, path: String) async throws {
        let server = try await LocalHTTPServer.start { _, _ in .status(204) }
        let http = OutgoingHTTPTests.local()
        let summary = try await client(server, http) { $0.tenant = "north" }.batch(operation, Array("[]".utf8))
        #expect(summary.isComplete)
        let seen = try #require(server.requests.first)
        #expect(seen.uri == "/ngsi-ld/v1/entityOperations/" + path)
        #expect(seen.headers["NGSILD-Tenant"] == ["north"])
        #expect(seen.headers["Content-Type"] == ["application/json"])
        await http.shutdown()
        await server.stop()
    }

    @Test func `a batch that partly fails says which and why`() async throws {
        let answer = #"""
            {"success":["urn:a:1"],"errors":[{"entityId":"urn:a:2","error":{"type":"https://uri.etsi.org/ngsi-ld/errors/AlreadyExists","title":"Already exists","detail":"it is there","status":409}}]}
            """#
        let server = try await LocalHTTPServer.start { _, _ in .status(207, body: Array(answer.utf8)) }
        let http = OutgoingHTTPTests.local()
        let summary = try await client(server, http).batch(.create, Array(#"[{"@context":[]}]"#.utf8))
        #expect(summary.named == ["urn:a:1"])
        #expect(summary.failures == [.init(entityID: "urn:a:2", status: 409, reason: "it is there")])
        #expect(server.requests.first?.headers["Content-Type"] == ["application/ld+json"])
        await http.shutdown()
        await server.stop()
    }

    @Test func `a query is escaped, and its total is read`() async throws {
        let server = try await LocalHTTPServer.start { _, _ in
            .status(200, headers: [("NGSILD-Results-Count", "12")], body: Array("[]".utf8))
        }
        let http = OutgoingHTTPTests.local()
        let page = try await client(server, http) { $0.contextURL = "https://example.org/c.jsonld" }
            .queryEntities([("q", #"name=="Ä & B""#), ("count", "true")])
        #expect(page.total == 12)
        #expect(page.body == Array("[]".utf8))
        let seen = try #require(server.requests.first)
        #expect(seen.uri == "/ngsi-ld/v1/entities?q=name%3D%3D%22%C3%84%20%26%20B%22&count=true")
        #expect(
            seen.headers["Link"] == [
                #"<https://example.org/c.jsonld>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json""#
            ])
        await http.shutdown()
        await server.stop()
    }
}
