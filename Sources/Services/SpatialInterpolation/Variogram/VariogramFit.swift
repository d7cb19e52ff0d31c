import Foundation

/// Finds the variogram model that fits an empirical variogram best.
///
/// Least squares, each bin weighted by its pairs over the square of the model's semivariance there (Cressie 1985), which
/// is found by taking the weights from the last solution a few times. For each shape and each of a fixed ladder of ranges, nugget and
/// partial sill are the solution of a linear problem with bounds; the best range is then refined by golden section. No
/// random start, so the same bins give the same model.
public struct VariogramFit: Sendable, Equatable {
    public let model: VariogramModel
    /// The weighted mean of the squared relative errors; 0 is exact.
    public let error: Double

    /// Fits a model.
    ///
    /// - Parameters:
    ///   - bins: What was measured.
    ///   - shapes: The shapes to try; the best wins, the first of equals.
    ///   - ranges: Bounds of the practical range; by default from a third of the nearest bin to three times the farthest.
    /// - Returns: `nil` when fewer than three bins hold pairs or no bin has a semivariance above 0.
    public init?(
        _ bins: [EmpiricalVariogram.Bin], shapes: [VariogramModel.Shape] = VariogramModel.Shape.allCases,
        ranges: ClosedRange<Double>? = nil
    ) {
        let bins = bins.filter {
            $0.distance > 0 && $0.distance.isFinite && $0.semivariance >= 0 && $0.semivariance.isFinite && $0.pairs > 0
        }
        let mean = bins.reduce(0) { $0 + $1.semivariance } / Double(max(1, bins.count))
        guard bins.count >= 3, mean > 0, let nearest = bins.map(\.distance).min(),
            let farthest = bins.map(\.distance).max()
        else { return nil }
        let ranges =
            ranges.flatMap { $0.lowerBound > 0 && $0.upperBound.isFinite ? $0 : nil }
            ?? (nearest / 3)...(farthest * 3)
        let scaled = bins.map {
            EmpiricalVariogram.Bin(distance: $0.distance, semivariance: $0.semivariance / mean, pairs: $0.pairs)
        }
        var best: (solution: Solution, shape: VariogramModel.Shape, range: Double)?
        for shape in shapes {
            for range in Self.ladder(ranges) {
                let solution = Self.solve(scaled, shape, range)
                if best.map({ solution.error < $0.solution.error - 1e-12 }) ?? true { best = (solution, shape, range) }
            }
        }
        guard let coarse = best else { return nil }
        let refined = Self.refine(scaled, coarse.shape, around: coarse.range, within: ranges)
        let (solution, range) =
            refined.solution.error < coarse.solution.error
            ? refined : (coarse.solution, coarse.range)
        guard
            let model = VariogramModel(
                shape: coarse.shape, nugget: solution.nugget * mean, partialSill: solution.partialSill * mean,
                practicalRange: range)
        else { return nil }
        self.model = model
        error = solution.error
    }

    private struct Solution {
        var nugget: Double
        var partialSill: Double
        var error: Double
    }

    private static let steps = 32

    /// Ranges in equal ratios.
    private static func ladder(_ ranges: ClosedRange<Double>) -> [Double] {
        var ladder: [Double] = []
        let ratio = ranges.upperBound / ranges.lowerBound
        for step in 0...steps { ladder.append(ranges.lowerBound * pow(ratio, Double(step) / Double(steps))) }
        return ladder
    }

    private static func refine(
        _ bins: [EmpiricalVariogram.Bin], _ shape: VariogramModel.Shape, around range: Double,
        within ranges: ClosedRange<Double>
    ) -> (solution: Solution, range: Double) {
        let step = pow(ranges.upperBound / ranges.lowerBound, 1 / Double(steps))
        var low = max(ranges.lowerBound, range / step)
        var high = min(ranges.upperBound, range * step)
        let golden = 0.618_033_988_749_895
        for _ in 0..<40 {
            let (a, b) = (high - golden * (high - low), low + golden * (high - low))
            if solve(bins, shape, a).error <= solve(bins, shape, b).error { high = b } else { low = a }
        }
        let middle = (low + high) / 2
        return (solve(bins, shape, middle), middle)
    }

    /// The best nugget and partial sill, neither negative, for a shape and range.
    private static func solve(
        _ bins: [EmpiricalVariogram.Bin], _ shape: VariogramModel.Shape, _ range: Double
    ) -> Solution {
        guard let unit = VariogramModel(shape: shape, nugget: 0, partialSill: 1, practicalRange: range) else {
            return Solution(nugget: 1, partialSill: 0, error: .infinity)
        }
        let curve = bins.map { unit.semivariance(at: $0.distance) }
        let pairs = bins.reduce(0) { $0 + $1.pairs }
        var weights = bins.map { $0.pairs / pairs }
        var solution = Solution(nugget: 0, partialSill: 1, error: .infinity)
        for _ in 0..<4 {
            solution = bounded(bins, curve, weights)
            for (index, bin) in bins.enumerated() {
                let model = max(1e-3, solution.nugget + solution.partialSill * curve[index])
                weights[index] = bin.pairs / pairs / (model * model)
            }
        }
        solution.error = zip(bins.indices, weights).reduce(0) { sum, one in
            let miss = bins[one.0].semivariance - solution.nugget - solution.partialSill * curve[one.0]
            return sum + one.1 * miss * miss
        }
        return solution
    }

    private static func bounded(
        _ bins: [EmpiricalVariogram.Bin], _ curve: [Double], _ weights: [Double]
    ) -> Solution {
        var (w, wc, wcc, wy, wcy) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for index in bins.indices {
            let (weight, c, y) = (weights[index], curve[index], bins[index].semivariance)
            w += weight
            wc += weight * c
            wcc += weight * c * c
            wy += weight * y
            wcy += weight * c * y
        }
        let determinant = w * wcc - wc * wc
        if determinant > 1e-12 * w * wcc {
            let nugget = (wy * wcc - wcy * wc) / determinant
            let partialSill = (w * wcy - wc * wy) / determinant
            if nugget >= 0, partialSill >= 0 { return Solution(nugget: nugget, partialSill: partialSill, error: 0) }
        }
        // On a bound: the better of nugget alone and partial sill alone.
        let nuggetOnly = wy / w
        let sillOnly = wcc > 0 ? wcy / wcc : 0
        func squares(_ nugget: Double, _ partialSill: Double) -> Double {
            bins.indices.reduce(0) {
                let miss = bins[$1].semivariance - nugget - partialSill * curve[$1]
                return $0 + weights[$1] * miss * miss
            }
        }
        return squares(nuggetOnly, 0) <= squares(0, sillOnly)
            ? Solution(nugget: nuggetOnly, partialSill: 0, error: 0)
            : Solution(nugget: 0, partialSill: sillOnly, error: 0)
    }
}
