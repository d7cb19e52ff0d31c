import DatasetImport
import Foundation
import Logging
import NGSILDClient
import SQLiteStorage
import Testing

@testable import parvis

/// The parts wired together, over real sockets and files.
struct CityServerTests {
    private let directory = FileManager.default.temporaryDirectory
        .appendingPathComponent("parvis-\(UUID().uuidString)").path

    private func server(_ data: String) throws -> CityServer {
        var settings = Settings()
        settings.isOpen = true
        settings.port = 0
        settings.data = data
        return try CityServer(settings, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func client<R>(of server: CityServer, _ body: (NGSILDClient) async throws -> R) async throws -> R {
        var configuration = OutgoingHTTP.Configuration()
        configuration.allowsLoopback = true
        let http = OutgoingHTTP(configuration: configuration)
        let result: Result<R, any Error>
        do { result = .success(try await body(try NGSILDClient(server.localURL, http: http))) } catch {
            result = .failure(error)
        }
        await http.shutdown()
        return try result.get()
    }

    @Test func `hundreds of endpoints of one host may hang without keeping another of it waiting`() {
        #expect(CityServer.notifyingConfiguration(Settings()).connectionsPerHost >= 1_000)
    }

    @Test(arguments: ["/health", "/ready", "/metrics"])
    func `probes and figures take GET and HEAD only, as the OpenAPI document says`(path: String) async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let server = try server(directory)
        var configuration = OutgoingHTTP.Configuration()
        configuration.allowsLoopback = true
        let http = OutgoingHTTP(configuration: configuration)
        let status = try? await http.post(to: server.localURL + path, headers: [], body: [], timeout: nil)
        await http.shutdown()
        await server.stop()
        #expect(status == 405)
    }

    @Test func `what was acknowledged is found again after a restart, and a second process is refused`() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let first = try server(directory)
        try await client(of: first) { client in
            try await client.createEntity(
                Array(#"{"id":"urn:t:1","type":"T","n":{"type":"Property","value":1}}"#.utf8))
        }
        #expect {
            _ = try server(directory)
        } throws: {
            "\($0)".contains("in use") && "\($0)".contains(directory)
        }
        let copy = directory + "-copy.db"
        defer { try? FileManager.default.removeItem(atPath: copy) }
        try SQLiteStorage.backUp(directory: directory, to: copy) { _ in }
        await first.stop()

        let second = try server(directory)
        let body = try await client(of: second) { try await $0.retrieveEntity("urn:t:1") }
        await second.stop()
        #expect(
            String(decoding: body, as: UTF8.self)
                == #"{"id":"urn:t:1","type":"T","n":{"type":"Property","value":1}}"#)

        let restored = directory + "-restored"
        defer { try? FileManager.default.removeItem(atPath: restored) }
        try FileManager.default.createDirectory(atPath: restored, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: copy, toPath: restored + "/parvis.db")
        let third = try server(restored)
        let again = try await client(of: third) { try await $0.retrieveEntity("urn:t:1") }
        await third.stop()
        #expect(again == body)
    }

    @Test func `a context that cannot be had any more does not stop the start`() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let contexts = directory + "-contexts"
        defer { try? FileManager.default.removeItem(atPath: contexts) }
        try FileManager.default.createDirectory(atPath: contexts + "/c.invalid", withIntermediateDirectories: true)
        try #"{"@context":{"warmth":"https://c.invalid/warmth"}}"#.write(
            toFile: contexts + "/c.invalid/c.jsonld", atomically: true, encoding: .utf8)
        let body = Array(
            #"{"type":"Subscription","watchedAttributes":["warmth"],"notification":{"endpoint":{"uri":"http://127.0.0.1:9/"}},"@context":["https://c.invalid/c.jsonld",{"b":"https://c.invalid/b"}]}"#
                .utf8)
        var settings = Settings()
        settings.isOpen = true
        settings.port = 0
        settings.data = directory
        settings.contexts = contexts
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let first = try CityServer(settings, logger: logger)
        let id = try await client(of: first) { try await $0.createSubscription(body) }
        await first.stop()

        // Neither folder nor network has it now.
        try FileManager.default.removeItem(atPath: contexts)
        for _ in 0..<2 {
            let later = try server(directory)
            try await client(of: later) { client in
                _ = try await client.createSubscription(Array(body))
                #expect(!id.isEmpty)
            }
            await later.stop()
        }
    }

    @Test func `a table goes into a directory and comes out of it, history included`() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let table = directory + ".csv"
        defer { try? FileManager.default.removeItem(atPath: table) }
        try "station,time,pm10\na,2026-01-01T00:00:00Z,10\na,2026-01-01T01:00:00Z,12\n".write(
            toFile: table, atomically: true, encoding: .utf8)
        let mapping = try TabularMapping(
            yaml: """
                type: AirQualityObserved
                id: urn:ngsi-ld:AirQualityObserved:{station}
                mode: history
                time: { column: time }
                attributes:
                  pm10: { column: pm10, unit: GQ }
                """)
        let city = try StoredCity(directory: directory, tenant: "")
        let summary = try await TabularImport(files: [table], mapping: mapping).run { output in
            switch output {
            case .entities(let batch): #expect(try await city.upsert(batch).failures.isEmpty)
            case .history(let chunk): try await city.addHistory(chunk)
            }
        }
        await city.close()
        #expect(summary.description.contains("2"))

        let server = try server(directory)
        let entity = try await client(of: server) {
            try await $0.retrieveEntity("urn:ngsi-ld:AirQualityObserved:a", parameters: [("options", "keyValues")])
        }
        await server.stop()
        #expect(String(decoding: entity, as: UTF8.self).contains("\"pm10\":12"))
    }
}
