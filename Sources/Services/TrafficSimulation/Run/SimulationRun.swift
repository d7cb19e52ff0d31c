import Foundation
public import SignalControl

/// One run of a scenario under one controller.
public struct SimulationRun: Sendable {
    /// Who decides what the signals show.
    public enum Controller: String, Sendable, CaseIterable, Codable {
        /// The plans of the network as they are.
        case fixed
        /// SUMO's own actuated control on the same phases.
        case actuated
        /// The adaptive controller behind its safety kernel.
        case parvis
    }

    /// What is different from the scenario as it is.
    public struct Options: Sendable {
        /// Multiplies the demand.
        public var demand = 1.0
        /// Part of the detectors that never report, 0...1.
        public var deadDetectors = 0.0
        /// Lanes that are closed from the beginning.
        public var closedLanes: [String] = []
        /// Cars that stand on a lane for a while.
        public var breakdowns: [Breakdown] = []
        /// Whether buses and trams that come to a stop line ask for green.
        public var publicTransportPriority = false
        /// Yellow for all approaches, in seconds; `nil` for 3, 4 or 5 s by their speed limit.
        public var yellowSeconds: Double?
        public var settings = PolicySettings()
        public var computesEmissions = false
        /// Seconds after the beginning from which the controller gets no more data, to see its plan take over.
        public var dataEndAfterSeconds: Double?
        /// A program with its first arguments that watches each run as ``SafetyMonitor`` does; empty for none.
        public var monitorCommand: [String] = []

        public init() {}
    }

    public var scenario: Scenario
    public var controller: Controller
    public var seed: Int
    public var options: Options

    /// A run that is not yet started.
    ///
    /// - Parameter seed: SUMO's random seed; also decides which detectors are dead.
    public init(_ scenario: Scenario, controller: Controller, seed: Int, options: Options = Options()) {
        self.scenario = scenario
        self.controller = controller
        self.seed = seed
        self.options = options
    }

    /// Simulates; blocks for as long as that takes, some seconds for an hour of a few intersections.
    ///
    /// - Parameter watch: Gets each decision with the id of its signals.
    public func run(watch: ((String, IntersectionController.Outcome) -> Void)? = nil) throws -> RunResult {
        let network = try RoadNetwork(path: scenario.networkPath)
        var configuration = NetworkIntersections.Configuration()
        configuration.yellowSeconds = options.yellowSeconds
        if options.publicTransportPriority { configuration.publicTransport = try PublicTransport(scenario) }
        let breakdowns = try Breakdowns(options.breakdowns, network)
        let sites = NetworkIntersections(network, configuration)
        var files: [String: String] = [:]
        switch controller {
        case .fixed: break
        case .actuated: files["actuated.add.xml"] = ActuatedPrograms.xml(network)
        case .parvis: files["detectors.add.xml"] = sites.detectors.xml
        }
        let names = files.keys.sorted()
        let isWatched = !options.monitorCommand.isEmpty
        let needsClient =
            controller == .parvis || !options.closedLanes.isEmpty || !options.breakdowns.isEmpty || isWatched
        let port = try SumoProcess.freePort()
        let sumo = try SumoProcess(files: files) { folder in
            var arguments = Self.arguments(
                scenario, seed: seed, demand: options.demand, until: scenario.endSeconds, files: names, folder)
            if options.computesEmissions { arguments += ["--device.emissions.probability", "1"] }
            if needsClient { arguments += ["--remote-port", String(port)] }
            if isWatched { arguments += ["--num-clients", "2"] }
            return arguments
        }
        var cost = DecisionCost()
        var monitor: MonitorProcess?
        do {
            if needsClient {
                // Loading a large network takes its time: a minute.
                let connection = try TraCIConnection(port: port, attempts: 3_000) { sumo.isRunning }
                defer { connection.close() }
                if isWatched {
                    monitor = try MonitorProcess(
                        command: options.monitorCommand, port: port, scenario: scenario,
                        yellowSeconds: options.yellowSeconds)
                    try connection.setOrder(1)
                }
                for lane in options.closedLanes { try connection.setDisallowed(lane: lane, ["all"]) }
                if controller == .parvis {
                    cost = try control(sites, network, breakdowns, connection, watch)
                } else {
                    try follow(breakdowns, connection)
                }
            }
        } catch {
            throw SumoProcess.Fault(description: "\(error). SUMO said: \(sumo.lastMessages)")
        }
        let watched = try monitor?.report()
        try sumo.finish()
        var result = try RunResult(
            tripsPath: "\(sumo.folder)/trips.xml", statisticsPath: "\(sumo.folder)/statistics.xml",
            publicTransport: configuration.publicTransport ?? (try? PublicTransport(scenario)))
        if controller == .parvis {
            result.longestDecisionMilliseconds = cost.processor.longest
            result.meanDecisionMilliseconds = cost.processor.mean
            result.longestDecisionWallMilliseconds = cost.wall.longest
        }
        result.violations = watched?.violations
        return result
    }

    /// What SUMO is started with in all runs.
    ///
    /// - Parameter files: Names of additional files in the folder.
    static func arguments(
        _ scenario: Scenario, seed: Int, demand: Double, until end: Double, files: [String], _ folder: String
    ) -> [String] {
        var arguments = [
            "-X", "never", "-c", scenario.configurationPath, "--time-to-teleport", "-1", "--seed", String(seed),
            "--no-step-log", "true", "--no-warnings", "true", "--duration-log.disable", "true",
            "--scale", String(demand), "--begin", String(scenario.beginSeconds), "--end", String(end),
            "--tripinfo-output", "\(folder)/trips.xml", "--tripinfo-output.write-unfinished", "true",
            "--statistic-output", "\(folder)/statistics.xml",
        ]
        let additional = scenario.additionalPaths + files.map { "\(folder)/\($0)" }
        if !additional.isEmpty { arguments += ["--additional-files", additional.joined(separator: ",")] }
        return arguments
    }

    /// Steps through a run that others control.
    private func follow(_ breakdowns: Breakdowns, _ connection: TraCIConnection) throws {
        var breakdowns = breakdowns
        for second in 0..<Int(scenario.endSeconds - scenario.beginSeconds) {
            try breakdowns.step(connection, afterSeconds: Double(second))
            _ = try connection.step()
        }
    }

    private func control(
        _ sites: NetworkIntersections, _ network: RoadNetwork, _ breakdowns: Breakdowns, _ connection: TraCIConnection,
        _ watch: ((String, IntersectionController.Outcome) -> Void)?
    ) throws -> DecisionCost {
        var breakdowns = breakdowns
        var feed = DetectorFeed(
            sites.detectors, network, deadPart: options.deadDetectors, seed: UInt64(bitPattern: Int64(seed)))
        try feed.subscribe(connection)
        var now = scenario.beginSeconds
        var controllers = sites.sites.map {
            IntersectionController($0.intersection, settings: options.settings, atSeconds: now)
        }
        var shown = Array(repeating: "", count: controllers.count)
        var cost = DecisionCost()
        while now < scenario.endSeconds {
            let hasData = options.dataEndAfterSeconds.map { now - scenario.beginSeconds < $0 } ?? true
            try breakdowns.step(connection, afterSeconds: now - scenario.beginSeconds)
            var states: [String] = []
            cost.measure {
                for (index, site) in sites.sites.enumerated() {
                    let observation = hasData ? feed.observation(of: site, atSeconds: now) : nil
                    let outcome = controllers[index].step(observation, atSeconds: now)
                    states.append(Self.state(outcome.colours))
                    watch?(site.signals, outcome)
                }
            }
            for (index, state) in states.enumerated() where state != shown[index] {
                try connection.setState(ofSignals: sites.sites[index].signals, state)
                shown[index] = state
            }
            feed.take(try connection.step())
            now += 1
        }
        return cost
    }

    /// SUMO's letters for what groups show.
    static func state(_ colours: [SignalColour]) -> String {
        String(
            colours.map { colour -> Character in
                switch colour {
                case .red: "r"
                case .yellow: "y"
                case .green: "G"
                case .permissive: "g"
                }
            })
    }
}

/// What deciding for all intersections costs in each second.
struct DecisionCost {
    /// What this thread computed: what counts, since a run shares the machine with SUMO and other runs.
    private(set) var processor = DecisionTiming()
    /// The time by the clock, in which others may have had the processor.
    private(set) var wall = DecisionTiming()

    mutating func measure(_ decide: () -> Void) {
        let clock = ContinuousClock()
        let (start, processorStart) = (clock.now, ProcessorTime.ofThread())
        decide()
        processor.add(.seconds(ProcessorTime.ofThread() - processorStart))
        wall.add(clock.now - start)
    }
}

/// How long decisions took.
struct DecisionTiming {
    private var sum = 0.0
    private var count = 0
    /// In milliseconds.
    private(set) var longest = 0.0

    var mean: Double { count > 0 ? sum / Double(count) : 0 }

    mutating func add(_ duration: Duration) {
        let milliseconds = duration / .milliseconds(1)
        sum += milliseconds
        count += 1
        longest = max(longest, milliseconds)
    }
}
