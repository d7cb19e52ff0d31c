/// The median for each time of day and part of the year: what one would say without looking at today.
public struct Climatology: Sendable {
    private let medians: [Double]
    private let step: Int
    private static let parts = 12

    /// Learns the medians of a series; a time of day without a value in its part of the year takes the median of all.
    ///
    /// - Returns: `nil` when the series holds no value.
    public init?(_ series: ForecastSeries) {
        let finite = series.values.filter { $0.isFinite }
        guard !finite.isEmpty else { return nil }
        var groups = Array(repeating: [Double](), count: series.day * Self.parts)
        for (index, value) in series.values.enumerated() where value.isFinite {
            groups[Self.place(series.time(of: index), series.step)].append(value)
        }
        let overall = TreeGrower.median(finite)
        medians = groups.map { $0.isEmpty ? overall : TreeGrower.median($0) }
        step = series.step
    }

    /// The median for a time, in seconds since 1970.
    public func value(at time: Int) -> Double { medians[Self.place(time, step)] }

    private static func place(_ time: Int, _ step: Int) -> Int {
        let day = (time % 86_400 + 86_400) % 86_400 / step
        let year = (time % 31_556_952 + 31_556_952) % 31_556_952
        return day * parts + min(parts - 1, year * parts / 31_556_952)
    }
}
