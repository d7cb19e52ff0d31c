import NGSILDModel

/// What traffic is like on a stretch of road at one time, from all its detectors.
struct SegmentState: Sendable, Equatable {
    let time: Timestamp
    var levelOfService: LevelOfService?
    /// km/h.
    var speed: Double?
    /// km/h.
    var freeFlow: Double?
    var travelSeconds: Double?
    var delaySeconds: Double?
    /// Vehicles an hour, all lanes.
    var flow: Double?
    var occupancy: Double?
    /// The share of the segment's detectors that count, 0 to 1.
    var completeness = 0.0

    /// What one detector brings in.
    struct Contribution: Sendable {
        /// `nil`: the detector covers the whole road.
        var lane: String?
        /// `nil`: it does not count now.
        var measure: TrafficMeasure?
        /// km/h.
        var freeFlow: Double?
    }

    /// A queue moves on at this speed at least, so that travel times stay numbers; km/h.
    static let leastSpeed = 3.0

    /// Puts detectors together.
    ///
    /// - Intensity: detectors of one lane, or of the whole road, are averaged: they see the same vehicles one after the
    ///   other. Lanes are added up; for lanes whose detectors do not count the mean of the others stands in. Detectors of
    ///   the whole road win over lanes.
    /// - Speed: the harmonic mean weighted with the intensity, which is the mean over the vehicles of their time; where
    ///   a detector has no intensity all weigh the same.
    /// - Occupancy: the mean over lanes. Free-flow speed: the mean of what the detectors learnt, else the legal speed.
    init(at time: Timestamp, _ contributions: [Contribution], _ facts: RoadSegmentFacts) {
        self.time = time
        let counting = contributions.filter { $0.measure != nil }
        if !contributions.isEmpty { completeness = Double(counting.count) / Double(contributions.count) }
        let learnt = contributions.compactMap(\.freeFlow)
        freeFlow =
            learnt.isEmpty ? facts.maximumAllowedSpeed : learnt.reduce(0, +) / Double(learnt.count)
        guard !counting.isEmpty else { return }
        let measures = counting.compactMap(\.measure)
        flow = Self.combined(contributions, sums: true) { $0.flow }
        occupancy = Self.combined(contributions, sums: false) { $0.occupancy }
        speed = Self.meanSpeed(measures)
        let isEmpty = speed == nil && flow == 0 && (occupancy ?? 0) < TrafficMeasure.standingOccupancy
        let lanes = facts.lanes ?? max(1, Set(contributions.compactMap(\.lane)).count)
        if let speed, let freeFlow {
            levelOfService = LevelOfService(speed: speed, freeFlow: freeFlow)
        } else if isEmpty {
            levelOfService = .a
        } else if let occupancy {
            levelOfService = LevelOfService(occupancy: occupancy)
        } else if let flow {
            levelOfService = LevelOfService(vehiclesPerHourAndLane: flow / Double(lanes))
        }
        guard let metres = facts.lengthMetres else { return }
        // On an empty road one drives freely.
        if let driven = speed ?? (isEmpty ? freeFlow : nil) {
            let seconds = metres / (max(driven, Self.leastSpeed) / 3.6)
            travelSeconds = seconds
            if let freeFlow { delaySeconds = max(0, seconds - metres / (freeFlow / 3.6)) }
        }
    }

    private static func combined(
        _ contributions: [Contribution], sums: Bool, _ value: (TrafficMeasure) -> Double?
    ) -> Double? {
        var lanes: [String?: (sum: Double, count: Double)] = [:]
        for contribution in contributions {
            guard let value = contribution.measure.flatMap(value) else { continue }
            lanes[contribution.lane, default: (0, 0)].sum += value
            lanes[contribution.lane, default: (0, 0)].count += 1
        }
        if let whole = lanes[nil] { return whole.sum / whole.count }
        guard !lanes.isEmpty else { return nil }
        let mean = lanes.values.map { $0.sum / $0.count }.reduce(0, +) / Double(lanes.count)
        return sums ? mean * Double(Set(contributions.compactMap(\.lane)).count) : mean
    }

    private static func meanSpeed(_ measures: [TrafficMeasure]) -> Double? {
        let known = measures.compactMap { measure in measure.speed.map { (speed: $0, flow: measure.flow) } }
        guard !known.isEmpty else { return nil }
        let isWeighted = known.allSatisfy { ($0.flow ?? 0) > 0 }
        var (weights, times) = (0.0, 0.0)
        for (speed, flow) in known {
            let weight = isWeighted ? flow ?? 1 : 1
            weights += weight
            // A standing lane must not make all of them stand for ever.
            times += weight / max(speed, 0.5)
        }
        let mean = weights / times
        return mean <= 0.5 ? 0 : mean
    }
}
