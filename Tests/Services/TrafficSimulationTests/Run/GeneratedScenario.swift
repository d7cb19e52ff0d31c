import Foundation
import Testing

@testable import TrafficSimulation

/// A scenario that SUMO's own tools make.
enum GeneratedScenario {
    /// Two junctions in a row, five minutes of traffic from all sides.
    static func make() throws -> (scenario: Scenario, folder: URL) {
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
}
