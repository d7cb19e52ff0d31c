import Foundation

@testable import AirQuality

/// Three years of hourly data of ten stations in Beijing (UCI 501, CC BY 4.0), where they lie beside the repository.
enum BeijingStations {
    static let folder: URL? = {
        let environment = ProcessInfo.processInfo.environment["PARVIS_AIR_DATA"].map { URL(fileURLWithPath: $0) }
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<5 { root.deleteLastPathComponent() }
        let beside = root.deletingLastPathComponent().appendingPathComponent("shared/data/air")
        return [environment, beside].compactMap { $0 }.first { FileManager.default.fileExists(atPath: $0.path) }
    }()

    static var isThere: Bool { folder != nil }

    /// The values of one pollutant, station by station and hour by hour; NaN where missing.
    static func read(_ pollutant: Pollutant) throws -> [(name: String, values: [Double])] {
        guard let folder else { return [] }
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.lastPathComponent.hasPrefix("beijing_") && $0.pathExtension == "gz" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
        return try files.map { file in
            let unpack = Process()
            unpack.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            unpack.arguments = ["gzip", "-dc", file.path]
            let pipe = Pipe()
            unpack.standardOutput = pipe
            try unpack.run()
            let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            unpack.waitUntilExit()
            let lines = text.split(whereSeparator: \.isNewline)
            let header = lines[0].split(separator: ",")
            guard let column = header.firstIndex(of: Substring(pollutant.name)) else {
                return (file.lastPathComponent, [])
            }
            return (
                String(file.lastPathComponent.split(separator: "_")[1]),
                lines.dropFirst().map {
                    Double($0.split(separator: ",", omittingEmptySubsequences: false)[column]) ?? .nan
                }
            )
        }
    }
}
