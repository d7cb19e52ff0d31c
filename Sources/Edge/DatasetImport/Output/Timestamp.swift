public import struct Foundation.Date
import JSONTree

/// A moment in UTC, to the millisecond.
public struct Timestamp: Hashable, Comparable, Sendable {
    public var millisecondsSinceEpoch: Int64

    public init(millisecondsSinceEpoch: Int64) { self.millisecondsSinceEpoch = millisecondsSinceEpoch }

    /// The nearest millisecond; dates outside the years 1 to 9999 are moved to their nearest edge.
    public init(_ date: Date) {
        let milliseconds = (date.timeIntervalSince1970 * 1000).rounded()
        self.init(
            millisecondsSinceEpoch: milliseconds.isNaN
                ? 0 : Int64(min(max(milliseconds, Double(Self.first)), Double(Self.last))))
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.millisecondsSinceEpoch < right.millisecondsSinceEpoch
    }

    static let first = CivilTime(year: 1, month: 1, day: 1).milliseconds
    static let last = CivilTime(year: 9999, month: 12, day: 31, hour: 23, minute: 59, second: 59).milliseconds

    /// The moment as NGSI-LD writes a DateTime: `2013-03-01T00:00:00Z`, with milliseconds only when there are some.
    public var description: String {
        var writer = ByteWriter(capacity: 32)
        append(to: &writer)
        return writer.string()
    }

    func append(to writer: inout ByteWriter) {
        let civil = CivilTime(milliseconds: min(max(millisecondsSinceEpoch, Self.first), Self.last))
        writer.appendPadded(civil.year, width: 4)
        writer.append(UInt8(ascii: "-"))
        writer.appendPadded(civil.month, width: 2)
        writer.append(UInt8(ascii: "-"))
        writer.appendPadded(civil.day, width: 2)
        writer.append(UInt8(ascii: "T"))
        writer.appendPadded(civil.hour, width: 2)
        writer.append(UInt8(ascii: ":"))
        writer.appendPadded(civil.minute, width: 2)
        writer.append(UInt8(ascii: ":"))
        writer.appendPadded(civil.second, width: 2)
        if civil.millisecond > 0 {
            writer.append(UInt8(ascii: "."))
            writer.appendPadded(civil.millisecond, width: 3)
        }
        writer.append(UInt8(ascii: "Z"))
    }
}

extension Timestamp: CustomStringConvertible {}

/// A date and time of the proleptic Gregorian calendar, without a zone.
///
/// - Source: days from civil and back after H. Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2013).
struct CivilTime: Equatable {
    var year: Int
    var month: Int
    var day: Int
    var hour = 0
    var minute = 0
    var second = 0
    var millisecond = 0

    init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, millisecond: Int = 0) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
        self.millisecond = millisecond
    }

    init(milliseconds: Int64) {
        let (days, rest) = Self.split(milliseconds, by: 86_400_000)
        let shifted = days + 719_468
        let (era, dayOfEra) = Self.split(shifted, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
        hour = Int(rest / 3_600_000)
        minute = Int(rest / 60_000 % 60)
        second = Int(rest / 1000 % 60)
        millisecond = Int(rest % 1000)
    }

    /// Milliseconds since 1970-01-01T00:00:00, as if the time were UTC.
    var milliseconds: Int64 {
        let shiftedYear = Int64(month <= 2 ? year - 1 : year)
        let (era, yearOfEra) = Self.split(shiftedYear, by: 400)
        let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        return ((days * 24 + Int64(hour)) * 60 + Int64(minute)) * 60_000 + Int64(second) * 1000 + Int64(millisecond)
    }

    /// Whether each part is in its range, the days of the month included; 24:00:00 and leap seconds are not.
    var isValid: Bool {
        guard 1...9999 ~= year, 1...12 ~= month, 1...Self.days(in: month, of: year) ~= day else { return false }
        return 0...23 ~= hour && 0...59 ~= minute && 0...59 ~= second && 0...999 ~= millisecond
    }

    static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func split(_ value: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

extension ByteWriter {
    /// Appends a number that is not negative with leading zeros up to `width` digits.
    @inline(__always)
    mutating func appendPadded(_ value: Int, width: Int) {
        var limit = 1
        for _ in 1..<max(2, width) { limit *= 10 }
        while limit > 1, value < limit {
            append(UInt8(ascii: "0"))
            limit /= 10
        }
        append(integer: value)
    }
}
