/// The factored equations of ordinary kriging for a set of positions: made once, used for any number of targets and, where
/// the positions stay, for any number of values.
///
/// The covariance matrix is factored by Cholesky; the condition that the weights sum to 1 is met through its Schur
/// complement, so that no indefinite matrix has to be solved.
///
/// - Source: Chilès and Delfiner, Geostatistics (2nd edition, 2012), section 3.4.
public struct KrigingSystem: Sendable {
    /// Positions further apart than rounding, in the order given.
    public let positions: [PlanePoint]
    public let model: VariogramModel
    let factor: CholeskyFactor
    /// `A⁻¹ 1` and the sum of it.
    let unitSolution: [Double]
    let unitSum: Double
    /// `L⁻¹ 1`.
    private let unitHalf: [Double]

    /// Most positions of one system: its matrix takes half the square of this in numbers (16 MiB).
    public static let maximumPositions = 2_000

    /// Factors the equations.
    ///
    /// A matrix that is singular to working precision, as `gaussian` without nugget gives, gets up to a millionth of the
    /// sill on its diagonal.
    ///
    /// - Returns: `nil` for no positions, more than `maximumPositions`, two at one place, one that is not finite, or
    ///   equations that stay singular.
    /// - Cost: the cube of the number of positions over six.
    public init?(positions: [PlanePoint], model: VariogramModel) {
        let count = positions.count
        guard count > 0, count <= Self.maximumPositions, Set(positions).count == count,
            positions.allSatisfy({ $0.x.isFinite && $0.y.isFinite })
        else { return nil }
        var matrix: [Double] = []
        matrix.reserveCapacity(count * (count + 1) / 2)
        for i in 0..<count {
            for j in 0..<i { matrix.append(model.covariance(at: positions[i].distance(to: positions[j]))) }
            matrix.append(model.sill)
        }
        var found: CholeskyFactor?
        for jitter in [0, 1e-10, 1e-8, 1e-6] {
            if jitter > 0 { for i in 0..<count { matrix[i * (i + 1) / 2 + i] = model.sill * (1 + jitter) } }
            found = CholeskyFactor(packedLowerTriangle: matrix, count: count)
            if found != nil { break }
        }
        guard let factor = found else { return nil }
        let ones = Array(repeating: 1.0, count: count)
        let solution = factor.solve(ones)
        let sum = solution.reduce(0, +)
        guard sum.isFinite, sum > 0 else { return nil }
        var half = ones
        half.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { factor.solveLower(base) } }
        self.positions = positions
        self.model = model
        self.factor = factor
        unitSolution = solution
        unitSum = sum
        unitHalf = half
    }

    /// The weights of the values for a target, in the order of the positions, and the kriging variance.
    ///
    /// The weights sum to 1; the variance is in the square of the values' unit and 0 or more. At a position itself its own
    /// weight is 1 and the variance 0.
    ///
    /// - Cost: the square of the number of positions.
    public func weights(at target: PlanePoint) -> (weights: [Double], variance: Double) {
        let covariances = positions.map { model.covariance(at: $0.distance(to: target)) }
        var weights = factor.solve(covariances)
        let multiplier = (weights.reduce(0, +) - 1) / unitSum
        for index in weights.indices { weights[index] -= multiplier * unitSolution[index] }
        var variance = model.sill - multiplier
        for index in weights.indices { variance -= weights[index] * covariances[index] }
        return (weights, max(0, variance))
    }

    /// The kriging variances of eight targets, at half the cost of their weights.
    ///
    /// - Parameter room: For as many elements as there are positions; what it holds is overwritten.
    func variances(
        x: SIMD8<Double>, y: SIMD8<Double>, room: UnsafeMutableBufferPointer<SIMD8<Double>>
    ) -> SIMD8<Double> {
        guard let base = room.baseAddress, room.count >= positions.count else { return SIMD8(repeating: model.sill) }
        for (index, position) in positions.enumerated() {
            let (dx, dy) = (x - position.x, y - position.y)
            let distances = (dx * dx + dy * dy).squareRoot()
            for lane in 0..<8 { base[index][lane] = model.covariance(at: distances[lane]) }
        }
        factor.solveLower(eight: base)
        // With c' = L⁻¹c and u' = L⁻¹1: cᵀA⁻¹c = c'·c' and 1ᵀA⁻¹c = u'·c'.
        var (square, sum) = (SIMD8<Double>.zero, SIMD8<Double>.zero)
        for index in positions.indices {
            square += base[index] * base[index]
            sum += base[index] * unitHalf[index]
        }
        let multiplier = (sum - 1) / unitSum
        return pointwiseMax(.zero, model.sill - square + multiplier * multiplier * unitSum)
    }
}
