/// Forecasts a series from its own past, with intervals, for any number of steps up to a maximum.
///
/// One sum of trees for each range of horizons, learnt on the change from the newest value, on a logarithmic scale. The
/// number of trees is chosen on data held back: the history is split in two, each half is forecast by what the other
/// taught, and the errors made there give the intervals. With no trees at all the forecast is persistence, so that a
/// series from which nothing can be learnt is forecast by its newest value.
///
/// Deterministic. Memory: about 100 bytes for each step of the history while learning.
public struct SeriesForecaster: Sendable {
    /// How a forecaster learns.
    public struct Options: Sendable {
        /// The longest horizon in steps; default 48, at most 500.
        public var longestHorizon = 48
        /// Steps of history that are learnt from, the newest; default 50,000, which is 5.7 years of hours.
        public var historyLimit = 50_000
        /// Most trees for each range of horizons; default 180.
        public var mostTrees = 180
        /// Asked every few trees; `true` ends learning without a forecaster.
        public var isCancelled: @Sendable () -> Bool = { false }

        public init() {}
    }

    /// What was measured for a range of horizons on data held back, in the values' unit.
    public struct Skill: Sendable, Equatable {
        public let horizons: ClosedRange<Int>
        /// The mean absolute error of the forecast.
        public let error: Double
        /// That of persistence for the same times.
        public let persistenceError: Double
        /// How many trees were best; 0 is persistence.
        public let trees: Int
    }

    struct Segment: Sendable {
        let horizons: ClosedRange<Int>
        let trees: BoostedTrees
        let residuals: ResidualQuantiles
        let skill: Skill
    }

    let scales: FeatureScales
    let segments: [Segment]
    let step: Int
    let covariateNames: [String]

    /// The fewest times of issue with a value and an outcome: 500.
    public static let fewestRows = 500

    /// Learns from a series.
    ///
    /// - Returns: `nil` when fewer than `fewestRows` pairs of a time and an outcome are known for some range of horizons, or
    ///   when it was cancelled.
    /// - Cost: about six seconds of one core for two years of hours with twelve covariates.
    public init?(learningFrom series: ForecastSeries, options: Options = Options()) {
        let scales = FeatureScales(fitting: series)
        let maker = FeatureMaker(series: series, scales: scales)
        let from = max(0, series.count - max(1_000, options.historyLimit))
        var issues: [Int] = []
        for issue in from..<max(from, series.count) where maker.target[issue].isFinite { issues.append(issue) }
        let trainer = SegmentTrainer(
            maker: maker, issues: issues, mostTrees: min(max(options.mostTrees, 1), 2_000),
            isCancelled: options.isCancelled)
        var segments: [Segment] = []
        for horizons in Self.ranges(upTo: min(max(options.longestHorizon, 1), 500)) {
            guard let segment = trainer.train(horizons) else { return nil }
            segments.append(segment)
        }
        self.scales = scales
        self.segments = segments
        step = series.step
        covariateNames = series.covariates.map(\.name)
    }

    init(scales: FeatureScales, segments: [Segment], step: Int, covariateNames: [String]) {
        self.scales = scales
        self.segments = segments
        self.step = step
        self.covariateNames = covariateNames
    }

    /// What was measured while learning, nearest horizons first.
    public var skills: [Skill] { segments.map(\.skill) }
    public var longestHorizon: Int { segments.last?.horizons.upperBound ?? 0 }

    /// 1, 2, 3, 4-6, 7-12, 13-24, 25-48, and on in doubles.
    static func ranges(upTo longest: Int) -> [ClosedRange<Int>] {
        var ranges: [ClosedRange<Int>] = []
        var low = 1
        while low <= longest {
            let high = low < 4 ? low : min(longest, (low - 1) * 2)
            ranges.append(low...high)
            low = high + 1
        }
        return ranges
    }

    /// The forecaster at work on a series, usually the one it learnt from with what has come since.
    ///
    /// - Returns: `nil` when the series has another step or other covariates than the one learnt from.
    /// - Cost: linear in the length of the series; each forecast is then cheap.
    public func applied(to series: ForecastSeries) -> AppliedForecaster? {
        guard series.step == step, series.covariates.map(\.name) == covariateNames else { return nil }
        return AppliedForecaster(forecaster: self, series: series)
    }
}
