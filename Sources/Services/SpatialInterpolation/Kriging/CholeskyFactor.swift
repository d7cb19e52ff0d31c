/// The lower triangle `L` of a symmetric, positive definite matrix `A = L Lᵀ`.
///
/// Invariants:
/// 1. `rows` holds the lower triangle row by row: row `i` starts at `i (i + 1) / 2` and has `i + 1` numbers.
/// 2. The diagonal is above 0.
struct CholeskyFactor: Sendable {
    let count: Int
    private var rows: [Double]

    /// Factors a matrix given by its lower triangle, packed as `rows` is.
    ///
    /// - Returns: `nil` when the matrix is not positive definite to working precision.
    /// - Cost: the cube of its size over six.
    init?(packedLowerTriangle: [Double], count: Int) {
        guard count > 0, packedLowerTriangle.count == count * (count + 1) / 2 else { return nil }
        self.count = count
        rows = packedLowerTriangle
        let isFactored = rows.withUnsafeMutableBufferPointer { a -> Bool in
            for i in 0..<count {
                let rowI = i * (i + 1) / 2
                for j in 0...i {
                    let rowJ = j * (j + 1) / 2
                    var sum = a[rowI + j]
                    let before = sum
                    for k in 0..<j { sum -= a[rowI + k] * a[rowJ + k] }
                    if i == j {
                        guard sum > before * 1e-13, sum.isFinite else { return false }
                        a[rowI + i] = sum.squareRoot()
                    } else {
                        a[rowI + j] = sum / a[rowJ + j]
                    }
                }
            }
            return true
        }
        guard isFactored else { return nil }
    }

    /// Replaces `b` by the solution of `L x = b`.
    @inline(__always)
    func solveLower(_ b: UnsafeMutablePointer<Double>) {
        rows.withUnsafeBufferPointer { a in
            var row = 0
            for i in 0..<count {
                var sum = b[i]
                for k in 0..<i { sum -= a[row + k] * b[k] }
                b[i] = sum / a[row + i]
                row += i + 1
            }
        }
    }

    /// The same for eight right sides at once.
    @inline(__always)
    func solveLower(eight b: UnsafeMutablePointer<SIMD8<Double>>) {
        rows.withUnsafeBufferPointer { a in
            var row = 0
            for i in 0..<count {
                var sum = b[i]
                for k in 0..<i { sum -= a[row + k] * b[k] }
                b[i] = sum / a[row + i]
                row += i + 1
            }
        }
    }

    /// The solution of `A x = b`.
    func solve(_ right: [Double]) -> [Double] {
        var x = right
        x.withUnsafeMutableBufferPointer { b in
            guard let base = b.baseAddress, b.count == count else { return }
            solveLower(base)
            rows.withUnsafeBufferPointer { a in
                for i in (0..<count).reversed() {
                    let value = b[i] / a[i * (i + 1) / 2 + i]
                    b[i] = value
                    let row = i * (i + 1) / 2
                    for k in 0..<i { b[k] -= a[row + k] * value }
                }
            }
        }
        return x
    }
}
