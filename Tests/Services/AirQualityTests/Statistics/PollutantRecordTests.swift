import Testing

@testable import AirQuality

struct PollutantRecordTests {
    private func yearRecord(
        _ pollutant: Pollutant, _ year: Int = 2023, offset: Int = 0, _ value: (_ day: Int, _ hour: Int) -> Double
    ) -> PollutantRecord {
        let first = CivilDay(year: year, month: 1, day: 1).number
        let days = CivilDay(year: year + 1, month: 1, day: 1).number - first
        let values = (0..<days * 24).map { value($0 / 24, $0 % 24) }
        return PollutantRecord(pollutant, values, start: first * 24 + 1 - offset, offset: offset)
    }

    private func assessment(
        _ statistics: YearStatistics, _ body: AirQualityStandard.Body, _ metric: AirQualityStandard.Metric,
        _ kind: AirQualityStandard.Kind? = nil
    ) throws -> StandardAssessment {
        try #require(
            statistics.assessments.first {
                $0.standard.body == body && $0.standard.metric == metric && (kind == nil || $0.standard.kind == kind)
            })
    }

    @Test func `a day needs 18 of its hours`() {
        for count in [17, 18] {
            let record = PollutantRecord(.pm10, (0..<24).map { $0 < count ? 30 : .nan }, start: 24 * 100 + 1)
            let day = record.statistics(of: CivilDay(number: 100))
            #expect(day.mean == (count == 18 ? 30 : nil))
            #expect(day.validHours == count)
            #expect(day.maximumHour == 30)
        }
    }

    @Test func `midnight ends the day before`() {
        var values = [Double](repeating: 10, count: 48)
        values[23] = 58
        let record = PollutantRecord(.no2, values, start: 24 * 100 + 1)
        #expect(record.days == 100..<102)
        #expect(record.statistics(of: CivilDay(number: 100)).mean == 12)
        #expect(record.statistics(of: CivilDay(number: 101)).mean == 10)
        // Two hours east, the day begins two hours sooner.
        let east = PollutantRecord(.no2, values, start: 24 * 100 + 1, offset: 2)
        #expect(east.days == 100..<103)
        #expect(east.statistics(of: CivilDay(number: 101)).mean == 12)
    }

    @Test func `the daily maximum of 8-hour means begins at 17 o'clock the day before and needs 18 means`() {
        // High from 17:00 to 24:00 of the day before, so that the first 8-hour mean of the day is high.
        var values = [Double](repeating: 40, count: 48)
        for hour in 17..<24 { values[hour] = 200 }
        let record = PollutantRecord(.o3, values, start: 24 * 100 + 1)
        #expect(record.statistics(of: CivilDay(number: 101)).maximumMean8 == 180)
        var holed = values
        for hour in 24..<34 { holed[hour] = .nan }
        #expect(
            PollutantRecord(.o3, holed, start: 24 * 100 + 1).statistics(of: CivilDay(number: 101)).maximumMean8 == nil)
    }

    @Test func `35 days above 50 are allowed since 2005, the 36th is not`() throws {
        for days in [35, 36] {
            let record = yearRecord(.pm10) { day, _ in day < days ? 51 : 20 }
            let statistics = record.statistics(ofYear: 2023)
            let daily = try assessment(statistics, .eu2008, .dailyMean)
            #expect(daily.exceedances == days)
            #expect(daily.isMet == (days == 35))
            #expect(daily.value == (days == 35 ? 20 : 51))
            #expect(try assessment(statistics, .eu2008, .annualMean).isMet == true)
            // 45 and 18 days from 2030.
            #expect(try assessment(statistics, .eu2024, .dailyMean).isMet == false)
        }
    }

    @Test func `the EU compares whole micrograms, WHO what was measured`() throws {
        let record = yearRecord(.pm10) { _, _ in 45.4 }
        let statistics = record.statistics(ofYear: 2023)
        #expect(try assessment(statistics, .eu2024, .dailyMean).exceedances == 0)
        #expect(try assessment(statistics, .who2021, .dailyMean).exceedances == 365)
        let over = yearRecord(.pm10) { _, _ in 45.5 }.statistics(ofYear: 2023)
        #expect(try assessment(over, .eu2024, .dailyMean).exceedances == 365)
    }

    @Test func `hours of NO2 above 200 are counted against 18, and 3 from 2030`() throws {
        let record = yearRecord(.no2) { day, hour in hour == 8 && day < 10 ? 201 : 15 }
        let statistics = record.statistics(ofYear: 2023)
        #expect(try assessment(statistics, .eu2008, .hour).exceedances == 10)
        #expect(try assessment(statistics, .eu2008, .hour).isMet == true)
        #expect(try assessment(statistics, .eu2024, .hour).isMet == false)
        #expect(try assessment(statistics, .who2021, .hour).isMet == false)
        #expect(statistics.hourlyPercentiles.first { $0.percent == 50 }?.value == 15)
    }

    @Test func `too little data cannot meet a standard, but can breach it`() throws {
        // 80 % of the year: too little for 2008/50 (90 %) and 2024/2881 (85 %).
        let clean = yearRecord(.pm25) { day, _ in day % 5 == 0 ? .nan : 4 }.statistics(ofYear: 2023)
        #expect(abs(clean.hourlyCapture - 0.8) < 0.001)
        #expect(try assessment(clean, .eu2024, .annualMean).isMet == nil)
        #expect(try assessment(clean, .eu2024, .dailyMean).isMet == nil)
        #expect(try assessment(clean, .who2021, .annualMean).isMet == true)
        let dirty = yearRecord(.pm25) { day, _ in day % 5 == 0 ? .nan : 40 }.statistics(ofYear: 2023)
        #expect(try assessment(dirty, .eu2024, .dailyMean).isMet == false)
    }

    @Test func `ozone is judged by its daily 8-hour maxima, its season, and three years`() throws {
        // High in June to August.
        let record = yearRecord(.o3) { day, hour in (151..<243).contains(day) && (8..<16).contains(hour) ? 130 : 30 }
        let statistics = record.statistics(ofYear: 2023)
        let target = try assessment(statistics, .eu2008, .dailyMaximumMean8, .targetValue)
        #expect(target.exceedances == 92 && target.isMet == false)
        #expect(record.exceedancesOverYears(of: target.standard, lastYear: 2023) == 92)
        #expect(record.exceedancesOverYears(of: target.standard, lastYear: 2030) == nil)
        let season = try assessment(statistics, .who2021, .peakSeason)
        // Three of six months at 130, three at 30.
        #expect(season.value == 80 && season.isMet == false)
        #expect(statistics.dailyPercentiles.first { $0.percent == 99 }?.value == 130)
    }

    @Test func `an empty year has nothing`() {
        let statistics = PollutantRecord(.co, [], start: 0).statistics(ofYear: 2023)
        #expect(statistics.mean == nil && statistics.hourlyCapture == 0 && statistics.hourlyPercentiles.isEmpty)
        #expect(statistics.assessments.allSatisfy { $0.isMet == nil && $0.exceedances == 0 && $0.value == nil })
    }

    @Test func `no number brings statistics down`() {
        for start in [Int.min, .max] {
            let record = PollutantRecord(
                .pm10, [.infinity, -.infinity, .nan, 1e308, 1e308], start: start, offset: start)
            _ = record.dailyStatistics()
            _ = record.statistics(ofYear: start)
        }
    }
}
