import ArgumentParser

struct Air: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What the air is, was and will be: indices over all the history, and how well it is forecast.",
        discussion: """
            parvis serve computes indices as observations come in (docs/air.md). These
            commands work on what is stored.

            EXAMPLES
              parvis air backfill --data city
              parvis air backfill --data city --index all --from 2020-01-01T00:00:00Z
              parvis air evaluate air/*.csv.gz --mapping Examples/beijing-air.yaml \\
                  --train-until 2015-02
            """,
        subcommands: [AirBackfillCommand.self, AirEvaluate.self])
}
