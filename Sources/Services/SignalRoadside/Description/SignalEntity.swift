import JSONTree

/// The types of the entities that signals are described by, by their local names.
public enum SignalEntity: String, Sendable, CaseIterable {
    case intersection = "SignalizedIntersection"
    case group = "SignalGroup"
    case phase = "SignalPhase"
    case plan = "SignalPlan"
    case lane = "ApproachLane"
    case detector = "SignalDetector"

    /// The attributes that change while signals run: all others are configuration.
    public var liveAttributes: Set<String> { Self.live[self] ?? [] }

    private static let live = Dictionary(uniqueKeysWithValues: allCases.map { ($0, $0.listedLiveAttributes) })

    private var listedLiveAttributes: Set<String> {
        switch self {
        case .intersection:
            ["decision", "command", "activeControl", "acknowledgement", "configurationFault"]
        case .group: ["signalState", "requested", "priorityRequest"]
        case .phase, .plan: []
        case .lane: ["queueLength"]
        case .detector: ["vehicleCount", "stoppedVehicleCount", "occupancy", "passedVehicleCount"]
        }
    }

    /// `urn:ngsi-ld:`, the type, and a name whose characters that a URI may not have are percent-encoded.
    public func id(_ name: String) -> String {
        "urn:ngsi-ld:\(rawValue):" + PercentCoding.encode(name)
    }
}

/// What the operator wants of an intersection: the attribute `controlMode`.
public enum ControlMode: String, Sendable, CaseIterable {
    case adaptive
    /// No commands are given, so the roadside unit follows its plan.
    case fixedPlan
}

/// What `signalState` says of a group's lamps.
public enum SignalState: String, Sendable, CaseIterable {
    case red, yellow, green, permissiveGreen
}
