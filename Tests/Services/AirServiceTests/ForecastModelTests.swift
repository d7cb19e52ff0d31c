import AirQuality
import Foundation
import NGSILDModel
import Testing

@testable import AirService

/// PM2.5 with a rhythm of a day and something that no past tells.
func rhythm(_ hour: Int) -> Double {
    30 + 18 * sin(Double(hour) / 24 * 2 * .pi) + Double((hour * 7_919) % 11)
}

struct ForecastModelTests {
    private func hours(_ count: Int, _ value: (Int) -> Double = rhythm) -> StationHours {
        var hours = StationHours(1...count)
        for hour in 1...count { hours[.pm25, hour] = value(hour) }
        return hours
    }

    private func learnt(_ hours: StationHours, fewest: Int = 800, isCancelled: Bool = false) -> ForecastModel? {
        ForecastModel(
            learning: .pm25, from: hours, fewest: fewest, trees: 18, at: Timestamp(microseconds: 0),
            isCancelled: { isCancelled })
    }

    @Test func `a rhythm is learnt better than persistence knows it, by hours that were not seen`() throws {
        var model = try #require(learnt(hours(1_100)))
        #expect(model.trainedHours == 1_100)
        #expect(model.trainedThrough == 1_100)
        let twelve = try #require(model.errors.sums[3].means)
        #expect(twelve.error < twelve.persistence)
        #expect(twelve.coverage > 0.6)
        #expect(model.errors.hours > 100)
        let forecast = model.issue(at: 1_100, hours(1_100))
        let issued = try #require(forecast)
        #expect(issued.values.count == 48 && issued.lower.count == 48 && issued.upper.count == 48)
        #expect(zip(issued.lower, issued.values).allSatisfy { $0 <= $1 })
        #expect(zip(issued.values, issued.upper).allSatisfy { $0 <= $1 })
        #expect(abs(issued.persistence - rhythm(1_100)) < 1e-9)
    }

    /// What comes to the station three hours later.
    private func around(_ count: Int, _ value: (Int) -> Double = { rhythm($0 + 3) }) -> [HoursAround] {
        [HoursAround(quarter: .southWest, hours: hours(count, value))]
    }

    @Test func `stations around are learnt from, and their silence leaves a forecast`() throws {
        func model(_ around: [HoursAround]) throws -> ForecastModel {
            let model = ForecastModel(
                learning: .pm25, from: hours(1_100), around: around, fewest: 800, trees: 18,
                at: Timestamp(microseconds: 0), isCancelled: { false })
            return try #require(model)
        }
        var (alone, with) = (try model([]), try model(around(1_100)))
        let (blind, seeing) = (try #require(alone.errors.sums[1].means), try #require(with.errors.sums[1].means))
        #expect(seeing.error < blind.error)
        // Hours of other spans fit: what is missing counts as being like here.
        for others in [around(1_100), around(600), around(1_100) { _ in .nan }, []] {
            var model = with
            let forecast = model.issue(at: 1_100, hours(1_100), around: others)
            #expect(try #require(forecast).values.allSatisfy { $0.isFinite && $0 >= 0 })
        }
        let (seen, unseen) = (
            with.issue(at: 1_100, hours(1_100), around: around(1_100)), with.issue(at: 1_100, hours(1_100))
        )
        #expect(seen?.values != unseen?.values)
        // One that was learnt without them does not look at them.
        let (before, after) = (
            alone.issue(at: 1_100, hours(1_100)), alone.issue(at: 1_100, hours(1_100), around: around(1_100))
        )
        #expect(before == after)
    }

    @Test func `what comes of an issued forecast is added to the errors`() throws {
        var model = try #require(learnt(hours(1_000)))
        let before = model.errors.sums[0].count
        _ = model.issue(at: 1_000, hours(1_000))
        _ = model.issue(at: 1_000, hours(1_000))
        _ = model.issue(at: 1_001, hours(1_001))
        #expect(model.errors.sums[0].count == before + 1)
        // An hour without a value is not held against anybody.
        _ = model.issue(at: 1_002, hours(1_002) { $0 == 1_002 ? .nan : rhythm($0) })
        #expect(model.errors.sums[0].count == before + 1)
    }

    @Test func `too little history, a gap before the issue and being cancelled give none`() throws {
        #expect(learnt(hours(700)) == nil)
        #expect(learnt(hours(900), fewest: 901) == nil)
        #expect(learnt(hours(1_000), isCancelled: true) == nil)
        var model = try #require(learnt(hours(1_000)))
        let afterGap = model.issue(at: 1_000, hours(1_000) { $0 > 990 ? .nan : rhythm($0) })
        #expect(afterGap == nil)
        let beyond = model.issue(at: 1_001, hours(1_000))
        #expect(beyond == nil)
    }

    @Test func `newer hours take the place of older ones, and the rest falls out`() {
        let joined = hours(10) { Double($0) }.joined(
            {
                var news = StationHours(9...12)
                for hour in 9...12 { news[.pm25, hour] = 100 }
                return news
            }(), keeping: 5...11)
        #expect(joined.values(.pm25) == [5, 6, 7, 8, 100, 100, 100])
        #expect(joined.fromFirstValue.hours == 5...11)
    }
}
