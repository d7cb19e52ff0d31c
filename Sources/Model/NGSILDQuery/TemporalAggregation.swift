public import NGSILDModel

/// What an aggregated temporal representation shows.
///
/// - Source: CIM 009 clause 4.5.19.1.
public struct TemporalAggregation: Hashable, Sendable {
    /// The methods of clause 4.5.19, by their names in `aggrMethods`.
    public enum Method: String, Sendable, CaseIterable {
        case totalCount, distinctCount, sum, avg, min, max, stddev, sumsq
    }

    public let methods: [Method]
    /// `nil`: one period over the whole range of the query.
    public let period: CalendarPeriod?

    /// Reads `aggrMethods` and `aggrPeriodDuration`.
    public init(methods names: [String], period: String?) throws(NGSILDError) {
        var methods: [Method] = []
        for name in names {
            guard let method = Method(rawValue: name) else {
                throw .badRequestData(
                    "aggrMethods names \"\(name)\"; known are \(Method.allCases.map(\.rawValue).joined(separator: ", "))"
                )
            }
            if !methods.contains(method) { methods.append(method) }
        }
        guard !methods.isEmpty else {
            throw .badRequestData("The aggregated representation needs aggrMethods, such as avg")
        }
        self.methods = methods
        if let period {
            let parsed = try CalendarPeriod(parsing: period)
            self.period = parsed.isZero ? nil : parsed
        } else {
            self.period = nil
        }
    }
}

/// A length of time by the calendar: `P1Y2M3DT4H5M6S` or `P2W`.
///
/// - Source: CIM 009 clause 4.5.19.1; ISO 8601-1.
public struct CalendarPeriod: Hashable, Sendable {
    public let months: Int
    public let microseconds: Int64

    public var isZero: Bool { months == 0 && microseconds == 0 }

    /// - Throws: `badRequestData` for anything that is not such a duration, or is longer than 10,000 years.
    public init(parsing text: String) throws(NGSILDError) {
        guard let period = Self.parse(text.utf8) else {
            throw .badRequestData(
                "aggrPeriodDuration is \"\(text)\"; write it as PT1H, P1D, P1M or P2W, at most 10,000 years, no fractions"
            )
        }
        self = period
    }

    private init(months: Int, microseconds: Int64) {
        self.months = months
        self.microseconds = microseconds
    }

    private static func parse(_ text: String.UTF8View) -> CalendarPeriod? {
        var rest = text[...]
        guard rest.popFirst() == UInt8(ascii: "P") else { return nil }
        var (months, seconds): (Int64, Int64) = (0, 0)
        var isTime = false
        var rank = -1
        while let first = rest.first {
            if first == UInt8(ascii: "T"), !isTime {
                isTime = true
                rest.removeFirst()
                if rest.isEmpty { return nil }
                continue
            }
            let digits = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
            rest = rest[digits.endIndex...]
            guard digits.count <= 12, let number = Int64(String(Substring(digits))), let unit = rest.popFirst(),
                let (newRank, unitMonths, unitSeconds) = Self.unit(unit, isTime), newRank > rank
            else { return nil }
            rank = newRank
            months += number * unitMonths
            seconds += number * unitSeconds
            guard months <= 120_000, seconds <= 316_000_000_000 else { return nil }
        }
        return rank < 0 ? nil : CalendarPeriod(months: Int(months), microseconds: seconds * 1_000_000)
    }

    private static func unit(_ unit: UInt8, _ isTime: Bool) -> (rank: Int, months: Int64, seconds: Int64)? {
        switch (unit, isTime) {
        case (UInt8(ascii: "Y"), false): (0, 12, 0)
        case (UInt8(ascii: "M"), false): (1, 1, 0)
        case (UInt8(ascii: "W"), false): (2, 0, 604_800)
        case (UInt8(ascii: "D"), false): (3, 0, 86_400)
        case (UInt8(ascii: "H"), true): (4, 0, 3_600)
        case (UInt8(ascii: "M"), true): (5, 0, 60)
        case (UInt8(ascii: "S"), true): (6, 0, 1)
        default: nil
        }
    }

    /// The mean month of the Gregorian calendar.
    private static let monthMicroseconds = 2_629_746_000_000.0

    /// The start of the period that holds `time`, and of the one after it, counting whole periods from `origin` in both
    /// directions. Ends beyond the years 0 to 9999 are cut to them.
    ///
    /// - Parameters: both within the years 0 to 9999.
    public func period(holding time: Timestamp, from origin: Timestamp) -> (start: Timestamp, end: Timestamp) {
        let distance = time.microseconds - origin.microseconds
        let length = Double(months) * Self.monthMicroseconds + Double(max(1, microseconds))
        // Near enough to be mended in a few steps; exact where there are no months.
        var count = months == 0 ? distance / max(1, microseconds) : Int64((Double(distance) / length).rounded(.down))
        while start(count, from: origin) > time { count -= 1 }
        while start(count + 1, from: origin) <= time { count += 1 }
        return (
            max(start(count, from: origin), Timestamp.representable.lowerBound),
            min(start(count + 1, from: origin), Timestamp.representable.upperBound)
        )
    }

    private func start(_ count: Int64, from origin: Timestamp) -> Timestamp {
        let length = months == 0 ? max(1, microseconds) : microseconds
        return Timestamp(microseconds: origin.adding(months: months * Int(count)).microseconds + count * length)
    }
}
