import SpatialInterpolation

/// How well each station is estimated from the others on hours that nothing was learnt from.
public enum InterpolationEvaluation {
    /// The share of values that intervals are to hold.
    public static let coverage = 0.9

    /// Leaves out each station in turn: learns the variogram and the width of intervals from the other stations' hours before
    /// `firstTestHour`, and estimates the station in every hour after it.
    ///
    /// Beside it stand ordinary kriging of the plain values with a fixed variogram (exponential, a tenth of the sill as
    /// nugget, the extent of the stations as practical range), and inverse distances squared.
    ///
    /// - Returns: A score for each station with a position; `nil` when fewer than four have one.
    /// - Cost: hours times stations times neighbours, and about ten times 20,000 estimates for each station.
    public static func scores(
        of stations: [StationRecord], firstTestHour: Int, progress: (String) -> Void = { _ in }
    ) -> [InterpolationScore]? {
        let placed = stations.filter { $0.position != nil }
        guard placed.count >= 4, let plane = LocalPlane(around: placed.compactMap(\.position)) else { return nil }
        let positions = placed.compactMap {
            $0.position.map { plane.point(longitude: $0.longitude, latitude: $0.latitude) }
        }
        let first = placed.map(\.firstHour).min() ?? 0
        let end = placed.map { $0.firstHour + $0.values.count }.max() ?? 0
        func set(_ hour: Int) -> [Double] {
            placed.map { station in
                let index = hour - station.firstHour
                return index >= 0 && index < station.values.count ? station.values[index] : .nan
            }
        }
        let split = min(max(firstTestHour, first), end)
        var scores: [InterpolationScore] = []
        for station in placed.indices {
            progress(placed[station].name)
            var score = InterpolationScore(station: placed[station].name)
            if let estimators = Estimators(
                leavingOut: station, positions, learning: (first..<split).lazy.map(set))
            {
                estimators.run(over: (split..<end).lazy.map(set), into: &score)
            }
            scores.append(score)
        }
        return scores
    }

    /// The methods, ready to estimate one station.
    private struct Estimators {
        let station: Int
        let scale: ValueScale
        let factor: Double
        let learnt: LeaveOneOut
        let fixed: LeaveOneOut
        let positions: [PlanePoint]

        init?(
            leavingOut station: Int, _ positions: [PlanePoint], learning sets: some Sequence<[Double]>
        ) {
            var others: [[Double]] = []
            var sample: [Double] = []
            for var set in sets {
                set.remove(at: station)
                if others.count % 7 == 0 { sample += set.filter { $0.isFinite && $0 > 0 } }
                others.append(set)
            }
            var otherPositions = positions
            otherPositions.remove(at: station)
            sample.sort()
            let scale: ValueScale =
                sample.isEmpty ? .identity : .logarithm(offset: max(1e-9, sample[sample.count / 2] / 4))
            guard
                let selection = VariogramSelection(
                    positions: otherPositions, sets: others.map { $0.map { $0.isFinite ? scale.scaled($0) : .nan } }),
                let fixedModel = VariogramModel(
                    shape: .exponential, nugget: 0.1, partialSill: 0.9,
                    practicalRange: Self.extent(otherPositions))
            else { return nil }
            self.scale = scale
            self.station = station
            self.positions = positions
            factor = selection.factor(coverage: InterpolationEvaluation.coverage)
            learnt = LeaveOneOut(positions: positions, model: selection.model)
            fixed = LeaveOneOut(positions: positions, model: fixedModel)
        }

        private static func extent(_ positions: [PlanePoint]) -> Double {
            positions.reduce(0) { extent, one in positions.reduce(extent) { max($0, one.distance(to: $1)) } }
        }

        func run(over sets: some Sequence<[Double]>, into score: inout InterpolationScore) {
            var (learnt, fixed) = (learnt, fixed)
            for set in sets where set[station].isFinite {
                let scaled = set.map { $0.isFinite ? scale.scaled($0) : .nan }
                let samples = zip(positions.indices, set).compactMap { place, value in
                    place != station && value.isFinite ? Sample(position: positions[place], value: value) : nil
                }
                guard let estimate = learnt.estimate(of: station, from: scaled),
                    let plain = fixed.estimate(of: station, from: set), let inverse = InverseDistance(samples: samples)
                else { continue }
                score.add(
                    outcome: set[station], kriging: scale.unscaled(estimate.value),
                    interval: scale.interval(estimate, factor: factor), fixed: plain.value,
                    inverse: inverse.value(at: positions[station]))
            }
        }
    }
}

/// Sums of what the estimates of one station, or of all, missed.
public struct InterpolationScore: Sendable, Equatable {
    public let station: String
    public private(set) var count = 0
    private var kriging = 0.0
    private var fixed = 0.0
    private var inverse = 0.0
    private var inside = 0.0
    private var width = 0.0

    public init(station: String) { self.station = station }

    mutating func add(
        outcome: Double, kriging: Double, interval: ClosedRange<Double>, fixed: Double, inverse: Double
    ) {
        count += 1
        self.kriging += abs(kriging - outcome)
        self.fixed += abs(fixed - outcome)
        self.inverse += abs(inverse - outcome)
        inside += interval.contains(outcome) ? 1 : 0
        width += interval.upperBound - interval.lowerBound
    }

    /// Adds the sums of another station.
    public mutating func add(_ other: InterpolationScore) {
        count += other.count
        kriging += other.kriging
        fixed += other.fixed
        inverse += other.inverse
        inside += other.inside
        width += other.width
    }

    /// The mean absolute errors, in the data's unit; `nan` without an estimate.
    public var krigingError: Double { kriging / Double(count) }
    public var fixedKrigingError: Double { fixed / Double(count) }
    public var inverseDistanceError: Double { inverse / Double(count) }
    /// The share of values inside of the intervals, in percent.
    public var coveragePercent: Double { 100 * inside / Double(count) }
    /// The mean width of the intervals, in the data's unit.
    public var intervalWidth: Double { width / Double(count) }
}
