import ClauseTrait
import Foundation
import InMemoryStorage
import JSONTree
import Testing

@testable import NGSILDHTTP

/// `/snapshots`, and operations on a snapshot.
@Suite(.timeLimit(.minutes(20)))
struct SnapshotBindingTests {
    private func city() throws -> TestClient {
        let client = try TestBroker().client()
        for number in 1...3 {
            let body = #"{"id":"urn:v:\#(number)","type":"Vehicle","speed":{"type":"Property","value":\#(number)}}"#
            #expect(try client.post("/entities", body).status == 201)
        }
        return client
    }

    /// Creates a snapshot and waits until it is ready.
    private func freeze(_ client: TestClient, _ more: String = "", _ headers: [String] = []) async throws -> String {
        let body =
            #"{"type":"Snapshot","snapshotQueries":[{"type":"Query","entities":[{"type":"Vehicle"}],"q":"speed>1"}]\#(more)}"#
        let made = try client.request("POST", "/ngsi-ld/v1/snapshots", headers, body)
        #expect(made.status == 201, "\(made.body)")
        let path = try #require(made.header("Location"))
        try await wait(client, path, headers)
        return path
    }

    /// Each round is a request; the snapshot is filled beside them, by the threads that tests run on.
    private func wait(_ client: TestClient, _ path: String, _ headers: [String] = []) async throws {
        while try client.request("GET", path, headers).body.contains("\"preparing\"") {
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    private func id(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? "" }

    @Test(.clause("5.2.41", "5.2.42", "5.5.15", "5.16.1", "5.16.3"))
    func `operations with the header work on the snapshot, and say so`() async throws {
        let client = try city()
        let path = try await freeze(client)
        #expect(path.hasPrefix("/ngsi-ld/v1/snapshots/urn:ngsi-ld:Snapshot:"))
        let header = "NGSILD-Snapshot: \(id(path))"
        let list = try client.get("/entities?type=Vehicle&options=keyValues", header)
        #expect(
            list.body
                == #"[{"id":"urn:v:2","type":"Vehicle","speed":2},{"id":"urn:v:3","type":"Vehicle","speed":3}]"#)
        #expect(list.header("NGSILD-Snapshot") == id(path))
        #expect(list.header("NGSILD-Tenant") == nil)
        let change = try client.request(
            "PATCH", "/ngsi-ld/v1/entities/urn:v:2", [header], #"{"speed":{"type":"Property","value":99}}"#)
        #expect(change.status == 204)
        #expect(change.header("NGSILD-Snapshot") == id(path))
        #expect(try client.get("/entities/urn:v:2?options=keyValues", header).body.contains("99"))
        #expect(try client.get("/entities/urn:v:2?options=keyValues").body.contains(#""speed":2"#))
        #expect(try client.get("/types", header).body.contains("Vehicle"))
        #expect(try client.get("/entities?type=Vehicle", header, "NGSILD-Tenant: t").status == 404)
        let status = try JSONDocument(parsing: client.request("GET", path).body)
        #expect(status.member(status.root, "snapshotStatus").map { status.text($0) } == #""success""#)
        #expect(
            status.member(status.root, "snapshotQueriesDetails").map { status.text($0) }
                == #"[{"resultStatus":"success"}]"#)
        #expect(
            status.member(status.root, "snapshotQueries").map { status.text($0) }
                == #"[{"type":"Query","entities":[{"type":"Vehicle"}],"q":"speed>1"}]"#)
        #expect(try client.request("DELETE", path).status == 204)
        #expect(try client.get("/entities?type=Vehicle", header).errorType == "ResourceNotFound")
        #expect(try client.request("GET", path).status == 404)
    }

    @Test func `a tenant's snapshot is named beside the tenant`() async throws {
        let client = try city()
        let tenant = "NGSILD-Tenant: t"
        #expect(
            try client.post(
                "/entities", #"{"id":"urn:v:7","type":"Vehicle","speed":{"type":"Property","value":7}}"#, tenant
            )
            .status == 201)
        let path = try await freeze(client, "", [tenant])
        #expect(try client.request("GET", path).status == 404)
        let answer = try client.get("/entities?type=Vehicle", tenant, "NGSILD-Snapshot: \(id(path))")
        #expect(answer.body.contains("urn:v:7"))
        #expect(answer.header("NGSILD-Tenant") == "t" && answer.header("NGSILD-Snapshot") == id(path))
    }

    @Test(.clause("5.16.2", "5.16.4", "5.16.7")) func `a snapshot is updated, cloned and purged`() async throws {
        let client = try city()
        let path = try await freeze(client, #","id":"urn:s:1","snapshotLifetime":"PT1H""#)
        #expect(path == "/ngsi-ld/v1/snapshots/urn:s:1")
        let updated = try client.request("PATCH", path, [], #"{"type":"Snapshot","snapshotPriority":2}"#)
        #expect(updated.status == 200)
        #expect(updated.body.contains(#""snapshotPriority":2"#) && updated.body.contains(#""snapshotLifetime":"PT1H""#))
        #expect(
            try client.request("POST", "/ngsi-ld/v1/snapshots/urn:s:0/clone", [], #"{"type":"Snapshot"}"#).status == 404
        )
        #expect(try client.request("POST", path + "/clone", [], #"{"type":"Snapshot","id":"urn:s:1"}"#).status == 409)
        let clone = try client.request("POST", path + "/clone", [], #"{"type":"Snapshot","id":"urn:s:2"}"#)
        #expect(clone.status == 201)
        try await wait(client, "/ngsi-ld/v1/snapshots/urn:s:2")
        #expect(try client.request("DELETE", "/ngsi-ld/v1/snapshots?q=snapshotPriority<5").status == 204)
        #expect(try client.request("GET", path).status == 404)
        #expect(try client.get("/entities?type=Vehicle", "NGSILD-Snapshot: urn:s:2").body.contains("urn:v:3"))
        #expect(
            try client.request("DELETE", "/ngsi-ld/v1/snapshots?q=snapshotPriority<5").errorType == "ResourceNotFound")
    }

    @Test(arguments: [
        ("POST", "", #"{"type":"Snapshot"}"#), ("POST", "", #"{"snapshotQueries":[]}"#), ("POST", "", "[]"),
        ("POST", "", #"{"type":"Snapshot","snapshotQueries":[]}"#),
        ("POST", "", #"{"type":"Snapshot","snapshotQueries":[{"type":"Query"}]}"#),
        ("POST", "", #"{"type":"Snapshot","snapshotQueries":[{"type":"Query","q":"("}]}"#),
        (
            "POST", "",
            #"{"type":"Snapshot","snapshotQueries":[{"type":"Query","q":"a","temporalQ":{"timerel":"after","timeAt":"2020-01-01T00:00:00Z"}}]}"#
        ),
        ("POST", "", #"{"type":"Snapshot","snapshotTemporalQueries":[{"type":"Query","q":"a"}]}"#),
        ("POST", "", #"{"type":"Snapshot","snapshotQueries":[{"type":"Query","q":"a"}],"snapshotPriority":11}"#),
        ("POST", "", #"{"type":"Snapshot","snapshotQueries":[{"type":"Query","q":"a"}],"snapshotLifetime":"1h"}"#),
        ("POST", "", #"{"type":"Snapshot","snapshotQueries":[{"type":"Query","q":"a"}],"endpoint":"ftp://a/"}"#),
        ("POST", "", #"{"type":"Snapshot","snapshotQueries":[{"type":"Query","q":"a"}],"id":"a"}"#),
        ("POST", "", #"{"type":"Snapshot","snapshotQueries":[{"type":"Query","q":"a"}],"colour":"red"}"#),
        (
            "POST", "",
            #"{"type":"Snapshot","snapshotQueries":[{"type":"Query","q":"a"}],"receiverInfo":[{"key":"Host","value":"b"}]}"#
        ),
        ("PATCH", "/urn:s:1", #"{"snapshotQueries":[]}"#), ("PATCH", "/urn:s:1", #"{"id":"urn:s:2"}"#),
        ("PATCH", "/urn:s:1", #"{"snapshotPriority":0}"#), ("PATCH", "/a", #"{"snapshotPriority":1}"#),
        ("POST", "/urn:s:1/clone", #"{"type":"Snapshot","snapshotQueries":[{"type":"Query","q":"a"}]}"#),
        ("DELETE", "", ""), ("DELETE", "?q=speed>5", ""), ("DELETE", "?q=(", ""),
    ])
    func `what is wrong is said`(method: String, path: String, body: String) async throws {
        let client = try city()
        _ = try await freeze(client, #","id":"urn:s:1""#)
        let answer = try client.request(method, "/ngsi-ld/v1/snapshots" + path, [], body.isEmpty ? nil : body)
        #expect(answer.status == 400, "\(answer.body)")
        #expect(answer.errorType == "BadRequestData", "\(answer.body)")
        #expect(try client.request("GET", "/ngsi-ld/v1/snapshots/urn:s:1").status == 200)
    }

    @Test func `a snapshot that is not there, or named twice, is refused`() throws {
        let client = try city()
        #expect(try client.get("/entities?type=Vehicle", "NGSILD-Snapshot: urn:s:0").errorType == "ResourceNotFound")
        // What is no part of a snapshot goes on.
        #expect(try client.get("/jsonldContexts", "NGSILD-Snapshot: urn:s:0").status == 200)
        #expect(
            try client.get("/entities?type=Vehicle", "NGSILD-Snapshot: urn:s:0", "NGSILD-Snapshot: urn:s:1").status
                == 400)
    }
}
