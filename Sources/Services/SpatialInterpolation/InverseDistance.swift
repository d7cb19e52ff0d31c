import Foundation

/// Inverse distance weighting: each value counts by the distance to the target, raised to a negative power.
///
/// For a handful of stations, where no variogram can be learnt. It has no variance of its own.
///
/// - Source: Shepard (1968), A two-dimensional interpolation function for irregularly-spaced data.
public struct InverseDistance: Sendable {
    public let samples: [Sample]
    /// 2 is usual; larger follows the nearest sample more closely.
    public let power: Double

    /// - Parameters:
    ///   - samples: Values at positions; those that are not finite are passed over.
    ///   - power: Above 0; others are taken as 2.
    /// - Returns: `nil` when no sample is left.
    public init?(samples: [Sample], power: Double = 2) {
        let finite = samples.filter { $0.value.isFinite && $0.position.x.isFinite && $0.position.y.isFinite }
        guard !finite.isEmpty else { return nil }
        self.samples = finite
        self.power = power.isFinite && power > 0 ? power : 2
    }

    /// The estimate at a target; at a sample's position its value, at that of several their mean.
    ///
    /// - Returns: Between the smallest and the largest value; `nan` when the target is not finite.
    public func value(at target: PlanePoint) -> Double {
        guard target.x.isFinite, target.y.isFinite else { return .nan }
        let distances = samples.map { $0.position.distance(to: target) }
        guard let nearest = distances.min() else { return .nan }
        guard nearest.isFinite else { return samples.reduce(0) { $0 + $1.value / Double(samples.count) } }
        // Distances relative to the nearest keep the powers finite.
        let weights = distances.map { distance in
            nearest > 0 ? pow(nearest / distance, power) : (distance == 0 ? 1 : 0)
        }
        let sum = weights.reduce(0, +)
        return zip(weights, samples).reduce(0) { $0 + $1.0 * $1.1.value } / sum
    }

    /// The estimates over a whole grid.
    public func values(on grid: GridGeometry) -> GridField? {
        var values: [Double] = []
        values.reserveCapacity(grid.count)
        for row in 0..<grid.rows {
            for column in 0..<grid.columns { values.append(value(at: grid.point(column: column, row: row))) }
        }
        return GridField(geometry: grid, values: values)
    }
}
