import NGSILDModel
import Testing

@testable import AlertRules

@Suite struct RuleScheduleTests {
    private func schedule(_ days: Set<Int>, _ from: Int, _ to: Int, _ zone: String = "Europe/Paris") throws
        -> RuleSchedule
    {
        try #require(
            RuleSchedule(
                windows: [.init(days: days, fromMinute: from * 60, toMinute: to * 60)], zoneName: zone))
    }

    private func time(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }

    @Test(
        arguments: [
            ("2026-01-12T05:59:59Z", false), ("2026-01-12T06:00:00Z", true), ("2026-01-12T18:59:59Z", true),
            ("2026-01-12T19:00:00Z", false), ("2026-07-13T05:00:00Z", true), ("2026-07-13T18:00:00Z", false),
            ("2026-01-11T12:00:00Z", false),
        ])
    func `hours are those of the wall, in winter and in summer`(text: String, isActive: Bool) throws {
        let weekdays = try schedule([0, 1, 2, 3, 4], 7, 20)
        #expect(weekdays.isActive(at: try time(text)) == isActive)
    }

    @Test(
        arguments: [
            // An ordinary day; over the weekend; the day when clocks go forward (02:00 is 03:00), and back (03:00 is 02:00).
            ("2026-01-12T12:00:00Z", [0, 1, 2, 3, 4], 7, 20, "2026-01-12T19:00:00Z"),
            ("2026-01-16T20:00:00Z", [0, 1, 2, 3, 4], 7, 20, "2026-01-19T06:00:00Z"),
            ("2026-03-28T23:30:00Z", [6], 4, 5, "2026-03-29T02:00:00Z"),
            ("2026-03-29T00:30:00Z", [6], 1, 2, "2026-03-29T01:00:00Z"),
            ("2026-10-25T00:30:00Z", [6], 4, 5, "2026-10-25T03:00:00Z"),
            // Over midnight.
            ("2026-01-12T12:00:00Z", [0], 22, 6, "2026-01-12T21:00:00Z"),
            ("2026-01-13T00:00:00Z", [0], 22, 6, "2026-01-13T05:00:00Z"),
            ("2026-01-13T06:00:00Z", [0], 22, 6, "2026-01-19T21:00:00Z"),
        ])
    func `the next change is found`(from: String, days: [Int], start: Int, end: Int, expected: String) throws {
        #expect(try schedule(Set(days), start, end).nextChange(after: time(from)) == time(expected))
    }

    @Test func `an hour that comes twice counts twice, and one that never comes not at all`() throws {
        let night = try schedule([6], 2, 3)
        #expect(night.isActive(at: try time("2026-10-25T00:30:00Z")))
        #expect(night.isActive(at: try time("2026-10-25T01:30:00Z")))
        #expect(!night.isActive(at: try time("2026-03-29T00:59:59Z")))
        #expect(!night.isActive(at: try time("2026-03-29T01:00:00Z")))
        #expect(try night.nextChange(after: time("2026-03-28T12:00:00Z")) == time("2026-04-05T00:00:00Z"))
    }

    /// Steps from change to change over two years must meet every minute as the clock on the wall has it.
    @Test(arguments: ["Europe/Paris", "America/St_Johns", "Australia/Lord_Howe", "UTC", "Asia/Shanghai"])
    func `changes and hours agree`(zone: String) throws {
        let schedule = try #require(
            RuleSchedule(
                windows: [
                    .init(days: [0, 2, 5, 6], fromMinute: 90, toMinute: 150),
                    .init(days: [6], fromMinute: 1_380, toMinute: 60),
                ], zoneName: zone))
        var now = try time("2026-01-01T00:00:00Z")
        let end = try time("2027-12-31T00:00:00Z")
        while now < end {
            let change = try #require(schedule.nextChange(after: now))
            #expect(change > now)
            let isActive = schedule.isActive(at: now)
            var minute = now
            while minute < change {
                if schedule.isActive(at: minute) != isActive {
                    Issue.record("\(minute.text) differs before \(change.text)")
                    break
                }
                minute = minute.adding(seconds: 300)
            }
            #expect(schedule.isActive(at: change) != isActive)
            now = change
        }
    }

    @Test func `always has no changes, and a made-up zone is refused`() throws {
        #expect(RuleSchedule.always.nextChange(after: minute(0)) == nil)
        #expect(RuleSchedule(windows: [], zoneName: "Europe/Atlantis") == nil)
        #expect(RuleSchedule(windows: [], zoneName: "../../etc/passwd") == nil)
        let whole = RuleSchedule.Window(days: Set(0..<7), fromMinute: 0, toMinute: 1_440)
        let always = try #require(RuleSchedule(windows: [whole], zoneName: "Europe/Paris"))
        #expect(always.isActive(at: minute(77)))
        #expect(always.nextChange(after: minute(77)) == nil)
    }
}
