/// Turns detector readings into what the policy needs of each lane: who stands, who comes when, what is blocked.
///
/// Where a zone is silent, its part is computed from what is known to come in and to leave, so that a dead detector is a
/// guess instead of an empty street.
struct LaneEstimator: Sendable {
    /// Vehicles that stand before the stop line.
    private(set) var standing: [Double]
    /// Vehicles that would reach the stop line in each second from now, `horizon` numbers for each lane.
    private(set) var arrivals: [Double]
    /// All that were seen or are assumed on the lane's zones.
    private(set) var present: [Double]
    /// Mean vehicles a second over the stop line.
    private(set) var flow: [Double]
    /// Lanes that no zone tells of.
    private(set) var isAssumed: [Bool]
    /// Lanes whose queue stands though all its groups have been green for long.
    private(set) var isBlocked: [Bool]
    /// Those of them that did not even move where they had to give way to nobody.
    private(set) var isClosed: [Bool]
    /// Exits that have no room.
    private(set) var isFull: [Bool]

    /// How long the first vehicle has been standing without green, in seconds.
    private(set) var waited: [Double]

    let horizon: Int
    private let intersection: Intersection
    private let settings: PolicySettings
    /// For each detector the lanes that see it.
    private let watchers: [[Int]]
    private var assumedQueue: [Double]
    private var stuckSeconds: [Double]
    private var blockedUntil: [Double]
    private var newest: Double?

    /// Green without anybody passing after which a queue counts as blocked, and for how long it does, in seconds.
    private static let stuckAfterSeconds = 10.0
    private static let blockedForSeconds = 30.0
    private static let metresPerVehicle = 7.0

    init(_ intersection: Intersection, _ settings: PolicySettings) {
        self.intersection = intersection
        self.settings = settings
        horizon = settings.horizonSeconds
        let count = intersection.lanes.count
        standing = Array(repeating: 0, count: count)
        present = standing
        waited = standing
        arrivals = Array(repeating: 0, count: count * horizon)
        flow = Array(repeating: settings.assumedArrivals, count: count)
        isAssumed = Array(repeating: true, count: count)
        isBlocked = Array(repeating: false, count: count)
        isClosed = isBlocked
        isFull = Array(repeating: false, count: intersection.exits.count)
        assumedQueue = Array(repeating: 0, count: count)
        stuckSeconds = assumedQueue
        blockedUntil = Array(repeating: -Double.infinity, count: count)
        var watchers = Array(repeating: [Int](), count: intersection.detectorCount)
        for (index, lane) in intersection.lanes.enumerated() {
            for zone in lane.zones { watchers[zone.detector].append(index) }
        }
        self.watchers = watchers
    }

    mutating func take(_ observation: IntersectionObservation, _ colours: [SignalColour], atSeconds now: Double) {
        let elapsed = min(max(now - (newest ?? now), 0), 10)
        newest = now
        for index in intersection.lanes.indices { take(lane: index, observation, colours, now, elapsed) }
        for (index, exit) in intersection.exits.enumerated() {
            let known = exit.detectors.compactMap { observation.reading($0) }
            let covered = known.reduce(0) { $0 + $1.standing } * Self.metresPerVehicle
            isFull[index] = !known.isEmpty && covered > settings.fullExit * max(exit.lengthMetres, 1)
        }
    }

    /// Groups that someone waits for or comes to, or of which it is not known.
    func demand(_ calls: GroupSet) -> GroupSet {
        var demand = calls
        for (index, lane) in intersection.lanes.enumerated() where isAssumed[index] || present[index] >= 0.5 {
            for movement in lane.movements { demand.insert(movement.group) }
        }
        return demand
    }

    private mutating func take(
        lane index: Int, _ observation: IntersectionObservation, _ colours: [SignalColour], _ now: Double,
        _ elapsed: Double
    ) {
        let lane = intersection.lanes[index]
        let speed = max(lane.speedMetresPerSecond * 0.9, 1)
        let passed = lane.stopLineDetector.flatMap { observation.reading($0) }?.vehicles
        let isGreen = lane.movements.allSatisfy { colours[$0.group].isGreen }
        if let passed, elapsed > 0 {
            let weight = min(1, elapsed / settings.flowMemorySeconds)
            flow[index] += weight * (passed / elapsed - flow[index])
        } else if elapsed > 0, let density = movingPerMetre(index, observation) {
            let weight = min(1, elapsed / settings.flowMemorySeconds)
            flow[index] += weight * (density * speed - flow[index])
        }
        let start = index * horizon
        for second in 0..<horizon { arrivals[start + second] = 0 }
        var seenStanding = 0.0
        var seen = 0.0
        var silent = 0
        var view = 0.0
        for zone in lane.zones {
            view = max(view, zone.distanceMetres + zone.lengthMetres)
            guard let reading = observation.reading(zone.detector) else {
                silent += 1
                continue
            }
            let share = share(of: index, in: zone.detector)
            seenStanding += reading.standing * share
            seen += reading.vehicles * share
            let moving = max(0, reading.vehicles - reading.standing) * share
            if moving > 0 {
                let first = Int(zone.distanceMetres / speed)
                let last = max(first, Int((zone.distanceMetres + zone.lengthMetres) / speed) - 1)
                spread(moving, over: first...last, from: start)
            }
        }
        if let last = lane.zones.max(by: { $0.distanceMetres < $1.distanceMetres }),
            let reading = observation.reading(last.detector),
            reading.standing * Self.metresPerVehicle > 0.6 * last.lengthMetres
        {
            seenStanding += settings.hiddenQueue
        }
        fillSilent(index, observation, passed, isGreen, elapsed, speed, &seenStanding, &seen)
        let beyond = min(horizon, Int(view / speed) + 1)
        for second in beyond..<max(beyond, horizon) { arrivals[start + second] += flow[index] }
        standing[index] = seenStanding
        present[index] = seen
        isAssumed[index] = !lane.zones.isEmpty && silent == lane.zones.count || lane.zones.isEmpty
        let hasGreen = lane.movements.contains { colours[$0.group].isGreen }
        waited[index] = !hasGreen && seenStanding >= 0.5 ? waited[index] + elapsed : 0
        noteBlocked(
            index, passed, isGreen, lane.movements.allSatisfy { colours[$0.group] == .green }, now, elapsed)
    }

    /// Vehicles that move on what is seen of a lane, for each metre; `nil` where nothing is seen.
    private func movingPerMetre(_ index: Int, _ observation: IntersectionObservation) -> Double? {
        var moving = 0.0
        var metres = 0.0
        for zone in intersection.lanes[index].zones {
            guard let reading = observation.reading(zone.detector), reading.standing < 1 else { continue }
            moving += reading.vehicles * share(of: index, in: zone.detector)
            metres += zone.lengthMetres
        }
        return metres >= 20 ? moving / metres : nil
    }

    /// Fills in what silent stretches hold.
    ///
    /// A queue has no gaps: a stretch is full when standing vehicles are seen farther away, and holds moving ones alone when
    /// one nearer is not full. Where the queue may end in a silent stretch, what comes in less what goes out decides.
    private mutating func fillSilent(
        _ index: Int, _ observation: IntersectionObservation, _ passed: Double?, _ isGreen: Bool, _ elapsed: Double,
        _ speed: Double, _ standing: inout Double, _ present: inout Double
    ) {
        let lane = intersection.lanes[index]
        var queueEnd = -1.0  // as far as it is seen to reach
        var freeFrom = Double.infinity  // where it is seen to have ended
        for zone in lane.zones {
            guard let reading = observation.reading(zone.detector) else { continue }
            let covered = reading.standing * Self.metresPerVehicle / max(zone.lengthMetres, 1)
            if covered > 0.15 { queueEnd = max(queueEnd, zone.distanceMetres) }
            if covered < 0.5 { freeFrom = min(freeFrom, zone.distanceMetres + zone.lengthMetres) }
        }
        var openCapacity = 0.0
        for zone in lane.zones where observation.reading(zone.detector) == nil {
            let capacity = zone.lengthMetres / Self.metresPerVehicle * share(of: index, in: zone.detector)
            if zone.distanceMetres < queueEnd {
                standing += capacity
                present += capacity
            } else {
                if zone.distanceMetres < freeFrom { openCapacity += capacity }
                let moving = flow[index] * zone.lengthMetres / speed
                present += moving
                let first = Int(zone.distanceMetres / speed)
                spread(
                    moving, over: first...max(first, Int((zone.distanceMetres + zone.lengthMetres) / speed) - 1),
                    from: index * horizon)
            }
        }
        guard openCapacity > 0 else {
            assumedQueue[index] = 0
            return
        }
        let out = passed ?? (isGreen ? settings.saturationFlow * elapsed : 0)
        let isBeyond = lane.zones.allSatisfy { observation.reading($0.detector) == nil }
        assumedQueue[index] = min(
            max(0, assumedQueue[index] + flow[index] * elapsed - out), isBeyond ? max(openCapacity, 10) : openCapacity)
        standing += assumedQueue[index]
        present += assumedQueue[index]
    }

    private mutating func spread(_ vehicles: Double, over seconds: ClosedRange<Int>, from start: Int) {
        let last = min(seconds.upperBound, horizon - 1)
        guard seconds.lowerBound <= last else { return }
        let part = vehicles / Double(seconds.count)
        for second in seconds.lowerBound...last { arrivals[start + second] += part }
    }

    private mutating func noteBlocked(
        _ index: Int, _ passed: Double?, _ isGreen: Bool, _ isProtected: Bool, _ now: Double, _ elapsed: Double
    ) {
        guard let passed, isGreen, standing[index] >= 2, passed == 0 else {
            stuckSeconds[index] = 0
            if (passed ?? 0) > 0 { blockedUntil[index] = -.infinity }
            isBlocked[index] = now < blockedUntil[index]
            isClosed[index] = isClosed[index] && isBlocked[index]
            return
        }
        stuckSeconds[index] += elapsed
        if stuckSeconds[index] >= Self.stuckAfterSeconds {
            blockedUntil[index] = now + Self.blockedForSeconds
            if isProtected { isClosed[index] = true }
        }
        isBlocked[index] = now < blockedUntil[index]
    }

    /// Which part of the vehicles in a zone goes to a lane, by the flows of all that see the zone.
    private func share(of lane: Int, in detector: Int) -> Double {
        let lanes = watchers[detector]
        guard lanes.count > 1 else { return 1 }
        var total = 0.0
        for other in lanes { total += flow[other] + 0.01 }
        return (flow[lane] + 0.01) / total
    }
}
