import Foundation
import Testing

@testable import SampleCity

/// The day of the town: what is high at noon must be low at night.
struct RhythmTests {
    private static let shared = CityPlan(seed: 5)
    private let plan = shared

    /// The mean of a quantity over ten working days, at an hour of the local clock in winter.
    private func mean(_ hour: Double, _ value: (CityTime) -> Double) throws -> Double {
        let monday = try moment("2024-01-08T00:00:00Z")
        let days = [0, 1, 2, 3, 4, 7, 8, 9, 10, 11]
        return days.map { value(CityTime(monday + Double($0) * 86_400 + (hour - 1) * 3_600)) }.reduce(0, +) / 10
    }

    @Test func `traffic has two peaks on a working day and slows down in them`() throws {
        let counters = TrafficCounters(plan: plan, count: 40)
        func vehicles(_ hour: Double) throws -> Double {
            try mean(hour) { time in Double((0..<40).reduce(0) { $0 + counters.flow($1, at: time).vehicles }) }
        }
        func speed(_ hour: Double) throws -> Double {
            try mean(hour) { time in (0..<40).reduce(0) { $0 + counters.flow($1, at: time).kilometresPerHour } / 40 }
        }
        #expect(try vehicles(8.2) > 1.3 * vehicles(11) && vehicles(17.5) > 1.3 * vehicles(11))
        #expect(try vehicles(11) > 2 * vehicles(3))
        #expect(try speed(17.5) < 0.8 * speed(3))
    }

    @Test func `nitrogen dioxide follows traffic, and ozone follows the sun`() throws {
        let stations = AirStations(plan: plan, weather: Weather(noise: plan.noise, count: 1), count: 12)
        func air(_ hour: Double, _ value: (AirStations.Air) -> Double) throws -> Double {
            try mean(hour) { time in (0..<12).reduce(0) { $0 + value(stations.air($1, at: time)) } / 12 }
        }
        #expect(try air(8.2, \.no2) > 1.5 * air(3, \.no2))
        #expect(try air(13, \.o3) > air(8.2, \.o3))
        #expect(try air(18, \.pm25) > 1.2 * air(3, \.pm25))
    }

    @Test(arguments: [(0, 12.5, 4.0), (1, 12.5, 4.0), (4, 8.0, 13.0)])
    func `people and bicycles come at their hours`(site: Int, busy: Double, quiet: Double) throws {
        let crowds = Crowds(plan: plan, count: 6)
        func count(_ hour: Double) throws -> Double {
            try mean(hour) { time in
                let (towards, away) = crowds.counts(site, at: time)
                return Double(towards + away)
            }
        }
        #expect(try count(busy) > 2 * count(quiet))
    }

    @Test func `car parks at work fill by day, those at home by night`() throws {
        let parking = Parking(plan: plan, count: 8)
        func share(_ index: Int, _ hour: Double) throws -> Double {
            try mean(hour) { time in
                let (occupied, total) = parking.occupied(index, at: time)
                return Double(occupied) / Double(total)
            }
        }
        #expect(try share(1, 11) > 2 * share(1, 3))
        #expect(try share(5, 3) > 1.5 * share(5, 11))
    }

    @Test func `lamps burn at night and not by day, later in summer`() throws {
        let lights = Streetlights(plan: plan, count: 20)
        func burning(_ text: String) throws -> Int {
            let time = CityTime(try moment(text))
            return (0..<20).count { lights.state($0, at: time).isOn }
        }
        #expect(try burning("2024-01-10T12:00:00Z") == 0)
        #expect(try burning("2024-01-10T23:00:00Z") > 15)
        #expect(try burning("2024-01-10T18:30:00Z") > 15)
        #expect(try burning("2024-06-20T18:30:00Z") == 0)
    }

    @Test func `a container fills until it is emptied`() throws {
        let containers = WasteContainers(plan: plan, count: 5)
        let start = try moment("2024-01-08T00:00:00Z")
        for index in 0..<5 {
            var previous = containers.state(index, at: CityTime(start))
            var emptyings = 0
            for step in 1...2_000 {
                let state = containers.state(index, at: CityTime(start + Double(step) * 600))
                if state.emptied == previous.emptied {
                    if state.level < previous.level { Issue.record("container \(index) loses waste") }
                } else {
                    emptyings += 1
                    #expect(state.level < 0.05)
                }
                previous = state
            }
            #expect((4...15).contains(emptyings))
        }
    }

    @Test func `summer is warmer than winter, and noon than night`() throws {
        let weather = Weather(noise: plan.noise, count: 1)
        func temperature(_ month: String, _ hour: String) throws -> Double {
            try (1...28).map { day in
                let text = "2024-\(month)-\(day < 10 ? "0" : "")\(day)T\(hour):00:00Z"
                return weather.state(at: CityTime(try moment(text))).temperatureCelsius
            }.reduce(0, +) / 28
        }
        #expect(try temperature("07", "13") > temperature("07", "03") + 2)
        #expect(try temperature("07", "13") > temperature("01", "13") + 8)
    }
}
