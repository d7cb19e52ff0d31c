/// What is known of how weather forecasts err at one place: found by holding what was forecast against what came.
public struct WeatherErrors: Sendable, Codable, Equatable {
    /// How forecasts of one quantity relate to what is measured.
    public struct Quantity: Sendable, Codable, Equatable {
        /// What is measured is, in the middle, `offset + factor * forecast`.
        public var offset = 0.0
        public var factor = 1.0
        /// The error that is left a day ahead, as a share of saying that tomorrow is like today.
        public var share = ForecastNoise.assumedShare
        /// Pairs of a forecast and an outcome that this was found from; 0: it is assumed.
        public var pairs = 0
        /// What tomorrow differs from today, the root of the mean square; 0 where it is not measured.
        var dayChange = 0.0
        /// The measured values that are believable, in the quantity's unit.
        var least = -1e6
        var greatest = 1e6
    }

    /// Those that forecasts can be used of, by their number.
    private(set) public var quantities: [WeatherQuantity: Quantity]

    /// Pairs, and hours that they are about, from which on forecasts are held against what came.
    static let fewestPairs = 168
    static let fewestHours = 72
    /// A column with fewer values teaches nothing.
    static let fewestValues = 500
    /// The newest pairs are enough.
    private static let mostPairs = 30_000

    /// Finds out how forecasts err.
    ///
    /// A quantity is left out that forecasts do not tell, and one whose forecasts are no better than saying that tomorrow is
    /// like today.
    ///
    /// - Parameters:
    ///   - measured: Columns of one length.
    ///   - firstHour: That of their first value, since 1970.
    ///   - foretold: What had been issued by the last of them.
    public init(measured: [WeatherQuantity: [Double]], firstHour: Int, foretold: ForetoldWeather) {
        quantities = [:]
        for quantity in WeatherQuantity.allCases {
            guard foretold.hours.contains(where: { $0[quantity].isFinite }) else { continue }
            let values = measured[quantity] ?? []
            guard values.count(where: { $0.isFinite }) >= Self.fewestValues else {
                // What nobody measures can be learnt as it was issued.
                quantities[quantity] = Quantity()
                continue
            }
            if let known = Self.known(quantity, values, firstHour, foretold) { quantities[quantity] = known }
        }
    }

    /// Those of some quantities.
    func keeping(_ kept: some Sequence<WeatherQuantity>) -> WeatherErrors {
        var part = self
        let kept = Set(kept)
        part.quantities = quantities.filter { kept.contains($0.key) }
        return part
    }

    /// Whether all numbers can be: for what was read from a file.
    public var isSound: Bool {
        quantities.values.allSatisfy { quantity in
            [quantity.offset, quantity.factor, quantity.share, quantity.dayChange, quantity.least, quantity.greatest]
                .allSatisfy { abs($0) < 1e9 } && quantity.pairs >= 0
        }
    }

    private static func known(
        _ quantity: WeatherQuantity, _ values: [Double], _ firstHour: Int, _ foretold: ForetoldWeather
    ) -> Quantity? {
        var known = Quantity()
        known.dayChange = dayChange(values)
        guard known.dayChange > 0 else { return nil }
        let finite = values.filter { $0.isFinite }
        if let least = finite.min(), let greatest = finite.max(), quantity != .precipitation {
            known.least = least - (greatest - least)
            known.greatest = greatest + (greatest - least)
        }
        var pairs: [(ahead: Int, foretold: Double, came: Double)] = []
        var hours: Set<Int32> = []
        for hour in foretold.hours.reversed() where pairs.count < mostPairs {
            let (place, ahead) = (Int(hour.hour) - firstHour, Int(hour.hour) - Int(hour.known))
            guard (1...48).contains(ahead), values.indices.contains(place), values[place].isFinite else { continue }
            let value = hour[quantity]
            guard value.isFinite else { continue }
            pairs.append((ahead, value, values[place]))
            hours.insert(hour.hour)
        }
        guard pairs.count >= fewestPairs, hours.count >= fewestHours else { return known }
        if quantity != .precipitation {
            guard let line = line(pairs) else { return nil }
            (known.offset, known.factor) = line
        }
        let squares = pairs.reduce(0.0) { sum, pair in
            let missed = (pair.came - known.offset - known.factor * pair.foretold) / ForecastNoise.growth(pair.ahead)
            return sum + missed * missed
        }
        known.share = (squares / Double(pairs.count)).squareRoot() / known.dayChange
        known.pairs = pairs.count
        return known.share < 1 ? known : nil
    }

    /// The line that gives forecasts the mean and the spread of what came (the reduced major axis, which does not flatten
    /// them for their errors); `nil` where forecasts are all but constant or tell the contrary.
    private static func line(_ pairs: [(ahead: Int, foretold: Double, came: Double)]) -> (Double, Double)? {
        let count = Double(pairs.count)
        let mean = pairs.reduce((0.0, 0.0)) { ($0.0 + $1.foretold / count, $0.1 + $1.came / count) }
        var (forecasts, outcomes, product) = (0.0, 0.0, 0.0)
        for pair in pairs {
            let (foretold, came) = (pair.foretold - mean.0, pair.came - mean.1)
            forecasts += foretold * foretold
            outcomes += came * came
            product += foretold * came
        }
        guard forecasts > 1e-9 * count, outcomes > 0, product > 0 else { return nil }
        let factor = (outcomes / forecasts).squareRoot()
        return (mean.1 - factor * mean.0, factor)
    }

    /// What one misses who says that tomorrow is like today: the root of the mean square; 0 without two days.
    static func dayChange(_ values: [Double]) -> Double {
        var (squares, count) = (0.0, 0.0)
        for index in values.indices.dropFirst(24) {
            let change = values[index] - values[index - 24]
            guard change.isFinite else { continue }
            squares += change * change
            count += 1
        }
        return count > 0 ? (squares / count).squareRoot() : 0
    }
}

extension WeatherErrors.Quantity {
    /// What a forecast says of what is measured here; `nan` where that is not believable.
    func corrected(_ foretold: Double) -> Double {
        let value = offset + factor * foretold
        return value >= least && value <= greatest ? value : .nan
    }
}
