import AirEvaluation
import ArgumentParser
import DatasetImport
import Foundation

struct AirEvaluate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Print the accuracy of forecasts and of interpolation, measured on your own data.",
        discussion: """
            Learns from the hours up to a date and scores the hours after it: forecasts to
            48 hours beside persistence and climatology, the estimate of each station from
            the others beside kriging with a fixed variogram and inverse distances, and how
            many values the 90 % intervals hold. docs/air-forecast.md explains the tables.

            EXAMPLES
              parvis air evaluate air/*.csv.gz --mapping Examples/beijing-air.yaml \\
                  --train-until 2015-02
              parvis air evaluate north.csv south.csv --train-until 2024-06-30 \\
                  --pollutant NO2 --positions stations.csv
              parvis air evaluate air/*.csv.gz --train-until 2015-02 --weather-ahead \\
                  --json > accuracy.json
            """)

    @Argument(help: "Tables as text or gzip, as for parvis import csv.")
    var files: [String]
    @Option(
        help: ArgumentHelp(
            "The last day or month that is learnt from, such as 2015-02-28 or 2015-02, UTC.", valueName: "date"))
    var trainUntil: String
    @Option(help: "The column or attribute to forecast; case and signs do not matter.")
    var pollutant = "PM2.5"
    @Option(
        help: ArgumentHelp(
            "The mapping of the import, a YAML file (default: guessed from the columns' names).", valueName: "file"))
    var mapping: String?
    @Option(
        help: ArgumentHelp(
            "A table with the columns station, longitude, latitude (default: the mapping's).", valueName: "file"))
    var positions: String?
    @Flag(
        help: "Also score forecasts that know the weather of the forecast hours, as a perfect weather forecast would.")
    var weatherAhead = false
    @Flag(
        help: ArgumentHelp(
            "Also score forecasts that know weather forecasts with errors.",
            discussion: """
                They are issued every six hours. A day ahead they err half as much as saying that tomorrow is like \
                today, less before and more after. One table is of a city that has kept its weather forecasts, one of \
                a city where they have just begun.
                """))
    var weatherForecast = false
    @Flag(help: "Forecast each station from its own values only, not from those of the stations around it.")
    var alone = false
    @Flag(help: "Print JSON instead of tables.")
    var json = false

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("name at least one table") }
        _ = try self.firstTestHour()
    }

    func run() async throws {
        try await Failure.told {
            let firstTestHour = try self.firstTestHour()
            let report = ImportReport(name: files.count == 1 ? files[0] : "\(files.count) files")
            let mapping: TabularMapping
            if let path = self.mapping {
                mapping = try TabularMapping(path: path)
            } else {
                mapping = try TabularMapping.inferred(from: files[0])
            }
            guard mapping.mode == .history else {
                throw ValidationError("the mapping is of mode entities; the evaluation needs mode history, with a time")
            }
            var tables = AirTables()
            _ = try await TabularImport(files: files, mapping: mapping).run(progress: report.show) {
                try tables.add($0)
            }
            let given =
                if let positions { try await StationPositions.read(positions) } else { [:] as AirTables.Positions }
            let stations = try tables.records(of: pollutant, positions: given)
            let result = await evaluate(stations, firstTestHour, report)
            guard !result.forecast.isEmpty || result.interpolation != nil else {
                throw ValidationError(
                    "no station has enough values on both sides of \(trainUntil): \(result.notes.joined(separator: "; "))"
                )
            }
            if json {
                try Output.printJSON(result)
            } else {
                print(result.description)
            }
        }
    }

    private func evaluate(
        _ stations: [StationRecord], _ firstTestHour: Int, _ report: ImportReport
    ) async -> AccuracyReport {
        var notes: [String] = []
        let known = await forecasts(stations, firstTestHour, .measured, report)
        let scored = zip(stations, known).compactMap { station, scores in
            scores.map { (station: station.name, scores: $0) }
        }
        for (station, scores) in zip(stations, known) where scores == nil {
            notes.append("no forecast for \(station.name): too few hours with values before \(trainUntil)")
        }
        if alone { notes.append("forecasts are from each station's own values only") }
        let ahead = weatherAhead ? await forecasts(stations, firstTestHour, .perfect, report).compactMap { $0 } : []
        let foretold =
            weatherForecast ? await forecasts(stations, firstTestHour, .forecast, report).compactMap { $0 } : []
        let begun =
            weatherForecast ? await forecasts(stations, firstTestHour, .newForecast, report).compactMap { $0 } : []
        let interpolation = InterpolationEvaluation.scores(of: stations, firstTestHour: firstTestHour) {
            report.write("interpolation: leaving out \($0)\n")
        }
        if interpolation == nil {
            notes.append("no interpolation: fewer than four stations have a position; name a table with --positions")
        } else {
            for station in stations where station.position == nil {
                notes.append("no interpolation for \(station.name): its position is not known")
            }
        }
        let last = stations.map { $0.firstHour + $0.values.count - 1 }.max() ?? firstTestHour
        return AccuracyReport(
            pollutant: pollutant, testedFrom: Self.text(firstTestHour), testedTo: Self.text(last), forecasts: scored,
            weatherAhead: ahead, weatherForecast: foretold, newWeatherForecast: begun, interpolation: interpolation,
            notes: notes)
    }

    /// The scores of all stations, as many at a time as there are processors.
    private func forecasts(
        _ stations: [StationRecord], _ firstTestHour: Int, _ weather: ForecastEvaluation.Weather,
        _ report: ImportReport
    ) async -> [[ForecastScore]?] {
        await withTaskGroup(of: (Int, [ForecastScore]?).self) { group in
            var scores = Array<[ForecastScore]?>(repeating: nil, count: stations.count)
            var started = 0
            var done = 0
            func start() {
                guard started < stations.count else { return }
                let (place, station) = (started, stations[started])
                let others = alone ? [] : stations
                started += 1
                group.addTask {
                    (
                        place,
                        ForecastEvaluation.scores(
                            of: station, among: others, firstTestHour: firstTestHour, weather: weather)
                    )
                }
            }
            for _ in 0..<max(1, ProcessInfo.processInfo.activeProcessorCount) { start() }
            for await (place, found) in group {
                scores[place] = found
                done += 1
                let known =
                    switch weather {
                    case .measured: ""
                    case .forecast: " with weather forecasts"
                    case .newForecast: " with new weather forecasts"
                    case .perfect: " with weather"
                    }
                report.write("forecast\(known): \(stations[place].name), \(done) of \(stations.count) stations\n")
                start()
            }
            return scores
        }
    }

    /// The hour after the last one that is learnt from, in hours since 1970.
    private func firstTestHour() throws -> Int {
        let parts = trainUntil.split(separator: "-", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0) }
        guard numbers.count == parts.count, parts.count == 2 || parts.count == 3, parts[0].count == 4,
            parts.dropFirst().allSatisfy({ $0.count == 2 })
        else { throw invalidDate }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let components = DateComponents(
            year: numbers[0], month: numbers[1], day: numbers.count == 3 ? numbers[2] : 1)
        guard components.isValidDate(in: calendar), let day = calendar.date(from: components),
            let end = calendar.date(byAdding: numbers.count == 3 ? .day : .month, value: 1, to: day)
        else { throw invalidDate }
        return Int(end.timeIntervalSince1970) / 3_600
    }

    private var invalidDate: ValidationError {
        ValidationError("--train-until is \"\(trainUntil)\"; write a day such as 2015-02-28 or a month such as 2015-02")
    }

    private static func text(_ hour: Int) -> String {
        Timestamp(millisecondsSinceEpoch: Int64(hour) * 3_600_000).description
    }
}
