import Testing

@testable import TrafficForecasting

@Suite struct DetectorSeriesTests {
    @Test func `columns of different lengths are refused by name`() {
        #expect(throws: DetectorSeries.Refusal.columnsDiffer(detector: "b", steps: 1, expected: 2)) {
            try DetectorSeries(detectors: ["a", "b"], columns: [[1, 2], [1]], stepSeconds: 300)
        }
    }

    @Test(arguments: [0, 59, 7_200, 7 * 60 + 1])
    func `a step that does not divide a day is refused`(_ seconds: Int) {
        #expect(throws: DetectorSeries.Refusal.dayNotWhole(stepSeconds: seconds)) {
            try DetectorSeries(detectors: ["a"], columns: [[1]], stepSeconds: seconds)
        }
    }

    @Test func `the newest days begin at the same time of day`() throws {
        let numbers = (0..<100).map(Float.init)
        let series = try DetectorSeries(detectors: ["a"], columns: [numbers], stepSeconds: 3_600)
        let newest = series.newest(days: 2)
        #expect(newest.columns[0].first == 72)
        #expect(newest.columns[0].last == 99)
        #expect(series.newest(days: 9).count == 100)
    }
}
