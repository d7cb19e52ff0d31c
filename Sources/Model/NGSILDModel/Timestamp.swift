public import JSONTree

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// An instant in microseconds since 1970-01-01T00:00:00Z; `Timestamp.none` stands for "not set".
public struct Timestamp: Hashable, Comparable, Sendable {
    public let microseconds: Int64

    public init(microseconds: Int64) { self.microseconds = microseconds }

    public static let none = Timestamp(microseconds: .min)

    public var isSet: Bool { self != .none }

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

    /// The system's clock.
    public static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }

    /// The instant some seconds later (or earlier), cut to whole microseconds; the ends of the range when it is beyond them.
    public func adding(seconds: Double) -> Timestamp {
        let offset = seconds * 1_000_000
        guard let whole = Int64(exactly: offset.rounded(.towardZero)) else {
            return Timestamp(microseconds: offset > 0 ? .max : .min + 1)
        }
        let (sum, overflow) = microseconds.addingReportingOverflow(whole)
        return Timestamp(microseconds: overflow ? (whole > 0 ? .max : .min + 1) : sum)
    }

    /// Reads an ISO 8601 date and time in UTC: `2026-01-31T12:00:00Z`, with up to six decimals kept (further ones are
    /// dropped), `.` or `,` before them.
    ///
    /// - Returns: `nil` for any other text, also for dates that do not exist and for the end of the year 9999.
    /// - Source: CIM 009 clause 4.6.3.
    public init?(_ text: some Collection<UInt8>) {
        var reader = DigitReader(Array(text)[...])
        guard let year = reader.digits(4), reader.take(UInt8(ascii: "-")),
            let month = reader.digits(2), reader.take(UInt8(ascii: "-")),
            let day = reader.digits(2), reader.take(UInt8(ascii: "T")),
            let hour = reader.digits(2), reader.take(UInt8(ascii: ":")),
            let minute = reader.digits(2), reader.take(UInt8(ascii: ":")),
            let second = reader.digits(2)
        else { return nil }
        var fraction: Int64 = 0
        if reader.take(UInt8(ascii: ".")) || reader.take(UInt8(ascii: ",")) {
            guard let micro = reader.fraction() else { return nil }
            fraction = micro
        }
        guard reader.take(UInt8(ascii: "Z")), reader.isAtEnd else { return nil }
        guard (1...12).contains(month), day >= 1, day <= Timestamp.daysInMonth(Int(year), Int(month)),
            hour < 24 || (hour == 24 && minute == 0 && second == 0), minute < 60, second <= 60
        else { return nil }
        let days = Timestamp.daysFromCivil(year: year, month: month, day: day)
        microseconds = ((days * 24 + hour) * 60 + minute) * 60_000_000 + second * 1_000_000 + fraction
        // The midnight and the leap second at the end of 9999 would be in the year 10000, which no text can show.
        guard Timestamp.representable.contains(self) else { return nil }
    }

    public init?(_ text: String) { self.init(text.utf8) }

    private static func daysInMonth(_ year: Int, _ month: Int) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1970-01-01 in the proleptic Gregorian calendar.
    ///
    /// - Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
    static func daysFromCivil(year: Int64, month: Int64, day: Int64) -> Int64 {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146097 + dayOfEra - 719468
    }

    /// Appends `2026-01-31T12:00:00.123Z`, quoted; milliseconds, or six decimals when microseconds are there, or none.
    public func append(quotedTo writer: inout ByteWriter) {
        writer.append(UInt8(ascii: "\""))
        append(to: &writer)
        writer.append(UInt8(ascii: "\""))
    }

    /// Appends the instant as ISO 8601 in UTC, without quotes.
    public func append(to writer: inout ByteWriter) {
        var (wholeSeconds, fraction) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        if fraction < 0 {
            wholeSeconds -= 1
            fraction += 1_000_000
        }
        var days = wholeSeconds / 86400
        var rest = wholeSeconds % 86400
        if rest < 0 {
            rest += 86400
            days -= 1
        }
        // civil_from_days, the inverse of the above.
        let z = days + 719468
        let era = (z >= 0 ? z : z - 146096) / 146097
        let dayOfEra = z - era * 146097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let day = Int(dayOfYear - (153 * shifted + 2) / 5 + 1)
        let month = Int(shifted < 10 ? shifted + 3 : shifted - 9)
        let year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
        writer.append(padded: year, width: 4)
        writer.append(UInt8(ascii: "-"))
        writer.append(padded: month, width: 2)
        writer.append(UInt8(ascii: "-"))
        writer.append(padded: day, width: 2)
        writer.append(UInt8(ascii: "T"))
        writer.append(padded: Int(rest / 3600), width: 2)
        writer.append(UInt8(ascii: ":"))
        writer.append(padded: Int(rest / 60 % 60), width: 2)
        writer.append(UInt8(ascii: ":"))
        writer.append(padded: Int(rest % 60), width: 2)
        if fraction > 0 {
            writer.append(UInt8(ascii: "."))
            if fraction % 1000 == 0 {
                writer.append(padded: Int(fraction / 1000), width: 3)
            } else {
                writer.append(padded: Int(fraction), width: 6)
            }
        }
        writer.append(UInt8(ascii: "Z"))
    }

    public var text: String {
        var writer = ByteWriter(capacity: 32)
        append(to: &writer)
        return writer.string()
    }
}

extension ByteWriter {
    mutating func append(padded value: Int, width: Int) {
        var divisor = 1
        for _ in 1..<width { divisor *= 10 }
        var rest = max(0, value)
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(rest / divisor % 10))
            rest %= divisor
            divisor /= 10
        }
    }
}

private struct DigitReader {
    private var rest: ArraySlice<UInt8>
    init(_ text: ArraySlice<UInt8>) { rest = text }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest.removeFirst()
        return true
    }

    mutating func digits(_ count: Int) -> Int64? {
        guard rest.count >= count else { return nil }
        var value: Int64 = 0
        for byte in rest.prefix(count) {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        rest = rest.dropFirst(count)
        return value
    }

    /// The decimals as microseconds.
    mutating func fraction() -> Int64? {
        var value: Int64 = 0
        var count = 0
        while let byte = rest.first, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            if count < 6 { value = value * 10 + Int64(byte - UInt8(ascii: "0")) }
            count += 1
            rest.removeFirst()
        }
        guard count > 0 else { return nil }
        while count < 6 {
            value *= 10
            count += 1
        }
        return value
    }
}
