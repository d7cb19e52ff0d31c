/// How far back the past of a fleet reaches, and how often it is told: rarer than in the present, which nobody sees in a
/// chart of a day.
struct PastSpan: Sendable {
    /// Milliseconds.
    let length: Int64
    /// Milliseconds from one time to the next.
    let step: Int64

    /// What measures: often enough for observations of five minutes, and a week as `Try it on last week` wants it.
    static let week = PastSpan(length: 7 * 86_400_000, step: 300_000)
    /// What moves: its places of last week are of no use to anybody.
    static let day = PastSpan(length: 86_400_000, step: 60_000)
    /// What is held against limits by the year.
    static let year = PastSpan(length: 365 * 86_400_000, step: 3_600_000)

    /// The first moment of a span that ends at a moment: a multiple of the step, so that a later question meets the same.
    func start(before end: CityTime) -> Int64 {
        max(0, (end.milliseconds - length).floorDivided(by: step).quotient * step)
    }
}
