/// A day of the Gregorian calendar, by its number since 1970-01-01.
public struct CivilDay: Sendable, Hashable, Comparable {
    /// Days since 1970-01-01, at most a billion either way.
    public let number: Int

    /// - Parameter number: Days since 1970-01-01; moved to the nearest that a day can have.
    public init(number: Int) { self.number = min(max(number, -1_000_000_000), 1_000_000_000) }

    public static func < (one: CivilDay, other: CivilDay) -> Bool { one.number < other.number }

    /// The day of a year (at most a million either way), month (1 to 12) and day (1 to 31); others are moved to the
    /// nearest.
    ///
    /// - Source: H. Hinnant, "chrono-compatible low-level date algorithms".
    public init(year: Int, month: Int, day: Int) {
        let (month, day) = (min(max(month, 1), 12), min(max(day, 1), 31))
        let year = min(max(year, -1_000_000), 1_000_000) - (month <= 2 ? 1 : 0)
        let era = (year >= 0 ? year : year - 399) / 400
        let ofEra = year - era * 400
        let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        number = era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    }

    /// Year, month (1 to 12) and day (1 to 31).
    public var parts: (year: Int, month: Int, day: Int) {
        let shifted = number + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let ofEra = shifted - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * ofYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - (153 * shiftedMonth + 2) / 5 + 1
        )
    }
}
