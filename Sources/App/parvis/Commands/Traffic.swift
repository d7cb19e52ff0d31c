import ArgumentParser

struct Traffic: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Signals that adapt: try the controller on simulated streets, and watch that it stays safe.",
        discussion: """
            Needs SUMO (on Debian: apt-get install sumo). docs/traffic.md says how the controller decides.

            EXAMPLES
              parvis traffic evaluate city.sumocfg --seeds 1-10
              parvis traffic monitor --port 8813 --network city.net.xml --until 3600
              parvis traffic benchmark city.sumocfg --intersections 1000
            """,
        subcommands: [TrafficEvaluate.self, TrafficMonitor.self, TrafficBenchmark.self])
}
