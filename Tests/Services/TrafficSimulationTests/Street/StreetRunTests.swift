import Foundation
import JSONTree
import NGSILDModel
import RealSumo
import SignalRoadside
import Synchronization
import Testing

@testable import TrafficSimulation

/// Runs the real simulator against a city that is made up; skipped where SUMO is not installed.
@Suite(.enabled(if: RealSumo.isWanted, RealSumo.absence))
struct StreetRunTests {
    /// Keeps what it is told, and answers with commands that a closure makes of the newest time reported.
    private final class MadeUpCity: StreetCity {
        struct State {
            var types: [String: Int] = [:]
            var reports = 0
            var newest: Timestamp?
            var states: Set<String> = []
        }
        let state = Mutex(State())
        let answers: @Sendable (Int) -> Bool
        let command: (@Sendable (Timestamp, Int) -> String)?

        init(
            answers: @escaping @Sendable (Int) -> Bool = { _ in true },
            command: (@Sendable (Timestamp, Int) -> String)? = nil
        ) {
            self.answers = answers
            self.command = command
        }

        private func read(_ bodies: [[UInt8]], _ take: (JSONDocument, JSONNode, String) -> Void) {
            for body in bodies {
                guard let document = try? JSONDocument(parsing: body) else { continue }
                for entity in document.elements(document.root) {
                    take(document, entity, document.member(entity, "type").flatMap { document.string($0) } ?? "")
                }
            }
        }

        func describe(_ bodies: [[UInt8]]) async throws {
            state.withLock { state in read(bodies) { state.types[$2, default: 0] += 1 } }
        }

        func report(_ bodies: [[UInt8]]) async -> Bool {
            state.withLock { state in
                state.reports += 1
                guard answers(state.reports) else { return false }
                read(bodies) { document, entity, type in
                    if type == "TrafficFlowObserved" { state.types[type, default: 0] += 1 }
                    if let lamp = document.member(entity, "signalState"),
                        let value = document.member(lamp, "value").flatMap({ document.string($0) })
                    {
                        state.states.insert(value)
                    }
                    guard let count = document.member(entity, "passedVehicleCount"),
                        let text = document.member(count, "observedAt").flatMap({ document.string($0) })
                    else { return }
                    state.newest = Timestamp(text)
                }
                return true
            }
        }

        func commands(for intersections: [String]) async -> [String: [UInt8]]? {
            let (newest, reports) = state.withLock { ($0.newest, $0.reports) }
            guard let command, let newest else { return [:] }
            return Dictionary(
                uniqueKeysWithValues: intersections.map { ($0, Array(command(newest, reports).utf8)) })
        }
    }

    private func options() -> StreetRun.Options {
        var options = StreetRun.Options()
        options.untilSeconds = 130
        options.deadlineSeconds = 0.02
        options.retrySeconds = 0
        return options
    }

    private static func command(_ time: Timestamp, _ groups: String) -> String {
        let valid = time.adding(seconds: 5).text
        return #"{"sequence":1,"measuredAt":"\#(time.text)","validUntil":"\#(valid)","protectedGroup":\#(groups)}"#
    }

    @Test func `a street describes itself, and follows its plan when nothing is asked`() async throws {
        let (scenario, folder) = try GeneratedScenario.make()
        defer { try? FileManager.default.removeItem(at: folder) }
        let city = MadeUpCity()
        let result = try await StreetRun(scenario, seed: 1, options: options()).run(in: city) { _ in }
        #expect(result.seconds == 130)
        #expect(result.signals == 2)
        #expect(result.controlSeconds["adaptive"] == nil)
        #expect(result.run.vehicles > 30)
        let state = city.state.withLock { $0 }
        #expect(state.reports == 130)
        #expect(state.types["SignalizedIntersection"] == 2)
        #expect(state.types["SignalPlan"] == 2)
        #expect((state.types["SignalDetector"] ?? 0) > 20)
        #expect((state.types["RoadSegment"] ?? 0) >= 6)
        #expect((state.types["TrafficFlowObserved"] ?? 0) >= 12)
        #expect(state.states.isSuperset(of: ["red", "yellow", "green"]))
    }

    @Test func `a city that falls silent leaves the street to its plan, and has it back when it answers`() async throws
    {
        let (scenario, folder) = try GeneratedScenario.make()
        defer { try? FileManager.default.removeItem(at: folder) }
        // The first forty reports arrive, the next ten do not.
        let city = MadeUpCity(answers: { !(41...50).contains($0) }, command: { time, _ in Self.command(time, "[]") })
        let events = Mutex<[StreetEvent]>([])
        let result = try await StreetRun(scenario, seed: 1, options: options()).run(in: city) { event in
            events.withLock { $0.append(event) }
        }
        let controls = events.withLock { $0 }.compactMap { event -> (Double, String)? in
            if case .control(let second, let signals, let control) = event, signals == "A0" {
                (second, control)
            } else {
                nil
            }
        }
        #expect(controls.map(\.1) == ["adaptive", "fixedPlan", "adaptive"])
        #expect(controls.dropFirst().first.map(\.0) == 44)
        #expect(result.commandsRefused == 0)
        #expect((result.controlSeconds["fixedPlan"] ?? 0) > 0)
    }

    @Test func `commands that must not be followed are refused, and the plan goes on`() async throws {
        let (scenario, folder) = try GeneratedScenario.make()
        defer { try? FileManager.default.removeItem(at: folder) }
        let city = MadeUpCity(command: { time, _ in Self.command(time, "[999]") })
        let result = try await StreetRun(scenario, seed: 1, options: options()).run(in: city) { _ in }
        #expect(result.commandsRefused == 260)
        #expect(result.controlSeconds["adaptive"] == nil)
    }

    @Test func `a flat network lies at its origin, and a point is found along a line`() throws {
        let line = [RoadNetwork.Point(x: 0, y: 0), .init(x: 10, y: 0), .init(x: 10, y: 30)]
        #expect(StreetMap.point(on: line, at: 0.5) == .init(x: 10, y: 10))
        #expect(StreetMap.point(on: line, at: 2) == .init(x: 10, y: 30))
        #expect(StreetMap.point(on: [], at: 0.5) == nil)
    }
}
