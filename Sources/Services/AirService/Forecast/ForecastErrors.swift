import Forecasting

/// What forecasts missed on hours that the model had not seen, beside persistence, by horizon.
struct ForecastErrors: Sendable {
    /// The horizons that are told of, in hours.
    static let horizons = [1, 3, 6, 12, 24, 48]

    struct Sums: Sendable, Equatable, Codable {
        var count = 0
        var error = 0.0
        var persistence = 0.0
        var inside = 0

        /// Mean absolute errors in µg/m³, and the share of outcomes in their intervals; `nil` without outcomes.
        var means: (error: Double, persistence: Double, coverage: Double)? {
            guard count > 0 else { return nil }
            let count = Double(count)
            return (error / count, persistence / count, Double(inside) / count)
        }
    }

    private(set) var sums = ForecastErrors.horizons.map { _ in Sums() }
    /// The coverage to ask for, so that intervals hold what they promise.
    private var adaptive = ForecastErrors.horizons.map { _ in AdaptiveCoverage(wanted: 0.9) }
    /// Forecasts whose hour has not come: at most one for each horizon and hour ahead.
    private var pending: [Int: [(place: Int, forecast: Forecast)]] = [:]

    init() {}

    /// Errors that were kept; `nil` where they are not those of the horizons.
    init?(sums: [Sums], asked: [Double]) {
        guard sums.count == Self.horizons.count, asked.count == Self.horizons.count,
            sums.allSatisfy({
                (0...1 << 40).contains($0.count) && (0...$0.count).contains($0.inside) && $0.error.isFinite
                    && $0.persistence.isFinite
            }),
            asked.allSatisfy({ $0.isFinite })
        else { return nil }
        self.sums = sums
        adaptive = asked.map { AdaptiveCoverage(wanted: 0.9, asked: $0) }
    }

    /// The coverage to ask for at each of the horizons.
    var allAsked: [Double] { adaptive.map(\.asked) }

    /// How many hours the errors were measured on.
    var hours: Int { sums.map(\.count).max() ?? 0 }

    /// The coverage to ask for at a horizon: that of the nearest that is measured, from above.
    func asked(_ horizon: Int) -> Double {
        adaptive[Self.horizons.firstIndex { $0 >= horizon } ?? adaptive.count - 1].asked
    }

    /// Remembers forecasts that were issued at an hour, to be held against what comes.
    mutating func issued(_ forecasts: [Forecast], at hour: Int) {
        for forecast in forecasts {
            guard let place = Self.horizons.firstIndex(of: forecast.horizon) else { continue }
            pending[hour + forecast.horizon, default: []].append((place, forecast))
        }
    }

    /// Takes in what an hour brought; NaN where nothing was measured.
    mutating func observe(_ outcome: Double, at hour: Int) {
        guard let forecasts = pending.removeValue(forKey: hour), outcome.isFinite else { return }
        for (place, forecast) in forecasts {
            let isInside = forecast.interval.contains(outcome)
            sums[place].count += 1
            sums[place].error += abs(forecast.value - outcome)
            sums[place].persistence += abs(forecast.persistence - outcome)
            sums[place].inside += isInside ? 1 : 0
            adaptive[place].observe(isInside: isInside)
        }
    }

    /// Forgets forecasts whose hour has not come, such as those of another model.
    mutating func forgetAwaited() { pending = [:] }

    /// Hours that forecasts wait for, up to one, in order.
    func awaited(through hour: Int) -> [Int] { pending.keys.filter { $0 <= hour }.sorted() }
}
