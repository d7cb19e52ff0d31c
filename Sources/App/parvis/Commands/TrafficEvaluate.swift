import ArgumentParser
import Foundation
import TrafficSimulation

struct TrafficEvaluate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Print the delay in SUMO scenarios under fixed plans, SUMO's actuated control, and ours.",
        discussion: """
            Runs each scenario with each controller and seed, as many at a time as there
            are processors. Delay counts all vehicles, those included that are under way at
            the end or were never let in. With --monitor a process of its own reads what
            the signals show, and its violations are counted.

            EXAMPLES
              parvis traffic evaluate cologne1 ingolstadt7/ingolstadt7.sumocfg --seeds 1-10
              parvis traffic evaluate cologne3 --controllers parvis --demand 1.2 \\
                  --dead-detectors 0.3
              parvis traffic evaluate cologne1 --seeds 1-3 --controllers fixed,parvis \\
                  --monitor --json > delay.json
              parvis traffic evaluate cologne1 ingolstadt1 --emissions --plots pictures
            """)

    @Argument(help: "Scenarios: a .sumocfg file each, or a folder that holds one.")
    var scenarios: [String]
    @Option(help: "The random seeds, such as 1-10 or 3,7,11.")
    var seeds = "1-3"
    @Option(help: "What controls the signals, separated by commas: fixed, actuated, parvis.")
    var controllers = "fixed,actuated,parvis"
    @OptionGroup var conditions: ScenarioOptions
    @Option(name: .customLong("close-lane"), help: "A lane that is closed from the beginning; may be repeated.")
    var closedLanes: [String] = []
    @Option(help: "Yellow everywhere, in seconds (default: 3, 4 or 5 by the speed limit: 50, 60, above km/h).")
    var yellow: Double?
    @Option(help: "Seconds after which the controller gets no more data, to see the fixed plan take over.")
    var dataEnd: Double?
    @Option(help: "How many simulations run at once (default: one for each processor).")
    var jobs: Int?
    @Flag(help: "Let a second process watch every run and count what must never be shown.")
    var monitor = false
    @Flag(help: "Compute emissions too; slower.")
    var emissions = false
    @Option(
        help: ArgumentHelp("Write pictures (SVG) and a page that shows them into this folder.", valueName: "folder"))
    var plots: String?
    @Flag(help: "Print JSON instead of tables.")
    var json = false

    func validate() throws {
        guard !scenarios.isEmpty else { throw ValidationError("name at least one scenario") }
        if let yellow, !(1...10).contains(yellow) {
            throw ValidationError("--yellow is \(yellow); 1 to 10 seconds are possible")
        }
        if let jobs, !(1...256).contains(jobs) { throw ValidationError("--jobs is \(jobs); 1 to 256 are possible") }
        _ = try Self.numbers(seeds)
        _ = try self.chosenControllers()
    }

    func run() async throws {
        try await Failure.told {
            var options = SimulationRun.Options()
            options.demand = conditions.demand
            options.deadDetectors = conditions.deadDetectors
            options.closedLanes = closedLanes
            options.breakdowns = conditions.breakdowns
            options.publicTransportPriority = conditions.priority
            options.yellowSeconds = yellow
            options.computesEmissions = emissions
            options.dataEndAfterSeconds = dataEnd
            options.monitorCommand = try monitor ? TrafficMonitor.command() : []
            var evaluation = Evaluation(
                scenarios: try scenarios.map { try Scenario(path: $0) }, controllers: try chosenControllers(),
                seeds: try Self.numbers(seeds), options: options)
            if let jobs { evaluation.jobs = jobs }
            // Before hours of work rather than after them.
            if let plots { try FileManager.default.createDirectory(atPath: plots, withIntermediateDirectories: true) }
            let report = try await evaluation.report { line in
                Output.tell(line)
            }
            if json {
                try Output.printJSON(report)
            } else {
                print(report.description)
            }
            if let plots { try write(EvaluationPlots(report), into: plots) }
        }
    }

    private func write(_ plots: EvaluationPlots, into folder: String) throws {
        let folder = URL(fileURLWithPath: folder, isDirectory: true)
        for file in plots.files {
            try Data(file.text.utf8).write(to: folder.appendingPathComponent(file.name), options: .atomic)
        }
        let index = folder.appendingPathComponent("index.html").path
        Output.tell("\(plots.files.count - 1) pictures are in \(index)\n")
    }

    private func chosenControllers() throws -> [SimulationRun.Controller] {
        let names = controllers.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        return try names.map { name in
            guard let controller = SimulationRun.Controller(rawValue: name) else {
                throw ValidationError("--controllers has \"\(name)\"; fixed, actuated and parvis are possible")
            }
            return controller
        }
    }

    /// Numbers and ranges: 1-3,7 is 1, 2, 3 and 7.
    static func numbers(_ text: String) throws -> [Int] {
        var numbers: [Int] = []
        for part in text.split(separator: ",") {
            let ends = part.split(separator: "-").map { Int($0.trimmingCharacters(in: .whitespaces)) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first <= last,
                last - first < 1_000
            else { throw ValidationError("--seeds has \"\(part)\"; write numbers and ranges such as 1-10 or 3,7") }
            numbers += first...last
        }
        guard !numbers.isEmpty else { throw ValidationError("--seeds names no number") }
        return Array(Set(numbers)).sorted()
    }
}
