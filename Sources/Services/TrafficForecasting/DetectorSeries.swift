/// What many detectors measured, at equal steps of time: speeds, flows or occupancies.
public struct DetectorSeries: Sendable {
    /// Why columns are no series. It prints as a sentence with the remedy.
    public enum Refusal: Error, Equatable, CustomStringConvertible {
        case columnsDiffer(detector: String, steps: Int, expected: Int)
        case dayNotWhole(stepSeconds: Int)

        public var description: String {
            switch self {
            case .columnsDiffer(let detector, let steps, let expected):
                "detector \(detector) has \(steps) values where the first one has \(expected); give NaN for missing ones"
            case .dayNotWhole(let seconds):
                "steps of \(seconds) s do not divide a day; take 60 to 3600 s, such as 300"
            }
        }
    }

    public let detectors: [String]
    /// Seconds between two values.
    public let stepSeconds: Int
    /// For each detector its values from the first step on; NaN where one is missing.
    public internal(set) var columns: [[Float]]

    /// - Parameter stepSeconds: 60 to 3,600, a divisor of 86,400.
    public init(detectors: [String], columns: [[Float]], stepSeconds: Int) throws(Refusal) {
        guard (60...3_600).contains(stepSeconds), 86_400 % stepSeconds == 0 else {
            throw .dayNotWhole(stepSeconds: stepSeconds)
        }
        let expected = columns.first?.count ?? 0
        for (name, column) in zip(detectors, columns) where column.count != expected {
            throw .columnsDiffer(detector: name, steps: column.count, expected: expected)
        }
        let count = min(detectors.count, columns.count)
        self.detectors = Array(detectors.prefix(count))
        self.columns = Array(columns.prefix(count))
        self.stepSeconds = stepSeconds
    }

    /// How many steps there are.
    public var count: Int { columns.first?.count ?? 0 }
    public var stepsPerDay: Int { 86_400 / stepSeconds }
}
