/// Linear least squares by its normal equations, gathered row by row and solved by Cholesky's method.
public struct NormalEquations: Sendable {
    public let columns: Int
    public private(set) var rows = 0
    /// The lower triangle of X'X, row by row.
    private var products: [Double]
    private var targets: [Double]

    /// - Parameter columns: How many numbers a row has; at least 1.
    public init(columns: Int) {
        self.columns = columns
        products = [Double](repeating: 0, count: columns * (columns + 1) / 2)
        targets = [Double](repeating: 0, count: columns)
    }

    /// Takes in a row of `columns` numbers and what they should give.
    public mutating func add(_ row: [Double], _ target: Double) {
        rows += 1
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

    /// Takes in all rows of another one of as many columns.
    public mutating func add(_ other: NormalEquations) {
        rows += other.rows
        for (place, product) in zip(products.indices, other.products) { products[place] += product }
        for (place, target) in zip(targets.indices, other.targets) { targets[place] += target }
    }

    /// The coefficients with the least squared error.
    ///
    /// - Parameter penalty: Times the squares of the coefficients, added to the error; 0 is ordinary least squares.
    /// - Returns: `nil` where columns depend on one another, to within 10⁻¹² of a column's own size.
    /// - Source: Hoerl and Kennard (1970), Ridge Regression: Biased Estimation for Nonorthogonal Problems.
    public func solve(penalty: Double = 0) -> [Double]? {
        guard let factor = cholesky(penalty) else { return nil }
        var solution = targets
        for row in 0..<columns {
            let start = row * (row + 1) / 2
            for column in 0..<row { solution[row] -= factor[start + column] * solution[column] }
            solution[row] /= factor[start + row]
        }
        for row in stride(from: columns - 1, through: 0, by: -1) {
            for later in row + 1..<max(columns, row + 1) {
                solution[row] -= factor[later * (later + 1) / 2 + row] * solution[later]
            }
            solution[row] /= factor[row * (row + 1) / 2 + row]
        }
        return solution.allSatisfy(\.isFinite) ? solution : nil
    }

    private func cholesky(_ penalty: Double) -> [Double]? {
        var factor = products
        for row in 0..<columns { factor[row * (row + 1) / 2 + row] += penalty }
        for row in 0..<columns {
            let start = row * (row + 1) / 2
            let size = factor[start + row]
            for column in 0...row {
                let other = column * (column + 1) / 2
                var sum = factor[start + column]
                for before in 0..<column { sum -= factor[start + before] * factor[other + before] }
                if column < row {
                    factor[start + column] = sum / factor[other + column]
                } else {
                    guard sum > size * 1e-12, sum.isFinite else { return nil }
                    factor[start + row] = sum.squareRoot()
                }
            }
        }
        return factor
    }
}
