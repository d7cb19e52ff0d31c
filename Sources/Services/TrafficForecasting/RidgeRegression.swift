/// Linear least squares with a penalty on the size of coefficients, gathered row by row.
///
/// - Source: Hoerl and Kennard (1970), Ridge Regression: Biased Estimation for Nonorthogonal Problems.
struct RidgeRegression: Sendable {
    let columns: Int
    private(set) var rows = 0
    /// X'X, lower triangle row by row, and X'y.
    private var products: [Double]
    private var targets: [Double]

    init(columns: Int) {
        self.columns = columns
        products = Array(repeating: 0, count: columns * (columns + 1) / 2)
        targets = Array(repeating: 0, count: columns)
    }

    mutating func add(_ row: UnsafeBufferPointer<Double>, _ target: Double) {
        rows += 1
        products.withUnsafeMutableBufferPointer { products in
            var place = 0
            for one in 0..<columns {
                let value = row[one]
                targets[one] += value * target
                for other in 0...one {
                    products[place] += value * row[other]
                    place += 1
                }
            }
        }
    }

    /// Takes in the rows of another one of as many columns.
    mutating func add(_ other: RidgeRegression) {
        rows += other.rows
        for place in products.indices { products[place] += other.products[place] }
        for place in targets.indices { targets[place] += other.targets[place] }
    }

    /// - Parameter penalty: Added to the diagonal; above zero there is always a solution.
    /// - Returns: The coefficients; zeros where rounding left no solution.
    func solve(penalty: Double) -> [Double] {
        var factor = products
        var solution = targets
        for row in 0..<columns {
            let start = row * (row + 1) / 2
            factor[start + row] += penalty
            for column in 0...row {
                let other = column * (column + 1) / 2
                var sum = factor[start + column]
                for before in 0..<column { sum -= factor[start + before] * factor[other + before] }
                if column < row {
                    factor[start + column] = sum / factor[other + column]
                } else {
                    guard sum > 0, sum.isFinite else { return Array(repeating: 0, count: columns) }
                    factor[start + row] = sum.squareRoot()
                }
            }
            for column in 0..<row { solution[row] -= factor[start + column] * solution[column] }
            solution[row] /= factor[start + row]
        }
        for row in stride(from: columns - 1, through: 0, by: -1) {
            for later in row + 1..<max(columns, row + 1) {
                solution[row] -= factor[later * (later + 1) / 2 + row] * solution[later]
            }
            solution[row] /= factor[row * (row + 1) / 2 + row]
        }
        return solution.allSatisfy(\.isFinite) ? solution : Array(repeating: 0, count: columns)
    }
}
