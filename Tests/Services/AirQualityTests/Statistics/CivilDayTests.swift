import Foundation
import Testing

@testable import AirQuality

struct CivilDayTests {
    @Test func `days and dates are those of the calendar`() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "GMT"))
        for number in stride(from: -3_000, through: 60_000, by: 37) {
            let day = CivilDay(number: number)
            let date = Date(timeIntervalSince1970: Double(number) * 86_400)
            let parts = calendar.dateComponents([.year, .month, .day], from: date)
            #expect(day.parts.year == parts.year && day.parts.month == parts.month && day.parts.day == parts.day)
            #expect(CivilDay(year: day.parts.year, month: day.parts.month, day: day.parts.day) == day)
        }
        #expect(CivilDay(year: 2024, month: 2, day: 29).number == 19_782)
    }

    @Test func `no number brings it down`() {
        for number in [Int.min, .max, 0] {
            _ = CivilDay(number: number).parts
            _ = CivilDay(year: number, month: number, day: number).parts
        }
    }
}
