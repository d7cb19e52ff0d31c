import JSONTree

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Times of records: nanoseconds since 1970 in memory, UTC to the microsecond in text.
public enum AuditTime {
    /// Now, in nanoseconds since 1970.
    public static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    /// As in `2026-11-30T20:48:55.123456Z`, or without the fraction.
    ///
    /// - Returns: nanoseconds since 1970, the most there is for times after 2261; `nil` for another text.
    public static func parse(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        guard (20...30).contains(bytes.count), bytes.last == UInt8(ascii: "Z") else { return nil }
        func number(_ start: Int, _ count: Int) -> Int? {
            var value = 0
            for byte in bytes[start..<(start + count)] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            return value
        }
        for (index, mark) in [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")]
        where bytes[index] != mark.utf8.first { return nil }
        guard let year = number(0, 4), let month = number(5, 2), let day = number(8, 2), let hour = number(11, 2),
            let minute = number(14, 2), let second = number(17, 2), year >= 1970, (1...12).contains(month),
            (1...31).contains(day), hour < 24, minute < 60, second < 61
        else { return nil }
        var parts = tm()
        parts.tm_year = Int32(year - 1900)
        parts.tm_mon = Int32(month - 1)
        parts.tm_mday = Int32(day)
        parts.tm_hour = Int32(hour)
        parts.tm_min = Int32(minute)
        parts.tm_sec = Int32(second)
        var nanoseconds = 0
        if bytes.count > 20 {
            let digits = bytes.count - 21
            guard bytes[19] == UInt8(ascii: "."), digits > 0, let fraction = number(20, digits) else { return nil }
            nanoseconds = fraction
            for _ in digits..<9 { nanoseconds *= 10 }
        }
        return year > 2_261 ? .max : timegm(&parts) * 1_000_000_000 + nanoseconds
    }

    /// The text of a time.
    public static func text(_ nanoseconds: Int) -> String {
        var writer = ByteWriter(capacity: 32)
        var stamp = Writer()
        stamp.append(nanoseconds, to: &writer)
        return writer.string()
    }

    static func day(_ nanoseconds: Int) -> Int { nanoseconds / 86_400_000_000_000 }

    /// Writes times; those of one second share their beginning.
    struct Writer {
        private var second = -1
        private var prefix: [UInt8] = []

        mutating func append(_ nanoseconds: Int, to writer: inout ByteWriter) {
            let time = max(0, nanoseconds)
            if time / 1_000_000_000 != second { prepare(time / 1_000_000_000) }
            writer.append(prefix)
            var microseconds = time % 1_000_000_000 / 1_000
            var divisor = 100_000
            while divisor > 0 {
                writer.append(UInt8(0x30 + microseconds / divisor))
                microseconds %= divisor
                divisor /= 10
            }
            writer.append(UInt8(ascii: "Z"))
        }

        private mutating func prepare(_ second: Int) {
            self.second = second
            var time = time_t(second)
            var parts = tm()
            gmtime_r(&time, &parts)
            var text = [CChar](repeating: 0, count: 40)
            let count = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%S.", &parts)
            prefix = text.prefix(count).map { UInt8(bitPattern: $0) }
        }
    }
}
