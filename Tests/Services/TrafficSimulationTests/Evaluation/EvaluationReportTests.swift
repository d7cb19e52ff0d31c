import Foundation
import Testing

@testable import TrafficSimulation

struct EvaluationReportTests {
    @Test func `delay counts vehicles that are under way and those never let in`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let trips = folder.appendingPathComponent("trips.xml")
        let statistics = folder.appendingPathComponent("statistics.xml")
        try Data(
            """
            <tripinfos><tripinfo id="a" depart="302" arrival="50" duration="40" timeLoss="10" departDelay="2" waitingTime="4">
            <emissions CO2_abs="2500000"/></tripinfo>
            <tripinfo id="b" depart="310" arrival="-1" duration="90" timeLoss="30" departDelay="0" waitingTime="20"/></tripinfos>
            """.utf8
        ).write(to: trips)
        try Data(
            """
            <statistics><vehicles loaded="4" inserted="2" running="1" waiting="2"/>
            <vehicleTripStatistics count="2" departDelayWaiting="100"/></statistics>
            """.utf8
        ).write(to: statistics)
        let result = try RunResult(tripsPath: trips.path, statisticsPath: statistics.path)
        #expect(result.vehicles == 4)
        #expect(result.arrived == 1)
        #expect(result.neverInserted == 2)
        #expect(result.delaySeconds == 60.5)
        #expect(result.travelSeconds == 40)
        #expect(result.carbonDioxideKilograms == 2.5)
        // Both wanted to set out in the second five minutes.
        #expect(result.course == [.init(startSeconds: 300, vehicles: 2, delaySeconds: 21)])
    }

    @Test func `a row has the mean, the median and the worst of its seeds`() throws {
        let start = #"{"vehicles":1,"arrived":1,"neverInserted":0,"waitingSeconds":1,"travelSeconds":1,"delaySeconds":"#
        let runs = try [10.0, 60, 20].map {
            try JSONDecoder().decode(RunResult.self, from: Data("\(start)\($0)}".utf8))
        }
        let row = EvaluationReport.Row(scenario: "s", controller: .parvis, seeds: [1, 2, 3], runs: runs)
        #expect(row.delaySeconds == 30)
        #expect(row.medianDelaySeconds == 20)
        #expect(row.worst?.seed == 2)
        let text = EvaluationReport(rows: [row], demand: 1, deadDetectors: 0).description
        #expect(text.contains("s         parvis"))
        #expect(text.contains("3.00"))
        let heads = EvaluationReport(rows: [row], demand: 1, deadDetectors: 0).table[0]
        #expect(Set(["waiting", "travel time", "throughput", "worst seed", "violations"]).isSubset(of: heads))
    }
}
