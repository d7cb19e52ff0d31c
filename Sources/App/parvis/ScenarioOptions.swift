import ArgumentParser
import TrafficSimulation

/// What is made of a SUMO scenario before it is driven: its traffic, what breaks, who is preferred.
struct ScenarioOptions: ParsableArguments {
    @Option(help: "Multiplies the demand; 1.2 is a fifth more vehicles.")
    var demand = 1.0
    @Option(help: "Part of the detectors that never report, 0 to 1.")
    var deadDetectors = 0.0
    @Option(
        name: .customLong("breakdown"),
        help: ArgumentHelp(
            "A car that breaks down on a lane, from and until seconds after the beginning; may be repeated.",
            valueName: "lane@from-until"),
        transform: { text in
            guard let breakdown = Breakdown(text) else {
                throw ValidationError("write a lane and seconds such as 28198821#3_0@600-1500")
            }
            return breakdown
        })
    var breakdowns: [Breakdown] = []
    @Flag(help: "Let buses and trams that come to a stop line ask for green.")
    var priority = false

    func validate() throws {
        guard demand > 0, demand <= 10 else { throw ValidationError("--demand is \(demand); 0.01 to 10 make sense") }
        guard (0...1).contains(deadDetectors) else {
            throw ValidationError("--dead-detectors is \(deadDetectors); write a part of all, 0 to 1")
        }
    }
}
