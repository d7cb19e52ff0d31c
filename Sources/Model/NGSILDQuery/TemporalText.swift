import NGSILDModel

/// Reads dates and times where they stand, without making a text of them.
///
/// Gives what `Timestamp` gives for the same text; it exists for speed.
///
/// - Source: CIM 009 clause 4.6.3.
enum TemporalText {
    private static let microsecondsPerDay: Int64 = 86_400_000_000

    /// `2026-01-31T12:30:00.5Z` as microseconds since 1970.
    static func dateTime(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard text.count >= 20, text[10] == UInt8(ascii: "T"), let date = date(text, count: 10),
            let time = time(UnsafeBufferPointer(rebasing: text[11...]))
        else { return nil }
        let instant = date + time
        return instant <= Timestamp.representable.upperBound.microseconds ? instant : nil
    }

    static func dateTime(_ text: some Sequence<UInt8>) -> Int64? {
        Array(text).withUnsafeBufferPointer { dateTime($0) }
    }

    /// `2026-01-31` as the microseconds of its start.
    static func date(_ text: UnsafeBufferPointer<UInt8>) -> Int64? { date(text, count: text.count) }

    private static func date(_ text: UnsafeBufferPointer<UInt8>, count: Int) -> Int64? {
        guard count == 10, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            let century = twoDigits(text, 0), let yearOfCentury = twoDigits(text, 2),
            let month = twoDigits(text, 5), let day = twoDigits(text, 8)
        else { return nil }
        let year = century * 100 + yearOfCentury
        guard month >= 1, month <= 12, day >= 1, day <= daysInMonth(year, month) else { return nil }
        return daysSince1970(year, month, day) * microsecondsPerDay
    }

    /// `12:30:00.5Z` as microseconds since midnight.
    static func time(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard text.count >= 9, text[2] == UInt8(ascii: ":"), text[5] == UInt8(ascii: ":"),
            let hour = twoDigits(text, 0), let minute = twoDigits(text, 3), let second = twoDigits(text, 6),
            hour < 24 || (hour == 24 && minute == 0 && second == 0), minute < 60, second <= 60,
            text[text.count - 1] == UInt8(ascii: "Z"), let fraction = fraction(text)
        else { return nil }
        return (hour * 3_600 + minute * 60 + second) * 1_000_000 + fraction
    }

    /// The decimals between the seconds and the Z, as microseconds; further ones are dropped.
    private static func fraction(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        if text.count == 9 { return 0 }
        guard text.count >= 11, text[8] == UInt8(ascii: ".") || text[8] == UInt8(ascii: ",") else { return nil }
        var result: Int64 = 0
        var weight: Int64 = 100_000
        for index in 9..<text.count - 1 {
            let digit = text[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            result += Int64(digit) * weight
            weight /= 10
        }
        return result
    }

    @inline(__always)
    private static func twoDigits(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int64? {
        let tens = text[index] &- UInt8(ascii: "0")
        let ones = text[index + 1] &- UInt8(ascii: "0")
        return tens < 10 && ones < 10 ? Int64(tens) * 10 + Int64(ones) : nil
    }

    private static func daysInMonth(_ year: Int64, _ month: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1970-01-01 in the proleptic Gregorian calendar, for years from 0 on.
    ///
    /// - Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
    private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        // Years begin in March, and one era is added so that the year -1 is not negative.
        let shifted = (month <= 2 ? year - 1 : year) + 400
        let era = shifted / 400
        let yearOfEra = shifted % 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468 - 146_097
    }
}
