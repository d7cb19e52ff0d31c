extension Timestamp {
    /// The first and last instants that an answer can show: the years 0 to 9999.
    public static let representable =
        Timestamp(microseconds: -62_167_219_200_000_000)...Timestamp(microseconds: 253_402_300_799_999_999)

    /// The instant some calendar months later (or earlier), the day cut to the length of the month, in UTC.
    public func adding(months: Int) -> Timestamp {
        guard months != 0 else { return self }
        let dayLength: Int64 = 86_400_000_000
        let days = microseconds >= 0 ? microseconds / dayLength : (microseconds - dayLength + 1) / dayLength
        let (year, month, day) = Timestamp.civil(fromDays: days)
        let count = year * 12 + (month - 1) + Int64(months)
        let newYear = count >= 0 ? count / 12 : (count - 11) / 12
        let newMonth = count - newYear * 12 + 1
        let isLeap = newYear % 4 == 0 && (newYear % 100 != 0 || newYear % 400 == 0)
        let length: Int64 = newMonth == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(newMonth) ? 30 : 31
        let newDays = Timestamp.daysFromCivil(year: newYear, month: newMonth, day: min(day, length))
        return Timestamp(microseconds: newDays * dayLength + (microseconds - days * dayLength))
    }

    /// Year, month and day of a count of days from 1970-01-01.
    ///
    /// - Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
    private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let z = days + 719468
        let era = (z >= 0 ? z : z - 146096) / 146097
        let dayOfEra = z - era * 146097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}
