import ArgumentParser
import DatasetImport
import Foundation

struct ImportLines: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ndjson",
        abstract: "Import entities, or their histories, of which a file has one on each line.",
        discussion: """
            Takes what `parvis export` writes as ndjson, plain or gzip. Entities are
            created, or updated where they exist. With --history each line is an
            EntityTemporal: its instances are added to the history, the current state stays
            as it is. The same file twice changes nothing.

            EXAMPLES
              parvis import ndjson entities.ndjson --url http://127.0.0.1:1026
              parvis import ndjson history.ndjson.gz --history --data city
            """)

    @Argument(help: "Texts with one entity on a line, plain or gzip.")
    var files: [String]
    @OptionGroup var destination: DestinationOptions
    @Flag(help: "The lines are histories, as `parvis export --history` writes them.")
    var history = false
    @Flag(help: "Only check the files.")
    var dryRun = false

    func validate() throws {
        if !dryRun { try destination.check() }
    }

    func run() async throws {
        try await Failure.told {
            let importer = LineImport(files: files, content: history ? .history : .entities)
            let report = ImportReport(name: files.count == 1 ? files[0] : "\(files.count) files")
            if dryRun {
                print("\(try importer.check(progress: report.show)) lines, all of them readable")
                return
            }
            var refused = RefusedEntities()
            var instances = 0
            let lines = try await destination.use { city in
                try await importer.run(progress: report.show) { output in
                    switch output {
                    case .entities(let batch): refused.add(try await city().upsert(batch))
                    case .history(let entityTemporal, let count):
                        try await city().addHistory(entityTemporal: entityTemporal)
                        instances += count
                    }
                }
            }
            print("\(lines) lines read")
            print(history ? "\(instances) instances brought into the history" : refused.description)
            if refused.count > 0 { throw ExitCode(1) }
        }
    }
}
