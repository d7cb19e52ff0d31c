import Testing

@testable import AirQuality

struct HourlySeriesTests {
    private var series: HourlySeries {
        var random = Numbers(seed: 5)
        var series = HourlySeries(start: 420_000, count: 600, scales: PerPollutant(repeating: .europe))
        for place in 0..<600 {
            for pollutant in Pollutant.allCases where random.next() > 0.1 {
                series[place, pollutant] = random.next() * (pollutant == .co ? 5_000 : 200)
            }
        }
        return series
    }

    @Test func `history in bulk is what hour by hour would have told`() {
        let series = series
        for report in IndexReport.allCases {
            var indexer = HourlyIndexer(.europe)
            var live: [[Int?]] = []
            for place in 0..<series.count {
                indexer.push(series[place], at: series.start + place)
                live.append(AirQualityIndexEdition.all.map { indexer.evaluate($0, report).value })
            }
            var bulk = [[Int?]](repeating: [], count: series.count)
            series.evaluate(AirQualityIndexEdition.all, report) { place, _, result in
                #expect(result.hour == series.start + place)
                bulk[place].append(result.value)
            }
            #expect(bulk == live)
        }
    }

    @Test func `a stretch of it is the same stretch of the whole`() {
        let series = series
        var whole: [Int?] = []
        series.evaluate([.uk2013], .daily) { _, _, result in whole.append(result.value) }
        var part: [Int?] = []
        series.evaluate([.uk2013], .daily, places: 300..<350) { _, _, result in part.append(result.value) }
        #expect(part == Array(whole[300..<350]))
    }

    @Test func `places outside hold nothing`() {
        var series = HourlySeries(start: 0, count: 2, scales: PerPollutant(repeating: .europe))
        series[2, .pm25] = 1
        series[-1, .pm25] = 1
        #expect(series[2, .pm25].isNaN && series[-1, .pm25].isNaN)
        #expect(HourlySeries(start: 0, count: -5, scales: PerPollutant(repeating: .europe)).count == 0)
        var count = 0
        series.evaluate([.uk2013], places: 1..<9) { _, _, _ in count += 1 }
        #expect(count == 1)
    }
}

/// Numbers that are the same in every run (xorshift64).
struct Numbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    /// Evenly in 0 to 1.
    mutating func next() -> Double {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Double(state >> 11) / 9_007_199_254_740_992
    }

    /// About normal, mean 0, deviation 1: the sum of twelve even ones.
    mutating func nextNormal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + next() } }
}
