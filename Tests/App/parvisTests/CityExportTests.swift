import Foundation
import JSONTree
import Logging
import NGSILDClient
import Testing

@testable import parvis

/// Exports of a running city and of its data directory, and what an import makes of them.
struct CityExportTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("parvis-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// A server that answers with 7 instances at most, so that histories come in parts.
    private func server(_ name: String) throws -> CityServer {
        var settings = Settings()
        settings.isOpen = true
        settings.port = 0
        settings.data = path(name)
        settings.temporalInstances = 7
        return try CityServer(settings, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// A city with numbers, a unit, datasetIds, a Relationship, sub-attributes, values without observedAt, a deletion,
    /// and an entity that has a history only.
    private func fill(_ server: CityServer) async throws {
        let city = try RunningCity(url: server.localURL, tenant: "")
        var readings: [String] = []
        for hour in 10..<24 {
            readings.append(
                #"{"type":"Property","value":\#(hour).50,"unitCode":"GQ","observedAt":"2026-01-01T\#(hour):00:00Z"}"#)
        }
        readings.append(
            #"{"type":"Property","value":5,"datasetId":"urn:d:1","observedAt":"2026-01-01T10:00:00Z","by":{"type":"Relationship","object":"urn:s:1"}}"#
        )
        try await city.client.upsertTemporalEvolution(
            Array(
                #"{"id":"urn:a:1","type":"Air","pm10":[\#(readings.joined(separator: ","))],"note":[{"type":"Property","value":"=a, \"b\"\n","observedAt":"2026-01-01T10:00:00Z"}],"at":[{"type":"Relationship","object":"urn:s:1","observedAt":"2026-01-01T10:00:00Z"}]}"#
                    .utf8))
        for step in 0..<10 {
            let other = step == 0 ? #","gone":{"type":"Property","value":1}"# : ""
            try await city.client.batchUpsert(
                #"[{"id":"urn:l:1","type":"Lamp","level":{"type":"Property","value":\#(step)}\#(other)}]"#)
        }
        try await city.client.deleteEntity("urn:l:1")
        try await city.client.batchUpsert(
            #"[{"id":"urn:l:2","type":"Lamp","level":{"type":"Property","value":3}}]"#)
        await city.close()
    }

    private func export(_ source: any ExportSource, _ query: ExportQuery, history: Bool = true) async throws -> String {
        let target = path("export-\(UUID().uuidString)")
        let file = try OutputFile(path: target)
        let export = CityExport(source: source, query: query, file: file, report: ExportReport())
        if history { _ = try await export.writeHistory() } else { _ = try await export.writeEntities() }
        try file.finish()
        await source.close()
        return try String(contentsOfFile: target, encoding: .utf8)
    }

    /// Every instance as a line without what the system makes of it, sorted.
    private func instances(_ lines: String) throws -> [String] {
        var found: [String] = []
        for line in lines.split(separator: "\n") {
            let document = try JSONDocument(parsing: String(line))
            let id = document.member(document.root, "id").flatMap { document.string($0) } ?? ""
            for (key, value) in document.members(document.root) where document.isArray(value) {
                for instance in document.elements(value) {
                    let times = ["observedAt", "deletedAt", "modifiedAt"].lazy.compactMap {
                        document.member(instance, named: $0).map { document.text($0) }
                    }
                    let text = Self.text(document, instance)
                    found.append("\(id) \(document.text(key)) \(times.first ?? "") \(text)")
                }
            }
        }
        return found.sorted()
    }

    /// A value without the members that the system gives.
    private static func text(_ document: JSONDocument, _ node: JSONNode) -> String {
        guard document.isObject(node) else { return document.text(node) }
        return document.members(node).filter { member in
            !["createdAt", "modifiedAt", "deletedAt", "instanceId", "observedAt"].contains(document.string(member.key))
        }.map { document.text($0.key) + text(document, $0.value) }.joined(separator: ",")
    }

    @Test func `a history that was exported is imported again, as often as one likes`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let first = try server("first")
        try await fill(first)
        let running = try await export(RunningCitySource(url: first.localURL, tenant: ""), ExportQuery())
        await first.stop()
        let stored = try await export(
            StoredCitySource(directory: path("first"), tenant: "", readsHistory: true), ExportQuery())
        let expected = try instances(running)
        #expect(try instances(stored) == expected)
        // 14 readings, one of another dataset, a note, a place; 10 levels, a value, two deletions; a level.
        #expect(expected.count == 31, "\(expected.joined(separator: "\n"))")

        try running.write(toFile: path("history.ndjson"), atomically: true, encoding: .utf8)
        for _ in 0..<2 {
            let command = try ImportLines.parse([
                path("history.ndjson"), "--history", "--data", path("second"),
            ])
            try await command.run()
            let again = try await export(
                StoredCitySource(directory: path("second"), tenant: "", readsHistory: true), ExportQuery())
            #expect(try instances(again) == expected)
        }
        let third = try server("third")
        let command = try ImportLines.parse([path("history.ndjson"), "--history", "--url", third.localURL])
        try await command.run()
        let again = try await export(RunningCitySource(url: third.localURL, tenant: ""), ExportQuery())
        await third.stop()
        #expect(try instances(again) == expected)
    }

    @Test(arguments: [false, true])
    func `tables are the same from a running city and from its directory`(isWide: Bool) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let city = try server("city")
        try await fill(city)
        var query = ExportQuery()
        query.format = .csv
        query.type = "Air"
        query.isWide = isWide
        if isWide { query.attributes = ["pm10", "note"] }
        (query.from, query.to) = ("2026-01-01T10:00:00Z", "2026-01-01T20:00:00Z")
        let running = try await export(RunningCitySource(url: city.localURL, tenant: ""), query)
        await city.stop()
        let stored = try await export(
            StoredCitySource(directory: path("city"), tenant: "", readsHistory: true), query)
        // The instances of several datasetIds stand together within a part, and the parts are not of one length.
        #expect(stored.split(separator: "\r\n").sorted() == running.split(separator: "\r\n").sorted())
        let lines = running.split(separator: "\r\n").map(String.init)
        if isWide {
            #expect(lines.count == 11)
            #expect(lines[0] == "id,type,time,note,pm10")
            #expect(lines[1] == "urn:a:1,Air,2026-01-01T10:00:00Z,\"'=a, \"\"b\"\"\n\",10.50")
            #expect(lines[10] == "urn:a:1,Air,2026-01-01T19:00:00Z,,19.50")
        } else {
            #expect(lines.count == 14)
            #expect(lines.contains("urn:a:1,Air,pm10,Property,,2026-01-01T19:00:00Z,19.50,number,GQ"))
            #expect(lines.contains("urn:a:1,Air,at,Relationship,,2026-01-01T10:00:00Z,urn:s:1,string,"))
        }
    }

    @Test(arguments: ExportFormat.allCases)
    func `the current state is the same from a running city and from its directory`(format: ExportFormat) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let city = try server("city")
        let client = try RunningCity(url: city.localURL, tenant: "")
        let entities = (0..<1_200).map { number in
            #"{"id":"urn:p:\#(number)","type":"Park","scope":"/A","location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[1,2]}}}"#
        }
        try await client.client.batchUpsert("[\(entities[..<1_000].joined(separator: ","))]")
        try await client.client.batchUpsert("[\(entities[1_000...].joined(separator: ","))]")
        await client.close()
        var query = ExportQuery()
        query.format = format
        query.showsSystemAttributes = false
        let running = try await export(RunningCitySource(url: city.localURL, tenant: ""), query, history: false)
        await city.stop()
        let source = try StoredCitySource(directory: path("city"), tenant: "", readsHistory: false)
        let isSame = try await export(source, query, history: false) == running
        #expect(isSame)
        let mark = format == .csv ? "urn:p:1199,Park,location,GeoProperty,," : "urn:p:1199\""
        let hasLast = running.contains(mark)
        #expect(hasLast)
        #expect(running.split(separator: "urn:p:").count == 1_201)
        if format == .json || format == .geojson { _ = try JSONDocument(parsing: running) }
    }

    @Test(arguments: [
        ["--history", "--format", "json"], ["--from", "2026-01-01T00:00:00Z"], ["--wide", "--format", "csv"],
        ["--url", "http://127.0.0.1:1", "--data", "x"], ["--wide", "--attrs", "a"],
    ])
    func `what does not go together is refused`(arguments: [String]) {
        #expect(throws: (any Error).self) { try Export.parse(arguments) }
    }

    @Test func `a file that is not complete does not stay`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let command = try Export.parse(["--url", "http://127.0.0.1:1", "--out", path("x.ndjson.gz")])
        await #expect(throws: (any Error).self) { try await command.run() }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }
}

extension NGSILDClient {
    fileprivate func batchUpsert(_ text: String) async throws {
        #expect(try await batch(.upsert(updating: true), Array(text.utf8)).failures.isEmpty)
    }
}
