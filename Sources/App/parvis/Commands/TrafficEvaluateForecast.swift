import ArgumentParser
import DatasetImport
import Foundation
import TrafficForecasting

struct TrafficEvaluateForecast: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate-forecast",
        abstract: "Print how well the next hour's traffic is forecast, measured on your own detectors.",
        discussion: """
            The table has one column for each detector, named in its first line, and one
            row for each step of time, from the first to the last without gaps; empty cells
            are missing values. It is learnt from the first days, and each step of the days
            after them is forecast from what was known then. docs/traffic.md explains the
            method.

            EXAMPLES
              parvis traffic evaluate-forecast speeds.csv.gz --train-days 5
              parvis traffic evaluate-forecast counts.csv --train-days 28 --step 900 \\
                  --horizons 15,60 --json
            """)

    @Argument(help: "The table, CSV as text or gzip.")
    var file: String
    @Option(help: ArgumentHelp("Days that are learnt from; at least 2.", valueName: "days"))
    var trainDays: Int
    @Option(help: ArgumentHelp("Seconds between two rows.", valueName: "seconds"))
    var step = 300
    @Option(help: ArgumentHelp("Minutes ahead, separated by commas.", valueName: "minutes"))
    var horizons = "15,30,45,60"
    @Flag(help: "Print JSON instead of a table.")
    var json = false

    func validate() throws {
        guard trainDays >= TrafficForecaster.fewestDays else {
            throw ValidationError(
                "--train-days is \(trainDays); at least \(TrafficForecaster.fewestDays) are needed, to compare days")
        }
        guard (60...3_600).contains(step), 86_400 % step == 0 else {
            throw ValidationError("--step is \(step); write the seconds between two rows, such as 300 or 900")
        }
        _ = try self.steps()
    }

    func run() async throws {
        try await Failure.told {
            let table = try NumberTable(path: file)
            let series = try DetectorSeries(detectors: table.columns, columns: table.values, stepSeconds: step)
            let days = Double(series.count) / Double(series.stepsPerDay)
            guard series.count > trainDays * series.stepsPerDay else {
                throw ValidationError(
                    "\(file) has \(series.count) rows, \(String(format: "%.1f", days)) days of \(step) s steps; with "
                        + "--train-days \(trainDays) nothing is left to score; give fewer")
            }
            var options = TrafficForecaster.Options()
            options.horizons = try self.steps()
            let start = ContinuousClock.now
            guard let scores = TrafficForecastEvaluation.scores(of: series, trainDays: trainDays, options: options),
                !scores.isEmpty
            else {
                throw ValidationError("\(file) has too few values to learn from or to score")
            }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            if json {
                try Output.printJSON(scores)
            } else {
                print(
                    "\(series.detectors.count) detectors, \(series.count) steps of \(step) s; learnt from \(trainDays) days, "
                        + "scored on the \(String(format: "%.1f", days - Double(trainDays))) after them, in "
                        + "\(String(format: "%.1f", seconds)) s; errors in the data's unit")
                print(Self.table(scores))
            }
        }
    }

    /// The horizons in steps.
    private func steps() throws -> [Int] {
        try horizons.split(separator: ",").map { part in
            guard let minutes = Int(part), minutes > 0, minutes <= 720, minutes * 60 % step == 0 else {
                throw ValidationError(
                    "--horizons has \"\(part)\"; write minutes that are a multiple of the step, up to 720")
            }
            return minutes * 60 / step
        }
    }

    private static func table(_ scores: [TrafficForecastScore]) -> String {
        var lines = [
            row([
                "ahead", "forecasts", "RMSE", "persistence", "average day", "MAE", "persistence", "90 % holds", "width",
            ])
        ]
        for one in scores {
            let numbers = [
                one.rmse, one.persistenceRMSE, one.averageDayRMSE, one.mae, one.persistenceMAE, one.coveragePercent,
                one.intervalWidth,
            ].map { String(format: "%.2f", $0) }
            lines.append(row(["\(one.minutes) min", "\(one.forecasts)"] + numbers))
        }
        return lines.joined(separator: "\n")
    }

    private static func row(_ cells: [String]) -> String {
        cells.map { String(repeating: " ", count: max(0, 12 - $0.count)) + $0 }.joined()
    }
}
