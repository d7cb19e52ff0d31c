import struct Foundation.Date
import JSONTree

/// A moment, to the millisecond, with what the clock on the town hall shows at it.
struct CityTime: Sendable, Equatable {
    let milliseconds: Int64

    init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Dates outside the years 1970 to 9999 are moved to their nearest edge.
    init(_ date: Date) {
        let value = (date.timeIntervalSince1970 * 1000).rounded()
        milliseconds = value.isNaN ? 0 : Int64(min(max(value, 0), 253_402_300_799_000))
    }

    /// Days since 1970-01-01 and the hour of the day from 0 to 24, by the local clock.
    var local: (day: Int64, hour: Double) {
        let (day, rest) = (milliseconds + offset).floorDivided(by: 86_400_000)
        return (day, Double(rest) / 3_600_000)
    }

    /// 0 is Monday, 6 is Sunday, by the local clock. 1970-01-01 was a Thursday.
    var weekday: Int { Int((local.day + 3).floorDivided(by: 7).remainder) }
    var isWeekend: Bool { weekday >= 5 }

    /// The part of the year that has passed, from 0 to 1.
    var yearFraction: Double {
        let (year, _, _) = Self.civil(day: milliseconds / 86_400_000)
        let start = Self.day(year: year, month: 1, day: 1)
        return (Double(milliseconds) / 86_400_000 - Double(start)) / 365.25
    }

    /// Milliseconds by which the local clock is ahead of UTC: one hour, two in summer.
    ///
    /// - Source: Directive 2000/84/EC: from the last Sunday of March to that of October, at 01:00 UTC.
    var offset: Int64 {
        let (year, _, _) = Self.civil(day: milliseconds / 86_400_000)
        let start = Self.lastSunday(year: year, month: 3) * 86_400_000 + 3_600_000
        let end = Self.lastSunday(year: year, month: 10) * 86_400_000 + 3_600_000
        return milliseconds >= start && milliseconds < end ? 7_200_000 : 3_600_000
    }

    /// How high the sun stands over the horizon of the town, in degrees.
    ///
    /// - Source: declination and hour angle of a mean sun, without the equation of time; good to about 4 degrees.
    var sunElevation: Double {
        let declination = -23.44 * cosine((yearFraction * 365.25 + 10) / 365.25 * 360)
        let solarHour = Double(milliseconds % 86_400_000) / 3_600_000 + Projection.longitude / 15
        let latitude = Projection.latitude
        let sine =
            sine(latitude) * sine(declination) + cosine(latitude) * cosine(declination) * cosine((solarHour - 12) * 15)
        return arcsine(sine)
    }

    private static func lastSunday(year: Int, month: Int) -> Int64 {
        let last = day(year: year, month: month, day: 31)
        return last - (last + 4).floorDivided(by: 7).remainder
    }

    /// Days since 1970-01-01.
    ///
    /// - Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2013), for years after 0.
    static func day(year: Int, month: Int, day: Int) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = (shifted / 400, shifted % 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return Int64(era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468)
    }

    static func civil(day: Int64) -> (year: Int, month: Int, day: Int) {
        let shifted = Int(day) + 719_468
        let (era, dayOfEra) = (shifted / 146_097, shifted % 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let civilMonth = month < 10 ? month + 3 : month - 9
        return (yearOfEra + era * 400 + (civilMonth <= 2 ? 1 : 0), civilMonth, dayOfYear - (153 * month + 2) / 5 + 1)
    }

    /// Appends the moment as NGSI-LD writes a DateTime, with milliseconds only when there are some.
    func append(to writer: inout ByteWriter) {
        let (day, rest) = milliseconds.floorDivided(by: 86_400_000)
        let (year, month, dayOfMonth) = Self.civil(day: day)
        Self.append(year, 4, to: &writer)
        writer.append(UInt8(ascii: "-"))
        Self.append(month, 2, to: &writer)
        writer.append(UInt8(ascii: "-"))
        Self.append(dayOfMonth, 2, to: &writer)
        writer.append(UInt8(ascii: "T"))
        Self.append(Int(rest / 3_600_000), 2, to: &writer)
        writer.append(UInt8(ascii: ":"))
        Self.append(Int(rest / 60_000 % 60), 2, to: &writer)
        writer.append(UInt8(ascii: ":"))
        Self.append(Int(rest / 1000 % 60), 2, to: &writer)
        if rest % 1000 > 0 {
            writer.append(UInt8(ascii: "."))
            Self.append(Int(rest % 1000), 3, to: &writer)
        }
        writer.append(UInt8(ascii: "Z"))
    }

    private static func append(_ value: Int, _ width: Int, to writer: inout ByteWriter) {
        var limit = 1
        for _ in 1..<width { limit *= 10 }
        while limit > 1, value < limit {
            writer.append(UInt8(ascii: "0"))
            limit /= 10
        }
        writer.append(integer: value)
    }
}

extension Int64 {
    /// Quotient and remainder where the remainder is never negative.
    func floorDivided(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
