import Foundation

/// How controllers did on scenarios, over several seeds.
public struct EvaluationReport: Sendable, Codable {
    /// One scenario under one controller.
    public struct Row: Sendable, Codable {
        public var scenario: String
        public var controller: SimulationRun.Controller
        /// The runs by their seeds, in ascending order.
        public var seeds: [Int]
        public var runs: [RunResult]

        private func mean(_ value: (RunResult) -> Double) -> Double {
            runs.reduce(0) { $0 + value($1) } / Double(max(runs.count, 1))
        }

        /// In seconds a vehicle, the mean of the seeds.
        public var delaySeconds: Double { mean(\.delaySeconds) }
        public var waitingSeconds: Double { mean(\.waitingSeconds) }
        public var travelSeconds: Double { mean(\.travelSeconds) }
        public var arrived: Double { mean { Double($0.arrived) } }
        public var neverInserted: Double { mean { Double($0.neverInserted) } }

        public var medianDelaySeconds: Double {
            let sorted = runs.map(\.delaySeconds).sorted()
            guard !sorted.isEmpty else { return 0 }
            return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
        }

        /// The seed with the most delay, and its delay in seconds.
        public var worst: (seed: Int, delaySeconds: Double)? {
            zip(seeds, runs).map { ($0, $1.delaySeconds) }.max { $0.1 < $1.1 }
        }

        public init(scenario: String, controller: SimulationRun.Controller, seeds: [Int], runs: [RunResult]) {
            self.scenario = scenario
            self.controller = controller
            self.seeds = seeds
            self.runs = runs
        }
    }

    public var rows: [Row]
    public var demand: Double
    public var deadDetectors: Double

    public init(rows: [Row], demand: Double, deadDetectors: Double) {
        self.rows = rows
        self.demand = demand
        self.deadDetectors = deadDetectors
    }
}

extension EvaluationReport {
    /// What the figures are, in sentences.
    var preface: [String] {
        [
            "Delay in seconds a vehicle: time lost and waited before being let in, of all vehicles, those included",
            "that are under way or were never let in. Throughput: vehicles that arrived. Demand x \(demand), dead detectors"
                + " \(Int((deadDetectors * 100).rounded())) %.",
            "Decision: the most of all intersections together in one second, in processor time and by the clock.",
        ]
    }

    /// A line of names, then one for each scenario and controller.
    var table: [[String]] {
        [
            [
                "scenario", "controller", "delay", "median", "worst", "x median", "worst seed", "waiting",
                "travel time",
                "throughput", "not let in", "people's delay", "public transport's", "CO2 kg", "violations",
                "decision ms",
                "by the clock",
            ]
        ]
            + rows.map { row in
                let worst = row.worst?.delaySeconds ?? 0
                let carbon = row.runs.compactMap(\.carbonDioxideKilograms)
                let violations = row.runs.compactMap(\.violations)
                func mean(_ travellers: [RunResult.Travellers]) -> String {
                    let count = travellers.reduce(0) { $0 + $1.count }
                    let seconds = travellers.reduce(0) { $0 + $1.delaySeconds * Double($1.count) }
                    return count == 0 ? "-" : Self.text(seconds / Double(count))
                }
                func longest(_ values: [Double]) -> String { values.max().map { Self.text($0, 2) } ?? "-" }
                return [
                    row.scenario, row.controller.rawValue, Self.text(row.delaySeconds),
                    Self.text(row.medianDelaySeconds), Self.text(worst),
                    Self.text(worst / max(row.medianDelaySeconds, 0.01), 2), row.worst.map { "\($0.seed)" } ?? "-",
                    Self.text(row.waitingSeconds), Self.text(row.travelSeconds), Self.text(row.arrived, 0),
                    Self.text(row.neverInserted), mean(row.runs.compactMap(\.people)),
                    mean(row.runs.compactMap(\.publicTransport)),
                    carbon.isEmpty ? "-" : Self.text(carbon.reduce(0, +) / Double(carbon.count), 0),
                    violations.isEmpty ? "-" : "\(violations.reduce(0, +))",
                    longest(row.runs.compactMap(\.longestDecisionMilliseconds)),
                    longest(row.runs.compactMap(\.longestDecisionWallMilliseconds)),
                ]
            }
    }

    static func text(_ value: Double, _ digits: Int = 1) -> String { String(format: "%.\(digits)f", value) }
}

extension EvaluationReport: CustomStringConvertible {
    /// Tables for a terminal: means, then the delay of every seed.
    public var description: String {
        var lines = preface + [""] + Self.aligned(table)
        lines += ["", "Delay of each seed"]
        let seeds = Set(rows.flatMap(\.seeds)).sorted()
        lines += Self.aligned(
            [["scenario", "controller"] + seeds.map(String.init)]
                + rows.map { row in
                    let bySeed = Dictionary(
                        zip(row.seeds, row.runs.map(\.delaySeconds)), uniquingKeysWith: { first, _ in first })
                    return [row.scenario, row.controller.rawValue]
                        + seeds.map { bySeed[$0].map { Self.text($0) } ?? "-" }
                })
        // The maps' own programs are watched by the same rules, which they were not made for.
        let found = Dictionary(grouping: rows, by: \.controller).compactMap { controller, rows -> String? in
            let violations = rows.flatMap(\.runs).compactMap(\.violations)
            return violations.isEmpty
                ? nil
                : "\(controller.rawValue) \(violations.reduce(0, +)) violations in \(violations.count) watched runs"
        }
        if !found.isEmpty { lines += ["", "Safety monitor: \(found.sorted().joined(separator: ", "))."] }
        return lines.joined(separator: "\n")
    }

    /// The first two columns to the left, numbers to the right.
    private static func aligned(_ table: [[String]]) -> [String] {
        let columns = table.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in table.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        return table.map { row in
            row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return column < 2 ? cell + space : space + cell
            }.joined(separator: "  ")
        }
    }
}
