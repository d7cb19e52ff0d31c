import JSONTree
import NGSILDModel
import ServiceRuntime

/// The entities that say what traffic is like: one for each road segment with detectors, and for each detector without.
enum SegmentStateEntity {
    static let typeName = "TrafficSegmentState"

    /// Attributes that a state has or does not have, by what is known; those that it no longer has are removed.
    static let optionalAttributes = [
        "levelOfService", "averageVehicleSpeed", "freeFlowSpeed", "travelTime", "delay", "intensity", "occupancy",
        "congested", "location", "name",
    ]

    /// `urn:ngsi-ld:TrafficSegmentState:` and the id of the segment, or detector, without its own `urn:ngsi-ld:`.
    ///
    /// - Returns: `nil` where that would be longer than an id may be.
    static func id(_ subject: String) -> String? { ResultEntity.id(typeName, "", of: subject) }

    /// Writes the state as an entity with all that holds now.
    static func append(_ state: SegmentState, of segment: TrafficSegment, id: String, to writer: inout ByteWriter) {
        ResultEntity.open(
            id, typeName, segment.isRoad ? "refRoadSegment" : "refTrafficFlowObserved", of: segment.key.id,
            location: segment.facts.location, to: &writer)
        if let name = segment.facts.name { ResultEntity.text("name", name, to: &writer) }
        appendInstances(state, to: &writer)
        writer.append("}")
    }

    /// Writes the attributes that carry the time, each after a comma.
    private static func appendInstances(_ state: SegmentState, to writer: inout ByteWriter) {
        let time = state.time
        func number(_ name: StaticString, _ value: Double?, _ unit: StaticString?, digits: Double) {
            guard let value, value.isFinite else { return }
            ResultEntity.number(name, (value * digits).rounded() / digits, unit: unit, at: time, to: &writer)
        }
        if let level = state.levelOfService {
            ResultEntity.text("levelOfService", level.rawValue, at: time, to: &writer)
        }
        number("averageVehicleSpeed", state.speed, "KMH", digits: 10)
        number("freeFlowSpeed", state.freeFlow, "KMH", digits: 10)
        number("travelTime", state.travelSeconds, "SEC", digits: 10)
        number("delay", state.delaySeconds, "SEC", digits: 10)
        // H10: one an hour.
        number("intensity", state.flow, "H10", digits: 1)
        number("occupancy", state.occupancy, nil, digits: 1_000)
        if let level = state.levelOfService {
            ResultEntity.boolean("congested", level.isCongested, at: time, to: &writer)
        }
        number("completeness", state.completeness, nil, digits: 100)
    }

    // MARK: - The past

    /// The evolution of one entity, in parts.
    static func drafts(_ states: [SegmentState], id: String, context: TermContext) -> [EntityDraft] {
        EvolutionDrafts.drafts(states, id: id, typeName: typeName, context: context) { appendInstances($0, to: &$1) }
    }
}
