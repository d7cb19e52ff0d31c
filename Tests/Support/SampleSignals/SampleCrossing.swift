public import NGSILDModel
public import SignalControl

/// Two streets that cross, one lane each way group, and people over one of them.
///
/// Groups: 0 north-south (number 1), 1 east-west (2), 2 east-west left, which gives way to 1 (3), 3 people (4).
public enum SampleCrossing {
    public static let numbers = [1, 2, 3, 4]
    public static let zero = Timestamp("2026-03-01T08:00:00Z") ?? Timestamp(microseconds: 0)

    public static func intersection() throws -> Intersection {
        let phases = [
            SignalPhase(protected: [0]), SignalPhase(protected: [1], permissive: [2]), SignalPhase(protected: [3]),
        ]
        return try Intersection(
            name: "crossing",
            groups: [
                SignalGroup(name: "north-south"), SignalGroup(name: "east-west"), SignalGroup(name: "left"),
                SignalGroup(
                    name: "people", kind: .pedestrian, minimumGreenSeconds: 6, yellowSeconds: 0, allRedSeconds: 6),
            ], conflicts: [[1, 2, 3], [0, 3], [0, 3], [0, 1, 2]], yields: [[], [], [1], []],
            plan: FixedPlan(
                steps: [
                    .init(durationSeconds: 20, phase: phases[0]),
                    .init(durationSeconds: 5, phase: SignalPhase(protected: [])),
                    .init(durationSeconds: 20, phase: phases[1]),
                    .init(durationSeconds: 5, phase: SignalPhase(protected: [])),
                    .init(durationSeconds: 10, phase: phases[2]),
                    .init(durationSeconds: 8, phase: SignalPhase(protected: [])),
                ]), phases: phases,
            lanes: [
                ApproachLane(
                    name: "south_0", movements: [.init(group: 0, exit: 0)],
                    zones: [.init(detector: 0, distanceMetres: 0, lengthMetres: 50)], stopLineDetector: 1),
                ApproachLane(
                    name: "west_0", movements: [.init(group: 1, share: 0.7), .init(group: 2, share: 0.3)],
                    zones: [.init(detector: 2, distanceMetres: 0, lengthMetres: 50)], stopLineDetector: 3),
            ], exits: [.init(name: "north_0", detectors: [4], lengthMetres: 60)], detectorCount: 5)
    }

    /// So many seconds after `zero`.
    public static func time(_ seconds: Double) -> Timestamp { zero.adding(seconds: seconds) }
}
