import ArgumentParser
import Foundation
import TrafficSimulation

struct TrafficMonitor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "monitor",
        abstract: "Watch the signals of a running SUMO simulation, and report what must never be shown.",
        discussion: """
            A second client of the simulation, which has to be started with
            --num-clients 2. It reads the network by itself and shares nothing with the
            controller. Exit status 2 when there are violations.

            EXAMPLES
              parvis traffic monitor --port 8813 --network city.net.xml --until 3600
            """)

    @Option(help: "SUMO's --remote-port on this machine.")
    var port: UInt16
    @Option(help: "The network of the simulation, a .net.xml file.")
    var network: String
    @Option(help: "The time of the simulation until which to watch, in seconds.")
    var until: Double
    @Option(help: "Shortest yellow everywhere, in seconds (default: 3, 4 or 5 by the speed limit).")
    var yellow: Double?
    @Flag(help: "Print JSON instead of sentences; the exit status is 0 then.")
    var json = false

    /// This command of this program, for runs that let themselves be watched.
    static func command() throws -> [String] {
        [try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"), "traffic", "monitor"]
    }

    func run() async throws {
        try await Failure.told {
            var monitor = try SafetyMonitor(networkPath: network, yellowSeconds: yellow)
            let report = try monitor.watch(port: port, untilSeconds: until)
            if json {
                print(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
                return
            }
            for violation in report.examples {
                print("\(violation.atSeconds) s, \(violation.signals): \(violation.text) (\(violation.rule.rawValue))")
            }
            print(
                "\(report.signals) signals watched for \(report.watchedSeconds) s: \(report.violations) violations")
            if report.violations > 0 { throw ExitCode(2) }
        }
    }
}
