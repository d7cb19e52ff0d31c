public import GeoJSON
import JSONTree
public import SignalControl

/// How an intersection describes itself to the city: the entities that the signal service reads (docs/signals.md).
public struct IntersectionDescription: Sendable {
    public var intersection: Intersection
    /// Tells its entities apart from those of others, such as `ingolstadt:J7`.
    public var key: String
    /// The ids of the `SignalDetector` entities, one for each reading of an observation.
    public var detectors: [String]
    /// For each group the number that commands know it by.
    public var groupNumbers: [Int]
    public var controlMode = ControlMode.adaptive
    public var location: Position?
    /// Each lane's line, from its beginning to the stop line; empty where it is not known.
    public var laneLines: [[Position]]
    /// The line that people walk on, of groups that are crossings.
    public var crossingLines: [Int: [Position]] = [:]

    /// A description whose groups are numbered from 1, without places.
    public init(_ intersection: Intersection, key: String, detectors: [String]) {
        self.intersection = intersection
        self.key = key
        self.detectors = detectors
        groupNumbers = intersection.groups.indices.map { $0 + 1 }
        laneLines = intersection.lanes.map { _ in [] }
    }

    /// The id of the `SignalizedIntersection`.
    public var id: String { SignalEntity.intersection.id(key) }
    /// The id of a group, by its place in the intersection.
    public func groupID(_ index: Int) -> String { SignalEntity.group.id("\(key):\(groupNumbers[index])") }
    /// The id of a lane, by its place in the intersection.
    public func laneID(_ index: Int) -> String { SignalEntity.lane.id("\(key):\(intersection.lanes[index].name)") }
    /// The id of a phase, by its place in the intersection.
    public func phaseID(_ index: Int) -> String { SignalEntity.phase.id("\(key):\(index + 1)") }

    /// Writes all entities but the detectors, which several intersections may share. The intersection itself comes last: as
    /// long as it is not there, what is missing of it is no fault.
    public func append(to writer: inout SignalEntityWriter) {
        for index in intersection.groups.indices { appendGroup(index, to: &writer) }
        for (index, phase) in intersection.phases.enumerated() {
            writer.begin(phaseID(index), SignalEntity.phase.rawValue)
            writer.relationship("refSignalizedIntersection", [id])
            writer.number("phaseNumber", Double(index + 1))
            writer.relationship("protectedGroup", phase.protected.map(groupID))
            writer.relationship("permissiveGroup", phase.permissive.map(groupID))
            writer.end()
        }
        writer.begin(SignalEntity.plan.id(key), SignalEntity.plan.rawValue)
        writer.relationship("refSignalizedIntersection", [id])
        writer.number("offset", intersection.plan.offsetSeconds, unit: "SEC")
        writer.json("steps") { appendSteps(to: &$0) }
        writer.end()
        for index in intersection.lanes.indices { appendLane(index, to: &writer) }
        writer.begin(id, SignalEntity.intersection.rawValue)
        writer.text("name", intersection.name)
        writer.text("controlMode", controlMode.rawValue)
        writer.number("maximumRed", intersection.maximumRedSeconds, unit: "SEC")
        if let location { writer.location([location]) }
        if !intersection.exits.isEmpty { writer.json("exits") { appendExits(to: &$0) } }
        writer.end()
    }

    private func appendGroup(_ index: Int, to writer: inout SignalEntityWriter) {
        let group = intersection.groups[index]
        writer.begin(groupID(index), SignalEntity.group.rawValue)
        writer.relationship("refSignalizedIntersection", [id])
        writer.text("name", group.name)
        writer.number("groupNumber", Double(groupNumbers[index]))
        writer.text("groupKind", group.kind.rawValue)
        writer.number("minimumGreen", group.minimumGreenSeconds, unit: "SEC")
        if let longest = group.maximumGreenSeconds { writer.number("maximumGreen", longest, unit: "SEC") }
        writer.number("yellow", group.yellowSeconds, unit: "SEC")
        writer.number("allRed", group.allRedSeconds, unit: "SEC")
        writer.relationship("conflictsWith", intersection.conflicts[index].map(groupID))
        writer.relationship("yieldsTo", intersection.yields[index].map(groupID))
        // The last metres of the first lane that it controls.
        let lane = intersection.lanes.firstIndex { $0.movements.contains { $0.group == index } }
        if let lane, laneLines.indices.contains(lane) {
            writer.location(Array(laneLines[lane].suffix(2)))
        } else if let line = crossingLines[index] {
            writer.location(line)
        }
        writer.end()
    }

    private func appendLane(_ index: Int, to writer: inout SignalEntityWriter) {
        let lane = intersection.lanes[index]
        writer.begin(laneID(index), SignalEntity.lane.rawValue)
        writer.relationship("refSignalizedIntersection", [id])
        writer.text("name", lane.name)
        writer.number("speedLimit", lane.speedMetresPerSecond * 3.6, unit: "KMH")
        if laneLines.indices.contains(index) { writer.location(laneLines[index]) }
        if let detector = lane.stopLineDetector { writer.relationship("stopLineDetector", [detectors[detector]]) }
        writer.json("movements") { json in
            json.append("[")
            for (place, movement) in lane.movements.enumerated() {
                if place > 0 { json.append(",") }
                json.append("{\"group\":")
                json.append(jsonString: groupID(movement.group))
                json.append(",\"share\":")
                json.append(number: movement.share)
                if let exit = movement.exit {
                    json.append(",\"exit\":")
                    json.append(jsonString: intersection.exits[exit].name)
                }
                json.append("}")
            }
            json.append("]")
        }
        writer.json("zones") { json in
            json.append("[")
            for (place, zone) in lane.zones.enumerated() {
                if place > 0 { json.append(",") }
                json.append("{\"detector\":")
                json.append(jsonString: detectors[zone.detector])
                json.append(",\"distance\":")
                json.append(number: zone.distanceMetres)
                json.append(",\"length\":")
                json.append(number: zone.lengthMetres)
                json.append("}")
            }
            json.append("]")
        }
        writer.end()
    }

    private func appendExits(to json: inout ByteWriter) {
        json.append("[")
        for (place, exit) in intersection.exits.enumerated() {
            if place > 0 { json.append(",") }
            json.append("{\"name\":")
            json.append(jsonString: exit.name)
            json.append(",\"length\":")
            json.append(number: exit.lengthMetres)
            json.append(",\"detectors\":[")
            for (place, detector) in exit.detectors.enumerated() {
                if place > 0 { json.append(",") }
                json.append(jsonString: detectors[detector])
            }
            json.append("]}")
        }
        json.append("]")
    }

    private func appendSteps(to json: inout ByteWriter) {
        json.append("[")
        for (place, step) in intersection.plan.steps.enumerated() {
            if place > 0 { json.append(",") }
            json.append("{\"duration\":")
            json.append(number: step.durationSeconds)
            for (name, groups) in [
                ("protectedGroup", step.phase.protected), ("permissiveGroup", step.phase.permissive),
            ] {
                json.append(",")
                json.append(jsonString: name)
                json.append(":[")
                for (place, group) in groups.enumerated() {
                    if place > 0 { json.append(",") }
                    json.append(integer: groupNumbers[group])
                }
                json.append("]")
            }
            json.append("}")
        }
        json.append("]")
    }
}
