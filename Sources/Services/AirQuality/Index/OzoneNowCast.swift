import LeastSquares

/// EPA's estimate of the 8-hour mean of ozone around the present hour.
///
/// EPA fits a regression over two weeks, and falls back on a fixed line where too much of them is missing. Which of
/// the two was used, `HourlyIndexer.ozoneMethod` says.
///
/// - Source: Reff, Mintz, Naess: "The O3 NowCast", U.S. EPA (2019), and the decision tree of its code.
public enum OzoneNowCast {
    /// How the estimate is made.
    public enum Method: Sendable, Hashable {
        /// EPA's line, 0.85 c + 4.5 ppb, of the newest of the last 3 hours.
        case surrogate
        /// EPA's regression where its conditions on completeness are met, else the line.
        case regression
    }

    /// EPA's fallback (equation 3).
    ///
    /// - Parameter partsPerBillion: The hourly value.
    /// - Returns: The estimate of the 8-hour mean, in ppb, not below 0.
    public static func surrogate(partsPerBillion: Double) -> Double { max(0, 0.85 * partsPerBillion + 4.5) }

    /// EPA's regression: the 8-hour mean around an hour (4 before to 3 after) from the 96 hours that end with it,
    /// fitted over 14 days and applied to the newest hour.
    ///
    /// EPA names partial least squares, and keeps all 96 components; that is ordinary least squares, which is what is
    /// solved here. Gaps up to 7 hours are filled by a moving average with halving weights, 4 hours to each side.
    ///
    /// - Parameter hours: The last 336 hours, oldest first, NaN where missing, in any unit.
    /// - Returns: The estimate in the same unit, not below 0; `nil` where EPA's conditions are not met: 336 hours of
    ///   which 252 are valid, no gap longer than 7 hours, the newest hour valid, 75 % of the 8-hour means.
    /// - Cost: about a millisecond.
    public static func regression(_ hours: [Double]) -> Double? {
        guard hours.count == window, let newest = hours.last, !newest.isNaN else { return nil }
        var (valid, gap, longest, most) = (0, 0, 0, 0.0)
        for hour in hours {
            gap = hour.isNaN ? gap + 1 : 0
            longest = max(longest, gap)
            if !hour.isNaN {
                valid += 1
                most = max(most, abs(hour))
            }
        }
        guard valid >= 252, longest <= 7 else { return nil }
        if most == 0 { return 0 }

        let filled = fill(hours)
        let rows = (lags - 1..<window).compactMap { end -> (end: Int, mean: Double)? in
            centredMean(hours, at: end).map { (end, $0) }
        }
        guard rows.count * 4 >= (window - lags + 1) * 3 else { return nil }
        // Rows are the 96 hours that end at `end`, oldest first, and 1 for the constant.
        var normal = NormalEquations(columns: lags + 1)
        var row = [Double](repeating: 1, count: lags + 1)
        for (end, mean) in rows {
            for lag in 0..<lags { row[lag] = filled[end - lags + 1 + lag] / most }
            normal.add(row, mean / most)
        }
        guard let coefficients = normal.solve() else { return nil }
        var estimate = coefficients[lags]
        for lag in 0..<lags { estimate += coefficients[lag] * filled[window - lags + lag] / most }
        return estimate.isFinite ? max(0, estimate * most) : nil
    }

    static let window = 336
    private static let lags = 96

    /// The mean of 4 hours before to 3 after; `nil` where it reaches beyond the newest hour or has fewer than 6 values.
    private static func centredMean(_ hours: [Double], at hour: Int) -> Double? {
        guard hour >= 4, hour + 3 < hours.count else { return nil }
        var (sum, count) = (0.0, 0)
        for value in hours[hour - 4...hour + 3] where !value.isNaN {
            sum += value
            count += 1
        }
        return count >= 6 ? sum / Double(count) : nil
    }

    private static func fill(_ hours: [Double]) -> [Double] {
        hours.indices.map { place in
            guard hours[place].isNaN else { return hours[place] }
            for reach in 4...11 {
                var (sum, weights) = (0.0, 0.0)
                for other in max(0, place - reach)...min(hours.count - 1, place + reach) where !hours[other].isNaN {
                    let weight = 1 / Double(1 << abs(other - place))
                    sum += weight * hours[other]
                    weights += weight
                }
                if weights > 0 { return sum / weights }
            }
            return 0
        }
    }
}

/// The last 336 hours of ozone, kept only for the regression.
struct OzoneHistory: Sendable {
    private var hours: [Double] = []
    private var place = 0

    mutating func push(_ value: Double) {
        if hours.count < OzoneNowCast.window {
            hours.append(value)
        } else {
            hours[place] = value
            place = (place + 1) % OzoneNowCast.window
        }
    }

    func estimate() -> Double? {
        guard hours.count == OzoneNowCast.window else { return nil }
        return OzoneNowCast.regression(Array(hours[place...] + hours[..<place]))
    }
}
