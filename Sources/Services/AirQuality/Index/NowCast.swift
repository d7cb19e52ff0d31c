/// EPA's estimate of the present level of particles from the last 12 hours.
public enum NowCast {
    /// The weighted mean of 12 hours, in which recent ones count the more, the more the values change.
    ///
    /// Negative values count as 0, which EPA's text leaves open: its weight is not defined for them.
    ///
    /// - Parameter hours: Oldest first; NaN where a value is missing. Only the last 12 are looked at.
    /// - Returns: `nil` where fewer than 2 of the last 3 hours are valid. Not truncated.
    /// - Source: EPA-454/B-24-002 (May 2024), "How the NowCast is calculated"; method of August 2013.
    public static func particles(_ hours: some BidirectionalCollection<Double>) -> Double? {
        let result = particles(newestFirst: hours.reversed())
        return result.isNaN ? nil : result
    }

    /// - Returns: NaN for none.
    @inline(__always)
    static func particles(newestFirst hours: some Sequence<Double>) -> Double {
        var (least, most) = (Double.infinity, -Double.infinity)
        var (place, recent) = (0, 0)
        for hour in hours {
            if place == 12 { break }
            if !hour.isNaN {
                least = min(least, max(0, hour))
                most = max(most, max(0, hour))
                if place < 3 { recent += 1 }
            }
            place += 1
        }
        guard recent >= 2 else { return .nan }
        guard most > 0 else { return 0 }
        let factor = max(0.5, least / most)
        var (weight, weights, sum) = (1.0, 0.0, 0.0)
        place = 0
        for hour in hours {
            if place == 12 { break }
            if !hour.isNaN {
                sum += weight * max(0, hour)
                weights += weight
            }
            weight *= factor
            place += 1
        }
        return sum / weights
    }
}
