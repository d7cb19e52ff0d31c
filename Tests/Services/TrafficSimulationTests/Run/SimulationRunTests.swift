import Foundation
import SignalControl
import Testing

@testable import TrafficSimulation

/// Runs the real simulator on two generated junctions; skipped where SUMO is not installed.
@Suite(.enabled(if: SumoProcess.binary() != nil, "SUMO is not installed; on Debian: apt-get install sumo"))
struct SimulationRunTests {
    /// Two junctions in a row, five minutes of traffic from all sides.
    private func scenario() throws -> (scenario: Scenario, folder: URL) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("parvis-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let generator = Process()
        let sumo = try #require(SumoProcess.binary())
        generator.executableURL = URL(fileURLWithPath: sumo).deletingLastPathComponent()
            .appendingPathComponent("netgenerate")
        generator.arguments = [
            "--grid", "--grid.x-number", "2", "--grid.y-number", "1", "--grid.length", "150", "--grid.attach-length",
            "150", "--default.lanenumber", "2", "--no-turnarounds", "true", "--tls.set", "A0,B0",
            "-o", folder.appendingPathComponent("g.net.xml").path,
        ]
        generator.standardOutput = FileHandle.nullDevice
        generator.standardError = FileHandle.nullDevice
        try generator.run()
        generator.waitUntilExit()
        try #require(generator.terminationStatus == 0)
        var routes = "<routes>\n"
        for (from, to, rate) in [
            ("left0A0", "B0right0", 0.25), ("right0B0", "A0left0", 0.15), ("top0A0", "A0bottom0", 0.05),
            ("bottom1B0", "B0top1", 0.05), ("bottom0A0", "A0left0", 0.05), ("top1B0", "B0right0", 0.03),
        ] {
            routes += "<flow id=\"\(from)\" begin=\"0\" end=\"300\" probability=\"\(rate)\" "
            routes += "from=\"\(from)\" to=\"\(to)\"/>\n"
        }
        try Data("\(routes)</routes>".utf8).write(to: folder.appendingPathComponent("g.rou.xml"))
        let configuration = """
            <configuration><input><net-file value="g.net.xml"/><route-files value="g.rou.xml"/></input>
            <time><begin value="0"/><end value="300"/></time></configuration>
            """
        try Data(configuration.utf8).write(to: folder.appendingPathComponent("g.sumocfg"))
        return (try Scenario(path: folder.path), folder)
    }

    @Test func `all controllers run a scenario, and ours costs less than the fixed plans`() async throws {
        let (scenario, folder) = try scenario()
        defer { try? FileManager.default.removeItem(at: folder) }
        let evaluation = Evaluation(scenarios: [scenario], controllers: [.fixed, .actuated, .parvis], seeds: [1, 2])
        let report = try await evaluation.report { _ in }
        #expect(report.rows.map(\.controller) == [.fixed, .actuated, .parvis])
        #expect(report.rows.allSatisfy { $0.runs.count == 2 && $0.runs.allSatisfy { $0.vehicles > 80 } })
        #expect(report.rows[2].delaySeconds < report.rows[0].delaySeconds)
    }

    @Test func `the same seed has the same result`() throws {
        let (scenario, folder) = try scenario()
        defer { try? FileManager.default.removeItem(at: folder) }
        let runs = try (0..<2).map { _ in try SimulationRun(scenario, controller: .parvis, seed: 5).run() }
        #expect(runs[0].delaySeconds == runs[1].delaySeconds)
    }

    @Test func `what the signals show keeps every rule, also without data and with dead detectors`() throws {
        let (scenario, folder) = try scenario()
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
