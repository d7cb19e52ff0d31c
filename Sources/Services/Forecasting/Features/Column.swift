/// A column of numbers with what features ask of it, each in constant time: values, and means and spreads over windows.
///
/// Invariants:
/// 1. `sums[i]`, `squares[i]` and `counts[i]` are over the finite values before index `i`.
struct Column: Sendable {
    let values: [Double]
    private let sums: [Double]
    private let squares: [Double]
    private let counts: [Int32]

    init(_ values: [Double]) {
        self.values = values
        var (sum, square, count) = (0.0, 0.0, Int32(0))
        var sums = [0.0]
        var squares = [0.0]
        var counts = [Int32(0)]
        sums.reserveCapacity(values.count + 1)
        squares.reserveCapacity(values.count + 1)
        counts.reserveCapacity(values.count + 1)
        for value in values {
            if value.isFinite {
                sum += value
                square += value * value
                count += 1
            }
            sums.append(sum)
            squares.append(square)
            counts.append(count)
        }
        self.sums = sums
        self.squares = squares
        self.counts = counts
    }

    /// The value at an index; `nan` outside.
    @inline(__always)
    subscript(index: Int) -> Double { index >= 0 && index < values.count ? values[index] : .nan }

    /// The newest finite value at or up to `reach` steps before an index, and its age in steps.
    @inline(__always)
    func newest(at index: Int, reach: Int) -> (value: Double, age: Int)? {
        for age in 0...reach {
            let value = self[index - age]
            if value.isFinite { return (value, age) }
        }
        return nil
    }

    /// The mean of the finite values of `length` steps that end with an index; `nan` when there is none.
    @inline(__always)
    func mean(endingAt index: Int, length: Int) -> Double {
        let (low, high) = bounds(index, length)
        guard low < high else { return .nan }
        let count = counts[high] - counts[low]
        return count > 0 ? (sums[high] - sums[low]) / Double(count) : .nan
    }

    /// The standard deviation over a window; `nan` with fewer than three values.
    @inline(__always)
    func deviation(endingAt index: Int, length: Int) -> Double {
        let (low, high) = bounds(index, length)
        guard low < high else { return .nan }
        let count = Double(counts[high] - counts[low])
        guard count >= 3 else { return .nan }
        let mean = (sums[high] - sums[low]) / count
        return max(0, (squares[high] - squares[low]) / count - mean * mean).squareRoot()
    }

    @inline(__always)
    private func bounds(_ index: Int, _ length: Int) -> (low: Int, high: Int) {
        let high = min(max(index + 1, 0), values.count)
        return (min(max(index + 1 - length, 0), high), high)
    }
}
