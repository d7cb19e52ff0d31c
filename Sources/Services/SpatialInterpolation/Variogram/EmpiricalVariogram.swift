/// The mean of half the squared differences between values, by the distance of their positions.
///
/// Takes several sets of samples, such as the same stations at many hours: differences are only taken within a set, and
/// all sets share the bins. That is how a network of ten stations comes to a variogram at all.
public struct EmpiricalVariogram: Sendable, Equatable {
    /// The pairs whose distance falls into one interval.
    public struct Bin: Sendable, Equatable {
        /// The mean distance of the pairs.
        public var distance: Double
        /// The mean of half the squared differences.
        public var semivariance: Double
        /// How many pairs.
        public var pairs: Double

        public init(distance: Double, semivariance: Double, pairs: Double) {
            self.distance = distance
            self.semivariance = semivariance
            self.pairs = pairs
        }
    }

    /// The longest distance that is looked at.
    public let maximumDistance: Double
    private var distances: [Double]
    private var halfSquares: [Double]
    private var counts: [Double]

    /// An empty variogram with bins of equal width.
    ///
    /// - Parameters:
    ///   - maximumDistance: Pairs farther apart are left out; above 0. Half the extent of the positions is usual.
    ///   - bins: 1 to 1,000; others are moved to the nearest of these.
    public init(maximumDistance: Double, bins: Int = 12) {
        let bins = min(max(bins, 1), 1_000)
        self.maximumDistance = maximumDistance.isFinite && maximumDistance > 0 ? maximumDistance : 1
        distances = Array(repeating: 0, count: bins)
        halfSquares = distances
        counts = distances
    }

    /// Adds all pairs of one set of samples; values that are not finite are passed over.
    ///
    /// - Cost: quadratic in the number of samples.
    public mutating func add(_ samples: [Sample]) {
        for (index, one) in samples.enumerated() where one.value.isFinite {
            for other in samples[(index + 1)...] where other.value.isFinite {
                let difference = one.value - other.value
                add(distance: one.position.distance(to: other.position), halfSquare: difference * difference / 2)
            }
        }
    }

    private mutating func add(distance: Double, halfSquare: Double) {
        guard distance > 0, distance <= maximumDistance, halfSquare.isFinite else { return }
        let bin = min(counts.count - 1, Int(distance / maximumDistance * Double(counts.count)))
        distances[bin] += distance
        halfSquares[bin] += halfSquare
        counts[bin] += 1
    }

    /// The bins that hold pairs, nearest first.
    public var bins: [Bin] {
        counts.indices.filter { counts[$0] > 0 }.map {
            Bin(
                distance: distances[$0] / counts[$0], semivariance: halfSquares[$0] / counts[$0], pairs: counts[$0])
        }
    }
}
