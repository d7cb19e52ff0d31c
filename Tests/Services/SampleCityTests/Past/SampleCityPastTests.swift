import Foundation
import JSONTree
import Testing

@testable import SampleCity

struct SampleCityPastTests {
    /// Laid out once: a town never changes, and a debug build takes its time over it.
    private static let city = SampleCity(seed: 7)
    /// A Sunday, 06:13:20 UTC.
    private static let now = Date(timeIntervalSince1970: 1_718_000_000)
    private static let recent = city.recentPast(of: 0..<city.reporterCount, before: now)
    private static let earlier = city.earlierPast(of: 0..<city.reporterCount, before: now)
    private var city: SampleCity { Self.city }
    private var now: Date { Self.now }

    private func past(_ type: String, in pasts: [EntityPast] = recent) throws -> EntityPast {
        try #require(pasts.first { $0.type == type })
    }

    private func numbers(_ attribute: String, of past: EntityPast) throws -> [(time: Int64, value: Double)] {
        let series = try #require(past.series.first { $0.attribute == attribute })
        return try series.observedAt.indices.map {
            (series.observedAt[$0], try #require(Double(String(decoding: series.value($0), as: UTF8.self))))
        }
    }

    @Test func `everything that reports has a past, and nothing else`() throws {
        let reporting = try read(city.initialEntities(at: now)).filter { try !$0.observedAt().isEmpty }
        #expect(reporting.count == city.reporterCount)
        #expect(try read(city.reportingEntities(at: now)).map(\.id) == reporting.map(\.id))
        #expect(Self.recent.map(\.id) == reporting.map(\.id))
        #expect(Self.recent.map(\.type) == reporting.map(\.type))
        #expect(Set(Self.earlier.map(\.type)) == ["AirQualityObserved", "WeatherObserved"])
    }

    @Test(arguments: ["AirQualityObserved", "TrafficFlowObserved", "OffStreetParking", "Vehicle", "Robot", "Drone"])
    func `the past of an entity is what the town said at that moment`(type: String) throws {
        let past = try past(type)
        for share in [0, 1, 2, 3] {
            let whole = try #require(past.series.map(\.observedAt).max { $0.count < $1.count })
            let time = whole[(whole.count - 1) * share / 3]
            let then = try #require(
                read(city.initialEntities(at: Date(timeIntervalSince1970: Double(time) / 1_000))).first {
                    $0.id == past.id
                })
            var compared = 0
            for series in past.series {
                guard let at = series.observedAt.firstIndex(of: time) else { continue }
                let node = try #require(then.node(series.attribute) ?? then.node(series.attribute, "object"))
                #expect(
                    then.document.text(node) == String(decoding: series.value(at), as: UTF8.self), "\(series.attribute)"
                )
                compared += 1
            }
            #expect(compared > 0)
        }
    }

    @Test func `each course ends before the present, reaches back for a day at least, and has no hole`() throws {
        let present = Dictionary(
            uniqueKeysWithValues: try read(city.initialEntities(at: now)).map { ($0.id, try $0.observedAt().max()) })
        for past in Self.recent {
            let newest = Int64((try #require(present[past.id] ?? nil).timeIntervalSince1970 * 1_000).rounded())
            let times = Set(past.series.flatMap(\.observedAt)).sorted()
            let (first, last) = (try #require(times.first), try #require(times.last))
            #expect(last < newest && newest - first >= 86_400_000, "\(past.id)")
            for series in past.series {
                #expect(series.observedAt == series.observedAt.sorted(), "\(past.id) \(series.attribute)")
                #expect(Set(series.observedAt).count == series.observedAt.count, "\(past.id) \(series.attribute)")
            }
            // What reports only changes is silent while nothing changes.
            guard
                ["AirQualityObserved", "TrafficFlowObserved", "WeatherObserved", "CrowdFlowObserved"].contains(
                    past.type)
            else { continue }
            #expect(newest - last <= 360_000, "\(past.id)")
            for (one, next) in zip(times, times.dropFirst()) where next - one > 300_000 {
                Issue.record("\(past.id) says nothing from \(one) to \(next)")
            }
        }
    }

    @Test func `the year before joins the week, hour by hour`() throws {
        for past in Self.earlier {
            let recent = try #require(Self.recent.first { $0.id == past.id }?.series.first?.observedAt.first)
            let times = try #require(past.series.first?.observedAt)
            #expect(times.count == (365 - 7) * 24 || times.count == (365 - 7) * 24 + 1)
            #expect(try #require(times.last) < recent && recent - (try #require(times.last)) <= 3_600_000)
        }
    }

    @Test func `whoever asks later, or for fewer entities, meets the same past`() throws {
        let half = city.reporterCount / 2
        let parts =
            city.recentPast(of: 0..<half, before: now) + city.recentPast(of: half..<city.reporterCount, before: now)
        #expect(parts == Self.recent)
        let later = try past("AirQualityObserved", in: city.recentPast(of: 0..<10, before: now + 3_600))
        let (one, other) = (try numbers("o3", of: past("AirQualityObserved")), try numbers("o3", of: later))
        let known = Dictionary(uniqueKeysWithValues: one.map { ($0.time, $0.value) })
        #expect(other.filter { known[$0.time] == $0.value }.count == one.count - 12)
    }

    @Test func `ozone comes with the sun, traffic at the rush hours`() throws {
        func mean(_ numbers: [(time: Int64, value: Double)], _ hours: Range<Double>) -> Double {
            let chosen = numbers.filter {
                let time = CityTime(milliseconds: $0.time)
                return hours.contains(time.local.hour) && !time.isWeekend
            }
            return chosen.reduce(0) { $0 + $1.value } / Double(chosen.count)
        }
        let ozone = try numbers("o3", of: past("AirQualityObserved"))
        #expect(mean(ozone, 12..<16) > 1.3 * mean(ozone, 1..<5))
        let cars = try numbers("intensity", of: past("TrafficFlowObserved"))
        #expect(mean(cars, 7.5..<9) > 3 * mean(cars, 1..<5))
        #expect(mean(cars, 17..<18.5) > 3 * mean(cars, 1..<5))
    }

    @Test(arguments: [-1e18, -1, 0, 1e5, 4e9, 1e18, .infinity] as [Double])
    func `any date has a past, which may be empty`(seconds: Double) {
        let date = Date(timeIntervalSince1970: seconds)
        for past in city.recentPast(of: 0..<3, before: date) + city.earlierPast(of: 0..<3, before: date) {
            #expect(past.series.allSatisfy { $0.observedAt.allSatisfy { $0 >= 0 } })
        }
    }
}
