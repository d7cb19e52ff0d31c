import Foundation
import JSONTree
import Logging
import NGSILDClient
import Testing

@testable import parvis

/// What the audit log gets from requests, over real sockets and files.
@Suite(.timeLimit(.minutes(20)))
struct RequestAuditTests {
    private let directory = FileManager.default.temporaryDirectory
        .appendingPathComponent("parvis-\(UUID().uuidString)").path
    private let password = "correct horse battery"

    private func server(_ change: (inout Settings) -> Void = { _ in }) throws -> CityServer {
        var settings = Settings()
        settings.port = 0
        settings.data = directory
        change(&settings)
        return try CityServer(settings, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Runs a test on a server, which is stopped however the test ends.
    private func run(
        _ server: CityServer, _ body: (_ ask: Ask) async throws -> Void
    ) async throws {
        var configuration = OutgoingHTTP.Configuration()
        configuration.allowsLoopback = true
        // All suites share few threads on a small machine, so an answer may take long.
        configuration.connectTimeout = .seconds(60)
        configuration.readTimeout = .seconds(300)
        configuration.timeout = .seconds(300)
        let http = OutgoingHTTP(configuration: configuration)
        let result: Result<Void, any Error>
        do {
            let key = try await server.access.createKey(name: "root", roles: ["administrator"]).secret
            try await body(Ask(http: http, url: server.localURL, key: key))
            result = .success(())
        } catch { result = .failure(error) }
        await http.shutdown()
        await server.stop()
        try result.get()
    }

    /// Sends requests.
    private struct Ask {
        let http: OutgoingHTTP
        let url: String
        let key: String

        func callAsFunction(
            _ method: String, _ path: String, _ json: String? = nil, _ headers: [(name: String, value: String)] = []
        ) async throws -> OutgoingResponse {
            let type = json.map { _ in [(name: "Content-Type", value: "application/json")] } ?? []
            return try await http.request(
                method, url + path, headers: headers + type, body: json.map { Array($0.utf8) })
        }

        var credential: [(name: String, value: String)] { [(name: "Authorization", value: "Bearer \(key)")] }

        /// Kind, caller and status of the records that a query of the log selects, the oldest first.
        func records(_ query: String) async throws -> [[String]] {
            let answer = try await self("GET", "/admin/audit?\(query)", nil, credential)
            let document = try JSONDocument(parsing: answer.body)
            let records = try #require(document.member(document.root, named: "records"))
            return document.elements(records).reversed().map { record in
                ["kind", "caller", "status"].map { name in
                    document.member(record, named: name).map { document.string($0) ?? document.text($0) } ?? ""
                }
            }
        }
    }

    @Test func `signing in, failing to, and signing out are recorded as such`() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let server = try server()
        try await server.access.addPerson("anna", roles: ["reader"], password: password)
        try await run(server) { ask in
            #expect(try await ask("POST", "/session", #"{"name":"anna","password":"wrong guess"}"#).status == 401)
            let answer = try await ask("POST", "/session", #"{"name":"anna","password":"\#(password)"}"#)
            #expect(answer.status == 200)
            let cookie = String(try #require(answer.header("set-cookie")).prefix { $0 != ";" })
            let browser: [(name: String, value: String)] = [
                ("Cookie", cookie), ("Origin", ask.url), ("Parvis-Request", "test"),
            ]
            #expect(try await ask("GET", "/session", nil, browser).status == 200)
            #expect(try await ask("DELETE", "/session", nil, browser).status == 204)
            #expect(
                try await ask.records("kind=sign-in") == [
                    ["sign-in", "anonymous", "401"], ["sign-in", "anonymous", "200"],
                ])
            #expect(try await ask.records("kind=sign-out") == [["sign-out", "person:anna", "204"]])
            #expect(try await ask.records("kind=refused") == [])
            let log = try FileManager.default.contentsOfDirectory(atPath: directory + "/audit")
                .compactMap { FileManager.default.contents(atPath: directory + "/audit/" + $0) }
                .map { String(decoding: $0, as: UTF8.self) }.joined()
            for secret in [password, "wrong guess", String(cookie.split(separator: "=")[1])] {
                #expect(!log.contains(secret))
            }
        }
    }

    @Test func `a creation that fails is recorded with the id that it was about`() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await run(try server()) { ask in
            let entity = #"{"id":"urn:t:1","type":"T"}"#
            for status in [201, 409] {
                #expect(try await ask("POST", "/ngsi-ld/v1/entities", entity, ask.credential).status == status)
            }
            let records = try await ask.records("id=urn:t:1")
            #expect(records.map { $0[2] } == ["201", "409"])
        }
    }

    /// The first file of the log cannot be made, for a folder has its name.
    private func blockLog() throws -> String {
        let place = directory + "/audit/audit-000000000001.ndjson"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        return place
    }

    @Test func `a strict log that cannot be written stops every change, and no reading or signing in`() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let place = try blockLog()
        let server = try server { $0.isAuditStrict = true }
        try await server.access.addPerson("anna", roles: ["reader"], password: password)
        try await run(server) { ask in
            let entity = #"{"id":"urn:t:1","type":"T"}"#
            let changes: [(String, String, String?)] = [
                ("POST", "/ngsi-ld/v1/entities", entity), ("DELETE", "/ngsi-ld/v1/entities/urn:t:2", nil),
                ("POST", "/admin/access/keys", #"{"name":"x","roles":["reader"]}"#),
                ("DELETE", "/admin/tenants/x", nil), ("PUT", "/session/password", "{}"),
            ]
            for (method, path, body) in changes {
                let answer = try await ask(method, path, body, ask.credential)
                #expect(answer.status == 503, "\(method) \(path)")
                #expect(String(decoding: answer.body, as: UTF8.self).contains("--audit-strict"))
            }
            #expect(try await ask("GET", "/ngsi-ld/v1/types", nil, ask.credential).status == 200)
            let query = #"{"type":"Query","entities":[{"type":"T"}]}"#
            #expect(
                try await ask("POST", "/ngsi-ld/v1/entityOperations/query", query, ask.credential).status == 200)
            #expect(
                try await ask("POST", "/session", #"{"name":"anna","password":"\#(password)"}"#).status == 200)

            try FileManager.default.removeItem(atPath: place)
            // Looking into the log writes what waits, what was refused meanwhile too.
            #expect(try await ask.records("kind=write").map { $0[2] } == ["503", "503"])
            #expect(try await ask("POST", "/ngsi-ld/v1/entities", entity, ask.credential).status == 201)
        }
    }

    @Test func `a log that cannot be written stops nothing where it is not strict`() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let place = try blockLog()
        try await run(try server()) { ask in
            let entity = #"{"id":"urn:t:1","type":"T"}"#
            #expect(try await ask("POST", "/ngsi-ld/v1/entities", entity, ask.credential).status == 201)
            try FileManager.default.removeItem(atPath: place)
            #expect(try await ask.records("kind=write").map { $0[2] } == ["201"])
        }
    }
}
