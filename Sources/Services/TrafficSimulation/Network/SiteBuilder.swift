import SignalControl

/// Lays the detectors of one intersection, and describes its lanes by them.
struct SiteBuilder {
    private(set) var lanes: [ApproachLane] = []
    private(set) var exits: [ExitLane] = []
    /// For each signal group the readings that look at its way through the intersection.
    private(set) var boxes: [[Int]] = []
    /// For each reading of an observation the number of its detector in the plan.
    private(set) var detectors: [Int] = []
    private(set) var calls: [NetworkIntersections.Asking] = []
    private(set) var priority: [NetworkIntersections.Asking] = []
    /// The lanes of the crossings of each group of people.
    private(set) var crossings: [Int: [String]] = [:]

    private let network: RoadNetwork
    private let configuration: NetworkIntersections.Configuration
    private var readings: [Int: Int] = [:]
    private var exitIndices: [String: Int] = [:]

    /// A lane is watched in stretches that end at these distances from the stop line, in metres.
    private static let zoneEnds = [40.0, 80, 130, 190, 250, 320, 400]
    /// A shorter stretch would count vehicles of its neighbours more than its own.
    private static let shortestZoneMetres = 8.0
    private static let mostZones = 12

    init(_ network: RoadNetwork, _ configuration: NetworkIntersections.Configuration) {
        self.network = network
        self.configuration = configuration
    }

    mutating func build(_ links: [RoadNetwork.Connection], groupCount: Int, _ plan: inout DetectorPlan) {
        boxes = Array(repeating: [], count: groupCount)
        let ways = links.filter { network.crossing(of: $0) == nil }
        for connection in ways { watchBox(of: connection, &plan) }
        for connection in links { watchCrossing(of: connection, &plan) }
        for from in Set(ways.map(\.from)).sorted() {
            guard let lane = network.lanes[from] else { continue }
            let own = ways.filter { $0.from == from }
            let weights = own.map { Self.weight($0.direction) }
            let total = weights.reduce(0, +)
            var movements: [ApproachLane.Movement] = []
            for (link, weight) in zip(own, weights) {
                guard let group = link.link else { continue }
                movements.append(
                    ApproachLane.Movement(group: group, exit: exit(link.to, &plan), share: weight / max(total, 1e-9)))
            }
            let loop = DetectorPlan.Detector(
                kind: .stopLine, lane: from, fromMetres: max(0, lane.lengthMetres - 0.5),
                toMetres: max(0, lane.lengthMetres - 0.5))
            lanes.append(
                ApproachLane(
                    name: from, movements: movements, zones: zones(before: lane, &plan),
                    stopLineDetector: reading(plan.number(of: loop)), speedMetresPerSecond: lane.speedMetresPerSecond))
        }
        if let publicTransport = configuration.publicTransport {
            for lane in lanes { listen(for: publicTransport, on: lane, &plan) }
        }
    }

    /// Who waits at a crossing asks for its green, and who is on it is waited for.
    private mutating func watchCrossing(of connection: RoadNetwork.Connection, _ plan: inout DetectorPlan) {
        guard let group = connection.link, let crossing = network.crossing(of: connection) else { return }
        guard crossings[group]?.contains(crossing.lane) != true else { return }
        crossings[group, default: []].append(crossing.lane)
        var detector = DetectorPlan.Detector(
            kind: .waiting, lane: crossing.lane, fromMetres: 0, toMetres: crossing.lengthMetres)
        calls.append(.init(group: group, detector: plan.number(of: detector)))
        detector.kind = .crossing
        boxes[group].append(reading(plan.number(of: detector)))
    }

    /// Lays detectors of public transport over the stretches that a lane is watched on, from the stop line to the first stop:
    /// how long a vehicle stands there nobody knows.
    private mutating func listen(
        for publicTransport: PublicTransport, on lane: ApproachLane, _ plan: inout DetectorPlan
    ) {
        for zone in lane.zones.sorted(by: { $0.distanceMetres < $1.distanceMetres }) {
            var detector = plan.detectors[detectors[zone.detector]]
            detector.kind = .publicTransport
            let stop = publicTransport.stops[detector.lane]?.filter {
                $0 > detector.fromMetres && $0 <= detector.toMetres
            }
            .max()
            detector.fromMetres = max(detector.fromMetres, stop ?? 0)
            if detector.toMetres - detector.fromMetres >= Self.shortestZoneMetres {
                let number = plan.number(of: detector)
                for group in Set(lane.movements.map(\.group)).sorted() {
                    let asking = NetworkIntersections.Asking(group: group, detector: number)
                    if !priority.contains(asking) { priority.append(asking) }
                }
            }
            if stop != nil { return }
        }
    }

    private mutating func watchBox(of connection: RoadNetwork.Connection, _ plan: inout DetectorPlan) {
        guard let group = connection.link else { return }
        var via = connection.via
        for _ in 0..<4 {
            guard let id = via, let lane = network.lanes[id] else { return }
            if lane.lengthMetres >= 1 {
                let detector = DetectorPlan.Detector(
                    kind: .area, lane: lane.id, fromMetres: 0, toMetres: lane.lengthMetres - 0.1)
                boxes[group].append(reading(plan.number(of: detector)))
            }
            via = network.leaving[id].flatMap { [network] in $0.lazy.compactMap { network.connections[$0].via }.first }
        }
    }

    /// How much of a lane's traffic is assumed to go in a direction, as a ratio.
    private static func weight(_ direction: String) -> Double {
        switch direction {
        case "s": 1
        case "t": 0.01
        default: 0.3
        }
    }

    private mutating func reading(_ detector: Int) -> Int {
        if let reading = readings[detector] { return reading }
        readings[detector] = detectors.count
        detectors.append(detector)
        return detectors.count - 1
    }

    /// The stretches before a stop line, upstream through junctions without signals.
    private mutating func zones(before lane: RoadNetwork.Lane, _ plan: inout DetectorPlan) -> [ApproachLane.Zone] {
        var zones: [ApproachLane.Zone] = []
        var open = [(lane: lane, distance: 0.0)]
        var seen: Set<String> = [lane.id]
        while !open.isEmpty, zones.count < Self.mostZones {
            let (current, distance) = open.removeFirst()
            var near = distance
            let end = min(distance + current.lengthMetres, configuration.viewMetres)
            while near < end - 0.1 {
                // A short rest belongs to the stretch before it.
                var far = min(end, Self.zoneEnds.first { $0 > near + Self.shortestZoneMetres } ?? end)
                if end - far < Self.shortestZoneMetres { far = end }
                if far - near >= Self.shortestZoneMetres {
                    let detector = DetectorPlan.Detector(
                        kind: .area, lane: current.id,
                        fromMetres: max(0, current.lengthMetres - (far - distance)),
                        toMetres: current.lengthMetres - (near - distance))
                    zones.append(
                        ApproachLane.Zone(
                            detector: reading(plan.number(of: detector)), distanceMetres: near,
                            lengthMetres: far - near))
                }
                near = far
            }
            let next = distance + current.lengthMetres
            guard next < configuration.viewMetres else { continue }
            let before = (network.entering[current.id] ?? []).map { network.connections[$0] }
                .filter { $0.signals == nil && network.lanes[$0.from]?.isInternal == false }
            let straight = before.filter { $0.direction == "s" }
            for connection in straight.isEmpty && before.count == 1 ? before : straight {
                if let lane = network.lanes[connection.from], seen.insert(lane.id).inserted {
                    open.append((lane, next))
                }
            }
        }
        return zones
    }

    private mutating func exit(_ lane: String, _ plan: inout DetectorPlan) -> Int? {
        if let index = exitIndices[lane] { return index }
        var numbers: [Int] = []
        var length = 0.0
        var next = network.lanes[lane]
        for _ in 0..<4 {
            guard let current = next, length < configuration.exitMetres else { break }
            let rest = min(current.lengthMetres, configuration.exitMetres - length)
            if rest >= Self.shortestZoneMetres {
                numbers.append(
                    reading(
                        plan.number(
                            of: DetectorPlan.Detector(kind: .area, lane: current.id, fromMetres: 0, toMetres: rest))))
            }
            length += rest
            let onward = (network.leaving[current.id] ?? []).map { network.connections[$0] }
            next = onward.first { $0.signals == nil && $0.direction == "s" }.flatMap { network.lanes[$0.to] }
        }
        guard !numbers.isEmpty else { return nil }
        exitIndices[lane] = exits.count
        exits.append(ExitLane(name: lane, detectors: numbers, lengthMetres: length))
        return exits.count - 1
    }
}
