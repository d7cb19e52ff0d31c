import ArgumentParser
import Foundation

struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the entities of a city, or their history, to a file.",
        discussion: """
            ndjson has one entity a line, normalized, with createdAt and modifiedAt;
            `parvis import ndjson` reads it again. With --history each line is an
            EntityTemporal with up to an answer's worth of instances, so that an entity has
            as many lines as it needs. csv has a row for each instance, or with --wide a
            column for each attribute. docs/export.md describes the tables.

            EXAMPLES
              parvis export --data city > city.ndjson
              parvis export --data city --type BusStop --format geojson --out stops.geojson
              parvis export --url http://127.0.0.1:1026 --history --out history.ndjson.gz
              parvis export --data city --history --format csv --type AirQualityObserved \\
                --attrs pm10,pm25 --wide \\
                --from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z --out january.csv

            Reading it again, which is safe to repeat:
              parvis import ndjson history.ndjson.gz --history --data other
            """)

    @Option(help: "The data directory of a city that does not run (default: data).")
    var data: String?
    @OptionGroup var access: KeyOptions
    @Option(help: "A running city, such as http://127.0.0.1:1026, instead of a data directory.")
    var url: String?
    @Option(help: "The tenant (default: the default tenant).")
    var tenant = ""
    @OptionGroup var trust: TrustOptions
    @Flag(help: "The history instead of the current state.")
    var history = false
    @Option(help: "Only entities of this type, or of this type selection such as \"A,B\".")
    var type: String?
    @Option(help: "Only these attributes, with commas, in the core @context or as IRIs.")
    var attrs: String?
    @Option(help: "With --history: only instances observed then or later, such as 2026-01-01T00:00:00Z.")
    var from: String?
    @Option(help: "With --history: only instances observed before then.")
    var to: String?
    @Option(help: "ndjson, csv; of the current state also json, geojson.")
    var format = ExportFormat.ndjson
    @Flag(help: "With csv: a column for each attribute of --attrs, and a row for each entity (and time).")
    var wide = false
    @Option(
        name: [.customLong("out"), .customLong("output"), .customShort("o")],
        help: "The file to write, packed when it ends with .gz (default: standard output).")
    var output: String?
    @Flag(help: "Leave out createdAt and modifiedAt, which csv never has.")
    var withoutSystemAttributes = false

    func validate() throws {
        if url != nil, data != nil { throw ValidationError("--url and --data exclude each other") }
        if !history, from != nil || to != nil { throw ValidationError("--from and --to go with --history") }
        if history, format == .json || format == .geojson {
            throw ValidationError("The history is written as ndjson or csv")
        }
        if wide, format != .csv { throw ValidationError("--wide goes with --format csv") }
        if wide, attrs == nil {
            throw ValidationError("--wide needs --attrs: a table has the same columns from its first row to its last")
        }
    }

    func run() async throws {
        try await Failure.told {
            var query = ExportQuery()
            query.format = format
            query.type = type
            query.attributes = attrs?.split(separator: ",").map(String.init) ?? []
            (query.from, query.to) = (from, to)
            query.isWide = wide
            query.showsSystemAttributes = !withoutSystemAttributes
            let source = try source()
            do {
                try await write(query, from: source)
            } catch {
                await source.close()
                throw error
            }
            await source.close()
        }
    }

    private func source() throws -> any ExportSource {
        if let url { return try RunningCitySource(url: url, tenant: tenant, key: access.value, trust: trust.trust) }
        return try StoredCitySource(directory: data ?? "data", tenant: tenant, readsHistory: history)
    }

    private func write(_ query: ExportQuery, from source: any ExportSource) async throws {
        let file = try OutputFile(path: output)
        let report = ExportReport()
        let export = CityExport(source: source, query: query, file: file, report: report)
        do {
            if history {
                let count = try await export.writeHistory()
                try file.finish()
                report.finish("\(count.instances) \(rows) of \(count.entities) entities")
            } else {
                let count = try await export.writeEntities()
                try file.finish()
                report.finish("\(count) \(format == .csv ? "rows" : "entities")")
            }
        } catch {
            file.discard()
            throw error
        }
    }

    private var rows: String { format == .csv ? "rows" : "instances" }
}

extension ExportFormat: ExpressibleByArgument {}
