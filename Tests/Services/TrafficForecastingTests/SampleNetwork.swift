@testable import TrafficForecasting

/// Speeds of a small road network that has working days and days off, with a jam on working mornings.
struct SampleNetwork {
    static let stepsPerDay = 288
    /// Whether each day is a working day.
    let working: [Bool]
    let detectors: Int
    var noise: Float = 1

    func series(missing: (Int, Int) -> Bool = { _, _ in false }) throws -> DetectorSeries {
        var state: UInt64 = 7
        func random() -> Float {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(state >> 40) / Float(1 << 24) - 0.5
        }
        var columns = [[Float]](repeating: [], count: detectors)
        for (day, isWorking) in working.enumerated() {
            for step in 0..<Self.stepsPerDay {
                // From 7:00 to 10:00, worst at 8:30.
                let fromWorst = abs(Float(step) - 102) / 18
                let jam: Float = isWorking && fromWorst < 1 ? 40 * (1 - fromWorst) : 0
                for detector in 0..<detectors {
                    let at = day * Self.stepsPerDay + step
                    columns[detector].append(
                        missing(detector, at)
                            ? .nan : 65 - jam * (1 - Float(detector) / Float(2 * detectors)) + noise * random())
                }
            }
        }
        return try DetectorSeries(
            detectors: (0..<detectors).map { "d\($0)" }, columns: columns, stepSeconds: 300)
    }
}
