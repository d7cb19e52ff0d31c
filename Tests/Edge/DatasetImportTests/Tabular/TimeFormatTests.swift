import Foundation
import Testing

@testable import DatasetImport

private func read(_ format: TimeFormat?, _ text: String) -> TimeFormat.Moment? {
    Array(text.utf8).withUnsafeBufferPointer { format?.read($0) }
}

private func milliseconds(_ text: String) -> Int64 {
    let date = try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: text.contains(".")))
    return Int64(((date?.timeIntervalSince1970 ?? .nan) * 1000).rounded())
}

struct TimeFormatTests {
    @Test(arguments: [
        ("iso8601", "2013-03-01", "2013-03-01T00:00:00Z"), ("iso8601", "2013-03-01T05:06", "2013-03-01T05:06:00Z"),
        ("iso8601", "2013-03-01 05:06:07", "2013-03-01T05:06:07Z"),
        ("yyyy-MM-dd HH:mm:ss", "2013-03-01 05:06:07", "2013-03-01T05:06:07Z"),
        ("dd/MM/yyyy HH:mm", "01/03/2013 05:06", "2013-03-01T05:06:00Z"),
        ("d.M.yyyy H:mm", "1.3.2013 5:06", "2013-03-01T05:06:00Z"), ("yyyyMMdd", "20130301", "2013-03-01T00:00:00Z"),
        ("yyyy-MM-dd'T'HH'h'", "2013-03-01T05h", "2013-03-01T05:00:00Z"),
    ])
    func `a time without an offset is local`(format: String, text: String, local: String) {
        #expect(read(TimeFormat(format), text) == .local(milliseconds(local)))
    }

    @Test(arguments: [
        ("iso8601", "2013-03-01T00:00:00Z", "2013-03-01T00:00:00Z"),
        ("iso8601", "2013-03-01T00:00:00.25+08:00", "2013-02-28T16:00:00.250Z"),
        ("iso8601", "2013-03-01T00:00:00-0330", "2013-03-01T03:30:00Z"), ("unix", "1362067200", "2013-02-28T16:00:00Z"),
        ("unix", "1362067200.5", "2013-02-28T16:00:00.500Z"), ("unix-ms", "1362067200123", "2013-02-28T16:00:00.123Z"),
        ("yyyy-MM-dd HH:mm:ss.SSS XXX", "2013-03-01 00:00:00.007 +08:00", "2013-02-28T16:00:00.007Z"),
        ("yyyy-MM-dd HH:mmX", "2013-03-01 00:00+08", "2013-02-28T16:00:00Z"),
    ])
    func `a time with an offset is a moment`(format: String, text: String, utc: String) {
        #expect(read(TimeFormat(format), text) == .utc(milliseconds(utc)))
    }

    @Test(arguments: [
        ("iso8601", ""), ("iso8601", "2013-13-01"), ("iso8601", "2013-02-29"), ("iso8601", "2013-03-01T24:00"),
        ("iso8601", "2013-03-01T05:06:07+99:00"), ("iso8601", "2013-03-01T05:06 x"), ("iso8601", "1 March"),
        ("yyyy-MM-dd", "2013-03-01 05:00"), ("yyyy-MM-dd", "13-03-01"), ("yyyy-MM-dd", "2013/03/01"),
        ("unix", "soon"), ("unix", "1e30"), ("unix", ""),
    ])
    func `a cell that does not follow the format holds no time`(format: String, text: String) {
        #expect(read(TimeFormat(format), text) == nil)
    }

    @Test(arguments: ["yyyy-MM", "yy-MM-dd", "yyyy-MMM-dd", "yyyy-MM-dd hh:mm a", "yyyy-MM-dd'T", "HH:mm"])
    func `a pattern with an unknown field or without a date is refused`(format: String) {
        #expect(TimeFormat(format) == nil)
    }
}

struct ZoneConverterTests {
    @Test(arguments: [
        ("2024-01-15T12:00:00Z", "2024-01-15T11:00:00Z"), ("2024-07-15T12:00:00Z", "2024-07-15T10:00:00Z"),
        // Clocks went forward on 31 March 2024 at 02:00 and back on 27 October at 03:00.
        ("2024-03-31T01:59:00Z", "2024-03-31T00:59:00Z"), ("2024-03-31T03:00:00Z", "2024-03-31T01:00:00Z"),
        ("2024-03-31T02:30:00Z", "2024-03-31T01:30:00Z"), ("2024-10-27T02:30:00Z", "2024-10-27T00:30:00Z"),
        ("2024-10-27T03:00:00Z", "2024-10-27T02:00:00Z"), ("2024-10-27T01:59:00Z", "2024-10-26T23:59:00Z"),
    ])
    func `a named zone follows its summer time`(local: String, utc: String) throws {
        var zone = ZoneConverter(.named(try #require(TimeZone(identifier: "Europe/Paris"))))
        let expected = Timestamp(millisecondsSinceEpoch: milliseconds(utc))
        #expect(zone.utc(fromLocal: milliseconds(local)) == expected)
        #expect(zone.utc(fromLocal: milliseconds(local)) == expected)
    }

    @Test func `every hour of a year converts as Foundation does, where it is unambiguous`() throws {
        let zone = try #require(TimeZone(identifier: "America/New_York"))
        var converter = ZoneConverter(.named(zone))
        let start = milliseconds("2023-01-01T00:00:00Z")
        for hour in Int64(0)..<8_760 {
            let utc = start + hour * 3_600_000
            let date = Date(timeIntervalSince1970: Double(utc) / 1000)
            let before = zone.secondsFromGMT(for: date.addingTimeInterval(-3_600))
            let offset = zone.secondsFromGMT(for: date)
            guard offset == before, offset == zone.secondsFromGMT(for: date.addingTimeInterval(3_600)) else { continue }
            let converted = converter.utc(fromLocal: utc + Int64(offset) * 1000)
            guard converted.millisecondsSinceEpoch == utc else {
                Issue.record("\(date) became \(converted)")
                return
            }
        }
    }

    @Test(
        arguments: [
            ("+08:00", 28_800_000), ("-0330", -12_600_000), ("+02", 7_200_000), ("Z", 0), ("8", nil), ("+8", nil),
            ("+25:00", nil), ("+08:61", nil), ("", nil),
        ] as [(String, Int64?)])
    func `an offset reads in its usual spellings`(text: String, milliseconds: Int64?) {
        #expect(ZoneRule.offset(text) == milliseconds)
    }
}
