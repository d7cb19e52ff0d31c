import Testing

@testable import AirQuality

struct HourlyIndexerTests {
    private func indexer(
        _ hours: [[Pollutant: Double]], scale: ConcentrationScale = .europe, station: StationProfile = StationProfile()
    ) -> HourlyIndexer {
        var indexer = HourlyIndexer(scale, station: station)
        for (place, hour) in hours.enumerated() {
            var values = PerPollutant.missing
            for (pollutant, value) in hour { values[pollutant] = value }
            indexer.push(values, at: 1_000 + place)
        }
        return indexer
    }

    private func subIndex(_ result: IndexResult, _ pollutant: Pollutant) -> SubIndex? { result.subIndices[pollutant] }

    @Test func `a 24-hour mean needs as many hours as each index says`() {
        let needs: [(AirQualityIndexEdition, Int)] = [
            (.uk2013, 18), (.eaqi2020, 18), (.china2012, 20), (.india2014, 16),
        ]
        for (edition, need) in needs {
            for count in [need - 1, need] {
                // Valid hours first, so that the latest are missing.
                let hours = (0..<24).map { $0 < count ? [Pollutant.pm10: 60.0] : [:] }
                let sub = subIndex(indexer(hours).evaluate(edition), .pm10)
                #expect((sub != nil) == (count == need), "\(edition.id) \(count)")
                if let sub { #expect(sub.concentration == 60) }
            }
        }
    }

    @Test func `an 8-hour mean needs six hours`() {
        for count in [5, 6] {
            let hours = (0..<8).map { $0 < count ? [Pollutant.o3: 100.0] : [:] }
            #expect((subIndex(indexer(hours).evaluate(.uk2013), .o3) != nil) == (count == 6))
        }
    }

    @Test func `periods end with the hour and forget what is older`() throws {
        var hours = [[Pollutant: Double]](repeating: [.pm10: 1_000, .o3: 1_000], count: 24)
        hours += [[Pollutant: Double]](repeating: [.pm10: 10, .o3: 20], count: 24)
        let result = indexer(hours).evaluate(.uk2013)
        #expect(subIndex(result, .pm10)?.concentration == 10)
        #expect(subIndex(result, .o3)?.concentration == 20)
        // The daily maximum of 8-hour means looks at means that end in the last 24 hours, the first of which reaches
        // seven hours further back.
        let daily = try #require(subIndex(indexer(hours).evaluate(.uk2013, .daily), .o3))
        #expect(daily.concentration == 878)
    }

    @Test func `NowCast leads to the index that EPA shows`() throws {
        let hours = [13, 16, 10, 21, 74, 64, 53, 82, 90, 75, 80, 50].map { [Pollutant.pm25: Double($0)] }
        let sub = try #require(subIndex(indexer(hours).evaluate(.us2024), .pm25))
        #expect(sub.concentration == 64.2)
        // 151 + 49/69.9 * (64.2 - 55.5) = 157.1
        #expect(sub.value == 157)
        let stale = Array(hours.dropLast(2)) + [[:], [:]]
        #expect(indexer(stale).evaluate(.us2024).withheld == .noData)
    }

    @Test func `hours that were never pushed are missing`() {
        var indexer = indexer([[.no2: 50]])
        indexer.push(.missing, at: 1_001)
        #expect(indexer.evaluate(.uk2013).withheld == .noData)
        var values = PerPollutant.missing
        values[.pm10] = 30
        for hour in 0..<18 { indexer.push(values, at: 2_000 + hour) }
        #expect(indexer.evaluate(.uk2013).subIndices[.pm10]?.concentration == 30)
        indexer.push(values, at: 2_026)
        // 15 of the 18 are within 24 hours, and the new one: 16.
        #expect(indexer.evaluate(.uk2013).subIndices[.pm10] == nil)
    }

    @Test func `hours that are not later are refused, whatever their number`() {
        var indexer = indexer([[.no2: 50]])
        let taken = [1_000, .min, .max, .max].map { indexer.push(.missing, at: $0) }
        #expect(taken == [false, false, true, false])
        #expect(indexer.hour == .max)
    }

    @Test(arguments: [
        Double.infinity, -.infinity, .nan, 1e300, -1e300, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
    ])
    func `no number brings an index down`(value: Double) {
        let values = PerPollutant(repeating: value)
        for scale in ConcentrationUnit.allCases {
            var indexer = HourlyIndexer(ConcentrationScale(scale, at: .celsius25))
            for hour in 0..<40 { indexer.push(values, at: hour) }
            for edition in AirQualityIndexEdition.all {
                for report in IndexReport.allCases {
                    let result = indexer.evaluate(edition, report)
                    #expect((result.value == nil) == (result.withheld != nil))
                }
            }
        }
    }

    @Test func `values below zero count in means, a mean below zero as zero`() {
        var hours = [[Pollutant: Double]](repeating: [.pm10: -2, .no2: 10], count: 12)
        hours += [[Pollutant: Double]](repeating: [.pm10: 4, .no2: -5], count: 12)
        let result = indexer(hours).evaluate(.uk2013)
        #expect(subIndex(result, .pm10)?.concentration == 1)
        #expect(subIndex(result, .no2)?.concentration == 0)
        #expect(subIndex(result, .no2)?.value == 1)
    }

    @Test func `the European index wants NO2 and particles, and ozone away from traffic`() {
        let hour: [Pollutant: Double] = [.no2: 5, .pm10: 50]
        #expect(indexer([hour]).evaluate(.eaqi2024).withheld == .missing(PollutantSet(.o3)))
        let traffic = indexer([hour], station: StationProfile(isTraffic: true)).evaluate(.eaqi2024)
        #expect(traffic.value == 3)
        #expect(traffic.dominantPollutants == [.pm10])
        #expect(traffic.category?.name == "Moderate")
        #expect(traffic.category?.colour == "#F0E641")
        #expect(indexer([[.no2: 5, .o3: 70]]).evaluate(.eaqi2024).withheld == .missing(.particles))
    }

    @Test func `India wants three pollutants, one of them particles`() {
        func day(_ values: [Pollutant: Double]) -> IndexResult {
            indexer([[Pollutant: Double]](repeating: values, count: 24)).evaluate(.india2014)
        }
        #expect(day([.pm25: 45, .no2: 30]).withheld == .tooFew(have: 2, need: 3))
        #expect(day([.so2: 45, .no2: 30, .o3: 30]).withheld == .noParticles)
        #expect(day([.pm25: 45, .no2: 30, .so2: 10]).value == 75)
        // Zero is no measurement there.
        #expect(day([.pm25: 45, .no2: 30, .so2: 0]).withheld == .tooFew(have: 2, need: 3))
    }

    @Test func `China since 2026 withholds a low index while a pollutant is missing`() {
        let five: [Pollutant: Double] = [.pm25: 20, .pm10: 40, .no2: 30, .o3: 90, .so2: 5]
        let mild = indexer([five]).evaluate(.china2026)
        #expect(mild.withheld == .missing(PollutantSet(.co)))
        #expect(mild.subIndices[.pm25] != nil)
        var grave = five
        grave[.pm25] = 160
        #expect(indexer([grave]).evaluate(.china2026).value == 210)
        let forgiven = StationProfile(notMeasured: PollutantSet(.co))
        let index = indexer([five], station: forgiven).evaluate(.china2026)
        #expect(index.value == 40)
        // Up to 50 no pollutant is called primary.
        #expect(index.dominantPollutants.isEmpty)
    }

    @Test func `in China before 2026 the day's mean stands in for an hour of SO2 above 800`() {
        // The index states gases at 25 °C.
        let scale = ConcentrationScale(.microgramsPerCubicMetre, at: .celsius25)
        let quiet = [[Pollutant: Double]](repeating: [.so2: 100], count: 23)
        let below = subIndex(indexer(quiet + [[.so2: 800]], scale: scale).evaluate(.china2012), .so2)
        #expect(below?.value == 200 && below?.averaging == .hour)
        let above = subIndex(indexer(quiet + [[.so2: 900]], scale: scale).evaluate(.china2012), .so2)
        #expect(above?.averaging == .mean24(minimum: 20))
        // (23 * 100 + 900) / 24 = 133.3: 50 + 83.3 / 2 = 91.7, rounded up.
        #expect(above?.value == 92)
    }

    @Test func `ozone is looked up by the greater of its tables`() {
        let ppb = ConcentrationScale(.partsPerBillion, at: .celsius25)
        let calm = [[Pollutant: Double]](repeating: [.o3: 40], count: 24)
        let peak = indexer(calm + [[.o3: 170]], scale: ppb).evaluate(.us2024)
        #expect(subIndex(peak, .o3)?.averaging == .ozoneNowCast)
        // 0.85 * 170 + 4.5 = 149 ppb: 201 + 99/94 * 43 = 246.3
        #expect(subIndex(peak, .o3)?.value == 246)
        let extreme = indexer(calm + [[.o3: 450]], scale: ppb).evaluate(.us2024)
        #expect(subIndex(extreme, .o3)?.averaging == .hour)
        #expect(subIndex(extreme, .o3)?.value == 346)
    }

    @Test func `an index says its edition, and a report that it does not define`() {
        let result = indexer([[.no2: 5, .pm10: 5, .o3: 5]]).evaluate(.eaqi2024, .daily)
        #expect(result.withheld == .notDefined)
        #expect(result.edition.id == "EAQI-2024")
        #expect(!AirQualityIndexEdition.eaqi2024.defines(.daily))
    }
}
