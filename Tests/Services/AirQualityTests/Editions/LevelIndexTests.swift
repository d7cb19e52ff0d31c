import Testing

@testable import AirQuality

/// The European and the British index, whose values are levels.
struct LevelIndexTests {
    private static let day = AveragingPeriod.mean24(minimum: 18)
    private static let eight = AveragingPeriod.mean8(minimum: 6)

    /// ETC HE Report 2024/17, table 5.2, and the legends of the European index before.
    private static let european: [(PublishedTable, [Double])] = [
        (PublishedTable(.eaqi2024, .pm25, .hour), [5, 15, 50, 90, 140]),
        (PublishedTable(.eaqi2024, .pm10, .hour), [15, 45, 120, 195, 270]),
        (PublishedTable(.eaqi2024, .no2, .hour), [10, 25, 60, 100, 150]),
        (PublishedTable(.eaqi2024, .o3, .hour), [60, 100, 120, 160, 180]),
        (PublishedTable(.eaqi2024, .so2, .hour), [20, 40, 125, 190, 275]),
        (PublishedTable(.eaqi2020, .pm25, day), [10, 20, 25, 50, 75]),
        (PublishedTable(.eaqi2020, .pm10, day), [20, 40, 50, 100, 150]),
        (PublishedTable(.eaqi2020, .no2, .hour), [40, 90, 120, 230, 340]),
        (PublishedTable(.eaqi2020, .o3, .hour), [50, 100, 130, 240, 380]),
        (PublishedTable(.eaqi2020, .so2, .hour), [100, 200, 350, 500, 750]),
        (PublishedTable(.eaqi2017, .pm25, day), [10, 20, 25, 50]),
        (PublishedTable(.eaqi2017, .pm10, day), [20, 35, 50, 100]),
        (PublishedTable(.eaqi2017, .no2, .hour), [40, 100, 200, 400]),
        (PublishedTable(.eaqi2017, .o3, .hour), [80, 120, 180, 240]),
        (PublishedTable(.eaqi2017, .so2, .hour), [100, 200, 350, 500]),
    ]

    @Test(arguments: LevelIndexTests.european)
    func `each European band reaches up to and with its bound`(table: PublishedTable, bounds: [Double]) {
        #expect(table.index(at: 0) == 1)
        #expect(table.index(at: -3) == 1)
        for (place, bound) in bounds.enumerated() {
            #expect(table.index(at: bound - 0.1) == place + 1)
            #expect(table.index(at: bound) == place + 1)
            #expect(table.index(at: bound + 0.1) == place + 2)
        }
        #expect(table.index(at: 1e7) == bounds.count + 1)
    }

    /// uk-air.defra.gov.uk/air-pollution/daqi, one table for each pollutant; "68-134" is from 67.5 after rounding.
    private static let british: [(PublishedTable, [Double])] = [
        (PublishedTable(.uk2013, .pm25, day), [11, 23, 35, 41, 47, 53, 58, 64, 70]),
        (PublishedTable(.uk2013, .pm10, day), [16, 33, 50, 58, 66, 75, 83, 91, 100]),
        (PublishedTable(.uk2013, .no2, .hour), [67, 134, 200, 267, 334, 400, 467, 534, 600]),
        (PublishedTable(.uk2013, .o3, eight), [33, 66, 100, 120, 140, 160, 187, 213, 240]),
        (PublishedTable(.uk2013, .so2, .hour), [88, 177, 266, 354, 443, 532, 710, 887, 1064]),
    ]

    @Test(arguments: LevelIndexTests.british)
    func `each British level begins half a microgram above the bound`(table: PublishedTable, bounds: [Double]) {
        #expect(table.index(at: 0) == 1)
        for (place, bound) in bounds.enumerated() {
            #expect(table.index(at: bound - 0.1) == place + 1)
            #expect(table.index(at: bound) == place + 1)
            #expect(table.index(at: bound + 0.1) == place + 1)
            #expect(table.index(at: bound + 0.4) == place + 1)
            #expect(table.index(at: bound + 0.5) == place + 2)
            #expect(table.index(at: bound + 1) == place + 2)
        }
        #expect(table.index(at: 1e7) == 10)
    }
}
