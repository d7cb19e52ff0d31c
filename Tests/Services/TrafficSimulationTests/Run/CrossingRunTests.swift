import Foundation
import RealSumo
import SignalControl
import Testing

@testable import TrafficSimulation

/// Runs the real simulator on an intersection with people and buses; skipped where SUMO is not installed.
@Suite(.enabled(if: RealSumo.isWanted, RealSumo.absence))
struct CrossingRunTests {
    private func run(
        _ scenario: Scenario, seed: Int = 1, _ change: (inout SimulationRun.Options) -> Void = { _ in },
        watch: ((String, IntersectionController.Outcome) -> Void)? = nil
    ) throws -> RunResult {
        var options = SimulationRun.Options()
        change(&options)
        return try SimulationRun(scenario, controller: .parvis, seed: seed, options: options).run(watch: watch)
    }

    @Test func `people get across, and nothing that conflicts with a crossing is green meanwhile`() throws {
        let folder = try RealSumo.crossingScenario()
        defer { try? FileManager.default.removeItem(at: folder) }
        let scenario = try Scenario(path: folder.path)
        let network = try RoadNetwork(path: scenario.networkPath)
        let sites = NetworkIntersections(network)
        #expect(sites.leftOut.map(\.reason) == [])
        let site = try #require(sites.sites.first)
        let crossings = site.intersection.groups.indices.filter { site.intersection.groups[$0].kind == .pedestrian }
        #expect(crossings.count == 4)
        var monitor = try SafetyMonitor(networkPath: scenario.networkPath, yellowSeconds: nil)
        var greens: [Int: Int] = [:]
        var overlaps = 0
        var now = 0.0
        let watch: (String, IntersectionController.Outcome) -> Void = { signals, outcome in
            monitor.take([signals: SimulationRun.state(outcome.colours)], standing: [:], atSeconds: now)
            now += 1
            for crossing in crossings where outcome.colours[crossing].isGreen {
                greens[crossing, default: 0] += 1
                // From the network's own table, not from what the controller made of it.
                for other in Self.foes(of: crossing, network) where outcome.colours[other] == .green { overlaps += 1 }
            }
        }
        let people = try #require(try run(scenario, watch: watch).people)
        #expect(people.count > 30)
        // Those who set out in the last minutes may still be under way.
        #expect(people.arrived * 10 >= people.count * 8)
        #expect(Set(greens.keys) == Set(crossings))
        #expect(overlaps == 0)
        #expect(monitor.report(watchedSeconds: Int(now)).examples == [])
    }

    /// The places in the state of vehicles whose ways a crossing lies on.
    private static func foes(of place: Int, _ network: RoadNetwork) -> [Int] {
        guard let crossing = network.connections.first(where: { $0.link == place }),
            let own = network.rightOfWay(of: crossing)
        else { return [] }
        return network.connections.filter { connection in
            network.rightOfWay(of: connection).map {
                $0.junction == own.junction
                    && network.junctions[own.junction].foes[own.place]?.contains($0.place) ?? false
            } ?? false
        }.compactMap(\.link)
    }

    @Test func `buses wait less with priority than without, and the lamps stay safe`() throws {
        let folder = try RealSumo.crossingScenario()
        defer { try? FileManager.default.removeItem(at: folder) }
        let scenario = try Scenario(path: folder.path)
        var monitor = try SafetyMonitor(networkPath: scenario.networkPath, yellowSeconds: nil)
        var delays: [Bool: Double] = [:]
        for seed in [1, 2] {
            for hasPriority in [false, true] {
                var now = 0.0
                let result = try run(scenario, seed: seed) {
                    $0.publicTransportPriority = hasPriority
                } watch: { signals, outcome in
                    if seed == 1, hasPriority {
                        monitor.take([signals: SimulationRun.state(outcome.colours)], standing: [:], atSeconds: now)
                        now += 1
                    }
                }
                let buses = try #require(result.publicTransport)
                #expect(buses.count >= 15)
                #expect(result.people.map { $0.arrived * 10 >= $0.count * 8 } == true)
                delays[hasPriority, default: 0] += buses.delaySeconds
            }
        }
        let (with, without) = (try #require(delays[true]), try #require(delays[false]))
        #expect(with < 0.8 * without, "\(with / 2) s with priority, \(without / 2) s without")
        #expect(monitor.report(watchedSeconds: 900).examples == [])
    }

    @Test func `without data the plan serves people, and the lamps stay safe`() throws {
        let folder = try RealSumo.crossingScenario()
        defer { try? FileManager.default.removeItem(at: folder) }
        let scenario = try Scenario(path: folder.path)
        var monitor = try SafetyMonitor(networkPath: scenario.networkPath, yellowSeconds: nil)
        var now = 0.0
        let result = try run(scenario) {
            $0.dataEndAfterSeconds = 200
            $0.deadDetectors = 0.3
        } watch: { signals, outcome in
            monitor.take([signals: SimulationRun.state(outcome.colours)], standing: [:], atSeconds: now)
            now += 1
        }
        #expect(result.people.map { $0.arrived * 10 >= $0.count * 8 } == true)
        #expect(monitor.report(watchedSeconds: 900).examples == [])
    }
}
