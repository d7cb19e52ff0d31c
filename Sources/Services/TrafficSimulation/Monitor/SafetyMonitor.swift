import SignalControl

/// Reads a running simulation as a client of its own, beside whoever controls it, and reports what its signals showed.
public struct SafetyMonitor {
    /// What was watched, and what was found.
    public struct Report: Sendable, Equatable, Codable {
        /// Seconds that were watched, and signals in each.
        public var watchedSeconds: Int
        public var signals: Int
        /// How often something was shown that must not be.
        public var violations: Int
        /// The first of them.
        public var examples: [SafetyViolation]
    }

    private var watches: [SignalWatch] = []
    private let lanes: [String]
    private var people: CrossingCounts

    /// - Parameters:
    ///   - networkPath: The simulation's network, which the rules are read from.
    ///   - yellowSeconds: Shortest yellow everywhere; `nil` for 3, 4 or 5 s by the speed limit.
    public init(networkPath: String, yellowSeconds: Double?) throws {
        let network = try RoadNetwork(path: networkPath)
        var seen: Set<String> = []
        for program in network.programs where seen.insert(program.signals).inserted {
            let rules = Self.rules(of: program, network, yellowSeconds)
            watches.append(SignalWatch(signals: program.signals, rules: rules))
        }
        let watched = Set(watches.flatMap { $0.rules.lanes.joined() }).sorted()
        lanes = watched.filter { network.crossings[$0] == nil }
        people = CrossingCounts(watched.compactMap { network.crossings[$0] })
    }

    /// Watches until a time of the simulation, as the second client at a port of this machine.
    public mutating func watch(port: UInt16, untilSeconds end: Double) throws -> Report {
        let connection = try TraCIConnection(port: port, attempts: 3_000)
        defer { connection.close() }
        try connection.setOrder(2)
        var now = 0.0
        for value in try connection.subscribe(.simulation, "", [0x66]).values { now = value.value.number ?? now }
        for watch in watches { try connection.subscribe(.signals, watch.signals, [0x20]) }
        for lane in lanes { try connection.subscribe(.lane, lane, [0x14]) }
        let around = try people.subscribe(connection)
        people.take(around)
        var seconds = 0
        while now < end {
            var states: [String: String] = [:]
            var standing: [String: Int] = [:]
            let reports = try connection.step()
            for report in reports {
                for (variable, value) in report.values {
                    switch (variable, value) {
                    case (0x20, .string(let state)): states[report.object] = state
                    case (0x14, _): standing[report.object] = Int(value.number ?? 0)
                    case (0x66, _): now = value.number ?? now
                    default: break
                    }
                }
            }
            people.take(reports)
            standing.merge(people.waiting) { $1 }
            seconds += 1
            take(states, standing: standing, atSeconds: now)
        }
        return report(watchedSeconds: seconds)
    }

    /// Takes in what signals show, by their ids, and how many vehicles stand on lanes and people wait at crossings.
    mutating func take(_ states: [String: String], standing: [String: Int], atSeconds now: Double) {
        for index in watches.indices {
            guard let state = states[watches[index].signals] else { continue }
            watches[index].take(state, standing: standing, atSeconds: now)
        }
    }

    func report(watchedSeconds: Int) -> Report {
        Report(
            watchedSeconds: watchedSeconds, signals: watches.count, violations: watches.reduce(0) { $0 + $1.count },
            examples: Array(watches.flatMap(\.violations).sorted { $0.atSeconds < $1.atSeconds }.prefix(20)))
    }

    /// Conflicts are crossing ways that the network's own plan never has green together.
    private static func rules(
        of program: RoadNetwork.Program, _ network: RoadNetwork, _ yellow: Double?
    ) -> SignalWatch.Rules {
        let count = program.phases.map(\.state.count).max() ?? 0
        var conflicts = Array(repeating: Set<Int>(), count: count)
        var lanes = Array(repeating: [String](), count: count)
        var yellows = Array(repeating: 0.0, count: count)
        var walks: [Int: Double] = [:]
        let states = program.phases.map { Array($0.state) }
        let links = network.connections.filter { $0.signals == program.signals }
        for link in links {
            guard let place = link.link, lanes.indices.contains(place) else { continue }
            if let crossing = network.crossing(of: link) {
                lanes[place].append(crossing.lane)
                walks[place] = max(walks[place] ?? 0, crossing.lengthMetres)
            } else {
                lanes[place].append(link.from)
                let speed = (network.lanes[link.from]?.speedMetresPerSecond ?? 0) * 3.6
                yellows[place] = max(yellows[place], yellow ?? SignalGroup.yellowSeconds(atKilometresPerHour: speed))
            }
            for other in links {
                guard let otherPlace = other.link, otherPlace != place, conflicts.indices.contains(otherPlace),
                    let one = network.rightOfWay(of: link), let two = network.rightOfWay(of: other),
                    one.junction == two.junction,
                    network.junctions[one.junction].foes[one.place]?.contains(two.place) ?? false,
                    !states.contains(where: { "Gg".contains($0[place]) && "Gg".contains($0[otherPlace]) })
                else { continue }
                conflicts[place].insert(otherPlace)
                conflicts[otherPlace].insert(place)
            }
        }
        // Lamps that nobody is known to look at have a yellow too.
        for place in lanes.indices where lanes[place].isEmpty { yellows[place] = yellow ?? 3 }
        return SignalWatch.Rules(
            conflicts: conflicts, yellowSeconds: yellows, lanes: lanes,
            walks: walks.mapValues { SignalWatch.Walk(lengthMetres: $0) })
    }
}
