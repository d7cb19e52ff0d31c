/// Hourly values of one pollutant, and what the law makes of them.
///
/// - Source: Directive 2008/50/EC, annexes VII A and XI A; Directive (EU) 2024/2881, annex V C keeps the rules: 75 % of
///   the values for each 8-hour mean, each day and each daily maximum.
public struct PollutantRecord: Sendable {
    public let pollutant: Pollutant
    /// In µg/m³; NaN where missing.
    public let values: [Double]
    /// The end of the first hour, in hours since 1970-01-01T00:00Z.
    public let start: Int
    /// Local time is so many hours ahead of UTC, all year; days and years are local. -14 to 14.
    public let offset: Int

    /// - Parameters:
    ///   - values: Hourly means in µg/m³ at 20 °C, one for each hour; NaN or infinite where missing or not usable.
    ///   - start: The end of the first hour, in hours since 1970-01-01T00:00Z.
    ///   - offset: The standard time's hours ahead of UTC; moved into -14 to 14.
    public init(_ pollutant: Pollutant, _ values: [Double], start: Int, offset: Int = 0) {
        self.pollutant = pollutant
        self.values = values.map { $0.isFinite ? $0 : .nan }
        // Days are bounded likewise (CivilDay).
        self.start = min(max(start, -23_000_000_000), 23_000_000_000)
        self.offset = min(max(offset, -14), 14)
    }

    /// The days that the values reach into.
    public var days: Range<Int> {
        guard !values.isEmpty else { return 0..<0 }
        return dayNumber(start)..<dayNumber(start + values.count - 1) + 1
    }

    /// The day that an hour, given by its end, belongs to: 00:00 ends the day before.
    private func dayNumber(_ hour: Int) -> Int {
        let local = hour + offset - 1
        return local >= 0 ? local / 24 : (local - 23) / 24
    }

    private func value(_ hour: Int) -> Double {
        let place = hour - start
        return place >= 0 && place < values.count ? values[place] : .nan
    }

    /// One day's statistics.
    public func statistics(of day: CivilDay) -> DayStatistics {
        let first = day.number * 24 + 1 - offset
        var (count, sum, most) = (0, 0.0, -Double.infinity)
        var (means, highest) = (0, -Double.infinity)
        for hour in first..<first + 24 {
            let value = value(hour)
            if !value.isNaN {
                count += 1
                sum += value
                most = max(most, value)
            }
            if let mean = mean8(endingAt: hour) {
                means += 1
                highest = max(highest, mean)
            }
        }
        return DayStatistics(
            day: day, validHours: count, mean: count >= 18 ? sum / Double(count) : nil,
            maximumHour: count > 0 ? most : nil, maximumMean8: means >= 18 ? highest : nil)
    }

    /// The mean of 8 hours; `nil` with fewer than 6 valid ones.
    private func mean8(endingAt hour: Int) -> Double? {
        var (count, sum) = (0, 0.0)
        for place in hour - 7...hour {
            let value = value(place)
            if value.isNaN { continue }
            count += 1
            sum += value
        }
        return count >= 6 ? sum / Double(count) : nil
    }

    /// Every day's statistics, in order.
    public func dailyStatistics() -> [DayStatistics] { days.map { statistics(of: CivilDay(number: $0)) } }

    /// The valid hourly values of a calendar year.
    func hourlyValues(ofYear year: Int) -> [Double] {
        let first = CivilDay(year: year, month: 1, day: 1).number * 24 + 1 - offset
        let end = CivilDay(year: year + 1, month: 1, day: 1).number * 24 + 1 - offset
        let places = max(0, first - start)..<max(0, first - start, min(values.count, end - start))
        return values[places.clamped(to: values.indices)].filter { !$0.isNaN }
    }
}
