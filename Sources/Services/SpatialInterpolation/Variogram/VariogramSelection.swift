import Foundation

/// The variogram that estimates stations best from each other, out of those that fit their differences.
///
/// The empirical variogram of all sets together is fitted with each shape, with the nugget free and without one, and with the range free and
/// bounded from below by the extent of the stations. Each candidate then estimates every station from the others; the
/// smallest mean absolute error wins. What was missed then tells how wide intervals must be.
public struct VariogramSelection: Sendable {
    public let model: VariogramModel
    /// The mean absolute error of estimating stations from each other, on the values' scale.
    public let error: Double
    /// The errors over the kriging standard deviations, without sign, rising.
    private let standardErrors: [Double]

    /// Most values that are estimated for each candidate.
    static let mostEstimates = 20_000

    /// Chooses a variogram.
    ///
    /// - Parameters:
    ///   - positions: Of the stations.
    ///   - sets: Values of all stations at one time each, `nan` where there is none, on a scale on which their spread is
    ///     about even. Sets of another length are passed over.
    /// - Returns: `nil` when nothing fits or no station can be estimated.
    /// - Cost: sets times stations times their neighbours, for about ten candidates; sets are thinned out evenly beyond
    ///   20,000 values.
    public init?(positions: [PlanePoint], sets: [[Double]]) {
        let sets = Self.thinned(sets.filter { $0.count == positions.count }, stations: positions.count)
        var extent = 0.0
        for one in positions { for other in positions { extent = max(extent, one.distance(to: other)) } }
        guard extent > 0, !sets.isEmpty else { return nil }
        var empirical = EmpiricalVariogram(maximumDistance: extent * 1.000_001, bins: 10)
        for set in sets { empirical.add(zip(positions, set).map { Sample(position: $0, value: $1) }) }
        let bins = empirical.bins
        var best: VariogramSelection?
        for model in Self.candidates(bins, extent: extent) {
            guard let next = VariogramSelection(positions, sets, model) else { continue }
            if best.map({ next.error < $0.error }) ?? true { best = next }
        }
        guard let best else { return nil }
        self = best
    }

    private init?(_ positions: [PlanePoint], _ sets: [[Double]], _ model: VariogramModel) {
        var others = LeaveOneOut(positions: positions, model: model)
        var errors: [Double] = []
        var sum = 0.0
        for set in sets {
            for station in positions.indices where set[station].isFinite {
                guard let estimate = others.estimate(of: station, from: set), estimate.variance > 0 else { continue }
                let error = abs(set[station] - estimate.value)
                sum += error
                errors.append(error / estimate.variance.squareRoot())
            }
        }
        guard !errors.isEmpty else { return nil }
        self.model = model
        error = sum / Double(errors.count)
        standardErrors = errors.sorted()
    }

    /// How many kriging standard deviations an interval must reach to both sides to hold this share of the values.
    ///
    /// - Parameter coverage: 0 to 1.
    public func factor(coverage: Double) -> Double {
        let share = coverage.isFinite ? min(max(coverage, 0), 1) : 0.9
        return standardErrors[min(standardErrors.count - 1, Int(share * Double(standardErrors.count)))]
    }

    private static func thinned(_ sets: [[Double]], stations: Int) -> [[Double]] {
        let most = max(1, mostEstimates / max(1, stations))
        guard sets.count > most else { return sets }
        return (0..<most).map { sets[$0 * sets.count / most] }
    }

    private static func candidates(_ bins: [EmpiricalVariogram.Bin], extent: Double) -> [VariogramModel] {
        var models: [VariogramModel] = []
        for shape in VariogramModel.Shape.allCases {
            for ranges in [nil, extent...(extent * 10)] {
                guard let model = VariogramFit(bins, shapes: [shape], ranges: ranges)?.model else { continue }
                models.append(model)
                guard shape != .gaussian, model.nugget > 0 else { continue }
                // Without a nugget near stations count for more; whether that is right, the errors tell.
                if let without = VariogramModel(
                    shape: shape, nugget: 0, partialSill: model.sill, practicalRange: model.practicalRange)
                {
                    models.append(without)
                }
            }
        }
        return models
    }
}
