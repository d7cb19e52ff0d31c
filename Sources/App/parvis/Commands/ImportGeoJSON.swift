import ArgumentParser
import DatasetImport
import Foundation

struct ImportGeoJSON: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "geojson",
        abstract: "Import the features of a GeoJSON file as entities.",
        discussion: """
            Without a mapping the meaning of the properties is guessed; --show-mapping
            prints the guess, to be corrected and given by --mapping (docs/import-csv.md).

            EXAMPLES
              parvis import geojson trees.geojson --url http://127.0.0.1:1026
              parvis import geojson trees.geojson --show-mapping > trees.yaml
              parvis import geojson trees.geojson --mapping trees.yaml --data city
            """)

    @Argument(help: "A FeatureCollection, or features one behind the other; text or gzip.")
    var file: String
    @Option(help: "The mapping, a YAML file (default: it is guessed).")
    var mapping: String?
    @OptionGroup var destination: DestinationOptions
    @Flag(help: "Only print the mapping.")
    var showMapping = false
    @Flag(help: "Only read the file and say what would be imported.")
    var dryRun = false

    func validate() throws {
        if !showMapping, !dryRun { try destination.check() }
    }

    func run() async throws {
        try await Failure.told {
            let mapping: TabularMapping
            if let path = self.mapping {
                mapping = try TabularMapping(path: path)
            } else {
                let guess = try TableGuess.of(path: file, name: file)
                for warning in guess.warnings { Output.tell("\(warning)\n") }
                if showMapping {
                    print(try guess.choices.yaml(), terminator: "")
                    return
                }
                mapping = try guess.choices.mapping()
            }
            let report = ImportReport(name: file)
            let importer = TabularImport(files: [file], mapping: mapping)
            if dryRun {
                try await importer.tryOut(report)
                return
            }
            try await importer.run(to: destination, report)
        }
    }
}
