import ArgumentParser
import DatasetImport
import Foundation

struct ImportGeoJSON: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "geojson",
        abstract: "Import the features of a GeoJSON file as entities.",
        discussion: """
            Without a mapping the meaning of the properties is guessed; --show-mapping prints
            the guess, to be corrected and given by --mapping (docs/import-csv.md).

            EXAMPLES
              parvis import geojson trees.geojson --url http://127.0.0.1:1026
              parvis import geojson trees.geojson --show-mapping > trees.yaml
              parvis import geojson trees.geojson --mapping trees.yaml --data city
            """)

    @Argument(help: "A FeatureCollection, or features one behind the other; text or gzip.")
    var file: String
    @Option(help: "The mapping, a YAML file (default: it is guessed).")
    var mapping: String?
    @OptionGroup var destination: OptionalDestination
    @Flag(help: "Only print the mapping.")
    var showMapping = false
    @Flag(help: "Only check the file and say what is in it.")
    var dryRun = false

    func validate() throws {
        if !showMapping, !dryRun { _ = try destination.options() }
    }

    func run() async throws {
        try await Failure.told {
            let mapping: TabularMapping
            if let path = self.mapping {
                mapping = try TabularMapping(path: path)
            } else {
                let guess = try TableGuess.of(path: file, name: file)
                for warning in guess.warnings { FileHandle.standardError.write(Data("\(warning)\n".utf8)) }
                if showMapping {
                    print(try guess.choices.yaml(), terminator: "")
                    return
                }
                mapping = try guess.choices.mapping()
            }
            let report = ImportReport(name: file)
            let importer = TabularImport(files: [file], mapping: mapping)
            if dryRun {
                print(try importer.check(progress: report.show).description)
                return
            }
            var refused = RefusedEntities()
            let summary = try await destination.options().use { city in
                try await importer.run(progress: report.show) { output in
                    switch output {
                    case .entities(let batch): refused.add(try await city().upsert(batch))
                    case .history(let chunk): try await city().addHistory(chunk)
                    }
                }
            }
            print(summary.description)
            print(refused.description)
            if refused.count > 0 { throw ExitCode(1) }
        }
    }
}

/// Where an import goes, for commands that need it only sometimes.
struct OptionalDestination: ParsableArguments {
    @Option(help: "A running Parvis, such as http://127.0.0.1:1026.")
    var url: String?
    @Option(help: "A data directory that no running Parvis has open.")
    var data: String?
    @Option(help: "The tenant (default: the default tenant).")
    var tenant: String = ""

    /// - Throws: `ValidationError` unless one destination is given.
    func options() throws -> DestinationOptions {
        guard (url == nil) != (data == nil) else {
            throw ValidationError(
                "Say where to: --url http://127.0.0.1:1026 for a running Parvis, or --data DIR for a data directory")
        }
        let place = url.map { ["--url", $0] } ?? ["--data", data ?? ""]
        return try DestinationOptions.parse(place + ["--tenant", tenant])
    }
}
