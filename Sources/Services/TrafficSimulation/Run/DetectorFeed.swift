import SignalControl

/// Turns what the simulator's detectors report into observations, and keeps some of them dead on wish.
struct DetectorFeed {
    private let plan: DetectorPlan
    private var readings: [DetectorReading?]
    private var numbers: [String: Int] = [:]
    private let isDead: [Bool]
    private var people: CrossingCounts

    /// - Parameters:
    ///   - deadPart: How many never report, 0...1; which ones follows from the seed.
    ///   - network: Where the crossings lie.
    init(_ plan: DetectorPlan, _ network: RoadNetwork, deadPart: Double, seed: UInt64) {
        self.plan = plan
        let lanes = Set(plan.detectors.filter { $0.kind == .waiting || $0.kind == .crossing }.map(\.lane))
        people = CrossingCounts(lanes.sorted().compactMap { network.crossings[$0] })
        readings = Array(repeating: nil, count: plan.detectors.count)
        var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
        isDead = plan.detectors.map { _ in
            // SplitMix64: the same seed has the same dead detectors everywhere.
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            mixed ^= mixed >> 31
            return Double(mixed >> 11) * 0x1p-53 < deadPart
        }
        for number in plan.detectors.indices { numbers[plan.id(of: number)] = number }
    }

    /// Subscribes to all that are alive, and takes what they tell now.
    mutating func subscribe(_ connection: TraCIConnection) throws {
        var reports: [TraCIConnection.Report] = []
        for (number, detector) in plan.detectors.enumerated() where !isDead[number] {
            switch detector.kind {
            case .area:
                reports.append(try connection.subscribe(.laneArea, plan.id(of: number), [0x10, 0x13, 0x14]))
            case .stopLine:
                reports.append(try connection.subscribe(.inductionLoop, plan.id(of: number), [0x17]))
            case .publicTransport: reports.append(try connection.subscribe(.laneArea, plan.id(of: number), [0x10]))
            case .waiting, .crossing: break
            }
        }
        reports += try people.subscribe(connection)
        take(reports)
    }

    mutating func take(_ reports: [TraCIConnection.Report]) {
        for report in reports {
            guard let number = numbers[report.object] else { continue }
            var reading = DetectorReading(vehicles: 0)
            for (variable, value) in report.values {
                switch (variable, value) {
                case (0x10, _): reading.vehicles = value.number ?? 0
                case (0x13, _): reading.occupancy = min(1, max(0, (value.number ?? 0) / 100))
                case (0x14, _): reading.standing = value.number ?? 0
                case (0x17, .compound(let items)): reading.vehicles = Self.passed(items)
                default: break
                }
            }
            readings[number] = reading
        }
        people.take(reports)
        for (number, detector) in plan.detectors.enumerated() where !isDead[number] {
            switch detector.kind {
            case .waiting: readings[number] = DetectorReading(vehicles: Double(people.waiting[detector.lane] ?? 0))
            case .crossing:
                // Whoever is on it has to be waited for, standing or walking.
                let count = Double(people.walking[detector.lane] ?? 0)
                readings[number] = DetectorReading(vehicles: count, standing: count)
            case .area, .stopLine, .publicTransport: break
            }
        }
    }

    /// Pulses of a loop that ended in the last second: how many vehicles have passed it.
    private static func passed(_ items: [TraCIValue]) -> Double {
        // A number of vehicles, then id, length, entry, leaving and type of each. Only the leaving is looked at, as a loop
        // in the street would tell it; -1 for one that is still there.
        stride(from: 4, to: items.count, by: 5).reduce(0) { $0 + ((items[$1].number ?? -1) >= 0 ? 1 : 0) }
    }

    func isStopLine(_ number: Int) -> Bool { plan.detectors[number].kind == .stopLine }

    /// What each detector tells; `nil` for those that are dead.
    var all: [DetectorReading?] { readings }

    /// What the detectors of an intersection tell. People are taken to wait where it is not known.
    func observation(of site: NetworkIntersections.Site, atSeconds now: Double) -> IntersectionObservation {
        IntersectionObservation(
            measuredAtSeconds: now, readings: site.detectors.map { readings[$0] },
            calls: asked(by: site.calls, whereUnknown: true), priority: asked(by: site.priority, whereUnknown: false))
    }

    private func asked(by asking: [NetworkIntersections.Asking], whereUnknown: Bool) -> GroupSet {
        GroupSet(
            asking.lazy.filter { readings[$0.detector].map { $0.vehicles >= 1 } ?? whereUnknown }.map(\.group))
    }
}
