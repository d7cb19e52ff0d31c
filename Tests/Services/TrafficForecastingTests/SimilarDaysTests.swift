import Testing

@testable import TrafficForecasting

@Suite struct SimilarDaysTests {
    @Test func `in a jam the days with a jam count, and on a free morning those without`() throws {
        let network = SampleNetwork(working: [true, false, true, false, true, false], detectors: 4)
        let series = try network.series()
        let similar = SimilarDays(series, scales: series.columns.map { SimilarDays.Scale($0) })
        let jam = similar.weights(at: 4 * 288 + 100) { $0 < 4 }
        let free = similar.weights(at: 5 * 288 + 100) { $0 < 5 }
        #expect(jam.filter { network.working[$0.day] }.map(\.weight).reduce(0, +) > 0.99)
        #expect(free.filter { network.working[$0.day] }.map(\.weight).reduce(0, +) < 0.01)
        #expect(abs(jam.map(\.weight).reduce(0, +) - 1) < 1e-5)
    }

    @Test func `a day is never its own example`() throws {
        let series = try SampleNetwork(working: [true, true, true], detectors: 2).series()
        let similar = SimilarDays(series, scales: series.columns.map { SimilarDays.Scale($0) })
        #expect(similar.weights(at: 288 + 5) { _ in true }.map(\.day) == [0, 2])
    }

    @Test func `with nothing to compare all days count alike`() throws {
        let series = try SampleNetwork(working: [true, false, true], detectors: 2).series { _, _ in true }
        let similar = SimilarDays(series, scales: series.columns.map { SimilarDays.Scale($0) })
        #expect(similar.weights(at: 2 * 288) { $0 < 2 }.map(\.weight) == [0.5, 0.5])
    }
}
