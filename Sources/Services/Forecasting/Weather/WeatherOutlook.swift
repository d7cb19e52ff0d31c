/// What is known of the weather at a place: what was measured, and what was forecast.
public struct WeatherRecord: Sendable {
    /// Columns at the times of a series.
    public var measured: [WeatherQuantity: [Double]]
    /// As it was issued.
    public var foretold: ForetoldWeather

    public init(measured: [WeatherQuantity: [Double]], foretold: ForetoldWeather) {
        self.measured = measured
        self.foretold = foretold
    }

    /// What was known at the end of the first hours.
    func prefix(_ count: Int, firstHour: Int) -> WeatherRecord {
        WeatherRecord(
            measured: measured.mapValues { Array($0.prefix(max(0, count))) },
            foretold: foretold.known(through: firstHour + count - 1))
    }
}

/// Puts weather forecasts into the rows that a forecaster reads: for each hour what was known then of those to come.
struct WeatherOutlook {
    /// Between two hours that a forecast tells of, so many are filled in evenly: forecasts come in steps of three or six hours.
    private static let between = 5
    private static let seed: UInt64 = 7_001

    let errors: WeatherErrors

    /// What was foreseen, by the newest forecast for each hour that was known and not too old.
    ///
    /// - Parameters:
    ///   - firstHour: The hour of the first row, since 1970.
    ///   - fillsUp: Whether hours of which no forecast is on record get one made of what was measured, with errors like
    ///     those of the real ones; to learn from.
    /// - Cost: linear in the rows and the forecasts.
    func foreseen(
        _ weather: WeatherRecord, firstHour: Int, count: Int, fillsUp: Bool
    ) -> [WeatherQuantity: Foreseen] {
        let known = WeatherQuantity.allCases.compactMap { quantity in errors.quantities[quantity].map { (quantity, $0) }
        }
        let quantities = known.map(\.0)
        var rows = quantities.map { _ in Foreseen(count: count, reach: ForecastNoise.reach) }
        let noises = quantities.map { quantity in
            fillsUp
                ? ForecastNoise(firstHour..<firstHour + max(0, count), seed: Self.seed + UInt64(quantity.rawValue))
                : nil
        }
        // The newest forecast of each hour, as time goes by.
        var newest = [ForetoldHour?](repeating: nil, count: count + ForecastNoise.reach + 1)
        var next = 0
        for row in 0..<max(0, count) {
            let now = firstHour + row
            while next < weather.foretold.hours.count, weather.foretold.hours[next].known <= now {
                let hour = weather.foretold.hours[next]
                next += 1
                let place = Int(hour.hour) - firstHour
                guard newest.indices.contains(place) else { continue }
                newest[place] = newest[place].map { $0.replaced(by: hour) } ?? hour
            }
            var isForetold = false
            var last = known.map { _ in (ahead: Int.min / 2, value: Double.nan) }
            for ahead in max(-row, -Self.between)...ForecastNoise.reach {
                guard let hour = newest[row + ahead], now - Int(hour.known) <= ForetoldWeather.oldest else { continue }
                isForetold = isForetold || ahead > 0
                for (place, (quantity, known)) in known.enumerated() {
                    let value = known.corrected(hour[quantity])
                    guard value.isFinite else { continue }
                    let own = quantity.isAmount ? max(0, value) : value
                    rows[place][row, ahead] = own
                    let gap = ahead - last[place].ahead
                    if gap > 1, gap <= Self.between + 1 {
                        for step in 1..<gap {
                            let share = Double(step) / Double(gap)
                            rows[place][row, last[place].ahead + step] = last[place].value * (1 - share) + own * share
                        }
                    }
                    last[place] = (ahead, own)
                }
            }
            guard !isForetold else { continue }
            for (place, (quantity, known)) in known.enumerated() {
                guard let noise = noises[place], let measured = weather.measured[quantity], known.dayChange > 0
                else { continue }
                fill(&rows[place], row, now, measured, known, quantity, noise, firstHour)
            }
        }
        return Dictionary(uniqueKeysWithValues: zip(quantities, rows))
    }

    private func fill(
        _ rows: inout Foreseen, _ row: Int, _ now: Int, _ measured: [Double], _ known: WeatherErrors.Quantity,
        _ quantity: WeatherQuantity, _ noise: ForecastNoise, _ firstHour: Int
    ) {
        let run = ForecastNoise.run(at: now)
        let size = known.dayChange * known.share
        for ahead in 1...ForecastNoise.reach where measured.indices.contains(row + ahead) {
            let hour = now + ahead
            let value =
                measured[row + ahead] + size * ForecastNoise.growth(hour - run) * noise.error(run: run, hour: hour)
            rows[row, ahead] = quantity.isAmount ? max(0, value) : value
        }
    }

    /// Columns with what was foreseen of them; a quantity that has no column gets one.
    ///
    /// - Returns: `nil` where the columns are too many.
    static func attached(
        _ foreseen: [WeatherQuantity: Foreseen], _ measured: [WeatherQuantity: [Double]],
        to covariates: [ForecastSeries.Covariate]
    ) -> [ForecastSeries.Covariate]? {
        var columns = covariates
        for quantity in WeatherQuantity.allCases {
            guard let rows = foreseen[quantity] else { continue }
            let place = columns.firstIndex {
                $0.scale != .likeTarget && quantity.columnNames.contains(ColumnName.plain($0.name))
            }
            if let place, measured[quantity] != nil {
                columns[place].foreseen = rows
            } else {
                columns.append(
                    ForecastSeries.Covariate(
                        name: "foretold \(quantity)",
                        values: measured[quantity] ?? Array(repeating: .nan, count: rows.count), foreseen: rows))
            }
        }
        return columns.count <= ForecastSeries.maximumCovariates ? columns : nil
    }
}
