package import struct Foundation.Date
package import struct Foundation.TimeZone

/// How a row tells its time.
struct TimeRule: Sendable {
    enum Source: Sendable {
        case column(String, TimeFormat)
        /// Numbers in columns of their own; those left out count as their first value.
        case parts(year: String, month: String, day: String, hour: String?, minute: String?, second: String?)
        /// A row begins so many milliseconds after the one before it, the first at a time since 1970 in UTC.
        case steps(start: Int64, step: Int64)
    }
    let source: Source
    let zone: ZoneRule

    var columns: [String] {
        switch source {
        case .column(let name, _): [name]
        case .parts(let year, let month, let day, let hour, let minute, let second):
            [year, month, day] + [hour, minute, second].compactMap { $0 }
        case .steps: []
        }
    }
}

/// Where the clock of a table stands against UTC.
package enum ZoneRule: Sendable {
    case offset(milliseconds: Int64)
    case named(TimeZone)

    /// Reads `Z`, `+08:00`, `+0800` or `+08`.
    static func offset(_ text: some StringProtocol) -> Int64? {
        if text == "Z" || text == "z" || text == "UTC" { return 0 }
        guard let sign = text.first, sign == "+" || sign == "-" else { return nil }
        let digits = String(text.dropFirst().filter { $0 != ":" })
        guard digits.utf8.allSatisfy(CellNumber.isDigit), digits.count == 2 || digits.count == 4,
            let number = Int64(digits)
        else { return nil }
        let (hours, minutes) = digits.count == 2 ? (number, 0) : (number / 100, number % 100)
        guard hours <= 18, minutes < 60 else { return nil }
        return (sign == "-" ? -1 : 1) * (hours * 60 + minutes) * 60_000
    }
}

/// Turns times on a local clock into UTC, remembering the last day's offset.
///
/// When clocks go back, the repeated hour is taken as its first pass; when they go forward, a time that never was is
/// read with the offset before the change.
package struct ZoneConverter {
    private let rule: ZoneRule
    private var day = Int64.min
    private var dayOffset: Int64?

    package init(_ rule: ZoneRule) { self.rule = rule }

    package mutating func utc(fromLocal local: Int64) -> Timestamp {
        switch rule {
        case .offset(let milliseconds): return Timestamp(millisecondsSinceEpoch: local - milliseconds)
        case .named(let zone):
            let localDay = Int64((Double(local) / 86_400_000).rounded(.down))
            if localDay != day {
                day = localDay
                // Offsets reach a day at most, so equal offsets around the local day mean no change inside it.
                let before = Self.offset(of: zone, at: (localDay - 1) * 86_400_000)
                let after = Self.offset(of: zone, at: (localDay + 2) * 86_400_000)
                dayOffset = before == after ? before : nil
            }
            if let dayOffset { return Timestamp(millisecondsSinceEpoch: local - dayOffset) }
            let early = Self.offset(of: zone, at: local - 86_400_000)
            if Self.offset(of: zone, at: local - early) == early {
                return Timestamp(millisecondsSinceEpoch: local - early)
            }
            let late = Self.offset(of: zone, at: local + 86_400_000)
            let useLate = Self.offset(of: zone, at: local - late) == late
            return Timestamp(millisecondsSinceEpoch: local - (useLate ? late : early))
        }
    }

    private static func offset(of zone: TimeZone, at milliseconds: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(milliseconds) / 1000))) * 1000
    }
}
