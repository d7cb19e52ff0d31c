import LeastSquares

/// A low-cost sensor's calibration against a reference.
public struct Calibration: Sendable, Hashable {
    public let pollutant: Pollutant
    public let model: CalibrationModel
    /// Constant first, in the model's order.
    public let coefficients: [Double]
    public let quality: CalibrationQuality
    /// What the pairs covered; beyond it values are extrapolated.
    public let sensorRange: ClosedRange<Double>
    public let humidityRange: ClosedRange<Double>
    public let temperatureRange: ClosedRange<Double>

    /// A calibration that was fitted before and kept.
    ///
    /// - Returns: `nil` where there are not as many coefficients as the model has, or a number is not finite.
    public init?(
        _ pollutant: Pollutant, _ model: CalibrationModel, coefficients: [Double], quality: CalibrationQuality,
        sensorRange: ClosedRange<Double>, humidityRange: ClosedRange<Double>, temperatureRange: ClosedRange<Double>
    ) {
        guard coefficients.count == model.columns, coefficients.allSatisfy(\.isFinite) else { return nil }
        self.pollutant = pollutant
        self.model = model
        self.coefficients = coefficients
        self.quality = quality
        self.sensorRange = sensorRange
        self.humidityRange = humidityRange
        self.temperatureRange = temperatureRange
    }

    /// What can lie beyond what was calibrated.
    public enum Beyond: String, Sendable, Hashable { case sensor, humidity, temperature }

    /// A sensor's value made a concentration.
    public struct Value: Sendable, Hashable {
        /// In µg/m³.
        public let concentration: Double
        /// Expanded (95 %), in µg/m³. It does not cover extrapolation.
        public let uncertainty: Double
        /// Empty where the value lies within what was calibrated.
        public let beyond: [Beyond]
        public var isExtrapolated: Bool { !beyond.isEmpty }
    }

    /// Applies the calibration.
    ///
    /// - Parameters:
    ///   - sensor: As in the pairs.
    ///   - relativeHumidity: Percent. - temperature: Degrees Celsius.
    ///   - extrapolating: Whether values beyond what was calibrated are given, marked, or refused.
    /// - Returns: `nil` where a number is missing, or extrapolation is refused.
    public func apply(
        sensor: Double, relativeHumidity: Double, temperature: Double, extrapolating: Bool = true
    ) -> Value? {
        guard sensor.isFinite, relativeHumidity.isFinite, temperature.isFinite else { return nil }
        var beyond: [Beyond] = []
        if !sensorRange.contains(sensor) { beyond.append(.sensor) }
        if !humidityRange.contains(relativeHumidity) { beyond.append(.humidity) }
        if !temperatureRange.contains(temperature) { beyond.append(.temperature) }
        guard extrapolating || beyond.isEmpty else { return nil }
        let row = model.row(sensor: sensor, relativeHumidity: relativeHumidity, temperature: temperature)
        let concentration = zip(row, coefficients).reduce(0) { $0 + $1.0 * $1.1 }
        guard concentration.isFinite else { return nil }
        return Value(
            concentration: concentration, uncertainty: quality.expandedUncertainty(at: concentration), beyond: beyond)
    }

    /// Fits every model and chooses by cross-validation.
    ///
    /// The pairs are cut into five stretches of time; each is predicted from the other four, so that neighbouring hours
    /// do not vouch for one another. The simplest model within 2 % of the smallest error is taken.
    ///
    /// - Parameters:
    ///   - pairs: In the order of time. Incomplete ones are left out.
    ///   - requirements: Those of indicative measurements unless given.
    /// - Throws: A refusal with its reason.
    /// - Cost: some 40 regressions for particles, 2 for gases, each of six walks over the pairs.
    public static func fit(
        _ pollutant: Pollutant, _ pairs: [CalibrationPair], requirements: CalibrationRequirements? = nil
    ) throws(CalibrationRefusal) -> Calibration {
        let requirements = requirements ?? CalibrationRequirements(indicativeOf: pollutant)
        let pairs = pairs.filter(\.isComplete)
        let need = max(30, requirements.pairs)
        guard pairs.count >= need else { throw .tooFewPairs(have: pairs.count, need: need) }
        let references = pairs.map(\.reference).sorted()
        let span = references[references.count * 95 / 100] - references[references.count * 5 / 100]
        guard span >= requirements.span else { throw .spanTooSmall(have: span, need: requirements.span) }

        let tried = CalibrationModel.candidates(for: pollutant).compactMap { model in
            crossValidated(model, pairs).map { (model: model, predictions: $0, error: squaredError($0, pairs)) }
        }
        guard let least = tried.map({ $0.error }).min() else { throw .notDetermined }
        // An error is squared here, so 2 % are 1.0404. Among equals in size, the smaller error.
        let close = tried.filter { $0.error <= least * 1.0404 }
        guard let size = close.map({ $0.model.columns }).min(),
            let chosen = close.filter({ $0.model.columns == size }).min(by: { $0.error < $1.error }),
            let coefficients = Self.coefficients(chosen.model, pairs[...])
        else { throw .notDetermined }

        let quality = CalibrationQuality(
            predictions: chosen.predictions, references: pairs.map(\.reference), requirements: requirements)
        guard quality.determination >= requirements.determination else {
            throw .weakRelation(determination: quality.determination, need: requirements.determination)
        }
        guard quality.relativeUncertaintyAtLimit <= requirements.relativeUncertainty else {
            throw .tooUncertain(
                relative: quality.relativeUncertaintyAtLimit, allowed: requirements.relativeUncertainty,
                limitValue: requirements.limitValue)
        }
        let calibration = Calibration(
            pollutant, chosen.model, coefficients: coefficients, quality: quality,
            sensorRange: range(pairs.map(\.sensor)), humidityRange: range(pairs.map(\.relativeHumidity)),
            temperatureRange: range(pairs.map(\.temperature)))
        guard let calibration else { throw .notDetermined }
        return calibration
    }

    private static func range(_ values: [Double]) -> ClosedRange<Double> {
        let (least, most) = (values.min() ?? 0, values.max() ?? 0)
        return least...max(least, most)
    }

    private static func squaredError(_ predictions: [Double], _ pairs: [CalibrationPair]) -> Double {
        zip(predictions, pairs).reduce(0) { $0 + ($1.0 - $1.1.reference) * ($1.0 - $1.1.reference) }
    }

    private static func coefficients(_ model: CalibrationModel, _ pairs: some Sequence<CalibrationPair>) -> [Double]? {
        var equations = NormalEquations(columns: model.columns)
        for pair in pairs {
            equations.add(
                model.row(
                    sensor: pair.sensor, relativeHumidity: pair.relativeHumidity, temperature: pair.temperature),
                pair.reference)
        }
        return equations.solve()
    }

    /// Each pair's reference as predicted without its stretch of time; `nil` where a model is not determined.
    private static func crossValidated(_ model: CalibrationModel, _ pairs: [CalibrationPair]) -> [Double]? {
        let folds = 5
        var predictions: [Double] = []
        predictions.reserveCapacity(pairs.count)
        for fold in 0..<folds {
            let left = pairs.count * fold / folds..<pairs.count * (fold + 1) / folds
            let others = [pairs[..<left.lowerBound], pairs[left.upperBound...]].joined()
            guard let found = coefficients(model, others) else { return nil }
            for pair in pairs[left] {
                let row = model.row(
                    sensor: pair.sensor, relativeHumidity: pair.relativeHumidity, temperature: pair.temperature)
                predictions.append(zip(row, found).reduce(0) { $0 + $1.0 * $1.1 })
            }
        }
        return predictions
    }
}
