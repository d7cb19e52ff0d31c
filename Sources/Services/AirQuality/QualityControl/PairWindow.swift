/// A week of a sensor's values beside its neighbours' median.
///
/// Invariants:
/// 1. `place` has the newest hour; hours that were not observed are NaN in both.
/// 2. `relation` and `usualDifference` belong to the hours held.
struct PairWindow: Sendable {
    struct Pair: Sendable {
        var value: Double
        var median: Double
    }

    /// How a week's values relate to the neighbours'.
    struct Relation: Sendable {
        let pairs: Int
        let mean: Double
        let medianMean: Double
        let medianDeviation: Double
        /// Pearson's; 0 where one of the two does not vary.
        let correlation: Double
        /// Of the means; 0 where the neighbours' is not above 0.
        var ratio: Double { medianMean > 0 ? max(0, mean) / medianMean : 0 }
    }

    static let length = 168
    /// So many pairs are enough to judge by.
    static let enough = 84

    private var pairs = [Pair](repeating: Pair(value: .nan, median: .nan), count: length)
    private var place = 0
    private(set) var relation: Relation?
    /// The mean absolute difference from the neighbours; `nil` with too few pairs.
    private(set) var usualDifference: Double?

    mutating func push(_ value: Double, _ median: Double, hoursPassed: Int) {
        for _ in 1..<max(1, min(hoursPassed, Self.length)) { add(Pair(value: .nan, median: .nan)) }
        add(Pair(value: value, median: median))
        summarise()
    }

    private mutating func add(_ pair: Pair) {
        place = (place + 1) % Self.length
        pairs[place] = pair
    }

    /// The newest hours, oldest first.
    func last(_ count: Int) -> [Pair] {
        (0..<count).reversed().map { pairs[(place - $0 + Self.length) % Self.length] }
    }

    private mutating func summarise() {
        var (count, sum, medianSum, difference) = (0, 0.0, 0.0, 0.0)
        for pair in pairs where !pair.value.isNaN && !pair.median.isNaN {
            count += 1
            sum += pair.value
            medianSum += pair.median
            difference += abs(pair.value - pair.median)
        }
        guard count > 1 else {
            (relation, usualDifference) = (nil, nil)
            return
        }
        let (mean, medianMean) = (sum / Double(count), medianSum / Double(count))
        var (own, others, both) = (0.0, 0.0, 0.0)
        for pair in pairs where !pair.value.isNaN && !pair.median.isNaN {
            own += (pair.value - mean) * (pair.value - mean)
            others += (pair.median - medianMean) * (pair.median - medianMean)
            both += (pair.value - mean) * (pair.median - medianMean)
        }
        relation = Relation(
            pairs: count, mean: mean, medianMean: medianMean,
            medianDeviation: (others / Double(count - 1)).squareRoot(),
            correlation: own > 0 && others > 0 ? both / (own * others).squareRoot() : 0)
        usualDifference = count >= Self.enough ? difference / Double(count) : nil
    }
}
