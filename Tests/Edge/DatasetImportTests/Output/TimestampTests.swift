import Foundation
import Testing

@testable import DatasetImport

struct TimestampTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59.999Z"), (951_782_400_000, "2000-02-29T00:00:00Z"),
            (1_362_067_200_123, "2013-02-28T16:00:00.123Z"), (-62_135_596_800_000, "0001-01-01T00:00:00Z"),
            (253_402_300_799_000, "9999-12-31T23:59:59Z"),
        ] as [(Int64, String)])
    func `a moment prints as a DateTime in UTC`(milliseconds: Int64, text: String) {
        #expect(Timestamp(millisecondsSinceEpoch: milliseconds).description == text)
    }

    @Test func `civil time and milliseconds are each other's inverse over four centuries`() {
        for day in stride(from: Int64(-80_000), to: 80_000, by: 1) {
            let milliseconds = day * 86_400_000 + 45_296_789
            let civil = CivilTime(milliseconds: milliseconds)
            guard civil.isValid, civil.milliseconds == milliseconds else {
                Issue.record("day \(day): \(civil)")
                return
            }
        }
    }

    @Test(arguments: [
        (2015, 2, 29, false), (2016, 2, 29, true), (1900, 2, 29, false), (2000, 2, 30, false), (2014, 13, 1, false),
        (2014, 4, 31, false), (0, 1, 1, false),
    ])
    func `days that never were are not valid`(year: Int, month: Int, day: Int, isValid: Bool) {
        #expect(CivilTime(year: year, month: month, day: day).isValid == isValid)
    }

    @Test func `a date far outside the calendar moves to its edge`() {
        #expect(Timestamp(Date(timeIntervalSince1970: 1e18)).description == "9999-12-31T23:59:59Z")
        #expect(Timestamp(Date(timeIntervalSince1970: -1e18)).description == "0001-01-01T00:00:00Z")
    }
}
