import ClauseTrait
import SeededRandom
import Testing

@testable import NGSILDModel

struct TimestampTests {
    @Test(
        .clause("4.6.3"),
        arguments: [
            ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"),
            ("2026-01-31T12:00:00.1Z", 1_769_860_800_100_000, "2026-01-31T12:00:00.100Z"),
            ("2026-01-31T12:00:00,000001Z", 1_769_860_800_000_001, "2026-01-31T12:00:00.000001Z"),
            ("2026-01-31T12:00:00.1234567899Z", 1_769_860_800_123_456, "2026-01-31T12:00:00.123456Z"),
            ("2024-02-29T24:00:00Z", 1_709_251_200_000_000, "2024-03-01T00:00:00Z"),
            ("1969-12-31T23:59:59.999999Z", -1, "1969-12-31T23:59:59.999999Z"),
            ("0000-01-01T00:00:00Z", -62_167_219_200_000_000, "0000-01-01T00:00:00Z"),
            ("0001-01-01T00:00:00.000001Z", -62_135_596_799_999_999, "0001-01-01T00:00:00.000001Z"),
            ("0000-12-31T23:59:59.999999Z", -62_135_596_800_000_001, "0000-12-31T23:59:59.999999Z"),
            ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
        ])
    func `a time is read and shown to the microsecond`(text: String, microseconds: Int64, shown: String) {
        #expect(Timestamp(text)?.microseconds == microseconds)
        #expect(Timestamp(microseconds: microseconds).text == shown)
    }

    @Test(
        arguments: [
            "", "2026-01-31", "2026-01-31T12:00:00", "2026-01-31T12:00:00+01:00", "2026-02-30T00:00:00Z",
            "2025-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
            "2026-01-01T24:00:01Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:00.Z",
            "26-01-01T00:00:00Z", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00ZZ", "+026-01-01T00:00:00Z",
            "٢٠٢٦-01-01T00:00:00Z", "9999-12-31T24:00:00Z", "9999-12-31T23:59:60Z",
        ])
    func `what is no time is refused`(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func `any instant that can be shown is read back`() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<5_000 {
            let range = Timestamp.representable
            let time = Timestamp(
                microseconds: Int64.random(
                    in: range.lowerBound.microseconds...range.upperBound.microseconds, using: &generator))
            #expect(Timestamp(time.text) == time)
        }
    }

    @Test(arguments: [Int64.min, .min + 1, .max, .max - 1, -1, 0, 1])
    func `no instant ends the process`(microseconds: Int64) {
        #expect(!Timestamp(microseconds: microseconds).text.isEmpty)
    }

    @Test(
        arguments: [
            (0, 1.5, 1_500_000), (0, -0.000_001, -1), (5, .infinity, .max), (5, -.infinity, .min + 1),
            (.max, 1, .max), (.min + 1, -1, .min + 1), (5, 1e30, .max),
        ] as [(Int64, Double, Int64)])
    func `seconds are added up to the ends of the range`(start: Int64, seconds: Double, end: Int64) {
        #expect(Timestamp(microseconds: start).adding(seconds: seconds).microseconds == end)
    }
}
