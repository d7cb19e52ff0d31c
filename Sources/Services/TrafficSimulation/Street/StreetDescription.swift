import GeoJSON
import NGSILDModel
import SignalControl
import SignalRoadside

/// A network's intersections, detectors and approach roads as entities of a city.
struct StreetDescription {
    /// A road that leads to signals: all lanes of one edge.
    struct Road {
        var edge: String
        var segmentID: String
        var flowID: String
        var lanes: [RoadNetwork.Lane]
        var line: [Position]
        var name: String
        /// The detectors at its stop lines, by their numbers.
        var stopLines: [Int] = []
    }

    private(set) var intersections: [IntersectionDescription] = []
    private(set) var roads: [Road] = []
    /// Detectors that the city needs to know of; others, inside intersections, are the roadside unit's own.
    private(set) var reported: Set<Int> = []
    /// The id of each detector's entity, by its number.
    let detectorIDs: [String]
    private var detectorPlaces: [Position?] = []
    private var detectorOwners: [[String]]
    private let plan: DetectorPlan

    /// - Parameters:
    ///   - key: Tells this street's entities apart from others.
    ///   - zero: The instant at which the simulation's clock shows 0: the city's plans count from 1970.
    init(
        _ network: RoadNetwork, _ sites: NetworkIntersections, key: String, map: StreetMap, zero: Timestamp,
        mode: ControlMode
    ) throws {
        plan = sites.detectors
        detectorIDs = plan.detectors.indices.map { SignalEntity.detector.id("\(key):\($0 + 1)") }
        detectorOwners = plan.detectors.map { _ in [] }
        for detector in plan.detectors {
            let lane = network.lanes[detector.lane]
            let middle = (detector.fromMetres + detector.toMetres) / 2
            let point = lane.flatMap { StreetMap.point(on: $0.line, at: middle / max($0.lengthMetres, 0.1)) }
            detectorPlaces.append(try point.map { try map.position($0) })
        }
        var edges: Set<String> = []
        for site in sites.sites {
            var description = IntersectionDescription(
                Self.onCityClock(site.intersection, zero), key: "\(key):\(site.signals)",
                detectors: site.detectors.map { detectorIDs[$0] })
            description.controlMode = mode
            description.laneLines = try site.intersection.lanes.map { lane in
                try (network.lanes[lane.name]?.line ?? []).map { try map.position($0) }
            }
            for (group, crossings) in site.crossings {
                guard let line = crossings.first.flatMap({ network.lanes[$0]?.line }), line.count > 1 else { continue }
                description.crossingLines[group] = try line.map { try map.position($0) }
            }
            description.location = try Self.place(of: site, network, map)
            for reading in Self.usedReadings(site.intersection) {
                reported.insert(site.detectors[reading])
                detectorOwners[site.detectors[reading]].append(description.id)
            }
            intersections.append(description)
            edges.formUnion(site.intersection.lanes.compactMap { network.lanes[$0.name]?.edge })
        }
        let lanes = Dictionary(
            grouping: network.lanes.values.filter { edges.contains($0.edge) && !$0.isForPeople }, by: \.edge)
        for edge in edges.sorted() {
            let own = (lanes[edge] ?? []).sorted { $0.index < $1.index }
            guard let middle = own.dropFirst(own.count / 2).first else { continue }
            let names = Set(own.map(\.id))
            roads.append(
                Road(
                    edge: edge, segmentID: Self.id("RoadSegment", key, edge),
                    flowID: Self.id("TrafficFlowObserved", key, edge), lanes: own,
                    line: try middle.line.map { try map.position($0) }, name: network.streetNames[edge] ?? edge,
                    stopLines: plan.detectors.indices.filter {
                        plan.detectors[$0].kind == .stopLine && names.contains(plan.detectors[$0].lane)
                    }))
        }
    }

    /// Readings that lanes and exits name, each once.
    private static func usedReadings(_ intersection: Intersection) -> [Int] {
        let lanes = intersection.lanes.flatMap { $0.zones.map(\.detector) + [$0.stopLineDetector].compactMap { $0 } }
        return Set(lanes + intersection.exits.flatMap(\.detectors)).sorted()
    }

    private static func id(_ type: String, _ key: String, _ edge: String) -> String {
        // Escaped as the ids of signals are.
        SignalEntity.detector.id("\(key):\(edge)").replacing(":\(SignalEntity.detector.rawValue):", with: ":\(type):")
    }

    /// The middle of the beginnings of its junction's ways, which is where the junction is.
    private static func place(
        of site: NetworkIntersections.Site, _ network: RoadNetwork, _ map: StreetMap
    ) throws -> Position? {
        if let junction = network.junctions.first(where: { $0.id == site.signals }), let place = junction.place {
            return try map.position(place)
        }
        // Signals of several junctions have a name of their own: the middle of their stop lines.
        let ends = site.intersection.lanes.compactMap { network.lanes[$0.name]?.line.last }
        guard !ends.isEmpty else { return nil }
        let count = Double(ends.count)
        return try map.position(
            .init(x: ends.reduce(0) { $0 + $1.x } / count, y: ends.reduce(0) { $0 + $1.y } / count))
    }

    /// The same with a plan whose offset counts from 1970.
    static func onCityClock(_ intersection: Intersection, _ zero: Timestamp) -> Intersection {
        let cycle = intersection.plan.cycleSeconds
        guard cycle > 0 else { return intersection }
        var offset = (intersection.plan.offsetSeconds + Double(zero.microseconds) / 1e6)
            .truncatingRemainder(dividingBy: cycle)
        if offset < 0 { offset += cycle }
        return intersection.withOffset(seconds: offset)
    }

    /// The bodies of the batch that describes the street.
    func bodies() -> [[UInt8]] {
        var writer = SignalEntityWriter()
        for (number, id) in detectorIDs.enumerated() where reported.contains(number) {
            writer.begin(id, SignalEntity.detector.rawValue)
            writer.relationship("refSignalizedIntersection", detectorOwners[number])
            writer.text("detectorKind", plan.detectors[number].kind == .area ? "area" : "stopLine")
            if let place = detectorPlaces[number] { writer.location([place]) }
            writer.end()
        }
        for road in roads {
            writer.begin(road.segmentID, "RoadSegment")
            writer.text("name", road.name)
            writer.location(road.line)
            if let lane = road.lanes.first {
                writer.number("length", lane.lengthMetres, unit: "MTR")
                writer.number(
                    "maximumAllowedSpeed", (lane.speedMetresPerSecond * 3.6).rounded(), unit: "KMH")
            }
            writer.number("totalLaneNumber", Double(road.lanes.count))
            writer.end()
        }
        for intersection in intersections { intersection.append(to: &writer) }
        return writer.bodies()
    }
}
