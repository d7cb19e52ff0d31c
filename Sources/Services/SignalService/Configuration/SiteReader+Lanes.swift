import JSONTree
import SignalControl

/// What stands in JsonProperties: lanes with their movements and zones, exits, and the steps of a plan.
extension SiteReader {
    mutating func lane(_ source: Source, _ exits: [String: Int]) throws(ConfigurationFault) -> ApproachLane {
        var zones: [ApproachLane.Zone] = []
        if let list = try list(source, "zones", atMost: Self.mostZones) {
            for element in list.elements {
                guard let id = list.text(element, "detector"), let distance = list.number(element, "distance"),
                    let length = list.number(element, "length")
                else { throw fault(source, "a zone is {\"detector\": ID, \"distance\": METRES, \"length\": METRES}") }
                zones.append(
                    .init(detector: place(of: id, isStopLine: false), distanceMetres: distance, lengthMetres: length))
            }
        }
        guard let list = try list(source, "movements", atMost: Self.mostMovements), !list.elements.isEmpty else {
            throw fault(source, "it has no movements; write [{\"group\": ID, \"share\": 0 to 1, \"exit\": NAME}]")
        }
        var movements: [ApproachLane.Movement] = []
        for element in list.elements {
            guard let id = list.text(element, "group"), let group = groups[id] else {
                throw fault(source, "a movement's group is no SignalGroup of this intersection; correct its id")
            }
            let share = list.number(element, "share") ?? 1 / Double(list.elements.count)
            var exit: Int?
            if let name = list.text(element, "exit") {
                guard let place = exits[name] else {
                    throw fault(
                        source,
                        "a movement leads to \"\(name.prefix(100))\", which is not among the intersection's exits")
                }
                exit = place
            }
            movements.append(.init(group: group, exit: exit, share: share))
        }
        return ApproachLane(
            name: source.reading.text("name") ?? source.id, movements: movements, zones: zones,
            stopLineDetector: source.reading.objects("stopLineDetector").first.map {
                place(of: $0, isStopLine: true)
            }, speedMetresPerSecond: try speed(source))
    }

    /// Kilometres an hour without a unit; 50 where there is none.
    private func speed(_ source: Source) throws(ConfigurationFault) -> Double {
        guard source.reading.root("speedLimit") != nil else { return 50 / 3.6 }
        guard let value = source.reading.number("speedLimit"), (1...300).contains(value) else {
            throw fault(source, "speedLimit is not a number from 1 to 300; give it in km/h (KMH) or m/s (MTS)")
        }
        return source.reading.unit("speedLimit") == "MTS" ? value : value / 3.6
    }

    mutating func exitLanes() throws(ConfigurationFault) -> [ExitLane] {
        guard let list = try list(site, "exits", atMost: Self.mostExits) else { return [] }
        var exits: [ExitLane] = []
        for element in list.elements {
            guard let name = list.text(element, "name"), let length = list.number(element, "length"),
                (0...10_000).contains(length), let detectors = list.document.member(element, "detectors"),
                list.document.isArray(detectors), list.document.count(detectors) <= Self.mostExitDetectors
            else {
                throw fault(
                    site,
                    "an exit is {\"name\": TEXT, \"length\": METRES, \"detectors\": [up to "
                        + "\(Self.mostExitDetectors) ids]}")
            }
            let ids = list.document.elements(detectors).compactMap { list.document.string($0) }
            exits.append(
                ExitLane(
                    name: name, detectors: ids.map { place(of: $0, isStopLine: false) }, lengthMetres: length))
        }
        return exits
    }

    /// Steps that name a phase by its number, or groups by theirs; a step with neither ends all greens.
    func planSteps(
        _ source: Source, _ phaseNumbers: [Int], _ phases: [SignalPhase]
    ) throws(ConfigurationFault) -> [FixedPlan.Step] {
        guard let list = try list(source, "steps", atMost: Self.mostSteps) else {
            throw fault(source, "it has no steps; write [{\"duration\": SECONDS, \"phase\": NUMBER}]")
        }
        var steps: [FixedPlan.Step] = []
        for element in list.elements {
            guard let duration = list.number(element, "duration"), (0...3_600).contains(duration) else {
                throw fault(source, "a step's duration is not a number of seconds from 0 to 3600")
            }
            var phase = SignalPhase(protected: [])
            if let member = list.document.member(element, "phase") {
                guard let number = list.document.integer(member), let place = phaseNumbers.firstIndex(of: number)
                else { throw fault(source, "a step's phase is not the phaseNumber of a SignalPhase") }
                phase = phases[place]
            } else {
                phase = SignalPhase(
                    protected: try stepGroups(source, list, element, "protectedGroup"),
                    permissive: try stepGroups(source, list, element, "permissiveGroup"))
            }
            steps.append(.init(durationSeconds: duration, phase: phase))
        }
        return steps
    }

    private func stepGroups(
        _ source: Source, _ list: JSONList, _ element: JSONNode, _ name: StaticString
    ) throws(ConfigurationFault) -> GroupSet {
        guard let array = list.document.member(element, name) else { return [] }
        guard list.document.isArray(array), list.document.count(array) <= GroupSet.capacity else {
            throw fault(source, "\(name) of a step is not an array of up to \(GroupSet.capacity) group numbers")
        }
        var set = GroupSet()
        for item in list.document.elements(array) {
            guard let number = list.document.integer(item), let place = numbers[number] else {
                throw fault(source, "\(name) of a step holds what is not the groupNumber of a SignalGroup")
            }
            set.insert(place)
        }
        return set
    }

    // MARK: - JSON

    /// A JSON array of objects.
    struct JSONList {
        var document: JSONDocument
        var elements: [JSONNode]

        func text(_ element: JSONNode, _ name: StaticString) -> String? {
            document.member(element, name).flatMap { document.string($0) }
        }

        func number(_ element: JSONNode, _ name: StaticString) -> Double? {
            document.member(element, name).flatMap { document.double($0) }.flatMap { $0.isFinite ? $0 : nil }
        }
    }

    /// The value of a JsonProperty (or Property) that is an array; `nil` where the entity has none.
    private func list(
        _ source: Source, _ name: String, atMost limit: Int
    ) throws(ConfigurationFault) -> JSONList? {
        guard let root = source.reading.root(name) else { return nil }
        let forest = source.reading.forest
        guard let document = try? JSONDocument(parsing: Array(forest.bytes[forest.nodes[root].value])),
            document.isArray(document.root), document.count(document.root) <= limit
        else { throw fault(source, "\(name) is not a JSON array of at most \(limit) objects") }
        let elements = Array(document.elements(document.root))
        guard elements.allSatisfy({ document.isObject($0) }) else {
            throw fault(source, "\(name) holds what is not a JSON object")
        }
        return JSONList(document: document, elements: elements)
    }
}
