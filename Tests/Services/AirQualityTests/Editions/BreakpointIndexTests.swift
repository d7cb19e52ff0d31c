import Testing

@testable import AirQuality

/// China's and India's indices, whose lines share their ends.
struct BreakpointIndexTests {
    struct Lines: Sendable, CustomTestStringConvertible {
        let table: PublishedTable
        /// In tenths of the unit.
        let tenths: [Int]
        let indices: [Int]
        /// Whether concentrations are rounded to whole units first.
        let isRounded: Bool
        var testDescription: String { table.testDescription }

        /// The index by whole-number arithmetic: rounded up for China, to the nearest for India.
        func expected(_ tenth: Int) -> Int {
            let china = table.edition.index == .china
            var tenth = max(0, tenth)
            if isRounded {
                let (whole, rest) = (tenth / 10, tenth % 10)
                tenth = (whole + (rest > 5 || rest == 5 && whole % 2 == 1 ? 1 : 0)) * 10
            }
            guard let last = tenths.last, tenth <= last else { return indices[indices.count - 1] }
            for place in 1..<tenths.count where tenth <= tenths[place] {
                let width = tenths[place] - tenths[place - 1]
                let part = (indices[place] - indices[place - 1]) * (tenth - tenths[place - 1])
                let more = china ? (part + width - 1) / width : (2 * part + width) / (2 * width)
                return max(table.edition.id == "CN-AQI-2026" ? 1 : 0, indices[place - 1] + more)
            }
            return -1
        }
    }

    private static let iaqi = [0, 50, 100, 150, 200, 300, 400, 500]

    /// HJ 633-2012, table 1, and HJ 633-2026, table 3.
    private static let china: [Lines] = {
        let mg = ConcentrationUnit.milligramsPerCubicMetre
        let ug = ConcentrationUnit.microgramsPerCubicMetre
        let day = AveragingPeriod.mean24(minimum: 20)
        func line(
            _ edition: AirQualityIndexEdition, _ pollutant: Pollutant, _ averaging: AveragingPeriod,
            _ report: IndexReport, _ ends: [Int], _ unit: ConcentrationUnit? = nil
        ) -> Lines {
            Lines(
                table: PublishedTable(edition, pollutant, averaging, unit ?? ug, report), tenths: ends.map { $0 * 10 },
                indices: Array(iaqi.prefix(ends.count)), isRounded: edition.id == "CN-AQI-2026" && unit == nil)
        }
        let (new, old) = (AirQualityIndexEdition.china2026, AirQualityIndexEdition.china2012)
        let so2Day = [0, 50, 150, 475, 800, 1600, 2100, 2620], so2Hour = [0, 150, 500, 650, 800]
        let no2Day = [0, 40, 80, 180, 280, 565, 750, 940], no2Hour = [0, 100, 200, 700, 1200, 2340, 3090, 3840]
        let coDay = [0, 2, 4, 14, 24, 36, 48, 60], coHour = [0, 5, 10, 35, 60, 90, 120, 150]
        let o3Hour = [0, 160, 200, 300, 400, 800, 1000, 1200], o3Eight = [0, 100, 160, 215, 265, 800]
        let pm10Old = [0, 50, 150, 250, 350, 420, 500, 600], pm25Old = [0, 35, 75, 115, 150, 250, 350, 500]
        let pm10New = [0, 50, 120, 250, 350, 420, 500, 600], pm25New = [0, 35, 60, 115, 150, 250, 350, 500]
        let maximum8 = AveragingPeriod.maximumMean8(minimum: 14)
        return [
            line(new, .pm25, .hour, .current, pm25New), line(new, .pm25, day, .daily, pm25New),
            line(new, .pm10, .hour, .current, pm10New), line(new, .pm10, day, .daily, pm10New),
            line(new, .no2, .hour, .current, no2Hour), line(new, .no2, day, .daily, no2Day),
            line(new, .o3, .hour, .current, o3Hour), line(new, .o3, maximum8, .daily, o3Eight),
            line(new, .so2, .hour, .current, so2Hour), line(new, .so2, day, .daily, so2Day),
            line(new, .co, .hour, .current, coHour, mg), line(new, .co, day, .daily, coDay, mg),
            line(old, .pm25, day, .current, pm25Old), line(old, .pm25, day, .daily, pm25Old),
            line(old, .pm10, day, .current, pm10Old), line(old, .pm10, day, .daily, pm10Old),
            line(old, .no2, .hour, .current, no2Hour), line(old, .no2, day, .daily, no2Day),
            line(old, .o3, .hour, .current, o3Hour), line(old, .o3, .mean8(minimum: 6), .current, o3Eight),
            line(old, .o3, .maximumHour(minimum: 20), .daily, o3Hour), line(old, .o3, maximum8, .daily, o3Eight),
            line(old, .so2, .hour, .current, so2Hour), line(old, .so2, day, .daily, so2Day),
            line(old, .co, .hour, .current, coHour, mg), line(old, .co, day, .daily, coDay, mg),
        ]
    }()

    /// CPCB's calculator: upper ends of the bands, and the last line's slope up to 500.
    private static let india: [Lines] = {
        let day = AveragingPeriod.mean24(minimum: 16)
        let eight = AveragingPeriod.maximumMean8(minimum: 1)
        let indices = [0, 50, 100, 200, 300, 400, 500]
        func line(_ pollutant: Pollutant, _ averaging: AveragingPeriod, _ ends: [Int], _ unit: ConcentrationUnit)
            -> [Lines]
        {
            IndexReport.allCases.map {
                Lines(
                    table: PublishedTable(.india2014, pollutant, averaging, unit, $0), tenths: ends.map { $0 * 10 },
                    indices: indices, isRounded: false)
            }
        }
        let ug = ConcentrationUnit.microgramsPerCubicMetre
        return line(.pm25, day, [0, 30, 60, 90, 120, 250, 380], ug)
            + line(.pm10, day, [0, 50, 100, 250, 350, 430, 510], ug)
            + line(.no2, day, [0, 40, 80, 180, 280, 400, 520], ug)
            + line(.o3, eight, [0, 50, 100, 168, 208, 748, 1288], ug)
            + line(.so2, day, [0, 40, 80, 380, 800, 1600, 2400], ug)
            + line(.co, eight, [0, 1, 2, 10, 17, 34, 51], .milligramsPerCubicMetre)
    }()

    @Test(arguments: BreakpointIndexTests.china + BreakpointIndexTests.india)
    func `each line passes through its printed ends and a tenth to either side`(lines: Lines) {
        let silent = lines.tenths.count < 7 && lines.table.edition.id == "CN-AQI-2012"
        for end in lines.tenths.dropFirst() {
            for tenth in [end - 1, end, end + 1, end - 6, end + 6] {
                let index = lines.table.index(at: Double(tenth) / 10)
                if silent, tenth > lines.tenths[lines.tenths.count - 1] {
                    #expect(index == nil, "\(tenth)")
                } else {
                    #expect(index == lines.expected(tenth), "\(tenth)")
                }
            }
        }
        for tenth in stride(from: 1, to: lines.tenths[lines.tenths.count - 1], by: 7) {
            #expect(lines.table.index(at: Double(tenth) / 10) == lines.expected(tenth), "\(tenth)")
        }
    }

    /// The Indian Economic Service's worked examples and the calculator's sample.
    @Test func `published Indian examples come out`() {
        let day = AveragingPeriod.mean24(minimum: 16)
        #expect(PublishedTable(.india2014, .pm25, day).index(at: 150) == 323)
        #expect(PublishedTable(.india2014, .pm25, day).index(at: 45) == 75)
        #expect(PublishedTable(.india2014, .pm10, day).index(at: 121) == 114)
        #expect(PublishedTable(.india2014, .pm25, day).index(at: 900) == 500)
        #expect(PublishedTable(.india2014, .so2, day).index(at: 0) == nil)
    }
}
