/// A limit, target or guideline for a pollutant.
public struct AirQualityStandard: Sendable, Hashable {
    /// Whose it is.
    public enum Body: String, Sendable, Hashable, CaseIterable {
        /// Directive 2008/50/EC, annexes VII, XI and XIV; in force to 2029 by annex I of the recast.
        case eu2008 = "EU 2008/50"
        /// Directive (EU) 2024/2881, annex I, to be attained by 1 January 2030.
        case eu2024 = "EU 2024/2881"
        /// WHO global air quality guidelines of 2021, table 0.1, and guidelines of 2000 and 2010 that remain valid.
        case who2021 = "WHO 2021"
    }

    /// How binding it is.
    public enum Kind: String, Sendable, Hashable {
        case limitValue, targetValue, longTermObjective, guideline
    }

    /// Which values are compared.
    public enum Metric: String, Sendable, Hashable {
        case hour, dailyMean, dailyMaximumMean8, annualMean
        /// The mean of the daily maxima of 8-hour means in the six consecutive months of the year where it is highest.
        case peakSeason
    }

    public let body: Body
    public let kind: Kind
    public let pollutant: Pollutant
    public let metric: Metric
    /// In µg/m³.
    public let limit: Double
    /// How often in a calendar year it may be exceeded; 0 for means of a year or season.
    public let allowed: Int
    /// The share of hours (metric `hour` and `annualMean`) or days that makes the year's data enough.
    public let dataCapture: Double

    private init(_ body: Body, _ pollutant: Pollutant, _ metric: Metric, _ limit: Double, allowed: Int = 0) {
        self.init(body, .limitValue, pollutant, metric, limit, allowed: allowed)
    }

    private init(
        _ body: Body, _ kind: Kind, _ pollutant: Pollutant, _ metric: Metric, _ limit: Double,
        allowed: Int = 0
    ) {
        self.body = body
        self.kind = kind
        self.pollutant = pollutant
        self.metric = metric
        self.limit = limit
        self.allowed = allowed
        dataCapture = body == .eu2008 ? 0.9 : body == .eu2024 ? 0.85 : 0.75
    }

    /// Values are compared with EU standards after rounding to the standard's digits, as the Commission's guidance on
    /// Decision 2011/850/EU has it; with WHO's as they are.
    func isExceeded(by value: Double) -> Bool {
        guard body != .who2021 else { return value > limit }
        let digit = pollutant == .co ? 1_000.0 : 1.0
        return (value / digit + 0.5 + 1e-9).rounded(.down) * digit > limit
    }

    /// Every standard known.
    public static let all: [AirQualityStandard] = [
        AirQualityStandard(.eu2008, .so2, .hour, 350, allowed: 24),
        AirQualityStandard(.eu2008, .so2, .dailyMean, 125, allowed: 3),
        AirQualityStandard(.eu2008, .no2, .hour, 200, allowed: 18),
        AirQualityStandard(.eu2008, .no2, .annualMean, 40),
        AirQualityStandard(.eu2008, .co, .dailyMaximumMean8, 10_000),
        AirQualityStandard(.eu2008, .pm10, .dailyMean, 50, allowed: 35),
        AirQualityStandard(.eu2008, .pm10, .annualMean, 40),
        AirQualityStandard(.eu2008, .pm25, .annualMean, 25),
        AirQualityStandard(.eu2008, .targetValue, .o3, .dailyMaximumMean8, 120, allowed: 25),
        AirQualityStandard(.eu2008, .longTermObjective, .o3, .dailyMaximumMean8, 120),

        AirQualityStandard(.eu2024, .pm25, .dailyMean, 25, allowed: 18),
        AirQualityStandard(.eu2024, .pm25, .annualMean, 10),
        AirQualityStandard(.eu2024, .pm10, .dailyMean, 45, allowed: 18),
        AirQualityStandard(.eu2024, .pm10, .annualMean, 20),
        AirQualityStandard(.eu2024, .no2, .hour, 200, allowed: 3),
        AirQualityStandard(.eu2024, .no2, .dailyMean, 50, allowed: 18),
        AirQualityStandard(.eu2024, .no2, .annualMean, 20),
        AirQualityStandard(.eu2024, .so2, .hour, 350, allowed: 3),
        AirQualityStandard(.eu2024, .so2, .dailyMean, 50, allowed: 18),
        AirQualityStandard(.eu2024, .so2, .annualMean, 20),
        AirQualityStandard(.eu2024, .co, .dailyMaximumMean8, 10_000),
        AirQualityStandard(.eu2024, .co, .dailyMean, 4_000, allowed: 18),
        AirQualityStandard(.eu2024, .targetValue, .o3, .dailyMaximumMean8, 120, allowed: 18),
        AirQualityStandard(.eu2024, .longTermObjective, .o3, .dailyMaximumMean8, 100, allowed: 3),

        // WHO's daily guidelines are 99th percentiles: three or four exceedances a year, here three.
        AirQualityStandard(.who2021, .guideline, .pm25, .annualMean, 5),
        AirQualityStandard(.who2021, .guideline, .pm25, .dailyMean, 15, allowed: 3),
        AirQualityStandard(.who2021, .guideline, .pm10, .annualMean, 15),
        AirQualityStandard(.who2021, .guideline, .pm10, .dailyMean, 45, allowed: 3),
        AirQualityStandard(.who2021, .guideline, .o3, .peakSeason, 60),
        AirQualityStandard(.who2021, .guideline, .o3, .dailyMaximumMean8, 100, allowed: 3),
        AirQualityStandard(.who2021, .guideline, .no2, .annualMean, 10),
        AirQualityStandard(.who2021, .guideline, .no2, .dailyMean, 25, allowed: 3),
        AirQualityStandard(.who2021, .guideline, .no2, .hour, 200),
        AirQualityStandard(.who2021, .guideline, .so2, .dailyMean, 40, allowed: 3),
        AirQualityStandard(.who2021, .guideline, .co, .dailyMean, 4_000, allowed: 3),
        AirQualityStandard(.who2021, .guideline, .co, .dailyMaximumMean8, 10_000),
        AirQualityStandard(.who2021, .guideline, .co, .hour, 35_000),
    ]
}
