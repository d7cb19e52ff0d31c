/// Errors as weather forecasts have them, for places and times where no forecast was kept.
///
/// They are told as a share of what one misses who says that tomorrow's weather is like today's, at a day ahead; they grow
/// with how far ahead an hour lies, last for a while (a memory of 12 hours), and are half of them those of the forecast
/// before. Always the same for the same seed.
public struct ForecastNoise: Sendable {
    /// The share that is assumed of forecasts nobody knows yet.
    public static let assumedShare = 0.5
    /// Hours between one forecast and the next, as weather services issue them.
    public static let cadence = 6
    /// How far ahead forecasts reach, in hours: 48, and as much more as the newest value may be older than its hour.
    public static let reach = 54

    private let first: Int
    private let common: [Float]
    private let own: [[Float]]

    /// How much larger errors are at some hours ahead than at 24; 0.65 at one hour, 1.26 at 48.
    public static func growth(_ ahead: Int) -> Double {
        (0.4 + 0.6 * Double(min(max(ahead, 0), 240)) / 24).squareRoot()
    }

    /// - Parameter hours: The hours in which forecasts are issued, since 1970.
    /// - Cost: about 15 numbers for each hour.
    init(_ hours: Range<Int>, seed: UInt64) {
        var random = FixedRandom(seed: seed)
        func walk(_ count: Int) -> [Float] {
            let memory = 11.0 / 12
            let fresh = (1 - memory * memory).squareRoot()
            var state = Self.normal(&random)
            return (0..<count).map { _ in
                state = memory * state + fresh * Self.normal(&random)
                return Float(state)
            }
        }
        first = Self.run(at: hours.lowerBound)
        common = walk(max(0, hours.upperBound - first) + Self.reach + 1)
        let runs = max(0, (hours.upperBound - first + Self.cadence - 1) / Self.cadence)
        own = (0..<runs).map { _ in walk(Self.reach + Self.cadence) }
    }

    /// The hour in which the newest forecast was issued that is known at the end of an hour.
    static func run(at hour: Int) -> Int {
        hour - ((hour % cadence) + cadence) % cadence
    }

    /// The error that the forecast issued in an hour makes about a later one, as a share of its size.
    func error(run: Int, hour: Int) -> Double {
        let (place, ahead) = ((run - first) / Self.cadence, hour - run)
        guard place >= 0, place < own.count, ahead >= 1, ahead <= own[place].count,
            hour - first < common.count
        else { return .nan }
        let half = 0.5.squareRoot()
        return half * (Double(common[hour - first]) + Double(own[place][ahead - 1]))
    }

    /// The sum of twelve even numbers, which is all but normal with a deviation of 1.
    private static func normal(_ random: inout FixedRandom) -> Double {
        (0..<12).reduce(-6.0) { sum, _ in sum + Double(random.next()) / Double(UInt32.max) }
    }
}

extension ForetoldWeather {
    /// Forecasts of what was measured later, with errors, as a weather service could have issued them: for measuring what
    /// forecasts of a quality would be worth where only what came is on record.
    ///
    /// - Parameters:
    ///   - firstHour: That of the first measured value, since 1970.
    ///   - share: How much they err a day ahead, as a share of saying that tomorrow is like today; 0 to 2.
    ///   - seed: Another seed makes other errors than those that learning makes up for itself.
    public static func imagined(
        _ measured: [WeatherQuantity: [Double]], firstHour: Int, share: Double, seed: UInt64
    ) -> ForetoldWeather {
        let count = measured.values.map(\.count).max() ?? 0
        let share = min(max(share, 0), 2)
        let start = ForecastNoise.run(at: firstHour)
        var found: [ForetoldHour] = []
        var noises: [(WeatherQuantity, [Double], Double, ForecastNoise)] = []
        for quantity in WeatherQuantity.allCases {
            guard let values = measured[quantity] else { continue }
            noises.append(
                (
                    quantity, values, WeatherErrors.dayChange(values) * share,
                    ForecastNoise(firstHour..<firstHour + count, seed: seed &+ UInt64(quantity.rawValue))
                ))
        }
        for run in stride(from: start, to: firstHour + count, by: ForecastNoise.cadence) where !noises.isEmpty {
            for ahead in 1...ForecastNoise.reach {
                var hour = ForetoldHour(known: run, hour: run + ahead)
                for (quantity, values, size, noise) in noises {
                    let place = run + ahead - firstHour
                    guard values.indices.contains(place), values[place].isFinite else { continue }
                    let value =
                        values[place] + size * ForecastNoise.growth(ahead) * noise.error(run: run, hour: run + ahead)
                    hour[quantity] = quantity.isAmount ? max(0, value) : value
                }
                if !hour.isEmpty { found.append(hour) }
            }
        }
        return ForetoldWeather(found)
    }
}
