import Foundation

/// How much each earlier day is like the present one, judged by all detectors together over the last steps.
///
/// Traffic repeats itself by the kind of day: working days, weekends, holidays, days of rain. Nobody has to say which is
/// which: at each time, the days on which the city looked like now at the same time of day count most.
///
/// - Source: nearest neighbours in state space, as Davis and Nihan (1991) proposed for traffic; the kernel's width follows
///   the nearest day's distance.
struct SimilarDays: Sendable {
    /// How long the last steps are that days are compared by, and how fast weights fall with the distance.
    struct Kernel: Sendable {
        var steps = 6
        var width = 0.2
    }

    /// The mean and spread of a detector, by which its values are scaled.
    struct Scale: Sendable {
        let mean: Float
        let deviation: Float

        /// - Parameter values: NaN is passed over. `nil` when fewer than two are known.
        init?(_ values: some Collection<Float>) {
            var (count, sum, squares) = (0.0, 0.0, 0.0)
            for value in values where value.isFinite {
                count += 1
                sum += Double(value)
                squares += Double(value) * Double(value)
            }
            guard count >= 2 else { return nil }
            let mean = sum / count
            self.mean = Float(mean)
            // A detector that never changes has no spread; its deviations are all zero whatever they are divided by.
            deviation = Float(max((squares / count - mean * mean).squareRoot(), 1e-3))
        }
    }

    private let stepsPerDay: Int
    private let kernel: Kernel
    /// For each step, the mean squared difference from the same time of each other day; indexed by step, then day.
    private var distances: [[Float]]
    let days: Int

    /// Compares each step with the same time of the other days.
    ///
    /// - Parameters:
    ///   - steps: The steps that are compared, from the first on.
    /// - Cost: steps x days x detectors.
    init(_ series: DetectorSeries, scales: [Scale?], kernel: Kernel = Kernel()) {
        stepsPerDay = series.stepsPerDay
        self.kernel = kernel
        let count = series.count
        days = (count + series.stepsPerDay - 1) / series.stepsPerDay
        var sums = [[Float]](repeating: [Float](repeating: 0, count: count), count: days)
        var known = sums
        // All are scaled alike: detectors that change much tell more of what kind of day it is.
        let variances = scales.compactMap { $0.map { $0.deviation * $0.deviation } }
        let factor = 1 / max((variances.reduce(0, +) / Float(max(variances.count, 1))).squareRoot(), 1e-3)
        for (column, scale) in zip(series.columns, scales) {
            guard scale != nil else { continue }
            for day in 0..<days {
                Self.compare(column, day, factor, series.stepsPerDay, &sums[day], &known[day])
            }
        }
        distances = sums
        for day in 0..<days {
            for step in 0..<count {
                // Without anything to compare, a day is as far as a far one.
                distances[day][step] = known[day][step] > 0 ? sums[day][step] / known[day][step] : .nan
            }
        }
    }

    private static func compare(
        _ column: [Float], _ day: Int, _ factor: Float, _ stepsPerDay: Int, _ sums: inout [Float],
        _ known: inout [Float]
    ) {
        column.withUnsafeBufferPointer { values in
            var other = day * stepsPerDay
            var own = 0
            for step in values.indices {
                if own == stepsPerDay {
                    own = 0
                    other = day * stepsPerDay
                }
                if other < values.count {
                    let difference = (values[step] - values[other]) * factor
                    if difference.isFinite {
                        sums[step] += difference * difference
                        known[step] += 1
                    }
                }
                own += 1
                other += 1
            }
        }
    }

    /// The weights of other days for a step; they add up to one.
    ///
    /// - Parameter usable: which days may be used.
    /// - Returns: day and weight; empty where no day is usable.
    func weights(at step: Int, where usable: (Int) -> Bool) -> [(day: Int, weight: Float)] {
        let own = step / stepsPerDay
        let first = max(0, step - kernel.steps + 1)
        var found: [(day: Int, weight: Float)] = []
        for day in 0..<days where day != own && usable(day) {
            var (sum, count): (Float, Float) = (0, 0)
            for at in first...step where distances[day][at].isFinite {
                sum += distances[day][at]
                count += 1
            }
            found.append((day, count > 0 ? sum / count : .infinity))
        }
        guard let least = found.map(\.weight).min(), least.isFinite else {
            return found.map { ($0.day, 1 / Float(found.count)) }
        }
        let width = max(2 * Float(kernel.width) * least, 1e-6)
        var total: Float = 0
        for place in found.indices {
            found[place].weight = exp(-(found[place].weight - least) / width)
            total += found[place].weight
        }
        for place in found.indices { found[place].weight /= total }
        return found
    }
}
