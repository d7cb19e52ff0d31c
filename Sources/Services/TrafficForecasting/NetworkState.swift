/// All detectors at all steps, with what is computed once for each of them, and the features of a forecast.
struct NetworkState: Sendable {
    /// The newest value and six earlier ones, the last hour's mean, similar and all days now and then, and a constant.
    static let features = lags.count + 6
    /// How many steps before the time of issue each value is.
    private static let lags = [0, 1, 2, 3, 5, 8, 12]
    /// Steps for which a missing value is taken to be the one before.
    private static let longestGap = 6
    /// Half the steps over which an earlier day is smoothed.
    private static let halfWindow = 3

    let series: DetectorSeries
    private let similar: SimilarDays
    /// Gaps of up to half an hour of 5-minute steps filled by the value before.
    let filled: [[Float]]
    /// Means over seven steps, as days are compared by their course and not by their noise.
    private let smoothed: [[Float]]
    private let ranges: [ClosedRange<Float>]

    init(_ series: DetectorSeries, scales: [SimilarDays.Scale?]) {
        self.series = series
        similar = SimilarDays(series, scales: scales)
        filled = series.columns.map { Self.fill($0) }
        smoothed = filled.map { Self.smooth($0) }
        ranges = series.columns.map { column in
            var (least, most): (Float, Float) = (.infinity, -.infinity)
            for value in column where value.isFinite {
                least = min(least, value)
                most = max(most, value)
            }
            return least <= most ? min(least, 0)...most : 0...0
        }
    }

    var stepsPerDay: Int { series.stepsPerDay }

    /// From zero, or what was least, up to the most that was measured.
    func bounds(_ detector: Int) -> ClosedRange<Float> { ranges[detector] }

    /// How much each other day counts.
    ///
    /// - Parameters:
    ///   - isPast: Only days before; while learning, those after too.
    ///   - mostDays: The newest that count.
    func weights(at step: Int, isPast: Bool, mostDays: Int = .max) -> [(day: Int, weight: Float)] {
        let own = step / stepsPerDay
        return similar.weights(at: step) { day in isPast ? day < own && own - day <= mostDays : true }
    }

    /// The features of a forecast; false where the last half hour is missing or there is no other day.
    func fill(
        _ row: inout [Double], _ detector: Int, _ scale: SimilarDays.Scale, at step: Int, horizon: Int,
        _ weights: [(day: Int, weight: Float)]
    ) -> Bool {
        let values = filled[detector]
        guard values[step].isFinite else { return false }
        func scaled(_ value: Float) -> Double { Double((value - scale.mean) / scale.deviation) }
        var place = 0
        for lag in Self.lags {
            let value = step >= lag ? values[step - lag] : .nan
            row[place] = scaled(value.isFinite ? value : values[step])
            place += 1
        }
        var (sum, count): (Float, Float) = (0, 0)
        for at in max(0, step - 11)...step where values[at].isFinite {
            sum += values[at]
            count += 1
        }
        row[place] = scaled(sum / count)
        guard let now = others(detector, at: step, ahead: 0, weights),
            let then = others(detector, at: step, ahead: horizon, weights)
        else { return false }
        row[place + 1] = scaled(then.similar)
        row[place + 2] = scaled(now.similar)
        row[place + 3] = scaled(then.all)
        row[place + 4] = scaled(now.all)
        row[place + 5] = 1
        return true
    }

    /// What other days had at the time of day that is some steps ahead: by their likeness, and on average.
    private func others(
        _ detector: Int, at step: Int, ahead: Int, _ weights: [(day: Int, weight: Float)]
    ) -> (similar: Float, all: Float)? {
        let values = smoothed[detector]
        let own = step / stepsPerDay
        var (similar, weight, all, count): (Float, Float, Float, Float) = (0, 0, 0, 0)
        for (day, share) in weights {
            let at = step + (day - own) * stepsPerDay + ahead
            guard values.indices.contains(at), values[at].isFinite else { continue }
            similar += share * values[at]
            weight += share
            all += values[at]
            count += 1
        }
        guard count > 0 else { return nil }
        return (weight > 1e-6 ? similar / weight : all / count, all / count)
    }

    private static func fill(_ column: [Float]) -> [Float] {
        var filled = column
        var gap = 0
        for step in filled.indices {
            if filled[step].isFinite {
                gap = 0
            } else {
                gap += 1
                filled[step] = gap <= longestGap && step > 0 ? filled[step - 1] : .nan
            }
        }
        return filled
    }

    private static func smooth(_ column: [Float]) -> [Float] {
        column.indices.map { step in
            var (sum, count): (Float, Float) = (0, 0)
            for at in max(0, step - halfWindow)...min(column.count - 1, step + halfWindow) where column[at].isFinite {
                sum += column[at]
                count += 1
            }
            return count > 0 ? sum / count : .nan
        }
    }
}
