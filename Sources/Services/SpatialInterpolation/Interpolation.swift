import Foundation

/// Estimates between stations from values at the stations, by the best method that their number allows.
///
/// Kriging with the given variogram; inverse distances where there are few samples, no variogram, or equations that cannot
/// be solved, with the reason.
public struct Interpolation: Sendable {
    /// Which method is at work.
    public enum Method: Sendable {
        case kriging(OrdinaryKriging)
        case inverseDistance(InverseDistance, reason: String)
    }

    public let method: Method
    public let scale: ValueScale

    /// The fewest samples that kriging is used for, unless told otherwise.
    public static let fewestForKriging = 4

    /// Prepares the estimates.
    ///
    /// - Parameters:
    ///   - samples: Values at positions in one unit of length; those that are not finite are passed over.
    ///   - model: A variogram of the values on `scale`; `nil` when none could be fitted.
    ///   - scale: On which scale values are spread evenly enough to be averaged.
    ///   - fewest: With fewer samples, inverse distances are used.
    /// - Returns: `nil` when no sample is finite.
    public init?(
        samples: [Sample], model: VariogramModel?, scale: ValueScale = .identity,
        fewest: Int = Interpolation.fewestForKriging, options: OrdinaryKriging.Options = .init()
    ) {
        let finite = samples.filter { $0.value.isFinite && $0.position.x.isFinite && $0.position.y.isFinite }
        guard !finite.isEmpty else { return nil }
        let scaled = finite.map { Sample(position: $0.position, value: scale.scaled($0.value)) }
        self.scale = scale
        func inverse(_ reason: String) -> Method? {
            InverseDistance(samples: scaled).map { .inverseDistance($0, reason: reason) }
        }
        let found: Method?
        if Set(finite.map(\.position)).count < max(2, fewest) {
            found = inverse("fewer than \(max(2, fewest)) stations have a value")
        } else if let model {
            found =
                OrdinaryKriging(samples: scaled, model: model, options: options).map { .kriging($0) }
                ?? inverse("the equations of kriging are singular")
        } else {
            found = inverse("no variogram fits the values")
        }
        guard let found else { return nil }
        method = found
    }

    /// The median of the value at a target, with an interval where the method has one.
    ///
    /// - Parameter factor: How many standard deviations the interval reaches to both sides.
    /// - Returns: `nil` when the target is not finite.
    public func estimate(at target: PlanePoint, factor: Double = 1.645) -> (
        value: Double, interval: ClosedRange<Double>?
    )? {
        switch method {
        case .kriging(let kriging):
            guard let estimate = kriging.estimate(at: target) else { return nil }
            return (scale.unscaled(estimate.value), scale.interval(estimate, factor: factor))
        case .inverseDistance(let inverse, _):
            let value = inverse.value(at: target)
            return value.isFinite ? (scale.unscaled(value), nil) : nil
        }
    }
}

/// A scale on which values are averaged, and the way back.
public enum ValueScale: Sendable, Equatable {
    case identity
    /// `log(value + offset)`, for concentrations and counts, which are spread over orders of magnitude; values at or below
    /// `-offset` are taken as just above it. The offset is in the values' unit and above 0.
    case logarithm(offset: Double)

    /// A value on this scale.
    @inline(__always)
    public func scaled(_ value: Double) -> Double {
        switch self {
        case .identity: value
        case .logarithm(let offset): log(max(value + offset, 1e-3 * max(offset, 1e-9)))
        }
    }

    /// The value again; not below 0 with `logarithm`.
    @inline(__always)
    public func unscaled(_ scaled: Double) -> Double {
        switch self {
        case .identity: scaled
        case .logarithm(let offset): max(0, exp(min(scaled, 600)) - offset)
        }
    }

    /// The interval of `factor` standard deviations around an estimate on this scale, in the values' unit.
    public func interval(_ estimate: Estimate, factor: Double) -> ClosedRange<Double> {
        let reach = max(0, factor) * max(0, estimate.variance).squareRoot()
        let (low, high) = (unscaled(estimate.value - reach), unscaled(estimate.value + reach))
        return low <= high ? low...high : low...low
    }
}
