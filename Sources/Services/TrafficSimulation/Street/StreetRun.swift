import Foundation
public import GeoJSON
public import NGSILDModel
import SignalControl
public import SignalRoadside

/// Drives a SUMO scenario as if it were a street of a city: detectors report to the city's broker, roadside units take the
/// commands of its signal service from there, and keep the lamps safe.
///
/// The simulation goes on second by second: it reports, waits for the commands, and lets the lamps follow. When none come
/// in time it goes on without, as a street would.
public struct StreetRun: Sendable {
    /// What is different from the scenario as it is, and how fast it goes.
    public struct Options: Sendable {
        /// What the operator wants: with `fixedPlan` no commands are waited for.
        public var mode = ControlMode.adaptive
        public var demand = 1.0
        /// Part of the detectors that never report, 0...1.
        public var deadDetectors = 0.0
        /// Cars that stand on a lane for a while.
        public var breakdowns: [Breakdown] = []
        /// Whether buses and trams that come to a stop line ask for green.
        public var publicTransportPriority = false
        /// Seconds after the beginning at which the run ends; `nil` for the scenario's own end.
        public var untilSeconds: Double?
        /// Simulated seconds in a second; `nil` for as fast as it goes.
        public var speed: Double?
        /// How long commands are waited for, in seconds of wall time.
        public var deadlineSeconds = 1.0
        /// How long a city that did not answer is left alone, in seconds of wall time.
        public var retrySeconds = 0.2
        /// Where a network without a projection lies.
        public var origin = Position(longitude: 0, latitude: 0)
        /// A program with its first arguments that watches the run as ``SafetyMonitor`` does; empty for none.
        public var monitorCommand: [String] = []

        public init() {}
    }

    let scenario: Scenario
    let seed: Int
    let options: Options
    /// The instant at which the simulation begins, as it is told to the city.
    let start: Timestamp

    /// A run that is not yet started.
    public init(_ scenario: Scenario, seed: Int, options: Options = Options(), start: Timestamp = .now()) {
        self.scenario = scenario
        self.seed = seed
        self.options = options
        // Whole seconds, so that those of the simulation are whole ones of the city.
        self.start = Timestamp(microseconds: start.microseconds / 1_000_000 * 1_000_000)
    }

    /// Simulates; some thread is blocked while SUMO computes a step.
    public func run(
        in city: some StreetCity, watch: @escaping @Sendable (StreetEvent) -> Void
    ) async throws -> StreetResult {
        let network = try RoadNetwork(path: scenario.networkPath)
        var configuration = NetworkIntersections.Configuration()
        if options.publicTransportPriority { configuration.publicTransport = try PublicTransport(scenario) }
        let sites = NetworkIntersections(network, configuration)
        guard !sites.sites.isEmpty else {
            throw Scenario.Fault(description: "\(scenario.networkPath) has no signals that can be controlled")
        }
        let end =
            options.untilSeconds.map { min(scenario.beginSeconds + $0, scenario.endSeconds) } ?? scenario.endSeconds
        let isWatched = !options.monitorCommand.isEmpty
        let port = try SumoProcess.freePort()
        let file = "detectors.add.xml"
        let sumo = try SumoProcess(files: [file: sites.detectors.xml]) { folder in
            SimulationRun.arguments(
                scenario, seed: seed, demand: options.demand, until: end, files: [file], folder)
                + ["--remote-port", String(port)] + (isWatched ? ["--num-clients", "2"] : [])
        }
        var street: Street
        var monitor: MonitorProcess?
        do {
            let connection = try TraCIConnection(port: port, attempts: 3_000) { sumo.isRunning }
            defer { connection.close() }
            if isWatched {
                monitor = try MonitorProcess(
                    command: options.monitorCommand, port: port, scenario: scenario, until: end, yellowSeconds: nil)
                try connection.setOrder(1)
            }
            street = try Street(self, network, sites, connection)
            try await city.describe(street.description.bodies())
            watch(
                .began(
                    signals: sites.sites.map(\.signals), leftOut: sites.leftOut.map { "\($0.signals): \($0.reason)" }))
            try await street.run(until: end, in: city, watch: watch)
        } catch let error as TraCIError {
            throw SumoProcess.Fault(description: "\(error). SUMO said: \(sumo.lastMessages)")
        }
        let watched = try monitor?.report()
        try sumo.finish()
        var run = try RunResult(
            tripsPath: "\(sumo.folder)/trips.xml", statisticsPath: "\(sumo.folder)/statistics.xml",
            publicTransport: configuration.publicTransport ?? (try? PublicTransport(scenario)))
        run.violations = watched?.violations
        return street.result(run, watched?.examples ?? [])
    }
}
