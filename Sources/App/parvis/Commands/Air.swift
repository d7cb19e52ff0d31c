import ArgumentParser

struct Air: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What the air is and was: indices over all the history.",
        discussion: """
            parvis serve computes indices as observations come in (docs/air.md). These commands work on what is stored.

            EXAMPLES
              parvis air backfill --data city
              parvis air backfill --data city --index all --from 2020-01-01T00:00:00Z
            """,
        subcommands: [AirBackfillCommand.self])
}
