/// Checks one sensor's observations of one pollutant as they come.
///
/// ```swift
/// var control = SensorQualityControl(.pm25)
/// let quality = control.check(value, at: hour, neighbours: [12, 15, 11])
/// ```
///
/// The same observations always give the same marks. State is bounded (about 5 KB), an observation costs a few
/// microseconds.
///
/// Invariants:
/// 1. `week` has the last 168 hours: the sensor's value and the neighbours' median, NaN where missing, out of
///    range or a spike.
/// 2. `usualRatio` is learnt only while the sensor neither drifts nor is unfit.
public struct SensorQualityControl: Sendable {
    public let pollutant: Pollutant
    public let parameters: QualityParameters
    public private(set) var fitness = SensorFitness.unknown

    private var week = PairWindow()
    private var newestHour: Int?
    private var flat = (value: Double.nan, hours: 0)
    /// The week's ratio to neighbours, averaged over the 90 days before at most.
    private var usualRatio = 0.0
    /// The same of the week's correlation.
    private var usualCorrelation = 0.0
    private var usualHours = 0
    private var isDrifting = false

    /// Hours that the usual ratio needs before it is judged by: two weeks.
    private static let learning = 336
    private static let memory = 2_160

    /// - Parameter parameters: Those of the pollutant unless given.
    public init(_ pollutant: Pollutant, parameters: QualityParameters? = nil) {
        self.pollutant = pollutant
        self.parameters = parameters ?? QualityParameters(pollutant)
    }

    /// Forgets what was learnt of the sensor, as after a repair or a new calibration.
    public mutating func reset() { self = SensorQualityControl(pollutant, parameters: parameters) }

    /// Checks an observation.
    ///
    /// - Parameters:
    ///   - value: In µg/m³; NaN or infinite is marked as out of range.
    ///   - hour: The end of the hour, in hours since 1970-01-01T00:00Z. One that is not after the newest is checked for
    ///     its range only, and changes nothing.
    ///   - neighbours: The same hour's values of sensors nearby, in µg/m³; with fewer than 3 of them that are numbers,
    ///     neighbour, drift and fitness checks are silent.
    public mutating func check(_ value: Double, at hour: Int, neighbours: [Double] = []) -> ObservationQuality {
        var marks: [QualityMark] = []
        let isInRange = value.isFinite && parameters.range.contains(value)
        if !isInRange {
            let (low, high) = (Self.text(parameters.range.lowerBound), Self.text(parameters.range.upperBound))
            marks.append(mark(.range, "\(Self.text(value)) µg/m³ is outside \(low) to \(high)"))
        }
        if let newestHour, hour <= newestHour { return ObservationQuality(marks: marks, fitness: fitness) }
        let distance = newestHour.map { hour.subtractingReportingOverflow($0) }
        let passed = distance.map { $0.overflow ? PairWindow.length : min($0.partialValue, PairWindow.length) } ?? 1
        newestHour = hour
        if passed > 24 { flat = (.nan, 0) }

        let others = neighbours.filter { $0.isFinite && parameters.range.contains($0) }
        let median = others.count >= 3 ? Self.median(others) : .nan
        if isInRange {
            if let found = checkFlatLine(value) { marks.append(found) }
            if let found = checkSpike(value, median, hoursPassed: passed) { marks.append(found) }
            if let found = checkNeighbours(value, others, median) { marks.append(found) }
        }
        let isSpike = marks.contains { $0.check == .spike }
        week.push(isInRange && !isSpike ? value : .nan, median, hoursPassed: passed)
        if let found = checkDrift() { marks.append(found) }
        judgeFitness()
        if case .unfit(let reason) = fitness { marks.append(mark(.unfit, reason)) }
        return ObservationQuality(marks: marks, fitness: fitness)
    }

    /// The console says the reasons in its languages (airreasons.js).
    private func mark(_ check: QualityMark.Check, _ reason: String) -> QualityMark {
        QualityMark(check: check, reason: "\(pollutant.name): \(reason)")
    }

    // MARK: - Checks of one observation

    private mutating func checkFlatLine(_ value: Double) -> QualityMark? {
        flat = value == flat.value ? (value, flat.hours + 1) : (value, 1)
        guard flat.hours >= limitOfFlat else { return nil }
        return mark(.flatLine, "\(Self.text(value)) µg/m³ for \(flat.hours) observations; the limit is \(limitOfFlat)")
    }

    private var limitOfFlat: Int {
        flat.value <= parameters.flatFloor ? parameters.flatHours * 4 : parameters.flatHours
    }

    private func checkSpike(_ value: Double, _ median: Double, hoursPassed: Int) -> QualityMark? {
        guard hoursPassed <= 3 else { return nil }
        let recent = week.last(12)
        let values = recent.map(\.value).filter { !$0.isNaN }
        guard values.count >= 6, let newest = values.last else { return nil }
        let middle = Self.median(values)
        let deviation = Self.median(values.map { abs($0 - middle) })
        // What the sensor was at before: a rise that goes on is no spike.
        let jump = abs(value - newest) < abs(value - middle) ? value - newest : value - middle
        let former = recent.last { !$0.median.isNaN }?.median ?? .nan
        let hasNeighbours = !median.isNaN && !former.isNaN
        let shared = hasNeighbours ? median - former : 0
        // Without neighbours, a plume cannot be told from a fault, so that much more is let pass.
        let floor = hasNeighbours ? parameters.spikeFloor : parameters.spikeFloor * 3
        let limit = max(floor, parameters.spikeFactor * deviation)
        guard abs(jump - shared) > limit, abs(jump) > limit else { return nil }
        if hasNeighbours, abs(value - median) < abs(newest - former) + floor { return nil }
        let neighbours = hasNeighbours ? ", neighbours by \(Self.text(shared))" : ""
        return mark(.spike, "jumped by \(Self.text(jump)) µg/m³\(neighbours); the limit is \(Self.text(limit))")
    }

    private func checkNeighbours(_ value: Double, _ others: [Double], _ median: Double) -> QualityMark? {
        guard !median.isNaN else { return nil }
        let spread = Self.median(others.map { abs($0 - median) })
        let expected = usualHours >= Self.learning ? median * usualRatio : median
        let usual = max(spread, week.usualDifference ?? 0)
        let limit = max(parameters.neighbourFloor, parameters.neighbourFactor * usual, 0.75 * abs(expected))
        guard abs(value - expected) > limit else { return nil }
        return mark(
            .neighbours,
            "\(Self.text(value)) µg/m³ where \(others.count) neighbours tell \(Self.text(expected)); the difference may "
                + "be \(Self.text(limit))")
    }

    // MARK: - Checks of the sensor

    private mutating func checkDrift() -> QualityMark? {
        let found = week.relation
        guard let relation = found, relation.pairs >= PairWindow.enough, relation.ratio > 0 else {
            isDrifting = isDrifting && found == nil
            return nil
        }
        defer { learn(relation) }
        guard usualHours >= Self.learning, usualRatio > 0 else { return nil }
        let change = relation.ratio / usualRatio
        let strength = max(change, 1 / change)
        // It ends well below where it began, so that it does not flicker.
        let factor = isDrifting ? 1 + (parameters.driftFactor - 1) * 0.6 : parameters.driftFactor
        isDrifting = strength > factor && abs(relation.mean - usualRatio * relation.medianMean) > parameters.driftFloor
        guard isDrifting else { return nil }
        return mark(
            .drift,
            "the week's ratio to neighbours is \(Self.text(relation.ratio, 2)), usually it is "
                + "\(Self.text(usualRatio, 2))")
    }

    private mutating func learn(_ relation: PairWindow.Relation) {
        if isDrifting { return }
        if case .unfit = fitness { return }
        usualHours += 1
        usualRatio += (relation.ratio - usualRatio) / Double(min(usualHours, Self.memory))
        usualCorrelation += (relation.correlation - usualCorrelation) / Double(min(usualHours, Self.memory))
        usualHours = min(usualHours, Self.memory)
    }

    private mutating func judgeFitness() {
        if flat.hours >= max(parameters.unfitFlatHours, limitOfFlat) {
            fitness = .unfit(reason: "the value has not changed for \(flat.hours) observations")
            return
        }
        guard let relation = week.relation, relation.pairs >= PairWindow.enough else {
            // What was found before stands until there is enough to say otherwise.
            return
        }
        let wasUnfit = if case .unfit = fitness { true } else { false }
        // A station at the edge of town may never follow closely; then its neighbours cannot judge it.
        let isJudged = usualHours >= Self.learning && usualCorrelation >= parameters.correlation + 0.2
        let bound = min(parameters.correlation, usualCorrelation - parameters.correlationLoss)
        let least = wasUnfit ? bound + 0.1 : bound
        if isJudged, relation.medianDeviation > parameters.spread, relation.correlation < least {
            fitness = .unfit(
                reason: "the week's correlation with neighbours is \(Self.text(relation.correlation, 2)), below "
                    + Self.text(least, 2))
            return
        }
        if isJudged, usualRatio > 0, isDrifting {
            let change = max(relation.ratio, 1e-9) / usualRatio
            let most = wasUnfit ? parameters.unfitFactor * 0.8 : parameters.unfitFactor
            if max(change, 1 / change) > most {
                fitness = .unfit(
                    reason: "the week's ratio to neighbours is \(Self.text(change, 2)) times its usual one")
                return
            }
        }
        fitness = isJudged ? .fit : .unknown
    }

    // MARK: - Numbers

    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard let last = sorted.last else { return .nan }
        let middle = sorted.count / 2
        if sorted.count == 1 { return last }
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    private static func text(_ value: Double, _ decimals: Int = 1) -> String {
        guard abs(value) < 1e12 else { return "\(value)" }
        let power = decimals == 2 ? 100.0 : 10.0
        let rounded = (value * power).rounded() / power
        return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }
}
