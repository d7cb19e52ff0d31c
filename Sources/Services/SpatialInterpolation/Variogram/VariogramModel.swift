import Foundation

/// How unlike two values are, on average, as a function of the distance between their positions.
///
/// Semivariance 0 at distance 0, then the nugget, rising by the partial sill.
///
/// - Source: Chilès and Delfiner, Geostatistics (2nd edition, 2012), section 2.5.
public struct VariogramModel: Sendable, Equatable {
    /// The curve between nugget and sill.
    public enum Shape: String, Sendable, CaseIterable {
        /// `1 - exp(-3 h / range)`
        case exponential
        /// `1.5 h / range - 0.5 (h / range)^3` up to the range, then 1
        case spherical
        /// `1 - exp(-3 (h / range)^2)`; very smooth, and needs a nugget to be solvable for near positions
        case gaussian
        /// Matérn's curve of smoothness 3/2, `1 - (1 + a h) exp(-a h)` with `a = 4.744 / range`
        case matern32
    }

    public let shape: Shape
    /// The semivariance at very small distances, in the square of the values' unit; 0 or more.
    public let nugget: Double
    /// What the semivariance gains beyond the nugget, same unit; 0 or more.
    public let partialSill: Double
    /// The distance at which 95 % of the partial sill are reached (all of it with `spherical`); above 0.
    public let practicalRange: Double

    /// A model with these parameters.
    ///
    /// - Returns: `nil` when a parameter is not finite, the nugget or partial sill is negative, both are 0, or the range
    ///   is not above 0.
    public init?(shape: Shape, nugget: Double, partialSill: Double, practicalRange: Double) {
        guard nugget.isFinite, partialSill.isFinite, practicalRange.isFinite, nugget >= 0, partialSill >= 0,
            nugget + partialSill > 0, (nugget + partialSill).isFinite, practicalRange > 0
        else { return nil }
        self.shape = shape
        self.nugget = nugget
        self.partialSill = partialSill
        self.practicalRange = practicalRange
    }

    /// The variance that the semivariance tends to.
    public var sill: Double { nugget + partialSill }

    /// The semivariance at a distance of 0 or more.
    public func semivariance(at distance: Double) -> Double {
        distance > 0 ? nugget + partialSill * (1 - correlation(at: distance)) : 0
    }

    /// The covariance at a distance: the sill less the semivariance.
    public func covariance(at distance: Double) -> Double {
        distance > 0 ? partialSill * correlation(at: distance) : sill
    }

    /// The covariance without the nugget, from 1 at distance 0 down to 0.
    @inline(__always)
    func correlation(at distance: Double) -> Double {
        let h = distance / practicalRange
        switch shape {
        case .exponential: return exp(-3 * h)
        case .spherical: return h < 1 ? 1 - h * (1.5 - 0.5 * h * h) : 0
        case .gaussian: return exp(-3 * h * h)
        case .matern32:
            let a = Self.matern32Rate * h
            return (1 + a) * exp(-a)
        }
    }

    /// The sum of the correlations at many distances, each with its weight.
    func correlationSum(_ distances: UnsafeMutableBufferPointer<Double>, _ weights: [Double]) -> Double {
        let inverse = 1 / practicalRange
        var sum = 0.0
        switch shape {
        case .exponential:
            for (distance, weight) in zip(distances, weights) { sum += weight * exp(-3 * inverse * distance) }
        case .spherical, .gaussian, .matern32:
            for (distance, weight) in zip(distances, weights) { sum += weight * correlation(at: distance) }
        }
        return sum
    }

    /// The `a` for which `(1 + a) exp(-a)` is 0.05.
    static let matern32Rate = 4.743_864_518

    /// The same model for values whose variance is `factor` times as large.
    ///
    /// - Returns: `nil` when the factor is not finite and above 0.
    public func scaled(by factor: Double) -> VariogramModel? {
        guard factor.isFinite, factor > 0 else { return nil }
        return VariogramModel(
            shape: shape, nugget: nugget * factor, partialSill: partialSill * factor, practicalRange: practicalRange)
    }
}
