import Testing

@testable import AirQuality

struct UnitedStatesIndexTests {
    typealias Row = (low: Double, high: Double, from: Int, to: Int)

    struct Printed: Sendable, CustomTestStringConvertible {
        let table: PublishedTable
        /// The table's last digit, in its unit.
        let digit: Double
        let rows: [Row]
        var testDescription: String { table.testDescription }
    }

    /// EPA-454/B-24-002, table 6 with note 4, and EPA-454/B-18-007, table 5.
    private static let tables: [Printed] = {
        let ppb = ConcentrationUnit.partsPerBillion
        let ppm = ConcentrationUnit.partsPerMillion
        let mass = ConcentrationUnit.microgramsPerCubicMetre
        let day = AveragingPeriod.mean24(minimum: 18)
        let lowPM10: [Row] = [
            (0, 54, 0, 50), (55, 154, 51, 100), (155, 254, 101, 150), (255, 354, 151, 200), (355, 424, 201, 300),
        ]
        let lowNO2: [Row] = [
            (0, 53, 0, 50), (54, 100, 51, 100), (101, 360, 101, 150), (361, 649, 151, 200), (650, 1249, 201, 300),
        ]
        let lowCO: [Row] = [
            (0, 4.4, 0, 50), (4.5, 9.4, 51, 100), (9.5, 12.4, 101, 150), (12.5, 15.4, 151, 200), (15.5, 30.4, 201, 300),
        ]
        let ozone8: [Row] = [
            (0, 0.054, 0, 50), (0.055, 0.070, 51, 100), (0.071, 0.085, 101, 150), (0.086, 0.105, 151, 200),
            (0.106, 0.200, 201, 300),
        ]
        let lowOzone1: [Row] = [(0.125, 0.164, 101, 150), (0.165, 0.204, 151, 200), (0.205, 0.404, 201, 300)]
        let so2: [Row] = [(0, 35, 0, 50), (36, 75, 51, 100), (76, 185, 101, 150), (186, 304, 151, 200)]
        let pm25New: [Row] = [
            (0, 9.0, 0, 50), (9.1, 35.4, 51, 100), (35.5, 55.4, 101, 150), (55.5, 125.4, 151, 200),
            (125.5, 225.4, 201, 300), (225.5, 325.4, 301, 500),
        ]
        let pm25Old: [Row] = [
            (0, 12.0, 0, 50), (12.1, 35.4, 51, 100), (35.5, 55.4, 101, 150), (55.5, 150.4, 151, 200),
            (150.5, 250.4, 201, 300), (250.5, 350.4, 301, 400), (350.5, 500.4, 401, 500),
        ]
        func both(
            _ pollutant: Pollutant, _ averaging: AveragingPeriod, _ unit: ConcentrationUnit, _ digit: Double,
            _ low: [Row], new: [Row], old: [Row], _ report: IndexReport = .current
        ) -> [Printed] {
            [
                Printed(
                    table: PublishedTable(.us2024, pollutant, averaging, unit, report), digit: digit, rows: low + new),
                Printed(
                    table: PublishedTable(.us2018, pollutant, averaging, unit, report), digit: digit, rows: low + old),
            ]
        }
        return both(.pm25, .nowCast, mass, 0.1, [], new: pm25New, old: pm25Old)
            + both(.pm25, day, mass, 0.1, [], new: pm25New, old: pm25Old, .daily)
            + both(
                .pm10, .nowCast, mass, 1, lowPM10, new: [(425, 604, 301, 500)],
                old: [(425, 504, 301, 400), (505, 604, 401, 500)])
            + both(
                .no2, .hour, ppb, 1, lowNO2, new: [(1250, 2049, 301, 500)],
                old: [(1250, 1649, 301, 400), (1650, 2049, 401, 500)])
            + both(
                .co, .mean8(minimum: 6), ppm, 0.1, lowCO, new: [(30.5, 50.4, 301, 500)],
                old: [(30.5, 40.4, 301, 400), (40.5, 50.4, 401, 500)])
            + both(.o3, .ozoneNowCast, ppm, 0.001, ozone8, new: [], old: [])
            + both(
                .o3, .hour, ppm, 0.001, lowOzone1, new: [(0.405, 0.604, 301, 500)],
                old: [(0.405, 0.504, 301, 400), (0.505, 0.604, 401, 500)])
            + both(.so2, .hour, ppb, 1, so2, new: [], old: [])
            + both(
                .so2, day, ppb, 1, [(305, 604, 201, 300)], new: [(605, 1004, 301, 500)],
                old: [(605, 804, 301, 400), (805, 1004, 401, 500)])
    }()

    @Test(arguments: UnitedStatesIndexTests.tables)
    func `each line begins and ends where it is printed, and values between are cut off`(printed: Printed) {
        let (table, rows, digit) = (printed.table, printed.rows, printed.digit)
        for (place, row) in rows.enumerated() {
            #expect(table.index(at: row.low) == row.from)
            #expect(table.index(at: row.high) == row.to)
            #expect(table.index(at: row.high - 0.1 * digit) ?? 0 <= row.to)
            // What lies between two lines is cut off to the lower.
            #expect(table.index(at: row.high + 0.1 * digit) == row.to)
            #expect(table.index(at: row.high + 0.9 * digit) == row.to)
            if place + 1 < rows.count { #expect(table.index(at: row.high + digit) == rows[place + 1].from) }
            if place > 0 { #expect(table.index(at: row.low - 0.1 * digit) == rows[place - 1].to) }
        }
    }

    @Test(
        arguments: [(AirQualityIndexEdition.us2024, 501, 600), (.us2018, 500, 500)]
            as [(AirQualityIndexEdition, Int, Int)])
    func `above 500 the index goes on since 2024, and ended there before`(
        edition: AirQualityIndexEdition, at325: Int, at375: Int
    ) throws {
        let scale = ConcentrationScale.europe
        let top = edition === AirQualityIndexEdition.us2024 ? 325.9 : 600
        let above = try #require(edition.subIndex(of: .pm25, at: top, on: scale, averaging: .nowCast))
        let far = try #require(edition.subIndex(of: .pm25, at: top + 49.6, on: scale, averaging: .nowCast))
        #expect(above.isAboveScale && above.value == at325)
        #expect(far.isAboveScale && far.value == at375)
        #expect(edition.category(of: far.value)?.name == "Hazardous")
    }

    /// EPA-454/B-24-002, "Using the table and the equation".
    @Test func `EPA's worked examples come out`() {
        let (ozone, carbon) = (ConcentrationUnit.partsPerMillion, ConcentrationUnit.partsPerMillion)
        #expect(PublishedTable(.us2024, .o3, .ozoneNowCast, ozone).index(at: 0.07853333) == 126)
        #expect(PublishedTable(.us2024, .pm25, .nowCast).index(at: 35.9) == 102)
        #expect(PublishedTable(.us2024, .co, .mean8(minimum: 6), carbon).index(at: 8.4) == 90)
        // EPA prints 148 here, but its own equation gives 101 + 49 / 0.039 * 0.037 = 147.49.
        #expect(PublishedTable(.us2024, .o3, .hour, ozone).index(at: 0.162) == 147)
        // Below 0.125 ppm the 1-hour table is not used.
        #expect(PublishedTable(.us2024, .o3, .hour, ozone).index(at: 0.104) == nil)
    }

    @Test func `an hour of SO2 from 305 ppb counts as 200, and a day's mean as more`() {
        let hour = PublishedTable(.us2024, .so2, .hour, .partsPerBillion)
        let day = PublishedTable(.us2024, .so2, .mean24(minimum: 18), .partsPerBillion)
        #expect(hour.index(at: 305) == 200)
        #expect(hour.index(at: 5_000) == 200)
        #expect(day.index(at: 304.9) == nil)
        #expect(day.index(at: 305) == 201)
    }
}
