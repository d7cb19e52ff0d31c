import Foundation
import JSONTree
import Testing

@testable import SampleCity

struct CityTimeTests {
    @Test(arguments: [
        "1970-01-01T00:00:00Z", "2000-02-29T12:34:56Z", "2024-12-31T23:59:59Z", "2100-03-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
    ])
    func `a moment prints as the DateTime that it is`(text: String) throws {
        var writer = ByteWriter()
        CityTime(try moment(text)).append(to: &writer)
        #expect(writer.string() == text)
    }

    @Test func `milliseconds are printed when there are some`() {
        var writer = ByteWriter()
        CityTime(milliseconds: 1_500_000_000_050).append(to: &writer)
        #expect(writer.string() == "2017-07-14T02:40:00.050Z")
    }

    @Test func `the local clock is that of Paris at every hour of three years`() throws {
        let paris = try #require(TimeZone(identifier: "Europe/Paris"))
        let start = try moment("2023-01-01T00:00:00Z")
        for hour in 0..<3 * 8_766 {
            let date = start + Double(hour) * 3_600
            guard CityTime(date).offset == Int64(paris.secondsFromGMT(for: date)) * 1000 else {
                Issue.record("\(date)")
                return
            }
        }
    }

    @Test(arguments: [
        ("2024-06-09T12:00:00Z", 6), ("2024-06-10T12:00:00Z", 0), ("2024-06-07T23:00:00Z", 5),
        ("1970-01-01T12:00:00Z", 3),
    ])
    func `the weekday is that of the local clock`(text: String, weekday: Int) throws {
        #expect(CityTime(try moment(text)).weekday == weekday)
    }

    @Test(arguments: [
        ("2024-06-20T12:08:00Z", 65.0...67.0), ("2024-12-21T12:08:00Z", 18.5...20.5),
        ("2024-06-20T00:08:00Z", -20.5 ... -18.5),
        ("2024-03-20T06:15:00Z", -3.0...3.0),
    ])
    func `the sun stands where an almanac has it`(text: String, degrees: ClosedRange<Double>) throws {
        #expect(degrees.contains(CityTime(try moment(text)).sunElevation))
    }
}
