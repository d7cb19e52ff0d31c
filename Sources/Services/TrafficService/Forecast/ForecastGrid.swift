import NGSILDModel

/// Equal steps of time that all detectors of a tenant share. A step has the instants after its start up to and including
/// its end, so that a mean stamped with the end of its period is where it belongs.
struct ForecastGrid: Sendable, Equatable {
    /// 300 or 900.
    let stepSeconds: Int
    /// The day, UTC, that step 0 is the first of; counted from 1970.
    let firstDay: Int

    var stepsPerDay: Int { 86_400 / stepSeconds }
    private var step: Int64 { Int64(stepSeconds) * 1_000_000 }
    private var origin: Int64 { Int64(firstDay) * 86_400_000_000 }

    /// Five minutes where most detectors report so often, else a quarter of an hour.
    ///
    /// - Parameter intervals: How often detectors report, in seconds.
    static func stepSeconds(_ intervals: [Double]) -> Int {
        let sorted = intervals.sorted()
        return sorted.isEmpty || sorted[sorted.count / 2] <= 450 ? 300 : 900
    }

    static func day(_ time: Timestamp) -> Int {
        let (days, rest) = time.microseconds.quotientAndRemainder(dividingBy: 86_400_000_000)
        return Int(rest < 0 ? days - 1 : days)
    }

    /// The step that an instant is in; below 0 before the first.
    func number(holding time: Timestamp) -> Int {
        let (steps, rest) = (time.microseconds - origin).quotientAndRemainder(dividingBy: step)
        return Int(rest > 0 ? steps : steps - 1)
    }

    /// The last step that is over at an instant.
    func lastOver(at time: Timestamp) -> Int {
        let (steps, rest) = (time.microseconds - origin).quotientAndRemainder(dividingBy: step)
        return Int(rest < 0 ? steps - 2 : steps - 1)
    }

    func start(_ number: Int) -> Timestamp { Timestamp(microseconds: origin + Int64(number) * step + 1) }
    func end(_ number: Int) -> Timestamp { Timestamp(microseconds: origin + Int64(number + 1) * step) }
}
