import ArgumentParser
import BrokerCore
import Foundation
import JSONTree
import NGSILDModel
import NGSILDQuery

struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the entities of a stopped city to a file.",
        discussion: """
            One entity a line (NDJSON, normalized, with createdAt and modifiedAt), a JSON array, or GeoJSON. Of a running
            Parvis, take a backup first and export that.

            EXAMPLES
              parvis export --data city > city.ndjson
              parvis export --data city --type BusStop --format geojson --output stops.geojson
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case ndjson, json, geojson }

    @Option(help: "The data directory.")
    var data = "data"
    @Option(help: "The tenant (default: the default tenant).")
    var tenant = ""
    @Option(help: "Only entities of this type, or of this type selection such as \"A,B\".")
    var type: String?
    @Option(help: "ndjson, json or geojson.")
    var format = Format.ndjson
    @Option(help: "The file to write (default: standard output).")
    var output: String?
    @Flag(help: "Leave out createdAt and modifiedAt.")
    var withoutSystemAttributes = false

    func run() async throws {
        try await Failure.told {
            let city = try LocalCity(directory: data)
            defer { city.close() }
            let sink = try OutputFile(path: output)
            let count = try write(city, to: sink)
            try sink.finish()
            FileHandle.standardError.write(Data("\(count) entities exported\n".utf8))
        }
    }

    private func write(_ city: LocalCity, to sink: OutputFile) throws -> Int {
        let context = TermContext(context: .core, registry: city.broker.registry)
        var query = EntityQuery()
        if let type { query.types = try TypeSelection(parsing: type, context: context) }
        query.limit = 1_000
        var representation = EntityRepresentation()
        representation.showsSystemAttributes = !withoutSystemAttributes
        var renderer = EntityRenderer(context: context, representation: representation)
        let location = context.knownTerm("location") ?? .none
        var writer = ByteWriter(capacity: 1 << 20)
        var count = 0
        writer.append(
            utf8: format == .json ? "[" : format == .geojson ? "{\"type\":\"FeatureCollection\",\"features\":[" : "")
        while true {
            let page = try city.broker.queryEntities(query, tenant: tenant)
            for entity in page.entities {
                if count > 0, format != .ndjson { writer.append(",\n") }
                count += 1
                if format == .geojson {
                    Self.feature(entity, location, &renderer, to: &writer)
                } else {
                    renderer.append(entity, to: &writer)
                }
                if format == .ndjson { writer.append("\n") }
            }
            try sink.write(&writer)
            if !page.hasMore { break }
            guard let last = page.last else { break }
            query.place = .after(last)
        }
        writer.append(utf8: format == .json ? "]\n" : format == .geojson ? "]}\n" : "")
        try sink.write(&writer)
        return count
    }

    private static func feature(
        _ entity: EntityRecord, _ location: TermID, _ renderer: inout EntityRenderer, to writer: inout ByteWriter
    ) {
        writer.append("{\"type\":\"Feature\",\"id\":")
        writer.append(jsonString: entity.id)
        writer.append(",\"geometry\":")
        if let root = entity.attributes.root(named: location), entity.attributes.nodes[root].kind == .geoProperty {
            writer.append(utf8: entity.attributes.valueText(of: root))
        } else {
            writer.append("null")
        }
        writer.append(",\"properties\":")
        renderer.append(entity, to: &writer)
        writer.append("}")
    }
}

/// Standard output, or a file that gets its name only once it is complete.
final class OutputFile {
    private let handle: FileHandle
    private let path: String?
    private var temporary: String { (path ?? "") + ".partial" }

    init(path: String?) throws {
        self.path = path
        guard let path else {
            handle = .standardOutput
            return
        }
        guard FileManager.default.createFile(atPath: path + ".partial", contents: nil),
            let handle = FileHandle(forWritingAtPath: path + ".partial")
        else { throw ValidationError("\(path) cannot be written; check the directory and its rights") }
        self.handle = handle
    }

    func write(_ writer: inout ByteWriter) throws {
        if writer.count > 0 { try writer.withBytes { try handle.write(contentsOf: Data($0)) } }
        writer.removeAll()
    }

    func finish() throws {
        guard let path else { return }
        try handle.close()
        _ = try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: temporary, toPath: path)
    }
}
