import Foundation
import Testing

@testable import TrafficSimulation

struct EvaluationPlotsTests {
    private func run(_ delay: Double, carbonDioxide: Double? = nil, course: [Double] = []) throws -> RunResult {
        let start =
            #"{"vehicles":100,"arrived":90,"neverInserted":0,"waitingSeconds":1,"travelSeconds":60,"delaySeconds":"#
        var run = try JSONDecoder().decode(RunResult.self, from: Data("\(start)\(delay)}".utf8))
        run.carbonDioxideKilograms = carbonDioxide
        if !course.isEmpty {
            run.course = course.enumerated().map {
                .init(startSeconds: 3_600 + Double($0.offset) * 300, vehicles: 10, delaySeconds: $0.element)
            }
        }
        return run
    }

    private func report(_ scenario: String, _ runs: [RunResult]) -> EvaluationReport {
        let seeds = Array(1...max(runs.count, 1))
        return EvaluationReport(
            rows: [
                .init(scenario: scenario, controller: .fixed, seeds: seeds, runs: runs),
                .init(scenario: scenario, controller: .parvis, seeds: seeds, runs: runs),
            ], demand: 1, deadDetectors: 0)
    }

    @Test func `what is known has a picture, what is not has none, and the page shows all`() throws {
        let plain = EvaluationPlots(report("town", [try run(10), try run(12)]))
        #expect(
            plain.files.map(\.name) == ["delay.svg", "waiting.svg", "travel-time.svg", "throughput.svg", "index.html"])
        let whole = EvaluationPlots(report("town", [try run(10, carbonDioxide: 5, course: [4, 9, 7])]))
        #expect(whole.files.map(\.name).contains("carbon-dioxide.svg"))
        #expect(whole.files.map(\.name).contains("course-1-town.svg"))
        let page = try #require(whole.files.last)
        #expect(page.text.components(separatedBy: "<svg ").count == whole.files.count)
        #expect(page.text.contains(">worst seed</th>"))
    }

    @Test func `each seed is a dot and the worst is marked, also for those who hear it`() throws {
        let files = EvaluationPlots(report("town", [try run(10), try run(50), try run(12)])).files
        let delay = try #require(files.first)
        #expect(delay.text.components(separatedBy: "class=\"dot parvis\"").count == 4)
        #expect(delay.text.contains(">worst 50.0, seed 2<"))
        #expect(delay.text.contains("town, parvis: 24.0 seconds a vehicle, at worst 50.0 with seed 2."))
        // Of vehicles that arrive, fewest are the worst.
        let throughput = try #require(files.first { $0.name == "throughput.svg" })
        #expect(throughput.text.contains("more is better"))
    }

    @Test(arguments: ["<b onload=\"x\">&amp;", "../../etc", "a\u{0}\u{1B}b", String(repeating: "x", count: 5_000), ""])
    func `pictures stay whole whatever a scenario is called`(_ name: String) throws {
        let files = EvaluationPlots(report(name, [try run(10, course: [4, 9])])).files
        for file in files {
            #expect(file.name.wholeMatch(of: /[A-Za-z0-9-]{1,60}\.(svg|html)/) != nil)
            #expect(!file.text.contains("<b "))
            #expect(!file.text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
        }
        for file in files where file.name.hasSuffix(".svg") {
            var tags = XMLTags(Array(file.text.utf8))
            var open = 0
            while let tag = try tags.next() { open += tag.isEnd ? -1 : tag.isEmpty ? 0 : 1 }
            #expect(open == 0)
        }
    }

    @Test func `values that are no numbers have no place`() throws {
        var strange = try run(10)
        strange.waitingSeconds = .nan
        strange.travelSeconds = .infinity
        for file in EvaluationPlots(report("town", [strange, try run(0)])).files where file.name.hasSuffix(".svg") {
            #expect(!file.text.contains("=\"nan\"") && !file.text.contains("=\"inf\""))
        }
    }
}

struct PlotScaleTests {
    @Test(arguments: [
        ([3.0, 9.5], [0.0, 2, 4, 6, 8, 10]), ([22, 30, 48], [0, 10, 20, 30, 40, 50]), ([0.0], [0]),
    ])
    func `marks are round and hold all values`(_ values: [Double], _ ticks: [Double]) {
        let scale = PlotScale(values, startsAtZero: true, mayBeLogarithmic: true)
        #expect(Array(scale.ticks.prefix(ticks.count)) == ticks)
        #expect(values.allSatisfy { (0...1).contains(scale.place($0)) })
        #expect(!scale.isLogarithmic)
    }

    @Test func `one value far above the others makes the scale logarithmic`() {
        let scale = PlotScale([20, 21, 592, 22], startsAtZero: true, mayBeLogarithmic: true)
        #expect(scale.isLogarithmic)
        #expect(scale.ticks == [20, 50, 100, 200, 500, 1_000])
        #expect(scale.place(200) > 0.5)
    }

    @Test(arguments: [[], [Double.nan], [.infinity, 3], [0, 1e300], [-5, 5], [1e-300, 1]])
    func `no value breaks a scale`(_ values: [Double]) {
        let scale = PlotScale(values, startsAtZero: true, mayBeLogarithmic: true)
        #expect(!scale.ticks.isEmpty && scale.ticks.count < 60)
        #expect((0...1).contains(scale.place(values.first ?? 0)) || values.first?.isNaN == true)
    }
}
