/// Decides what the lamps of one intersection show: what is asked for, as far as it is safe.
///
/// Whatever is asked, and whenever:
/// 1. No two conflicting groups are green or yellow at once; one starts only after the other was red for its clearance time.
/// 2. A group that must give way to another that is green shows permissive green. A protected green never turns permissive.
/// 3. A green ends in the group's whole yellow, then red, and lasts at least its minimum.
/// 4. A group that someone waits for is green within the intersection's longest red.
/// 5. A group whose way through the intersection is still occupied counts as not red yet to those that it conflicts with,
///    for `longestClearingSeconds` more at most, and not when the longest red is near.
/// 6. When the newest request or the data behind it are `staleSeconds` old, the fixed plan is followed from then on, under
///    the same rules, until requests are fresh again.
///
/// One `step` for each second of the signal; it costs about a microsecond for 20 groups. The kernel knows nothing of
/// policies and detectors. Time comes with each call; a clock that goes back counts as standing still.
public struct SafetyKernel: Sendable {
    /// Age of a request or its data at which the plan takes over, in seconds.
    public static let staleSeconds = 5.0
    /// How much longer than its clearance time a group is waited for whose way is still occupied, in seconds.
    public static let longestClearingSeconds = 8.0
    /// Ticks of binary fractions of seconds do not add up exactly.
    private static let tolerance = 1e-6
    /// A tick of one second may begin just before a time is over, at each of two changes.
    private static let tickSlack = 2.0

    /// Who decided what is wanted at a step.
    public enum Source: Sendable, Equatable {
        case request
        /// The request or its data were too old, or there was none.
        case fixedPlan
        /// The longest red was near for this group.
        case longestRed(group: Int)
    }

    public let intersection: Intersection
    public private(set) var colours: [SignalColour]
    public private(set) var source = Source.fixedPlan
    /// Since when each group shows its colour, in seconds.
    public private(set) var since: [Double]
    /// Since when someone has been waiting at each group that is not green; `nil` when nobody does.
    public private(set) var waitingSince: [Double?]

    /// From when on conflicting groups may start, as far as this group is concerned.
    private var clearAt: [Double]
    private var now: Double
    private var occupied = GroupSet()
    private var request: (phase: SignalPhase, at: Double)?
    /// For each group the serving phase that holds it.
    private let servingPhase: [Int?]
    private let changeSeconds: Double

    /// A kernel whose lamps are all red, until what may have been green before has cleared.
    public init(_ intersection: Intersection, atSeconds start: Double) {
        self.intersection = intersection
        let count = intersection.groups.count
        let change = intersection.groups.map { $0.yellowSeconds + $0.allRedSeconds }.max() ?? 0
        changeSeconds = change
        colours = Array(repeating: .red, count: count)
        since = Array(repeating: start, count: count)
        waitingSince = Array(repeating: nil, count: count)
        clearAt = Array(repeating: start + change, count: count)
        now = start
        servingPhase = intersection.groups.indices.map { group in
            intersection.servingPhases.firstIndex { $0.green.contains(group) }
        }
    }

    /// Takes in what a policy wants.
    ///
    /// - Parameters:
    ///   - phase: May hold anything; what conflicts in it is left out.
    ///   - time: When the data were measured that it rests on, in seconds; the request counts as old as they are.
    public mutating func accept(_ phase: SignalPhase, measuredAtSeconds time: Double) {
        guard time.isFinite, time <= now + Self.staleSeconds else { return }
        if let request, request.at > time { return }
        request = (consistent(phase), time)
    }

    /// Forgets the request, so that the plan takes over at the next step.
    public mutating func withdraw() { request = nil }

    /// Moves on to a time and returns what each group shows from then on.
    ///
    /// - Parameters:
    ///   - demand: Groups that someone waits for, or of which it is not known.
    ///   - occupied: Groups whose way through the intersection is seen to be occupied.
    @discardableResult
    public mutating func step(
        atSeconds time: Double, demand: GroupSet, occupied: GroupSet = []
    ) -> [SignalColour] {
        self.occupied = occupied
        if time.isFinite, time > now { now = time }
        noteWaiting(demand)
        let wanted: SignalPhase
        if let due = dueGroup(), let phase = servingPhase[due] {
            source = .longestRed(group: due)
            wanted = consistent(intersection.servingPhases[phase])
            // There is no time left to wait for those who do not move.
            self.occupied = []
        } else if let request, now - request.at < Self.staleSeconds {
            source = .request
            wanted = request.phase
        } else {
            source = .fixedPlan
            wanted = consistent(intersection.plan.phase(atSeconds: now))
        }
        end(unless: wanted)
        start(wanted)
        // Again, for those whose green has ended just now.
        noteWaiting(demand)
        return colours
    }

    private mutating func noteWaiting(_ demand: GroupSet) {
        for group in colours.indices {
            if colours[group].isGreen {
                waitingSince[group] = nil
            } else if waitingSince[group] == nil, demand.contains(group) {
                waitingSince[group] = now
            }
        }
    }

    // MARK: - Changes

    private mutating func end(unless wanted: SignalPhase) {
        let green = wanted.green
        for group in colours.indices {
            let rules = intersection.groups[group]
            let age = now - since[group] + Self.tolerance
            switch colours[group] {
            case .red: break
            case .yellow:
                if age >= rules.yellowSeconds { turnRed(group) }
            case .green, .permissive:
                // Rule 2: whoever was told that the way is free must not find oncoming traffic there.
                let losesProtection =
                    colours[group] == .green && !wanted.protected.contains(group)
                    && intersection.yields[group].intersects(green)
                guard !green.contains(group) || losesProtection, age >= rules.minimumGreenSeconds else { break }
                if rules.yellowSeconds > 0 {
                    colours[group] = .yellow
                    since[group] = now
                } else {
                    turnRed(group)
                }
            }
        }
    }

    private mutating func turnRed(_ group: Int) {
        colours[group] = .red
        since[group] = now
        clearAt[group] = now + intersection.groups[group].allRedSeconds
    }

    private mutating func start(_ wanted: SignalPhase) {
        for group in wanted.green {
            switch colours[group] {
            case .green, .yellow: break
            case .permissive:
                if wanted.protected.contains(group), intersection.yields[group].allSatisfy(isClear) {
                    // Still the same green for the minimum; `since` stays.
                    colours[group] = .green
                }
            case .red:
                // Red is seen for at least one tick.
                guard now > since[group] else { break }
                guard intersection.conflicts[group].allSatisfy(isClear) else { break }
                let isProtected = wanted.protected.contains(group)
                if isProtected, !intersection.yields[group].allSatisfy(isClear) { break }
                // Rule 2 from the other side.
                let isFree = colours.indices.allSatisfy { other in
                    !intersection.yields[other].contains(group) || colours[other] == .permissive || isClear(other)
                }
                guard isFree else { break }
                colours[group] = isProtected ? .green : .permissive
                since[group] = now
            }
        }
    }

    private func isClear(_ group: Int) -> Bool {
        guard colours[group] == .red else { return false }
        let time = now + Self.tolerance
        return time >= clearAt[group]
            && (!occupied.contains(group) || time >= clearAt[group] + Self.longestClearingSeconds)
    }

    /// The phase without what conflicts in it: the group with the lower index stays.
    private func consistent(_ phase: SignalPhase) -> SignalPhase {
        var taken = SignalPhase(protected: [])
        for group in phase.green where intersection.groups.indices.contains(group) {
            guard !intersection.conflicts[group].intersects(taken.green) else { continue }
            taken.protected.insert(group)
        }
        for group in taken.protected {
            if phase.permissive.contains(group) || intersection.yields[group].intersects(taken.green) {
                taken.protected.remove(group)
                taken.permissive.insert(group)
            }
        }
        return taken
    }

    // MARK: - Longest red

    /// The waiting group that must be served now so that all waiting groups can still be served in time.
    ///
    /// The groups are taken by how long they have waited, each with the phase that serves it; when the time that those
    /// before it need leaves none to spare, the first one is due. Since serving all takes less than the longest red
    /// (`Intersection`, invariant 5), every group becomes due early enough.
    private func dueGroup() -> Int? {
        // Cheap and usual: nobody has waited for long.
        let limit = intersection.maximumRedSeconds - intersection.servingRoundSeconds
        var first: Int?
        var oldest = Double.infinity
        for group in waitingSince.indices {
            if let since = waitingSince[group], since < oldest, servingPhase[group] != nil {
                (first, oldest) = (group, since)
            }
        }
        guard let first, now - oldest >= limit else { return nil }
        let waiting = waitingSince.indices.filter { waitingSince[$0] != nil && servingPhase[$0] != nil }
            .sorted { (waitingSince[$0] ?? 0, $0) < (waitingSince[$1] ?? 0, $1) }
        let minimumGreen = intersection.groups.map(\.minimumGreenSeconds).max() ?? 0
        let cost = minimumGreen + changeSeconds + Self.tickSlack
        var phases: Set<Int> = []
        for group in waiting {
            guard let phase = servingPhase[group], let since = waitingSince[group] else { continue }
            phases.insert(phase)
            let servedAfter = Double(phases.count) * cost
            if now + servedAfter + 1 >= since + intersection.maximumRedSeconds { return first }
        }
        return nil
    }
}
