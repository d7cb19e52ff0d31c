import Forecasting

/// Whether a forecast used a weather forecast.
struct WeatherUse: Sendable, Equatable {
    /// The words that entities have.
    enum State: String, Sendable {
        /// For all hours.
        case used
        /// For some hours; the others had none.
        case partlyUsed
        /// There is none for the place.
        case none
        /// The newest is a day old or older.
        case late
        /// No hour has all that was learnt from, or what there is cannot be.
        case incomplete
        /// Nothing was learnt with one yet, or it taught nothing.
        case notLearnt
        /// Forecasts with one missed more than those without, lately.
        case notHelpful
    }

    /// For how many hours one was used.
    let hours: Int
    let state: State
}

/// Whether forecasts with weather forecasts are the better ones, by what came: both are issued, and held against each other.
///
/// Invariants:
/// 1. `pending` has no hour more than 48 ahead of the newest one that was issued at, and six pairs in each at most.
struct WeatherTrust: Sendable, Equatable, Codable {
    /// Sums of the absolute errors of the two on the same hours, the older the less they count.
    private(set) var blind = 0.0
    private(set) var seeing = 0.0
    private(set) var count = 0.0

    private struct Pair: Sendable, Equatable {
        let blind: Double
        let seeing: Double
    }
    private var pending: [Int: [Pair]] = [:]

    private enum CodingKeys: CodingKey { case blind, seeing, count }

    /// Of what came a week of hours ago, a third still counts.
    private static let memory = 1 - 1.0 / (168 * 6)
    /// Outcomes without which weather forecasts are trusted.
    private static let fewest = 144.0

    init() {}

    /// With fewer than a day of hours, or errors that are not larger.
    var isHelpful: Bool { count < Self.fewest || seeing <= blind }

    /// What was kept can be used: not below zero, and numbers.
    var isSound: Bool { [blind, seeing, count].allSatisfy { $0.isFinite && $0 >= 0 } }

    mutating func issued(_ forecasts: [OutlookForecast], at hour: Int) {
        for forecast in forecasts where ForecastErrors.horizons.contains(forecast.blind.horizon) {
            guard let seeing = forecast.seeing else { continue }
            pending[hour + forecast.blind.horizon, default: []].append(
                Pair(blind: forecast.blind.value, seeing: seeing.value))
        }
    }

    /// Takes in what an hour brought; NaN where nothing was measured.
    mutating func observe(_ outcome: Double, at hour: Int) {
        guard let pairs = pending.removeValue(forKey: hour) else { return }
        for pair in pairs where outcome.isFinite {
            blind = blind * Self.memory + abs(pair.blind - outcome)
            seeing = seeing * Self.memory + abs(pair.seeing - outcome)
            count = count * Self.memory + 1
        }
    }
}
