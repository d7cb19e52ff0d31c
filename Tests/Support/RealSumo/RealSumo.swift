public import Foundation
public import Testing

/// The real simulator, for tests that nothing made up can stand in for.
public enum RealSumo {
    public static let absence: Comment = "SUMO is not installed; scripts/bootstrap --traffic installs it"

    /// Whether tests that need SUMO run: where it is installed, and, so that nobody takes a skipped test for a passed one, always
    /// under `PARVIS_STRICT=1`.
    public static let isWanted: Bool = {
        let environment = ProcessInfo.processInfo.environment
        var folders = (environment["PATH"] ?? "/usr/bin").split(separator: ":").map(String.init)
        if let home = environment["SUMO_HOME"] { folders.insert("\(home)/bin", at: 0) }
        return environment["PARVIS_STRICT"] == "1"
            || folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/sumo") }
    }()

    /// What `scripts/crossing-scenario` makes, in a new folder that the caller removes: a main street, a side street with buses,
    /// and people who cross all four arms, for so many seconds.
    public static func crossingScenario(seconds: Int = 900) throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("parvis-test-\(UUID().uuidString)")
        let script = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../scripts/crossing-scenario")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["bash", script.standardizedFileURL.path, folder.path, String(seconds)]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "scripts/crossing-scenario failed")
        return folder
    }
}
