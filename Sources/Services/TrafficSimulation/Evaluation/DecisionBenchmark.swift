import SignalControl

/// Measures what deciding costs: a scenario's intersections, repeated, with readings at random. Needs no simulator.
public struct DecisionBenchmark: Sendable {
    /// What was measured.
    public struct Result: Sendable, Equatable, Codable {
        public var intersections: Int
        public var seconds: Int
        /// Processor time for one second of all intersections, in milliseconds: the mean.
        public var meanMilliseconds: Double
        /// The same, the most that one second took.
        public var longestMilliseconds: Double
    }

    private let sites: [Intersection]

    /// - Throws: ``Scenario/Fault`` when the network has no signals that can be controlled.
    public init(_ scenario: Scenario) throws {
        sites = NetworkIntersections(try RoadNetwork(path: scenario.networkPath)).sites.map(\.intersection)
        guard !sites.isEmpty else {
            throw Scenario.Fault(description: "\(scenario.networkPath) has no signals that can be controlled")
        }
    }

    /// Decides for that many intersections, once for each of that many seconds, on this thread.
    public func run(intersections count: Int, seconds: Int) -> Result {
        var state: UInt64 = 1
        func random(below bound: Double) -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) * 0x1p-53 * bound
        }
        var controllers = (0..<count).map { IntersectionController(sites[$0 % sites.count], atSeconds: 0) }
        var sum = 0.0
        var longest = 0.0
        for second in 1...max(1, seconds) {
            let observations = controllers.map { controller in
                IntersectionObservation(
                    measuredAtSeconds: Double(second),
                    readings: (0..<controller.kernel.intersection.detectorCount).map { _ in
                        let vehicles = random(below: 6).rounded(.down)
                        return DetectorReading(vehicles: vehicles, standing: random(below: vehicles + 1).rounded(.down))
                    })
            }
            let start = ProcessorTime.ofThread()
            for index in controllers.indices {
                _ = controllers[index].step(observations[index], atSeconds: Double(second))
            }
            let milliseconds = (ProcessorTime.ofThread() - start) * 1_000
            sum += milliseconds
            longest = max(longest, milliseconds)
        }
        return Result(
            intersections: count, seconds: seconds, meanMilliseconds: sum / Double(max(1, seconds)),
            longestMilliseconds: longest)
    }
}
