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
            let known = exit.detectors.compactMap { Self.reading(observation, $0) }
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

    private static func reading(_ observation: IntersectionObservation, _ detector: Int) -> DetectorReading? {
        guard observation.readings.indices.contains(detector), let reading = observation.readings[detector],
            reading.isPlausible
        else { return nil }
        return reading
    }

    private mutating func take(
        lane index: Int, _ observation: IntersectionObservation, _ colours: [SignalColour], _ now: Double,
        _ elapsed: Double
    ) {
        let lane = intersection.lanes[index]
        let speed = max(lane.speedMetresPerSecond * 0.9, 1)
        let passed = lane.stopLineDetector.flatMap { Self.reading(observation, $0) }?.vehicles
        let isGreen = lane.movements.allSatisfy { colours[$0.group].isGreen }
        if let passed, elapsed > 0 {
            let weight = min(1, elapsed / settings.flowMemorySeconds)
            flow[index] += weight * (passed / elapsed - flow[index])
        }
        let start = index * horizon
        for second in 0..<horizon { arrivals[start + second] = 0 }
        var seenStanding = 0.0
        var seen = 0.0
        var silent = 0
        var silentCapacity = 0.0
        var view = 0.0
        for zone in lane.zones {
            view = max(view, zone.distanceMetres + zone.lengthMetres)
            guard let reading = Self.reading(observation, zone.detector) else {
                silent += 1
                silentCapacity += zone.lengthMetres / Self.metresPerVehicle
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
            let reading = Self.reading(observation, last.detector),
            reading.standing * Self.metresPerVehicle > 0.6 * last.lengthMetres
        {
            seenStanding += settings.hiddenQueue
        }
        if silent == 0 {
            assumedQueue[index] = seen
        } else {
            // What comes in less what goes out, as far as the silent zones hold it.
            let out = passed ?? (isGreen ? min(assumedQueue[index], settings.saturationFlow * elapsed) : 0)
            let capacity = silent == lane.zones.count ? max(silentCapacity, 10) : silentCapacity
            assumedQueue[index] = min(max(0, assumedQueue[index] + flow[index] * elapsed - out), capacity + seen)
            let missing = max(0, assumedQueue[index] - seen)
            if isGreen { spread(missing, over: 0...Int(view / speed), from: start) } else { seenStanding += missing }
            seen += missing
        }
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
