/// An intersection with signals: its groups, which of them exclude each other, its plan, and what its detectors see.
///
/// Invariants, held by the initializer:
/// 1. There are 1 to `GroupSet.capacity` groups; every index in sets, lanes, phases and the plan names one.
/// 2. `conflicts` is symmetric and no group conflicts with itself.
/// 3. No phase and no step of the plan holds two groups that conflict, or one unprotected where it would have to yield.
/// 4. Every group that has a lane, and every one that is not for vehicles, is green in some phase of `servingPhases`.
/// 5. Serving all `servingPhases` one after the other takes less than `maximumRedSeconds`.
public struct Intersection: Sendable {
    public let name: String
    public let groups: [SignalGroup]
    /// For each group those that are never green with it.
    public let conflicts: [GroupSet]
    /// For each group those that it may be green with only while it gives way to them.
    public let yields: [GroupSet]
    public private(set) var plan: FixedPlan
    /// What a policy may choose from.
    public let phases: [SignalPhase]
    public let lanes: [ApproachLane]
    public let exits: [ExitLane]
    /// For each group the area detectors on its way through the intersection; none where nothing looks there.
    public let boxes: [[Int]]
    /// How many detectors the lanes, exits and boxes name: an observation has as many readings.
    public let detectorCount: Int
    /// Longest red while someone waits, in seconds.
    public let maximumRedSeconds: Double
    /// Phases that together serve every group, as few as were found: what the kernel falls back to.
    public let servingPhases: [SignalPhase]

    /// Which invariant does not hold, and where.
    public enum Fault: Error, Equatable, CustomStringConvertible {
        case groupCount(Int)
        case index(Int)
        case timing(group: String)
        case phaseConflict(String, String)
        case neverGreen(String)
        case maximumRed(neededSeconds: Double)
        case emptyPlan
        case noPhase
        case lane(String)

        public var description: String {
            switch self {
            case .groupCount(let count):
                "the intersection has \(count) signal groups; 1 to \(GroupSet.capacity) are possible"
            case .index(let index): "the index \(index) names nothing in the intersection"
            case .timing(let group):
                "the times of signal group \(group) are not between 0 and 120 s, or its longest green is shorter than its shortest"
            case .phaseConflict(let one, let other):
                "a phase has the conflicting signal groups \(one) and \(other) green"
            case .neverGreen(let group): "signal group \(group) is green in no phase"
            case .maximumRed(let needed):
                "serving all groups takes \(needed) s; the longest red must be more, or the phases fewer"
            case .emptyPlan: "the fixed plan has no steps that last"
            case .noPhase: "there is no phase to choose from"
            case .lane(let lane):
                "the shares of lane \(lane) are not 0 to 1, its speed is not 0.5 to 100 m/s, or a stretch of it is not within 10 km"
            }
        }
    }

    /// - Throws: ``Fault``, which names what breaks an invariant.
    public init(
        name: String, groups: [SignalGroup], conflicts: [GroupSet], yields: [GroupSet], plan: FixedPlan,
        phases: [SignalPhase], lanes: [ApproachLane], exits: [ExitLane] = [], boxes: [[Int]] = [],
        detectorCount: Int = 0,
        maximumRedSeconds: Double = 120
    ) throws(Fault) {
        guard (1...GroupSet.capacity).contains(groups.count) else { throw .groupCount(groups.count) }
        guard conflicts.count == groups.count else { throw .index(conflicts.count) }
        guard yields.count == groups.count else { throw .index(yields.count) }
        for group in groups {
            let times = [group.minimumGreenSeconds, group.yellowSeconds, group.allRedSeconds]
            guard times.allSatisfy({ $0 >= 0 && $0 <= 120 }) else { throw .timing(group: group.name) }
            if let longest = group.maximumGreenSeconds {
                guard longest >= group.minimumGreenSeconds else { throw .timing(group: group.name) }
            }
        }
        let all = GroupSet(groups.indices)
        var symmetric = conflicts
        for (index, others) in conflicts.enumerated() {
            for other in others {
                guard other < groups.count else { throw .index(other) }
                if other != index { symmetric[other].insert(index) }
            }
            symmetric[index].remove(index)
        }
        guard plan.cycleSeconds > 0, plan.cycleSeconds.isFinite, plan.steps.allSatisfy({ $0.durationSeconds >= 0 })
        else { throw .emptyPlan }
        guard !phases.isEmpty else { throw .noPhase }
        for phase in phases + plan.steps.map(\.phase) {
            guard phase.green.isSubset(of: all) else { throw .index(phase.green.subtracting(all).max() ?? -1) }
            for index in phase.green {
                let excluded =
                    phase.protected.contains(index) ? symmetric[index].union(yields[index]) : symmetric[index]
                if let other = excluded.intersection(phase.green).first(where: { _ in true }) {
                    throw .phaseConflict(groups[index].name, groups[other].name)
                }
            }
        }
        for lane in lanes {
            guard lane.isPlausible else { throw .lane(lane.name) }
            for movement in lane.movements {
                guard groups.indices.contains(movement.group) else { throw .index(movement.group) }
                guard movement.exit.map(exits.indices.contains) ?? true else { throw .index(movement.exit ?? -1) }
            }
            let detectors = lane.zones.map(\.detector) + [lane.stopLineDetector].compactMap { $0 }
            if let bad = detectors.first(where: { !(0..<detectorCount).contains($0) }) { throw .index(bad) }
        }
        for exit in exits {
            if let bad = exit.detectors.first(where: { !(0..<detectorCount).contains($0) }) { throw .index(bad) }
        }
        guard boxes.isEmpty || boxes.count == groups.count else { throw .index(boxes.count) }
        if let bad = boxes.joined().first(where: { !(0..<detectorCount).contains($0) }) { throw .index(bad) }
        var needed = GroupSet(lanes.flatMap { $0.movements.map(\.group) })
        for (index, group) in groups.enumerated() where group.kind != .vehicle { needed.insert(index) }
        let serving = Self.cover(needed, by: plan.steps.map(\.phase) + phases)
        let served = serving.reduce(GroupSet()) { $0.union($1.green) }
        if let missing = needed.subtracting(served).first(where: { _ in true }) {
            throw .neverGreen(groups[missing].name)
        }
        let seconds = Self.roundSeconds(serving, groups)
        guard seconds < maximumRedSeconds else { throw .maximumRed(neededSeconds: seconds) }
        self.name = name
        self.groups = groups
        self.conflicts = symmetric
        self.yields = yields
        self.plan = plan
        self.phases = phases
        self.lanes = lanes
        self.exits = exits
        self.boxes = boxes.isEmpty ? Array(repeating: [], count: groups.count) : boxes
        self.detectorCount = detectorCount
        self.maximumRedSeconds = maximumRedSeconds
        self.servingPhases = serving
    }

    /// The same with a plan whose cycle begins at another time, such as on another clock.
    public func withOffset(seconds offset: Double) -> Intersection {
        var other = self
        other.plan.offsetSeconds = offset
        return other
    }

    /// How long it takes, in seconds, to serve each of `servingPhases` for its minimum green.
    public var servingRoundSeconds: Double { Self.roundSeconds(servingPhases, groups) }

    private static func roundSeconds(_ phases: [SignalPhase], _ groups: [SignalGroup]) -> Double {
        let minimumGreen = groups.map(\.minimumGreenSeconds).max() ?? 0
        let change = groups.map { $0.yellowSeconds + $0.allRedSeconds }.max() ?? 0
        // One more than there are phases: the one that is green when a group becomes due.
        return Double(phases.count + 1) * (minimumGreen + change + 2)
    }

    /// Few phases that together hold all `needed` groups, each time the one that adds most.
    private static func cover(_ needed: GroupSet, by phases: [SignalPhase]) -> [SignalPhase] {
        var open = needed
        var chosen: [SignalPhase] = []
        while !open.isEmpty {
            var best: SignalPhase?
            var most = 0
            for phase in phases {
                let gain = phase.green.intersection(open).count
                if gain > most { (best, most) = (phase, gain) }
            }
            guard let best else { break }
            chosen.append(best)
            open = open.subtracting(best.green)
        }
        return chosen
    }
}
