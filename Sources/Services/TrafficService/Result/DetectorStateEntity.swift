import JSONTree
import NGSILDModel
import ServiceRuntime

/// The entities that say whether a detector can be believed: one for each detector.
enum DetectorStateEntity {
    static let typeName = "TrafficDetectorState"
    static let optionalAttributes = ["location"]

    /// `urn:ngsi-ld:TrafficDetectorState:` and the id of the detector without its own `urn:ngsi-ld:`.
    ///
    /// - Returns: `nil` where that would be longer than an id may be.
    static func id(_ detector: String) -> String? { ResultEntity.id(typeName, "", of: detector) }

    /// - Parameter since: When the status began.
    static func append(
        _ status: DetectorStatus, since: Timestamp, of detector: TrafficDetector, id: String,
        to writer: inout ByteWriter
    ) {
        ResultEntity.open(
            id, typeName, "refTrafficFlowObserved", of: detector.key.id, location: detector.facts.location, to: &writer)
        ResultEntity.text("status", status.kind.rawValue, at: since, to: &writer)
        ResultEntity.text("statusReason", status.reason, at: since, to: &writer)
        writer.append("}")
    }
}
