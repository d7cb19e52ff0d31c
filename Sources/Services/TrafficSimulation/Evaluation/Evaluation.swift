import Foundation

/// Runs scenarios under controllers with several seeds, some at a time.
public struct Evaluation: Sendable {
    public var scenarios: [Scenario]
    public var controllers: [SimulationRun.Controller]
    public var seeds: [Int]
    public var options: SimulationRun.Options
    /// How many simulations run at once; as many as there are processors unless told.
    public var jobs: Int

    public init(
        scenarios: [Scenario], controllers: [SimulationRun.Controller], seeds: [Int],
        options: SimulationRun.Options = .init(), jobs: Int? = nil
    ) {
        self.scenarios = scenarios
        self.controllers = controllers
        self.seeds = seeds
        self.options = options
        self.jobs = jobs ?? ProcessInfo.processInfo.activeProcessorCount
    }

    /// - Parameter progress: Gets a line after each run.
    /// - Throws: What the first failed run says; the others are not waited for.
    public func report(progress: @escaping @Sendable (String) -> Void) async throws -> EvaluationReport {
        var runs: [SimulationRun] = []
        for scenario in scenarios {
            for controller in controllers {
                for seed in seeds {
                    runs.append(SimulationRun(scenario, controller: controller, seed: seed, options: options))
                }
            }
        }
        let results = try await withThrowingTaskGroup(of: (Int, RunResult).self) { group in
            var results = Array<RunResult?>(repeating: nil, count: runs.count)
            var started = 0
            var done = 0
            func start() {
                guard started < runs.count else { return }
                let (place, run) = (started, runs[started])
                started += 1
                group.addTask { (place, try run.run()) }
            }
            for _ in 0..<max(1, jobs) { start() }
            while let (place, result) = try await group.next() {
                results[place] = result
                done += 1
                let run = runs[place]
                let delay = String(format: "%.1f", result.delaySeconds)
                progress(
                    "\(done) of \(runs.count): \(run.scenario.name), \(run.controller.rawValue), seed \(run.seed): "
                        + "\(delay) s\n")
                start()
            }
            return results.compactMap { $0 }
        }
        var rows: [EvaluationReport.Row] = []
        for (scenario, controller) in scenarios.flatMap({ one in controllers.map { (one, $0) } }) {
            let start = rows.count * seeds.count
            rows.append(
                .init(
                    scenario: scenario.name, controller: controller, seeds: seeds,
                    runs: Array(results[start..<(start + seeds.count)])))
        }
        return EvaluationReport(rows: rows, demand: options.demand, deadDetectors: options.deadDetectors)
    }
}
