import Foundation
import JSONTree
import NGSILDModel
import RealSumo
import Testing
import TrafficSimulation

@testable import TrafficService

/// What the loops of a simulated street tell, told to the real service; skipped where SUMO is not installed.
@Suite(.enabled(if: RealSumo.isWanted, RealSumo.absence))
struct InjectedIncidentTests {
    /// Hands on what the traffic service looks at, and gives no commands.
    private struct City: StreetCity {
        let streets: TestStreets

        /// Roads and what was counted on them, with the time of the counts.
        private func flows(_ bodies: [[UInt8]]) throws -> (entities: [String], time: Timestamp?) {
            var entities: [String] = []
            var time: Timestamp?
            for body in bodies {
                let document = try JSONDocument(parsing: body)
                for entity in document.elements(document.root) {
                    let type = document.member(entity, "type").flatMap { document.string($0) }
                    guard type == "TrafficFlowObserved" || type == "RoadSegment" else { continue }
                    entities.append(String(document.text(entity)))
                    let observed = document.member(entity, "intensity").flatMap { document.member($0, "observedAt") }
                    time = observed.flatMap { document.string($0) }.flatMap { Timestamp($0) } ?? time
                }
            }
            return (entities, time)
        }

        func describe(_ bodies: [[UInt8]]) async throws { try await streets.report(try flows(bodies).entities) }

        func report(_ bodies: [[UInt8]]) async -> Bool {
            do {
                let flows = try flows(bodies)
                if let time = flows.time { try await streets.report(flows.entities, at: time) }
                return true
            } catch {
                Issue.record(error)
                return false
            }
        }

        func commands(for intersections: [String]) async -> [String: [UInt8]]? { [:] }
    }

    /// 40 minutes of a busy main street of two lanes, with what happens on it.
    ///
    /// - Returns: the alerts of jams and drops that were raised at any time, by the last parts of their ids.
    private func alerts(_ breakdowns: [Breakdown]) async throws -> Set<String> {
        let folder = try RealSumo.crossingScenario(seconds: 2_400)
        defer { try? FileManager.default.removeItem(at: folder) }
        let streets = try TestStreets()
        streets.traffic.start()
        var options = StreetRun.Options()
        options.mode = .fixedPlan
        options.demand = 1.8
        options.breakdowns = breakdowns
        let run = StreetRun(try Scenario(path: folder.path), seed: 3, options: options, start: minute(0))
        let result = try await run.run(in: City(streets: streets)) { _ in }
        #expect(result.seconds == 2_400)
        #expect(streets.problems.all == [])
        var raised: Set<String> = []
        for kind in ["trafficJam", "suddenDrop"] {
            for edge in ["wc", "ec", "nc", "sc"] {
                let name = "\(kind):RoadSegment:crossing:\(edge)"
                let id = "urn:ngsi-ld:Alert:\(name)"
                guard let now = streets.value(id, "alertState") else { continue }
                let past = try await streets.evolution(id, "alertState")
                if now == "\"raised\"" || past.values.contains("\"raised\"") { raised.insert(name) }
            }
        }
        // Each road has a state, so that no alert means that nothing was found.
        for edge in ["wc", "ec", "nc", "sc"] {
            #expect(
                streets.value("urn:ngsi-ld:TrafficSegmentState:RoadSegment:crossing:\(edge)", "levelOfService") != nil)
        }
        await streets.stop()
        return raised
    }

    @Test func `a car that stands on one of two lanes raises an alert of its road, and of no other`() async throws {
        let found = try await alerts([.init(lane: "wc_2", part: 0.93, fromSeconds: 1_200, untilSeconds: 2_400)])
        #expect(found.contains("suddenDrop:RoadSegment:crossing:wc"))
        #expect(found.allSatisfy { $0.hasSuffix(":wc") })
    }

    @Test func `busy as they are, roads on which nothing happened raise no alert`() async throws {
        #expect(try await alerts([]) == [])
    }
}
