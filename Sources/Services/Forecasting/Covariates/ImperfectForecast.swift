/// A forecast of a measurement as one could have had it: what came, with errors.
///
/// For measuring what a forecast that errs would be worth, where only what came is on record. Errors follow one another
/// slowly, as those of weather forecasts do (a memory of 12 steps), and are a share of how much the measurement changes in a
/// day; at 1 the forecast knows no more than that tomorrow is like today. Always the same errors for the same column.
public enum ImperfectForecast {
    /// A column beside each that is known ahead, which then is known up to the time of issue only.
    ///
    /// - Parameter error: The share, 0 to 2.
    public static func beside(
        _ covariates: [ForecastSeries.Covariate], day: Int, error: Double
    ) -> [ForecastSeries.Covariate] {
        var made: [ForecastSeries.Covariate] = []
        for (place, covariate) in covariates.enumerated() {
            var measured = covariate
            measured.isKnownAhead = false
            made.append(measured)
            guard covariate.isKnownAhead else { continue }
            var forecast = covariate
            forecast.name += ", forecast"
            forecast.values = values(covariate, day: day, error: error, seed: UInt64(place) + 41)
            made.append(forecast)
        }
        return made
    }

    private static func values(
        _ covariate: ForecastSeries.Covariate, day: Int, error: Double, seed: UInt64
    ) -> [Double] {
        let values = covariate.values
        var (squares, count) = (0.0, 0.0)
        for index in values.indices.dropFirst(max(1, day)) {
            let change = values[index] - values[index - max(1, day)]
            guard change.isFinite else { continue }
            squares += change * change
            count += 1
        }
        let size = count > 0 ? (squares / count).squareRoot() * min(max(error, 0), 2) : 0
        var random = FixedRandom(seed: seed)
        let memory = 11.0 / 12
        let fresh = (1 - memory * memory).squareRoot()
        var state = 0.0
        return values.map { value in
            // The sum of twelve even numbers is all but normal, with a deviation of 1.
            let noise = (0..<12).reduce(-6.0) { sum, _ in sum + Double(random.next()) / Double(UInt32.max) }
            state = memory * state + fresh * noise
            let wrong = value + size * state
            return covariate.scale == .logarithmic ? max(0, wrong) : wrong
        }
    }
}
