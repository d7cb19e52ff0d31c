import Testing

@testable import AirQuality

struct AirQualityStandardTests {
    /// Directive (EU) 2024/2881, annex I, tables 1 (2030) and 2 (until then, as in 2008/50), section 2; WHO 2021.
    private static let published: [(AirQualityStandard.Body, Pollutant, AirQualityStandard.Metric, Double, Int)] = [
        (.eu2024, .pm25, .dailyMean, 25, 18), (.eu2024, .pm25, .annualMean, 10, 0),
        (.eu2024, .pm10, .dailyMean, 45, 18), (.eu2024, .pm10, .annualMean, 20, 0),
        (.eu2024, .no2, .hour, 200, 3), (.eu2024, .no2, .dailyMean, 50, 18), (.eu2024, .no2, .annualMean, 20, 0),
        (.eu2024, .so2, .hour, 350, 3), (.eu2024, .so2, .dailyMean, 50, 18), (.eu2024, .so2, .annualMean, 20, 0),
        (.eu2024, .co, .dailyMaximumMean8, 10_000, 0), (.eu2024, .co, .dailyMean, 4_000, 18),
        (.eu2024, .o3, .dailyMaximumMean8, 120, 18), (.eu2024, .o3, .dailyMaximumMean8, 100, 3),
        (.eu2008, .pm25, .annualMean, 25, 0), (.eu2008, .pm10, .dailyMean, 50, 35),
        (.eu2008, .pm10, .annualMean, 40, 0), (.eu2008, .no2, .hour, 200, 18), (.eu2008, .no2, .annualMean, 40, 0),
        (.eu2008, .so2, .hour, 350, 24), (.eu2008, .so2, .dailyMean, 125, 3),
        (.eu2008, .co, .dailyMaximumMean8, 10_000, 0), (.eu2008, .o3, .dailyMaximumMean8, 120, 25),
        (.eu2008, .o3, .dailyMaximumMean8, 120, 0),
        (.who2021, .pm25, .annualMean, 5, 0), (.who2021, .pm25, .dailyMean, 15, 3),
        (.who2021, .pm10, .annualMean, 15, 0), (.who2021, .pm10, .dailyMean, 45, 3),
        (.who2021, .o3, .peakSeason, 60, 0), (.who2021, .o3, .dailyMaximumMean8, 100, 3),
        (.who2021, .no2, .annualMean, 10, 0), (.who2021, .no2, .dailyMean, 25, 3), (.who2021, .no2, .hour, 200, 0),
        (.who2021, .so2, .dailyMean, 40, 3), (.who2021, .co, .dailyMean, 4_000, 3),
        (.who2021, .co, .dailyMaximumMean8, 10_000, 0), (.who2021, .co, .hour, 35_000, 0),
    ]

    @Test func `the standards are those published, no more and no fewer`() {
        for (body, pollutant, metric, limit, allowed) in Self.published {
            #expect(
                AirQualityStandard.all.count {
                    $0.body == body && $0.pollutant == pollutant && $0.metric == metric && $0.limit == limit
                        && $0.allowed == allowed
                } == 1, "\(body) \(pollutant) \(metric) \(limit)")
        }
        #expect(AirQualityStandard.all.count == Self.published.count)
    }
}
