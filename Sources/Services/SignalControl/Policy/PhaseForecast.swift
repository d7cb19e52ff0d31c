/// Thinks phases through: what delay follows if one is chosen now.
///
/// Invariants:
/// 1. `rates` holds for each phase and lane, and behind the lanes for each caller, how many a second pass while the phase is
///    green.
/// 2. Only phases in `useful` are weighed: no other phase serves every lane as well.
struct PhaseForecast: Sendable {
    struct Choice {
        var phase: Int
        var reason: SignalDecision.Reason
        var candidates: [SignalDecision.Candidate]
    }

    /// Someone who waits beside the vehicles of lanes: people at a crossing, a bus that asks for priority.
    struct Caller {
        var group: Int
        var count: Double
        /// How many a second pass while the group is green.
        var rate: Double
        /// What one of them counts, in vehicles.
        var weight: Double
    }

    private let intersection: Intersection
    private let settings: PolicySettings
    private let useful: [Int]
    private var rates: [Double]
    private let laneCount: Int
    /// Lanes and callers.
    private var count: Int
    /// How far the rates of two phases are apart: there may be two callers of each group.
    private let rowLength: Int
    private let horizon: Int
    /// For each lane the lanes that its yielding movements give way to.
    private let opposing: [[Int]]
    /// For each phase and lane whether one of the lane's movements has to give way.
    private let yieldsAnywhere: [Bool]
    private var queue: [Double]
    private var mean: [Double]
    private var weight: [Double]
    /// Of each phase, the longest of its groups and of all that vehicles have, in seconds.
    private let minimumGreen: [Int]
    /// Yellow and clearance of vehicles, in seconds.
    private let change: Double
    /// For each two phases, how long it takes until the second one's greens flow, in seconds.
    private let changes: [Int]
    private let crossings: [Int]

    /// How long the present phase is tried to go on, in seconds, before the rule may change it.
    private static let goOnSeconds = [1, 3, 6, 10]
    /// Greens that the rule weighs, in seconds.
    private static let weighedSeconds = [5.0, 10, 18, 30]

    init(_ intersection: Intersection, _ settings: PolicySettings) {
        self.intersection = intersection
        self.settings = settings
        laneCount = intersection.lanes.count
        count = laneCount
        rowLength = laneCount + 2 * intersection.groups.count
        horizon = settings.horizonSeconds
        let groups = intersection.groups
        let crossings = groups.indices.filter { groups[$0].kind == .pedestrian }
        let others = groups.filter { $0.kind != .pedestrian }
        let change = others.map { $0.yellowSeconds + $0.allRedSeconds }.max() ?? 3
        let shortest = others.map(\.minimumGreenSeconds).max() ?? 5
        self.crossings = crossings
        self.change = change
        minimumGreen = intersection.phases.map { phase in
            Int(
                crossings.filter { phase.green.contains($0) }.map { groups[$0].minimumGreenSeconds }.reduce(
                    shortest, max))
        }
        changes = intersection.phases.flatMap { from in
            intersection.phases.map { to in
                // People who have just started to walk have to get across before those in their way may start.
                let walks = crossings.filter {
                    from.green.contains($0) && !to.green.contains($0) && intersection.conflicts[$0].intersects(to.green)
                }
                let longest = walks.map { groups[$0].yellowSeconds + groups[$0].allRedSeconds }.reduce(change, max)
                return Int(longest + settings.startLossSeconds)
            }
        }
        var opposing: [[Int]] = []
        for lane in intersection.lanes {
            let yields = lane.movements.reduce(GroupSet()) { $0.union(intersection.yields[$1.group]) }
            opposing.append(
                intersection.lanes.indices.filter { other in
                    intersection.lanes[other].movements.contains { yields.contains($0.group) }
                })
        }
        self.opposing = opposing
        queue = Array(repeating: 0, count: rowLength)
        mean = queue
        weight = queue
        yieldsAnywhere = intersection.phases.flatMap { phase in
            intersection.lanes.map { $0.movements.contains { phase.permissive.contains($0.group) } }
        }
        rates = Array(repeating: 0, count: rowLength * intersection.phases.count)
        var useful: [Int] = []
        let lanes = laneCount
        let withLanes = GroupSet(intersection.lanes.flatMap { $0.movements.map(\.group) })
        let laneless = intersection.groups.indices.filter { !withLanes.contains($0) }
        let still = { (_: Int) in false }
        let plain = intersection.phases.map { phase in
            (0..<lanes).map { Self.rate($0, phase, intersection, settings, opposing, still, still) }
                + laneless.map { phase.green.contains($0) ? 1 : 0 }
        }
        for one in plain.indices {
            let isBeaten = plain.indices.contains { other in
                guard other != one else { return false }
                let better = zip(plain[other], plain[one]).allSatisfy { $0 >= $1 - 1e-9 }
                return better && (plain[other] != plain[one] || other < one)
            }
            if !isBeaten { useful.append(one) }
        }
        self.useful = useful
    }

    /// Vehicles a second that pass from a lane: the mean time that each takes, by the shares of the movements.
    private static func rate(
        _ lane: Int, _ phase: SignalPhase, _ intersection: Intersection, _ settings: PolicySettings,
        _ opposing: [[Int]], _ hasQueue: (Int) -> Bool, _ isFull: (Int) -> Bool
    ) -> Double {
        var seconds = 0.0
        var served = 0.0
        for movement in intersection.lanes[lane].movements {
            var flow = 0.0
            if phase.protected.contains(movement.group) {
                flow = settings.saturationFlow
            } else if phase.permissive.contains(movement.group) {
                let against = opposing[lane].contains { other in
                    hasQueue(other)
                        && intersection.lanes[other].movements.contains {
                            phase.green.contains($0.group) && intersection.yields[movement.group].contains($0.group)
                        }
                }
                flow = against ? settings.gapFlowAgainstQueue : settings.gapFlow
            }
            if flow > 0, let exit = movement.exit, isFull(exit) { flow *= 0.1 }
            if flow > 0 { served += movement.share }
            seconds += movement.share / max(flow, 0.02)
        }
        return served > 0 ? min(settings.saturationFlow, 1 / max(seconds, 1e-9)) : 0
    }

    mutating func choose(
        _ lanes: LaneEstimator, _ callers: [Caller], current: Int, colours: [SignalColour], since: [Double], now: Double
    ) -> Choice {
        let total = lanes.present.reduce(0, +)
        guard total > 0.01 || !callers.isEmpty else { return Choice(phase: current, reason: .rest, candidates: []) }
        for phase in useful + [current] {
            for lane in 0..<laneCount {
                var rate = Self.rate(
                    lane, intersection.phases[phase], intersection, settings, opposing,
                    { lanes.standing[$0] >= 2 }, { lanes.isFull[$0] })
                // A queue that found no gap needs a green of its own; one that did not move in that waits for something else.
                if lanes.isClosed[lane] || lanes.isBlocked[lane] && yieldsAnywhere[phase * laneCount + lane] {
                    rate *= 0.1
                }
                rates[phase * rowLength + lane] = rate
            }
            for (place, caller) in callers.enumerated() {
                rates[phase * rowLength + laneCount + place] =
                    intersection.phases[phase].green.contains(caller.group) ? caller.rate : 0
            }
        }
        count = laneCount + callers.count
        for (place, caller) in callers.enumerated() {
            mean[laneCount + place] = 0
            weight[laneCount + place] = caller.weight
        }
        for lane in 0..<laneCount {
            var sum = 0.0
            for second in 0..<20 { sum += lanes.arrivals[lane * horizon + second] }
            mean[lane] = sum / 20
            weight[lane] = 1 + settings.waitingWeight * lanes.waited[lane] / 60
        }
        // Until the present phase can end: its own start, and the shortest green after it.
        let green = intersection.phases[current].green
        var startIn = 0.0
        var boundFor = 0.0
        for group in colours.indices {
            let rules = intersection.groups[group]
            switch colours[group] {
            case .yellow where intersection.conflicts[group].intersects(green):
                startIn = max(startIn, since[group] + rules.yellowSeconds + rules.allRedSeconds - now)
            case .green, .permissive:
                boundFor = max(boundFor, since[group] + rules.minimumGreenSeconds - now)
                if !green.contains(group) {
                    startIn = max(startIn, since[group] + rules.minimumGreenSeconds - now + change)
                }
            default: break
            }
        }
        let start = Int(startIn.rounded(.up))
        if start > 0 { return Choice(phase: current, reason: .bound, candidates: []) }
        if boundFor > 0.5 { return Choice(phase: current, reason: .bound, candidates: []) }
        let exhausted = exhausted(lanes, callers, colours, since, now)
        var best = current
        var bestCost = Double.infinity
        for seconds in Self.goOnSeconds {
            bestCost = min(bestCost, delay(lanes, callers, from: current, to: current, keep: seconds, change: 0))
        }
        var candidates = [SignalDecision.Candidate(phase: current, delayVehicleSeconds: bestCost)]
        let margin = settings.changeMargin
        let mustEnd = green.intersects(exhausted)
        var toBeat = mustEnd ? Double.infinity : bestCost - margin
        for phase in useful where phase != current {
            let seconds = firstChange(to: phase, colours, since, now)
            let cost = delay(lanes, callers, from: current, to: phase, keep: 0, change: seconds)
            candidates.append(.init(phase: phase, delayVehicleSeconds: cost))
            if cost < toBeat, !intersection.phases[phase].green.intersects(exhausted) { (best, toBeat) = (phase, cost) }
        }
        let reason: SignalDecision.Reason = best == current ? .extend : mustEnd ? .longestGreen : .change
        return Choice(phase: best, reason: reason, candidates: candidates)
    }

    /// How long it takes from now until a phase's greens flow, in seconds: people may still be on their way.
    private func firstChange(to phase: Int, _ colours: [SignalColour], _ since: [Double], _ now: Double) -> Int {
        var seconds = change
        let green = intersection.phases[phase].green
        for group in crossings where !green.contains(group) && intersection.conflicts[group].intersects(green) {
            let rules = intersection.groups[group]
            let clearing = rules.yellowSeconds + rules.allRedSeconds
            seconds = max(seconds, colours[group].isGreen ? clearing : since[group] + clearing - now)
        }
        return Int(min(seconds, Double(horizon)) + settings.startLossSeconds)
    }

    /// Groups whose longest green is over, and that keep somebody waiting.
    private func exhausted(
        _ lanes: LaneEstimator, _ callers: [Caller], _ colours: [SignalColour], _ since: [Double], _ now: Double
    ) -> GroupSet {
        var over = GroupSet()
        for (group, rules) in intersection.groups.enumerated() where colours[group].isGreen {
            if let longest = rules.maximumGreenSeconds, now - since[group] >= longest { over.insert(group) }
        }
        guard !over.isEmpty else { return over }
        let demand = lanes.demand(GroupSet(callers.map(\.group)))
        return GroupSet(over.filter { intersection.conflicts[$0].intersects(demand) })
    }

    /// The delay until the horizon, in vehicle-seconds.
    ///
    /// - Parameters:
    ///   - keep: How long the first phase is kept before the rule may change it, in seconds.
    ///   - change: How long it takes until it flows, in seconds; 0 for the one that is on.
    private mutating func delay(
        _ lanes: LaneEstimator, _ callers: [Caller], from: Int, to: Int, keep: Int, change: Int
    ) -> Double {
        for lane in 0..<laneCount { queue[lane] = lanes.standing[lane] }
        for (place, caller) in callers.enumerated() { queue[laneCount + place] = caller.count }
        var phase = to
        var old = from
        // Seconds until the new greens flow; over when 0.
        var changing = change
        var fullChange = change
        let yellowUse = Int(settings.yellowUseSeconds)
        var heldFor = from == to ? keep : minimumGreen[to]
        var cost = 0.0
        for second in 0..<horizon {
            let isChanging = changing > 0
            for lane in 0..<count {
                var rate = rates[phase * rowLength + lane]
                if isChanging {
                    let before = rates[old * rowLength + lane]
                    rate = fullChange - changing < yellowUse ? before : min(rate, before)
                }
                let waiting = queue[lane] + (lane < laneCount ? lanes.arrivals[lane * horizon + second] : 0)
                let left = waiting > rate ? waiting - rate : 0
                queue[lane] = left
                cost += left * weight[lane]
            }
            if isChanging {
                changing -= 1
                continue
            }
            heldFor -= 1
            guard heldFor <= 0, second < horizon - 8 else { continue }
            let next = followed(phase)
            if next != phase {
                old = phase
                phase = next
                fullChange = changes[old * intersection.phases.count + phase]
                changing = fullChange
                heldFor = minimumGreen[phase]
            }
        }
        for lane in 0..<count { cost += queue[lane] * weight[lane] * settings.leftOverSeconds }
        return cost
    }

    /// What the simple rule does: the phase that serves most vehicles a second, its change counted in.
    private func followed(_ current: Int) -> Int {
        let row = current * intersection.phases.count
        var best = current
        var most = 0.0
        for seconds in [3.0] + Self.weighedSeconds {
            var served = 0.0
            for lane in 0..<count {
                served += min(queue[lane] + mean[lane] * seconds, rates[current * rowLength + lane] * seconds)
            }
            most = max(most, served / seconds)
        }
        for phase in useful where phase != current {
            for seconds in Self.weighedSeconds {
                let time = seconds + Double(changes[row + phase])
                var served = 0.0
                for lane in 0..<count {
                    served += min(queue[lane] + mean[lane] * time, rates[phase * rowLength + lane] * seconds)
                }
                if served / time > most { (best, most) = (phase, served / time) }
            }
        }
        return best
    }
}
