import Foundation
import Testing

@testable import SampleCity

/// Metres between two positions in degrees, near the town.
private func metres(_ a: (longitude: Double, latitude: Double), _ b: (longitude: Double, latitude: Double)) -> Double {
    let dx = (b.longitude - a.longitude) * 111_195 * cos(47.15 * .pi / 180)
    let dy = (b.latitude - a.latitude) * 111_195
    return (dx * dx + dy * dy).squareRoot()
}

struct MovementTests {
    private static let shared = SampleCity(seed: 3)
    private static let plan = CityPlan(seed: 3)
    private let city = shared
    private let plan = Self.plan
    private let start = Date(timeIntervalSince1970: 1_718_000_000)

    @Test(arguments: [("Vehicle", 20.0, 10.0), ("Robot", 3.0, 1.2), ("Drone", 15.0, 7.0)])
    func `nothing jumps, and everything gets somewhere`(type: String, fastest: Double, cruise: Double) throws {
        var last: [String: (time: Date, position: (longitude: Double, latitude: Double))] = [:]
        var top: [String: Double] = [:]
        for entity in try read(city.initialEntities(at: start)) where entity.type == type {
            last[entity.id] = (try #require(try entity.observedAt().first), entity.positions("location")[0])
        }
        for second in stride(from: 0.0, to: 1_200, by: 1) {
            for entity in try read(city.changes(from: start + second, to: start + second + 1)) where entity.type == type
            {
                guard let position = entity.positions("location").first, let before = last[entity.id] else { continue }
                let time = try #require(try entity.observedAt().first)
                let speed = metres(before.position, position) / time.timeIntervalSince(before.time)
                if speed > fastest { Issue.record("\(entity.id) moves at \(speed) m/s at \(time)") }
                top[entity.id] = max(top[entity.id] ?? 0, speed)
                last[entity.id] = (time, position)
            }
        }
        #expect(top.count == last.count, "some never moved")
        #expect(top.values.allSatisfy { $0 > cruise * 0.6 }, "\(top)")
    }

    @Test func `buses stay on their line, and their next stop is one of the line's`() throws {
        let buses = Buses(plan: plan, count: 30)
        for index in 0..<buses.count {
            for minute in 0..<60 {
                let state = buses.state(index, at: CityTime(start + Double(minute) * 60))
                let line = try #require(plan.lines.first { $0.way.distance(from: state.place) < 0.5 })
                #expect(
                    plan.lines.contains {
                        $0.way.distance(from: state.place) < 0.5 && $0.stops.contains(state.nextStop)
                    }, "\(line.name)")
            }
        }
    }

    @Test func `a battery goes down on the way and up at the station`() {
        let robots = Robots(plan: plan, count: 6)
        for index in 0..<6 {
            var previous = robots.state(index, at: CityTime(start))
            var wasCharged = false
            for second in 1...6_000 {
                let state = robots.state(index, at: CityTime(start + Double(second)))
                if state.status == "charging", previous.status == "charging" {
                    wasCharged = true
                    if state.batteryLevel < previous.batteryLevel {
                        Issue.record("robot \(index) loses at the charger")
                    }
                } else if state.status != "charging", previous.status != "charging" {
                    if state.batteryLevel > previous.batteryLevel { Issue.record("robot \(index) gains on the way") }
                }
                previous = state
            }
            #expect(wasCharged)
        }
    }

    @Test func `a drone is on the ground only while it charges, takes off or lands`() {
        let drones = Drones(plan: plan, count: 4)
        for index in 0..<4 {
            var statuses: Set<String> = []
            for second in 0..<4_000 {
                let state = drones.state(index, at: CityTime(start + Double(second)))
                statuses.insert(state.flightStatus)
                switch state.flightStatus {
                case "stop": #expect(state.altitudeMetres == 0 && state.kilometresPerHour == 0)
                case "flight", "hover": #expect(state.altitudeMetres >= 50)
                default: #expect((0...80).contains(state.altitudeMetres))
                }
            }
            #expect(statuses == ["stop", "takeoff", "flight", "hover", "land"])
        }
    }
}
