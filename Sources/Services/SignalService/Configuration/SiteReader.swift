import NGSILDModel
import SignalControl
import SignalRoadside

/// Reads the configuration of one intersection from its entities.
///
/// Whatever the entities say, the result is an intersection that can be controlled or a fault that tells what to change.
struct SiteReader {
    /// Bounds of one intersection.
    static let mostLanes = 96
    static let mostPhases = 64
    static let mostSteps = 256
    static let mostZones = 32
    static let mostMovements = 16
    /// Phases times movements: what one decision has to look at.
    static let mostCombinations = 16_384
    static let mostExits = 512
    static let mostExitDetectors = 16

    /// An entity with its attributes.
    struct Source {
        var id: String
        var reading: AttributeReading
    }

    let site: Source
    private let members: [SignalEntity: [Source]]
    /// Places of the groups by their ids and numbers.
    private(set) var groups: [String: Int] = [:]
    private(set) var numbers: [Int: Int] = [:]
    private var detectors: [SiteConfiguration.Detector] = []
    private var detectorPlaces: [SiteConfiguration.Detector: Int] = [:]

    /// - Parameter members: By their kinds, in any order.
    init(_ site: Source, _ members: [SignalEntity: [Source]]) {
        self.site = site
        self.members = members.mapValues { $0.sorted { $0.id < $1.id } }
    }

    /// - Throws: ``ConfigurationFault``.
    mutating func configuration() throws(ConfigurationFault) -> SiteConfiguration {
        let modeText = site.reading.text("controlMode") ?? ControlMode.adaptive.rawValue
        guard let mode = ControlMode(rawValue: modeText) else {
            throw fault(site, "controlMode is \"\(modeText.prefix(40))\"; write adaptive or fixedPlan")
        }
        let groupSources = try numbered(.group, "groupNumber", atMost: GroupSet.capacity)
        for (place, source) in groupSources.enumerated() {
            groups[source.source.id] = place
            numbers[source.number] = place
        }
        let laneSources = members[.lane] ?? []
        guard laneSources.count <= Self.mostLanes else {
            throw fault(site, "it has \(laneSources.count) lanes; at most \(Self.mostLanes) are possible")
        }
        let exits = try exitLanes()
        let exitPlaces = Dictionary(
            exits.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
        var lanes: [ApproachLane] = []
        for source in laneSources { lanes.append(try lane(source, exitPlaces)) }
        var signalGroups: [SignalGroup] = []
        var conflicts: [GroupSet] = []
        var yields: [GroupSet] = []
        for (place, source) in groupSources.enumerated() {
            signalGroups.append(try group(source.source, source.number, place, lanes))
            conflicts.append(try groupSet(source.source, "conflictsWith"))
            yields.append(try groupSet(source.source, "yieldsTo"))
        }
        let phases = try numbered(.phase, "phaseNumber", atMost: Self.mostPhases)
        var signalPhases: [SignalPhase] = []
        for phase in phases {
            signalPhases.append(
                SignalPhase(
                    protected: try groupSet(phase.source, "protectedGroup"),
                    permissive: try groupSet(phase.source, "permissiveGroup")))
        }
        let movements = lanes.reduce(0) { $0 + $1.movements.count }
        guard phases.count * movements <= Self.mostCombinations else {
            throw fault(
                site,
                "it has \(phases.count) phases and \(movements) movements; their product may be \(Self.mostCombinations) at most"
            )
        }
        let plan = try plan(phases.map(\.number), signalPhases)
        let maximumRed = try seconds(site, "maximumRed", 10...3_600) ?? 120
        let intersection: Intersection
        do throws(Intersection.Fault) {
            intersection = try Intersection(
                name: site.reading.text("name") ?? site.id, groups: signalGroups, conflicts: conflicts, yields: yields,
                plan: plan, phases: signalPhases, lanes: lanes, exits: exits, detectorCount: detectors.count,
                maximumRedSeconds: maximumRed)
        } catch {
            throw fault(site, "\(error); correct its SignalGroup, SignalPhase and SignalPlan entities")
        }
        return SiteConfiguration(
            intersection: intersection, groupIDs: groupSources.map(\.source.id),
            groupNumbers: groupSources.map(\.number), laneIDs: laneSources.map(\.id),
            phaseNumbers: phases.map(\.number),
            phaseNames: phases.map { $0.source.reading.text("name") ?? String($0.number) },
            detectors: detectors, controlMode: mode)
    }

    // MARK: - Groups and phases

    /// The entities of a kind in the order of their numbers.
    private func numbered(
        _ kind: SignalEntity, _ name: String, atMost limit: Int
    ) throws(ConfigurationFault) -> [(source: Source, number: Int)] {
        let sources = members[kind] ?? []
        guard !sources.isEmpty else {
            throw fault(site, "no \(kind.rawValue) has it as refSignalizedIntersection; create its \(kind.rawValue)s")
        }
        guard sources.count <= limit else {
            throw fault(site, "it has \(sources.count) \(kind.rawValue)s; at most \(limit) are possible")
        }
        var found: [(source: Source, number: Int)] = []
        var taken: [Int: String] = [:]
        for source in sources {
            guard let number = source.reading.number(name).flatMap({ Int(exactly: $0) }), (1...65_535).contains(number)
            else { throw fault(source, "\(name) is not a whole number from 1 to 65535; give it one") }
            if let other = taken[number] {
                throw fault(source, "\(name) \(number) is that of \(other) too; change one")
            }
            taken[number] = source.id
            found.append((source, number))
        }
        return found.sorted { $0.number < $1.number }
    }

    private func group(
        _ source: Source, _ number: Int, _ place: Int, _ lanes: [ApproachLane]
    ) throws(ConfigurationFault) -> SignalGroup {
        let word = source.reading.text("groupKind") ?? SignalGroup.Kind.vehicle.rawValue
        guard let kind = SignalGroup.Kind(rawValue: word) else {
            throw fault(source, "groupKind is \"\(word.prefix(40))\"; write vehicle, pedestrian or publicTransport")
        }
        let speed =
            lanes.filter { lane in lane.movements.contains { $0.group == place } }
            .map(\.speedMetresPerSecond).max() ?? 0
        let isCrossing = kind == .pedestrian
        return SignalGroup(
            name: source.reading.text("name") ?? String(number), kind: kind,
            minimumGreenSeconds: try seconds(source, "minimumGreen", 0...120) ?? (isCrossing ? 7 : 5),
            maximumGreenSeconds: try seconds(source, "maximumGreen", 1...3_600),
            yellowSeconds: try seconds(source, "yellow", 0...120)
                ?? (isCrossing ? 0 : SignalGroup.yellowSeconds(atKilometresPerHour: speed * 3.6)),
            allRedSeconds: try seconds(source, "allRed", 0...120) ?? (isCrossing ? 8 : 0))
    }

    /// The groups that a Relationship points at.
    private func groupSet(_ source: Source, _ name: String) throws(ConfigurationFault) -> GroupSet {
        var set = GroupSet()
        for id in source.reading.objects(name) {
            guard let place = groups[id] else {
                throw fault(
                    source,
                    "\(name) names \(id.prefix(200)), which is no SignalGroup of this intersection; "
                        + "correct the id or create the group")
            }
            set.insert(place)
        }
        return set
    }

    // MARK: - Detectors

    /// The place of a detector in observations; the same detector has one place.
    mutating func place(of id: String, isStopLine: Bool) -> Int {
        let detector = SiteConfiguration.Detector(id: id, isStopLine: isStopLine)
        if let place = detectorPlaces[detector] { return place }
        detectorPlaces[detector] = detectors.count
        detectors.append(detector)
        return detectors.count - 1
    }

    // MARK: - Plan

    private func plan(
        _ phaseNumbers: [Int], _ phases: [SignalPhase]
    ) throws(ConfigurationFault) -> FixedPlan {
        guard let source = members[.plan]?.first else {
            throw fault(site, "no SignalPlan has it as refSignalizedIntersection; create its fixed plan")
        }
        return FixedPlan(
            steps: try planSteps(source, phaseNumbers, phases),
            offsetSeconds: try seconds(source, "offset", -1e9...1e9) ?? 0)
    }

    // MARK: - Values

    func fault(_ source: Source, _ text: String) -> ConfigurationFault {
        ConfigurationFault(sentence: "\(source.id): \(text)")
    }

    /// A number of seconds; `nil` where there is none.
    func seconds(
        _ source: Source, _ name: String, _ range: ClosedRange<Double>
    ) throws(ConfigurationFault) -> Double? {
        guard source.reading.root(name) != nil else { return nil }
        guard let value = source.reading.number(name), range.contains(value) else {
            throw fault(
                source,
                "\(name) is not a number from \(Int(range.lowerBound)) to \(Int(range.upperBound)); "
                    + "give it in seconds")
        }
        return value
    }
}
