import ArgumentParser

struct Traffic: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Signals that adapt, tried on simulated streets, and the forecast of what detectors will measure.",
        discussion: """
            What simulates needs SUMO (on Debian: apt-get install sumo). docs/traffic.md
            says how both work.

            EXAMPLES
              parvis traffic sumo city.sumocfg
              parvis traffic evaluate city.sumocfg --seeds 1-10
              parvis traffic evaluate-forecast speeds.csv.gz --train-days 5
              parvis traffic monitor --port 8813 --network city.net.xml --until 3600
              parvis traffic benchmark city.sumocfg --intersections 1000
            """,
        subcommands: [
            TrafficSumo.self, TrafficEvaluate.self, TrafficEvaluateForecast.self, TrafficMonitor.self,
            TrafficBenchmark.self,
        ])
}
