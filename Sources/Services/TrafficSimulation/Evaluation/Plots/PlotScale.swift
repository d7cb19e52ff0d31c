import Foundation

/// Where values stand along an axis, with round numbers to mark it.
struct PlotScale {
    let low: Double
    let high: Double
    let isLogarithmic: Bool
    let ticks: [Double]

    /// A scale on which all values have their place.
    ///
    /// - Parameters:
    ///   - startsAtZero: Whether zero belongs to it, as it does where lengths are compared.
    ///   - mayBeLogarithmic: Whether powers may stand at equal distances; done where the greatest value is more than ten
    ///     times the middle one, which would press all others together.
    init(_ values: [Double], startsAtZero: Bool, mayBeLogarithmic: Bool) {
        let known = values.filter(\.isFinite).sorted()
        guard let least = known.first, let most = known.last else {
            self.init(low: 0, high: 1, isLogarithmic: false, ticks: [0, 1])
            return
        }
        if mayBeLogarithmic, least > 0, most > 10 * known[known.count / 2] {
            let ticks = Self.logarithmicTicks(least, most)
            self.init(low: ticks.first ?? least, high: ticks.last ?? most, isLogarithmic: true, ticks: ticks)
            return
        }
        let from = startsAtZero ? min(0, least) : least
        let step = Self.step(max(most - from, abs(most) * 1e-6, 1e-9))
        let low = (from / step).rounded(.down) * step
        let count = max(1, Int(((most - low) / step).rounded(.up)))
        let ticks = (0...count).map { low + Double($0) * step }
        self.init(low: low, high: ticks.last ?? most, isLogarithmic: false, ticks: ticks)
    }

    private init(low: Double, high: Double, isLogarithmic: Bool, ticks: [Double]) {
        (self.low, self.high, self.isLogarithmic, self.ticks) = (low, high, isLogarithmic, ticks)
    }

    /// From 0 to 1.
    func place(_ value: Double) -> Double {
        guard high > low else { return 0 }
        let part =
            isLogarithmic
            ? log(max(value, low) / low) / log(high / low)
            : (value - low) / (high - low)
        return min(max(part, 0), 1)
    }

    /// One, two or five times a power of ten, so that about five steps make the length.
    private static func step(_ length: Double) -> Double {
        let power = pow(10, (log10(length / 5)).rounded(.down))
        return [1, 2, 5, 10].map { $0 * power }.first { length / $0 <= 6 } ?? 10 * power
    }

    private static func logarithmicTicks(_ least: Double, _ most: Double) -> [Double] {
        let first = Int(log10(least).rounded(.down))
        let last = Int(log10(most).rounded(.up))
        let all = (first...max(first, min(last, first + 12))).flatMap { power in
            [1.0, 2, 5].map { $0 * pow(10, Double(power)) }
        }
        let start = all.lastIndex { $0 <= least } ?? 0
        let end = all.firstIndex { $0 >= most } ?? all.count - 1
        return Array(all[start...max(start, end)])
    }
}
