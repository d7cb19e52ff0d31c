import JSONTree
import Testing

@testable import DatasetImport

struct HistoryImportTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private static let mapping = """
        type: Air
        id: urn:x:{s}
        mode: history
        missing: [NA]
        time: {column: t, offset: "+01:00"}
        lookup: {column: s, table: {A: {name: Alpha}}}
        attributes:
          pm: {column: pm, unit: GQ}
          sky: {column: sky, as: text}
          seen: {kind: time}
        """
    private static let table = """
        s,t,pm,sky
        A,2024-01-01T01:00:00,1,blue
        B,2024-01-01T01:00:00,2,
        A,2024-01-01T03:00:00,3.5,NA
        A,2024-01-01T02:00:00,x,"gr""ey"
        B,2024-01-01T02:00:00,NA,red
        """

    private func read(
        _ table: String = table, options: TabularImport.Options = .init()
    ) async throws -> (chunks: [HistoryChunk], entities: ReadEntities, summary: ImportSummary) {
        let path = try folder.write("t.csv", table)
        var chunks: [HistoryChunk] = []
        var entities = ReadEntities()
        let mapping = try TabularMapping(yaml: Self.mapping)
        let summary = try await TabularImport(files: [path], mapping: mapping, options: options).run {
            switch $0 {
            case .history(let chunk):
                #expect(entities.ids.isEmpty, "history comes before the states")
                chunks.append(chunk)
            case .entities(let batch): try entities.add(batch)
            }
        }
        return (chunks, entities, summary)
    }

    @Test func `rows of an entity become the history of its attributes`() async throws {
        let (chunks, _, summary) = try await read()
        #expect(chunks.map(\.entityID) == ["urn:x:A", "urn:x:B"])
        #expect(
            String(decoding: chunks[0].entityTemporal(), as: UTF8.self)
                == #"{"id":"urn:x:A","type":"Air","pm":["#
                + #"{"type":"Property","value":1,"unitCode":"GQ","observedAt":"2024-01-01T00:00:00Z"},"#
                + #"{"type":"Property","value":3.5,"unitCode":"GQ","observedAt":"2024-01-01T02:00:00Z"}],"sky":["#
                + #"{"type":"Property","value":"blue","observedAt":"2024-01-01T00:00:00Z"},"#
                + #"{"type":"Property","value":"gr\"ey","observedAt":"2024-01-01T01:00:00Z"}]}"#)
        #expect(chunks[0].series[0].number(1) == 3.5)
        #expect(chunks[0].series[1].number(0) == nil)
        #expect(summary.instances == 6 && summary.missingValues == 3 && summary.skippedValues == 2)
    }

    @Test func `at the end comes the newest state of each entity, whatever the order of its rows`() async throws {
        let (_, entities, summary) = try await read()
        #expect(
            entities.texts == [
                #"{"id":"urn:x:A","type":"Air","name":{"type":"Property","value":"Alpha"},"#
                    + #""pm":{"type":"Property","value":3.5,"unitCode":"GQ","observedAt":"2024-01-01T02:00:00Z"},"#
                    + #""sky":{"type":"Property","value":"gr\"ey","observedAt":"2024-01-01T01:00:00Z"},"#
                    + #""seen":{"type":"Property","value":{"@type":"DateTime","@value":"2024-01-01T02:00:00Z"},"#
                    + #""observedAt":"2024-01-01T02:00:00Z"}}"#,
                #"{"id":"urn:x:B","type":"Air","#
                    + #""pm":{"type":"Property","value":2,"unitCode":"GQ","observedAt":"2024-01-01T00:00:00Z"},"#
                    + #""sky":{"type":"Property","value":"red","observedAt":"2024-01-01T01:00:00Z"},"#
                    + #""seen":{"type":"Property","value":{"@type":"DateTime","@value":"2024-01-01T01:00:00Z"},"#
                    + #""observedAt":"2024-01-01T01:00:00Z"}}"#,
            ])
        #expect(summary.totalEntities == 2)
        #expect(summary.skips.map(\.reason) == ["the lookup has no entry for this s", "pm: it is no number"])
    }

    @Test(arguments: [(10, 1_000), (1_000, 25), (7, 25), (1, 1)])
    func `chunks stay within their limits and lose nothing`(chunk: Int, buffered: Int) async throws {
        let rows = (0..<200).map { "S\($0 % 9),2024-01-01T00:00:\($0 % 60 < 10 ? "0" : "")\($0 % 60),\($0),w" }
        var options = TabularImport.Options()
        options.chunkInstances = chunk
        options.bufferedInstances = buffered
        let (chunks, entities, summary) = try await read(
            "s,t,pm,sky\n" + rows.joined(separator: "\n"), options: options)
        #expect(chunks.allSatisfy { $0.instanceCount <= min(chunk, buffered) + 1 })
        let values = chunks.flatMap { chunk in
            chunk.series.filter { $0.attribute == "pm" }.flatMap { series in
                (0..<series.count).map { series.number($0) }
            }
        }
        #expect(values.count == 200 && Set(values) == Set((0..<200).map { Double($0) }))
        #expect(entities.ids.count == 9 && summary.instances == 400)
        for one in chunks { _ = try JSONDocument(parsing: one.entityTemporal()) }
    }

    @Test func `more entities than the limit stop the import`() async throws {
        var options = TabularImport.Options()
        options.limits.historyEntities = 1
        let error = await #expect(throws: ImportError.self) { _ = try await read(options: options) }
        #expect(error?.description.contains("line 3: the number of entities passes the limit of 1") == true)
    }
}

/// The hourly measurements of ten stations over three years.
@Suite(.enabled(if: SharedData.hasAir, Comment(rawValue: SharedData.absent)))
struct BeijingAirTests {
    @Test func `all rows of the ten stations become history`() async throws {
        let mapping = try TabularMapping(path: SharedData.beijingMapping)
        var counts: [String: Int] = [:]
        var entities = ReadEntities()
        var oldest: Timestamp?
        var newest: Timestamp?
        let summary = try await TabularImport(files: SharedData.air, mapping: mapping).run {
            switch $0 {
            case .history(let chunk):
                counts[chunk.entityID, default: 0] += chunk.instanceCount
                for series in chunk.series {
                    oldest = [oldest, series.observedAt.first].compactMap { $0 }.min()
                    newest = [newest, series.observedAt.last].compactMap { $0 }.max()
                }
            case .entities(let batch): try entities.add(batch)
            }
        }
        #expect(summary.totalRows == 263_040)
        #expect(summary.missingValues == 46_589)
        #expect(summary.instances == 263_040 * 12 - 46_589)
        #expect(counts.values.reduce(0, +) == summary.instances)
        #expect(counts.count == 10 && entities.ids.count == 10)
        #expect(summary.skips.isEmpty)
        #expect(oldest?.description == "2013-02-28T16:00:00Z")
        #expect(newest?.description == "2016-02-29T15:00:00Z")
        let station = try entities.attributes(of: "urn:ngsi-ld:AirQualityObserved:Beijing:Tiantan")
        #expect(station["location"] == #"{"type":"Point","coordinates":[116.407,39.886]}"#)
        #expect(station["windDirection"].flatMap(Double.init) != nil)
    }
}
