import Foundation

/// A safety monitor that runs as a process of its own.
final class MonitorProcess {
    private let process = Process()
    private let output = Pipe()

    /// - Parameter command: The program and the arguments before ours; it prints a ``SafetyMonitor/Report`` as JSON.
    init(command: [String], port: UInt16, scenario: Scenario, until end: Double? = nil, yellowSeconds: Double?) throws {
        guard let program = command.first else { throw SumoProcess.Fault(description: "no monitor is named") }
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments =
            command.dropFirst() + [
                "--port", String(port), "--network", scenario.networkPath, "--until",
                String(end ?? scenario.endSeconds),
                "--json",
            ] + (yellowSeconds.map { ["--yellow", String($0)] } ?? [])
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        try process.run()
    }

    deinit { if process.isRunning { process.terminate() } }

    /// Waits for its end and returns what it found.
    func report() throws -> SafetyMonitor.Report {
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard let report = try? JSONDecoder().decode(SafetyMonitor.Report.self, from: data) else {
            throw SumoProcess.Fault(
                description: "the safety monitor ended with status \(process.terminationStatus) and no report")
        }
        return report
    }
}
