import ClauseTrait
import NGSILDModel
import Testing

@testable import NGSILDQuery

@Suite struct TemporalQueryTests {
    @Test(
        .clause("4.11"),
        arguments: [
            ("since", "2026-01-01T00:00:00Z", nil, nil, nil), ("after", nil, nil, nil, nil),
            ("after", "yesterday", nil, nil, nil), (nil, "2026-01-01T00:00:00Z", nil, nil, nil),
            ("between", "2026-01-01T00:00:00Z", nil, nil, nil),
            ("between", "2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z", nil, nil),
            ("between", "2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z", nil, nil),
            ("after", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", nil, nil),
            ("after", "2026-01-01T00:00:00Z", nil, "seenAt", nil), (nil, nil, nil, nil, "0"),
            (nil, nil, nil, nil, "-1"),
            (nil, nil, nil, nil, "many"), (nil, nil, nil, nil, "99999999999999999999"),
        ] as [(String?, String?, String?, String?, String?)])
    func `a wrong parameter is refused`(
        timerel: String?, timeAt: String?, end: String?, property: String?, lastN: String?
    ) {
        #expect(throws: NGSILDError.self) {
            try TemporalQuery(timerel: timerel, timeAt: timeAt, endTimeAt: end, timeproperty: property, lastN: lastN)
        }
    }

    @Test(
        .clause("4.5.19"),
        arguments: [
            ("PT1H", 0, 3_600), ("P1D", 0, 86_400), ("P2W", 0, 1_209_600), ("P1Y2M3DT4H5M6S", 14, 273_906),
            ("PT0S", 0, 0),
            ("P0D", 0, 0),
        ]) func `a duration is read`(text: String, months: Int, seconds: Int64) throws
    {
        let period = try CalendarPeriod(parsing: text)
        #expect(period.months == months)
        #expect(period.microseconds == seconds * 1_000_000)
    }

    @Test(arguments: [
        "", "P", "PT", "1H", "P1H", "PT1D", "P-1D", "P1D1Y", "P1DT", "PT1H1H", "P99999999999Y", "P1.5D",
        "PT9999999999999S",
    ])
    func `anything else is no duration`(text: String) {
        #expect(throws: NGSILDError.self) { try CalendarPeriod(parsing: text) }
    }

    @Test(
        .clause("4.5.19"),
        arguments: [
            ("P1M", "2026-01-31T00:00:00Z", "2026-03-01T12:00:00Z", "2026-02-28T00:00:00Z", "2026-03-31T00:00:00Z"),
            ("P1Y", "2024-02-29T00:00:00Z", "2026-01-01T00:00:00Z", "2025-02-28T00:00:00Z", "2026-02-28T00:00:00Z"),
            ("PT1H", "2026-01-01T00:30:00Z", "2026-01-05T10:29:59Z", "2026-01-05T09:30:00Z", "2026-01-05T10:30:00Z"),
            ("PT1H", "2026-01-01T00:30:00Z", "2025-12-31T22:30:00Z", "2025-12-31T22:30:00Z", "2025-12-31T23:30:00Z"),
            ("PT1H", "2026-01-01T00:30:00Z", "2025-12-31T22:29:59Z", "2025-12-31T21:30:00Z", "2025-12-31T22:30:00Z"),
            ("P1M", "2026-03-31T00:00:00Z", "2026-02-27T00:00:00Z", "2026-01-31T00:00:00Z", "2026-02-28T00:00:00Z"),
            ("P1M1D", "0000-01-01T00:00:00Z", "9999-12-01T00:00:00Z", "9999-11-05T00:00:00Z", "9999-12-07T00:00:00Z"),
            ("P1M", "9999-12-01T00:00:00Z", "0000-01-15T00:00:00Z", "0000-01-01T00:00:00Z", "0000-02-01T00:00:00Z"),
            ("P10000Y", "2026-01-01T00:00:00Z", "2025-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
            (
                "P10000Y", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z",
                "9999-12-31T23:59:59.999999Z"
            ),
            (
                "P120000M", "0000-01-01T00:00:00Z", "9999-12-31T00:00:00Z", "0000-01-01T00:00:00Z",
                "9999-12-31T23:59:59.999999Z"
            ),
        ]) func `a time lies in its period`(text: String, origin: String, time: String, start: String, end: String)
        throws
    {
        let period = try CalendarPeriod(parsing: text)
        let found = period.period(holding: try #require(Timestamp(time)), from: try #require(Timestamp(origin)))
        #expect(found.start.text == start)
        #expect(found.end.text == end)
    }
}
