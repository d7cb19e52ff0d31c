import ArgumentParser

@main
struct Parvis: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parvis",
        abstract: "The open city platform: takes in what a city reports, keeps it, and shows it.",
        discussion: """
            EXAMPLES
              parvis demo                               a sample city and its console
              parvis serve --data city                  a city, its data in that directory
              parvis import gtfs feed.zip --data city   a transit feed, into that directory
              parvis import csv air.csv.gz --mapping air.yaml --url http://127.0.0.1:1026
              parvis backup --data city city.db         a copy, while it runs
              parvis air backfill --data city           air quality indices of its history
              parvis access key create --name stations --role reader --data city
              parvis traffic evaluate city.sumocfg      what adaptive signals would save
            """,
        version: Version.current,
        subcommands: [
            Serve.self, Demo.self, Import.self, Export.self, Air.self, Traffic.self, Backup.self, Restore.self,
            Check.self, Notifications.self, Ingest.self, Rules.self, Access.self, Audit.self, VersionCommand.self,
        ])
}

/// The version of this build.
enum Version {
    static let current = "0.1.0"
}
