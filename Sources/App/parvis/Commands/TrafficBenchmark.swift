import ArgumentParser
import Foundation
import TrafficSimulation

struct TrafficBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmark",
        abstract: "Print what deciding costs: a scenario's intersections, repeated, once a second.",
        discussion: """
            Readings are random, so that every second has something to weigh. Needs no
            simulator.

            EXAMPLES
              parvis traffic benchmark city.sumocfg --intersections 1000
            """)

    @Argument(help: "A .sumocfg file, or a folder that holds one.")
    var scenario: String
    @Option(help: "How many intersections to decide for.")
    var intersections = 1_000
    @Option(help: "How many seconds of traffic.")
    var seconds = 60

    func validate() throws {
        guard (1...100_000).contains(intersections), (1...100_000).contains(seconds) else {
            throw ValidationError("--intersections and --seconds are 1 to 100000")
        }
    }

    func run() async throws {
        try await Failure.told {
            let result = try DecisionBenchmark(try Scenario(path: scenario)).run(
                intersections: intersections, seconds: seconds)
            let mean = String(format: "%.1f", result.meanMilliseconds)
            let longest = String(format: "%.1f", result.longestMilliseconds)
            print(
                "\(result.intersections) intersections: \(mean) ms of one processor for each second, "
                    + "at most \(longest) ms")
        }
    }
}
