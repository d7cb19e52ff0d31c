/// What is known of a place: a value for each step of time, and other measurements beside it.
///
/// Invariants:
/// 1. Every column has as many numbers as `values`; `nan` stands where there is none. What was foreseen has as many rows.
public struct ForecastSeries: Sendable {
    /// A measurement beside the forecast one.
    public struct Covariate: Sendable {
        /// How its values spread.
        public enum Scale: Sendable, Hashable {
            /// As they are: a temperature, a component of the wind.
            case linear
            /// Over orders of magnitude and not below 0: a concentration, a count, an amount of rain.
            case logarithmic
            /// The forecast quantity itself, as it is elsewhere: on the scale of the series, and told by how it differs
            /// from the newest value. Where it is missing, it counts as being like here.
            case likeTarget
        }

        public var name: String
        public var scale: Scale
        public var values: [Double]
        /// Whether values beyond the time of issue may be used, because a forecast of them is at hand when it is needed.
        public var isKnownAhead: Bool
        /// What was foreseen of it at each time; `nil` where nothing ever was. Taken before values beyond the time of issue.
        public var foreseen: Foreseen?

        public init(
            name: String, scale: Scale = .linear, values: [Double], isKnownAhead: Bool = false,
            foreseen: Foreseen? = nil
        ) {
            self.name = name
            self.scale = scale
            self.values = values
            self.isKnownAhead = isKnownAhead
            self.foreseen = foreseen
        }
    }

    /// The time of the first value, in seconds since 1970.
    public let start: Int
    /// The time between values, in seconds; 60 to 86,400.
    public let step: Int
    public let values: [Double]
    public let covariates: [Covariate]

    /// Most values of a series: 200,000, which is 22 years of hours.
    public static let maximumCount = 200_000
    /// Most covariates: 64.
    public static let maximumCovariates = 64

    /// A series of values.
    ///
    /// - Returns: `nil` when columns differ in length, the step is out of range or does not divide a day, or a maximum is
    ///   passed.
    public init?(start: Int, step: Int = 3_600, values: [Double], covariates: [Covariate] = []) {
        guard (60...86_400).contains(step), 86_400 % step == 0, values.count <= Self.maximumCount,
            covariates.count <= Self.maximumCovariates, abs(start) < 1 << 40,
            covariates.allSatisfy({
                $0.values.count == values.count && $0.foreseen.map { $0.count == values.count } ?? true
            })
        else { return nil }
        self.start = start
        self.step = step
        self.values = values
        self.covariates = covariates
    }

    public var count: Int { values.count }
    /// Steps in a day.
    public var day: Int { 86_400 / step }

    /// The time of a value, in seconds since 1970.
    public func time(of index: Int) -> Int { start + index * step }

    /// The series up to and without an index.
    public func prefix(_ count: Int) -> ForecastSeries {
        let count = min(max(count, 0), self.count)
        return ForecastSeries(
            start, step, Array(values[..<count]),
            covariates.map {
                Covariate(
                    name: $0.name, scale: $0.scale, values: Array($0.values[..<count]), isKnownAhead: $0.isKnownAhead,
                    foreseen: $0.foreseen?.prefix(count))
            })
    }

    private init(_ start: Int, _ step: Int, _ values: [Double], _ covariates: [Covariate]) {
        self.start = start
        self.step = step
        self.values = values
        self.covariates = covariates
    }
}
