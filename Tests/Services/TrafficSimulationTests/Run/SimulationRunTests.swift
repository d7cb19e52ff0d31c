import Foundation
import RealSumo
import SignalControl
import Testing

@testable import TrafficSimulation

/// Runs the real simulator on two generated junctions; skipped where SUMO is not installed.
@Suite(.enabled(if: RealSumo.isWanted, RealSumo.absence))
struct SimulationRunTests {
    @Test func `all controllers run a scenario, and ours costs less than the fixed plans`() async throws {
        let (scenario, folder) = try GeneratedScenario.make()
        defer { try? FileManager.default.removeItem(at: folder) }
        let evaluation = Evaluation(scenarios: [scenario], controllers: [.fixed, .actuated, .parvis], seeds: [1, 2])
        let report = try await evaluation.report { _ in }
        #expect(report.rows.map(\.controller) == [.fixed, .actuated, .parvis])
        #expect(report.rows.allSatisfy { $0.runs.count == 2 && $0.runs.allSatisfy { $0.vehicles > 80 } })
        #expect(report.rows[2].delaySeconds < report.rows[0].delaySeconds)
    }

    @Test func `the same seed has the same result`() throws {
        let (scenario, folder) = try GeneratedScenario.make()
        defer { try? FileManager.default.removeItem(at: folder) }
        let runs = try (0..<2).map { _ in try SimulationRun(scenario, controller: .parvis, seed: 5).run() }
        #expect(runs[0].delaySeconds == runs[1].delaySeconds)
    }

    @Test func `what the signals show keeps every rule, also without data and with dead detectors`() throws {
        let (scenario, folder) = try GeneratedScenario.make()
        defer { try? FileManager.default.removeItem(at: folder) }
        var options = SimulationRun.Options()
        options.deadDetectors = 0.3
        options.dataEndAfterSeconds = 150
        var monitor = try SafetyMonitor(networkPath: scenario.networkPath, yellowSeconds: nil)
        var sources: [SafetyKernel.Source] = []
        var now = 0.0
        var open: [String: String] = [:]
        _ = try SimulationRun(scenario, controller: .parvis, seed: 3, options: options).run { signals, outcome in
            if open[signals] != nil {
                monitor.take(open, standing: [:], atSeconds: now)
                open = [:]
                now += 1
            }
            open[signals] = SimulationRun.state(outcome.colours)
            sources.append(outcome.source)
        }
        #expect(monitor.report(watchedSeconds: 300).examples == [])
        #expect(sources.prefix(200).contains(.request))
        #expect(sources.suffix(200).allSatisfy { $0 != .request })
    }

    @Test func `a scenario that is not there is told of`() {
        #expect(throws: Scenario.Fault.self) { try Scenario(path: "/nowhere/city.sumocfg") }
    }
}
