import Foundation
import Testing

@testable import AirQuality

struct OzoneNowCastTests {
    /// A daily and a slower wave: every 8-hour mean is an exact linear function of 96 hours.
    private func wave(_ hour: Int) -> Double {
        let (day, slow) = (2 * Double.pi * Double(hour) / 24, 2 * Double.pi * Double(hour) / 67)
        return 60 + 40 * sin(day) + 9 * cos(slow)
    }

    @Test func `the regression finds the 8-hour mean around the present hour`() throws {
        var random = Numbers(seed: 3)
        let hours = (0..<336).map { wave($0) + 0.01 * random.nextNormal() }
        let truth = (331...338).reduce(0) { $0 + wave($1) } / 8
        let estimate = try #require(OzoneNowCast.regression(hours))
        #expect(abs(estimate - truth) < 0.5, "\(estimate) \(truth)")
    }

    @Test func `short gaps are filled, longer ones leave it to the line`() throws {
        var random = Numbers(seed: 4)
        var hours = (0..<336).map { wave($0) + random.nextNormal() }
        for hour in 200..<207 { hours[hour] = .nan }
        let truth = (331...338).reduce(0) { $0 + wave($1) } / 8
        let estimate = try #require(OzoneNowCast.regression(hours))
        #expect(abs(estimate - truth) < 15, "\(estimate) \(truth)")
        hours[207] = .nan
        #expect(OzoneNowCast.regression(hours) == nil)
        #expect(OzoneNowCast.regression(Array(hours.dropLast())) == nil)
        #expect(OzoneNowCast.regression([Double](repeating: 0, count: 336)) == 0)
        #expect(OzoneNowCast.regression([Double](repeating: .nan, count: 336)) == nil)
    }

    @Test func `the line is EPA's`() {
        #expect(OzoneNowCast.surrogate(partsPerBillion: 40) == 38.5)
        #expect(OzoneNowCast.surrogate(partsPerBillion: -20) == 0)
    }

    @Test func `an indexer takes the regression where it can and the line where it cannot`() throws {
        var random = Numbers(seed: 9)
        var indexer = HourlyIndexer(
            ConcentrationScale(.partsPerBillion, at: .celsius25), ozoneMethod: .regression)
        var hours: [Double] = []
        for hour in 0..<340 {
            var values = PerPollutant.missing
            values[.o3] = wave(hour) + random.nextNormal()
            hours.append(values[.o3])
            indexer.push(values, at: hour)
            let sub = try #require(indexer.evaluate(.us2024).subIndices[.o3])
            let expected =
                hours.count < 336
                ? OzoneNowCast.surrogate(partsPerBillion: values[.o3])
                : try #require(OzoneNowCast.regression(Array(hours.suffix(336))))
            let cut = (expected + 1e-6).rounded(.down) / 1_000
            #expect(sub.averaging == .ozoneNowCast)
            #expect(sub.concentration == cut)
        }
    }
}
