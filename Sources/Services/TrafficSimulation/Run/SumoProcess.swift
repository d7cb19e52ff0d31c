import Foundation
import Glibc

/// A running SUMO, in a temporary folder of its own.
final class SumoProcess {
    struct Fault: Error, CustomStringConvertible { let description: String }

    private let process = Process()
    /// Where its outputs go; removed with this value.
    let folder: String

    /// SUMO's binary, from `SUMO_HOME` or `PATH`; `nil` where it is not installed.
    static func binary() -> String? {
        let environment = ProcessInfo.processInfo.environment
        var folders = (environment["PATH"] ?? "/usr/bin").split(separator: ":").map(String.init)
        if let home = environment["SUMO_HOME"] { folders.insert("\(home)/bin", at: 0) }
        return folders.map { "\($0)/sumo" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// - Parameter files: Written into the folder before the start, by name.
    init(files: [String: String], arguments: (_ folder: String) -> [String]) throws {
        guard let binary = Self.binary() else {
            throw Fault(description: "SUMO is not installed; on Debian: apt-get install sumo")
        }
        folder =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("parvis-traffic-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (name, text) in files {
            try text.write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8)
        }
        process.executableURL = URL(fileURLWithPath: binary)
        process.arguments = arguments(folder)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        // A file, because a pipe that nobody empties would stop the simulator.
        let log = "\(folder)/messages"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        process.standardError = FileHandle(forWritingAtPath: log)
        var environment = ProcessInfo.processInfo.environment
        if environment["SUMO_HOME"] == nil { environment["SUMO_HOME"] = "/usr/share/sumo" }
        process.environment = environment
        try process.run()
    }

    deinit {
        if process.isRunning {
            process.terminate()
            process.waitUntilExit()
        }
        try? FileManager.default.removeItem(atPath: folder)
    }

    var isRunning: Bool { process.isRunning }

    /// Waits for its end.
    ///
    /// - Throws: ``Fault`` with SUMO's own messages when it failed.
    func finish() throws {
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Fault(description: "SUMO failed: \(lastMessages)") }
    }

    /// The end of what it said, for an error.
    var lastMessages: String {
        let data = FileManager.default.contents(atPath: "\(folder)/messages") ?? Data()
        return String(decoding: data.suffix(2_000), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// A port of this machine that was free a moment ago.
    static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { Glibc.close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard descriptor >= 0, isBound else { throw Fault(description: "no port of this machine is free") }
        return UInt16(bigEndian: address.sin_port)
    }
}
