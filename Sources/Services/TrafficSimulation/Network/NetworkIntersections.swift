import SignalControl

/// The intersections of a network, as the controller knows them, with the detectors that they need.
///
/// What may be green together is what does not cross, or what the network's own plan has green together: the engineers'
/// judgement of which left turns may give way is taken over, never widened.
struct NetworkIntersections {
    struct Configuration {
        /// Yellow for all approaches, in seconds; `nil` for 3, 4 or 5 s by their speed limit.
        var yellowSeconds: Double?
        var allRedSeconds = 0.0
        var minimumGreenSeconds = 5.0
        /// How far before the stop line vehicles are seen, in metres.
        var viewMetres = 250.0
        /// How far behind the intersection, in metres.
        var exitMetres = 60.0
        /// What asks for priority; `nil` for nothing.
        var publicTransport: PublicTransport?
    }

    struct Site {
        /// The id of the signals in the network.
        var signals: String
        var intersection: Intersection
        /// For each reading of an observation the number of its detector.
        var detectors: [Int]
        /// Who asks for which group: the numbers of the detectors that count people who wait, and public transport that comes.
        var calls: [Asking] = []
        var priority: [Asking] = []
        /// The lanes of the crossings of each group of people.
        var crossings: [Int: [String]] = [:]
    }

    /// A detector whose count asks for a group to be green.
    struct Asking: Equatable {
        var group: Int
        var detector: Int
    }

    private(set) var sites: [Site] = []
    private(set) var detectors = DetectorPlan()
    /// Signals that cannot be controlled, and why: they keep their plan.
    private(set) var leftOut: [(signals: String, reason: String)] = []

    private let network: RoadNetwork
    private let configuration: Configuration

    init(_ network: RoadNetwork, _ configuration: Configuration = Configuration()) {
        self.network = network
        self.configuration = configuration
        detectors.publicTransportTypes = configuration.publicTransport?.types ?? []
        var seen: Set<String> = []
        for program in network.programs where seen.insert(program.signals).inserted {
            do { try add(program) } catch { leftOut.append((program.signals, "\(error)")) }
        }
    }

    private mutating func add(_ program: RoadNetwork.Program) throws {
        let links = network.connections.filter { $0.signals == program.signals && $0.link != nil }
        let count = program.phases.map(\.state.utf8.count).max() ?? 0
        guard count > 0, links.allSatisfy({ $0.link.map { (0..<count).contains($0) } ?? false }) else {
            throw Intersection.Fault.groupCount(count)
        }
        // Without it nothing would be known to exclude it.
        if let lost = links.first(where: { network.rightOfWay(of: $0) == nil }) {
            throw RoadNetwork.Fault(description: "the right of way from lane \(lost.from) to \(lost.to) is not known")
        }
        let rules = RightOfWay(network, program, links, count)
        let groups = (0..<count).map { index in group(index, links.filter { $0.link == index }) }
        let ways = links.filter { network.crossing(of: $0) == nil }
        var site = SiteBuilder(network, configuration)
        site.build(links, groupCount: count, &detectors)
        let plan = FixedPlan(
            steps: program.phases.map {
                FixedPlan.Step(durationSeconds: $0.durationSeconds, phase: rules.phase($0.state))
            }, offsetSeconds: program.offsetSeconds)
        // Lanes that go together, and crossings, each for itself.
        let lanes = Dictionary(grouping: ways, by: \.from).sorted { $0.key < $1.key }
            .map { GroupSet($0.value.compactMap(\.link)) }
        let crossings = site.crossings.keys.sorted().map { GroupSet([$0]) }
        let intersection = try Intersection(
            name: program.signals, groups: groups, conflicts: rules.conflicts, yields: rules.yields, plan: plan,
            phases: rules.phases(lanes: lanes + crossings), lanes: site.lanes, exits: site.exits, boxes: site.boxes,
            detectorCount: site.detectors.count)
        sites.append(
            Site(
                signals: program.signals, intersection: intersection, detectors: site.detectors, calls: site.calls,
                priority: site.priority, crossings: site.crossings))
    }

    /// The group of these links. Where people cross with vehicles, it has the yellow of these and the times of those.
    private func group(_ index: Int, _ links: [RoadNetwork.Connection]) -> SignalGroup {
        let length = links.compactMap { network.crossing(of: $0)?.lengthMetres }.max()
        let people = length.map { SignalGroup.crossing(name: String(index), lengthMetres: $0) }
        let ways = links.filter { network.crossing(of: $0) == nil }
        if let people, ways.isEmpty { return people }
        let speed = (ways.compactMap { network.lanes[$0.from]?.speedMetresPerSecond }.max() ?? 0) * 3.6
        return SignalGroup(
            name: String(index),
            minimumGreenSeconds: max(configuration.minimumGreenSeconds, people?.minimumGreenSeconds ?? 0),
            yellowSeconds: configuration.yellowSeconds ?? SignalGroup.yellowSeconds(atKilometresPerHour: speed),
            allRedSeconds: max(configuration.allRedSeconds, people?.allRedSeconds ?? 0))
    }
}
