import ArgumentParser
import DatasetImport
import Foundation

struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring data in: transit feeds, tables, and what an export wrote.",
        discussion: """
            EXAMPLES
              parvis import gtfs feed.zip --url http://127.0.0.1:1026
              parvis import csv stations/*.csv.gz --mapping air.yaml --data city
              parvis import geojson trees.geojson --url http://127.0.0.1:1026
              parvis import csv stations/*.csv.gz --mapping air.yaml --replay 3600x \\
                  --url http://127.0.0.1:1026
              parvis import ndjson history.ndjson.gz --history --data city

            The input is read whole and checked before anything is written. What is left
            out is counted with the reason.
            """,
        subcommands: [ImportGTFS.self, ImportCSV.self, ImportGeoJSON.self, ImportLines.self])
}

struct ImportGTFS: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gtfs",
        abstract: "Import a GTFS Schedule feed: agencies, stops, routes, trips, times as entities.",
        discussion: """
            EXAMPLES
              parvis import gtfs cairns.zip --url http://127.0.0.1:1026
              parvis import gtfs cairns.zip --data city --feed cairns --without-stop-times
            """)

    @Argument(help: "The feed: a zip file, or the directory it unpacks to.")
    var file: String
    @OptionGroup var destination: DestinationOptions
    @Option(help: "The name of the feed inside entity ids (default: the file's name).")
    var feed: String?
    @Flag(help: "Leave out stop_times.txt, which is most of a feed.")
    var withoutStopTimes = false
    @Flag(help: "Only read the feed and say what would be imported.")
    var dryRun = false

    func validate() throws {
        if !dryRun { try destination.check() }
    }

    func run() async throws {
        var options = GTFSImport.Options()
        options.feed = feed
        options.includesStopTimes = !withoutStopTimes
        let importer = GTFSImport(path: file, options: options)
        let report = ImportReport(name: file)
        try await Failure.told {
            if dryRun {
                var summary = try await importer.run(progress: report.show) { _ in }
                summary.isTrial = true
                print(summary.description)
                return
            }
            var refused = RefusedEntities()
            let summary = try await destination.use { city in
                try await importer.run(progress: report.show) { batch in
                    refused.add(try await city().upsert(batch))
                }
            }
            try refused.finish(summary.description)
        }
    }
}

struct ImportCSV: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "csv",
        abstract: "Import tables as entities or as their history.",
        discussion: """
            The mapping says what a row is; Examples/beijing-air.yaml is one,
            docs/import-csv.md explains it.

            EXAMPLES
              parvis import csv air/*.csv.gz --mapping Examples/beijing-air.yaml --data city
              parvis import csv air/*.csv.gz --mapping Examples/beijing-air.yaml \\
                  --replay 3600x --url http://127.0.0.1:1026
            """)

    @Argument(help: "Tables as text or gzip, all with the columns that the mapping names.")
    var files: [String]
    @Option(help: "The mapping, a YAML file.")
    var mapping: String
    @OptionGroup var destination: DestinationOptions
    @Option(help: "Play the rows as if they arrived now, at this speed: 1x is real time, 3600x an hour a second.")
    var replay: String?
    @Flag(help: "With --replay: keep observedAt as in the table instead of shifting it to now.")
    var keepTimes = false
    @Flag(help: "Only read the tables and say what would be imported.")
    var dryRun = false

    func validate() throws {
        if !dryRun { try destination.check() }
    }

    func run() async throws {
        try await Failure.told {
            let mapping = try TabularMapping(path: mapping)
            let report = ImportReport(name: files.count == 1 ? files[0] : "\(files.count) files")
            let importer = TabularImport(files: files, mapping: mapping)
            if dryRun {
                try await importer.tryOut(report)
                return
            }
            if let replay {
                try await play(mapping, replay, report)
                return
            }
            try await importer.run(to: destination, report)
        }
    }

    private func play(_ mapping: TabularMapping, _ speed: String, _ report: ImportReport) async throws {
        guard speed.hasSuffix("x"), let factor = Double(speed.dropLast()), factor > 0 else {
            throw ValidationError("--replay is \"\(speed)\"; write a speed such as 1x or 3600x")
        }
        var options = ReplaySchedule.Options()
        options.speed = factor
        options.times = keepTimes ? .recorded : .live
        let schedule = try ReplaySchedule(
            files: files, mapping: mapping, startingAt: Date(), options: options, progress: report.show)
        let clock = ContinuousClock()
        let start = clock.now
        var refused = RefusedEntities()
        var told = Duration.zero
        try await destination.use { city in
            while let update = try schedule.next() {
                try await clock.sleep(until: start.advanced(by: update.due))
                refused.add(try await city().upsert(update.batch))
                if update.due - told >= .seconds(2) {
                    told = update.due
                    report.write("replay \(speed): \(update.recordedAt), \(refused.accepted) updates sent\n")
                }
            }
        }
        print(schedule.summary.description)
        print(refused.description)
    }
}

extension TabularImport {
    /// Reads the tables whole, keeps nothing, and prints what an import would take and leave out.
    nonisolated(nonsending) func tryOut(_ report: ImportReport) async throws {
        var summary = try await run(progress: report.show) { _ in }
        summary.isTrial = true
        print(summary.description)
    }

    /// Brings the tables to a destination, and prints what became of them.
    ///
    /// - Throws: `ExitCode` where entities were refused, what the import throws, or why there is no destination.
    nonisolated(nonsending) func run(to destination: DestinationOptions, _ report: ImportReport) async throws {
        var refused = RefusedEntities()
        let summary = try await destination.use { city in
            try await run(progress: report.show) { output in
                switch output {
                case .entities(let batch): refused.add(try await city().upsert(batch))
                case .history(let chunk): try await city().addHistory(chunk)
                }
            }
        }
        try refused.finish(summary.description)
    }
}
