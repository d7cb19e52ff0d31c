/// EPA's estimate of the present level of particles from the last 12 hours.
public enum NowCast {
    /// The weighted mean of 12 hours, in which recent ones count the more, the more the values change.
    ///
    /// Negative values count as 0, which EPA's text leaves open: its weight is not defined for them.
    ///
    /// - Parameters:
    ///   - hours: Oldest first; NaN where a value is missing. Only the last 12 are looked at.
    ///   - pollutant: Says how much is cut off.
    /// - Returns: Cut off after one decimal for PM2.5, whole for PM10, as EPA looks it up; `nil` where fewer than 2 of
    ///   the last 3 hours are valid.
    /// - Source: EPA-454/B-24-002 (May 2024), "How the NowCast is calculated"; method of August 2013.
    public static func particles(
        _ hours: some BidirectionalCollection<Double>, of pollutant: Pollutant = .pm25
    ) -> Double? {
        let newestFirst = Array(hours.reversed().prefix(12))
        let result = particles(count: newestFirst.count) { newestFirst[$0] }
        return result.isNaN ? nil : ConcentrationRounding.truncated(decimals: pollutant == .pm10 ? 0 : 1)(result)
    }

    /// - Parameter hour: The value of so many hours ago, from 0 to `count` - 1.
    /// - Returns: Not cut off; NaN for none.
    @inline(__always)
    static func particles(count: Int, _ hour: (_ ago: Int) -> Double) -> Double {
        var (least, most, recent) = (Double.infinity, -Double.infinity, 0)
        for ago in 0..<min(12, count) {
            let value = hour(ago)
            if value.isNaN { continue }
            least = min(least, max(0, value))
            most = max(most, max(0, value))
            if ago < 3 { recent += 1 }
        }
        guard recent >= 2 else { return .nan }
        guard most > 0 else { return 0 }
        let factor = max(0.5, least / most)
        var (weight, weights, sum) = (1.0, 0.0, 0.0)
        for ago in 0..<min(12, count) {
            let value = hour(ago)
            if !value.isNaN {
                sum += weight * max(0, value)
                weights += weight
            }
            weight *= factor
        }
        return sum / weights
    }
}
