/// What a calendar year came to, for one pollutant at one station.
public struct YearStatistics: Sendable, Hashable {
    public let year: Int
    public let pollutant: Pollutant
    /// The share of the year's hours that are valid, 0 to 1.
    public let hourlyCapture: Double
    /// The share of the year's days that have a valid daily mean, 0 to 1.
    public let dailyCapture: Double
    /// The mean of all valid hours; `nil` without any. Whether there are enough, `hourlyCapture` says.
    public let mean: Double?
    /// Of hourly values: 50, 98 and 99.79 (which is 18 hours of a year) percent.
    public let hourlyPercentiles: [Percentile]
    /// Of daily means, for ozone and CO of daily maxima of 8-hour means: 90.4 (35 days), 93.15 (25 days), 95.1 (18
    /// days) and 99 percent.
    public let dailyPercentiles: [Percentile]
    public let assessments: [StandardAssessment]

    /// A value, in µg/m³, that so many percent of the year's values do not exceed.
    public struct Percentile: Sendable, Hashable {
        public let percent: Double
        public let value: Double
    }
}

/// A standard held against a year.
public struct StandardAssessment: Sendable, Hashable {
    public let standard: AirQualityStandard
    /// The mean, or for counted standards the value that decides: the (allowed + 1)th highest. `nil` without any.
    public let value: Double?
    /// How often the limit was exceeded: 0 or 1 for means.
    public let exceedances: Int
    /// The share of the year's hours or days that are valid, 0 to 1.
    public let capture: Double
    /// Whether the standard is met; `nil` where nothing exceeds but too little data says so. More exceedances than are
    /// allowed are a breach with however little data.
    ///
    /// The EU's ozone targets are means over three years: see `exceedancesOverYears`.
    public let isMet: Bool?
}

extension PollutantRecord {
    /// The statistics of a calendar year, in local time.
    ///
    /// - Cost: a walk over the year; about a millisecond.
    public func statistics(ofYear year: Int) -> YearStatistics {
        let year = min(max(year, -900_000), 900_000)
        let hours = hourlyValues(ofYear: year)
        let first = CivilDay(year: year, month: 1, day: 1).number
        let dayCount = CivilDay(year: year + 1, month: 1, day: 1).number - first
        let days = (first..<first + dayCount).map { statistics(of: CivilDay(number: $0)) }
        let means = days.compactMap(\.mean)
        let maxima = days.compactMap(\.maximumMean8)
        let hourlyCapture = Double(hours.count) / Double(dayCount * 24)
        let mean = hours.isEmpty ? nil : hours.reduce(0, +) / Double(hours.count)
        let ofDays = pollutant == .o3 || pollutant == .co ? maxima : means

        let assessments = AirQualityStandard.all.filter { $0.pollutant == pollutant }.map { standard in
            switch standard.metric {
            case .hour: Self.assess(standard, hours, of: dayCount * 24)
            case .dailyMean: Self.assess(standard, means, of: dayCount)
            case .dailyMaximumMean8: Self.assess(standard, maxima, of: dayCount)
            case .annualMean: Self.assess(standard, mean: mean, capture: hourlyCapture)
            case .peakSeason: Self.assessPeakSeason(standard, days)
            }
        }
        return YearStatistics(
            year: year, pollutant: pollutant, hourlyCapture: hourlyCapture,
            dailyCapture: Double(means.count) / Double(dayCount), mean: mean,
            hourlyPercentiles: Self.percentiles([50, 98, 99.79], of: hours),
            dailyPercentiles: Self.percentiles([90.4, 93.15, 95.1, 99], of: ofDays), assessments: assessments)
    }

    /// The mean number of days a year on which the 8-hour mean of ozone exceeded a limit, as the EU's targets count:
    /// over three years, or where they are not complete, over those with enough data.
    ///
    /// - Parameter lastYear: The last of the three.
    /// - Returns: `nil` where no year has enough data.
    public func exceedancesOverYears(of standard: AirQualityStandard, lastYear: Int) -> Double? {
        let years = (lastYear - 2...lastYear).compactMap { year in
            statistics(ofYear: year).assessments.first { $0.standard == standard }
        }.filter { $0.capture >= standard.dataCapture }
        return years.isEmpty ? nil : Double(years.reduce(0) { $0 + $1.exceedances }) / Double(years.count)
    }

    private static func assess(_ standard: AirQualityStandard, _ values: [Double], of total: Int) -> StandardAssessment
    {
        let exceedances = values.count { standard.isExceeded(by: $0) }
        let capture = Double(values.count) / Double(total)
        let deciding = values.count > standard.allowed ? values.sorted(by: >)[standard.allowed] : nil
        let isMet: Bool? = exceedances > standard.allowed ? false : capture >= standard.dataCapture ? true : nil
        return StandardAssessment(
            standard: standard, value: deciding, exceedances: exceedances, capture: capture, isMet: isMet)
    }

    private static func assess(_ standard: AirQualityStandard, mean: Double?, capture: Double) -> StandardAssessment {
        let isExceeded = mean.map { standard.isExceeded(by: $0) } ?? false
        return StandardAssessment(
            standard: standard, value: mean, exceedances: isExceeded ? 1 : 0, capture: capture,
            isMet: capture >= standard.dataCapture ? !isExceeded : nil)
    }

    private static func assessPeakSeason(_ standard: AirQualityStandard, _ days: [DayStatistics]) -> StandardAssessment
    {
        var sums = [(sum: Double, count: Int, days: Int)](repeating: (0, 0, 0), count: 12)
        for day in days {
            let month = day.day.parts.month - 1
            sums[month].days += 1
            guard let value = day.maximumMean8 else { continue }
            sums[month].sum += value
            sums[month].count += 1
        }
        // Six months within the year; each needs its share of days.
        let seasons = (0...6).compactMap { start -> (mean: Double, capture: Double)? in
            let months = sums[start..<start + 6]
            guard months.allSatisfy({ Double($0.count) >= standard.dataCapture * Double($0.days) }) else { return nil }
            let count = months.reduce(0) { $0 + $1.count }
            return (
                months.reduce(0) { $0 + $1.sum / Double($1.count) } / 6,
                Double(count) / Double(months.reduce(0) { $0 + $1.days })
            )
        }
        let highest = seasons.max { $0.mean < $1.mean }
        return assess(standard, mean: highest?.mean, capture: highest?.capture ?? 0)
    }

    /// The k-th smallest of n, k being the share of n rounded to the nearest (Decision 97/101/EC, annex).
    private static func percentiles(_ percents: [Double], of values: [Double]) -> [YearStatistics.Percentile] {
        guard !values.isEmpty else { return [] }
        let sorted = values.sorted()
        return percents.map { percent in
            let place = Int((percent / 100 * Double(sorted.count)).rounded())
            return YearStatistics.Percentile(percent: percent, value: sorted[min(max(place, 1), sorted.count) - 1])
        }
    }
}
