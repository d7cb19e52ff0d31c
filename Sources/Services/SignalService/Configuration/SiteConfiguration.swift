import SignalControl
import SignalRoadside

/// One intersection as its entities describe it.
struct SiteConfiguration: Sendable {
    /// What a reading is used for.
    struct Detector: Hashable, Sendable {
        var id: String
        /// It counts vehicles that pass, instead of those on a stretch.
        var isStopLine: Bool
    }

    var intersection: Intersection
    /// For each group, lane and phase, in the order of the intersection.
    var groupIDs: [String]
    var groupNumbers: [Int]
    var laneIDs: [String]
    var phaseNumbers: [Int]
    var phaseNames: [String]
    var detectors: [Detector]
    var controlMode: ControlMode

    /// Whether a controller of the other would go on under this one.
    func controlsSame(as other: SiteConfiguration) -> Bool {
        let one = intersection
        let two = other.intersection
        return groupIDs == other.groupIDs && groupNumbers == other.groupNumbers && laneIDs == other.laneIDs
            && phaseNumbers == other.phaseNumbers && phaseNames == other.phaseNames && detectors == other.detectors
            && one.name == two.name && one.groups == two.groups && one.conflicts == two.conflicts
            && one.yields == two.yields && one.plan == two.plan && one.phases == two.phases && one.lanes == two.lanes
            && one.exits == two.exits && one.maximumRedSeconds == two.maximumRedSeconds
    }
}

/// Why a configuration cannot be used: a sentence that names the thing and the remedy.
struct ConfigurationFault: Error, Equatable {
    let sentence: String
}
