/// How sure a calibrated sensor is, from predictions of hours that it was not fitted on.
///
/// - Source: Guide to the Demonstration of Equivalence of Ambient Air Monitoring Methods (EC working group, January
///   2010), clause 9.5: orthogonal regression of candidate on reference, uncertainty from its residuals and its bias.
public struct CalibrationQuality: Sendable, Hashable {
    public let pairs: Int
    /// The root of the mean squared error, in µg/m³.
    public let rmse: Double
    /// The mean error, in µg/m³.
    public let bias: Double
    /// Pearson's correlation with the reference, squared; 0 where it is negative.
    public let determination: Double
    /// The orthogonal regression candidate = intercept + slope · reference.
    public let slope: Double
    public let intercept: Double
    public let limitValue: Double
    /// Expanded (coverage factor 2), at the limit value, relative to it.
    public let relativeUncertaintyAtLimit: Double

    /// The variance of what the regression leaves, less the reference's own; not below 0.
    public let randomVariance: Double

    /// What was found of a calibration before and kept.
    public init(
        pairs: Int, rmse: Double, bias: Double, determination: Double, slope: Double, intercept: Double,
        limitValue: Double, relativeUncertaintyAtLimit: Double, randomVariance: Double
    ) {
        self.pairs = pairs
        self.rmse = rmse
        self.bias = bias
        self.determination = determination
        self.slope = slope
        self.intercept = intercept
        self.limitValue = limitValue
        self.relativeUncertaintyAtLimit = relativeUncertaintyAtLimit
        self.randomVariance = randomVariance
    }

    init(predictions: [Double], references: [Double], requirements: CalibrationRequirements) {
        let count = Double(max(1, predictions.count))
        let (meanX, meanY) = (references.reduce(0, +) / count, predictions.reduce(0, +) / count)
        var (xx, yy, xy, squares) = (0.0, 0.0, 0.0, 0.0)
        for (y, x) in zip(predictions, references) {
            xx += (x - meanX) * (x - meanX)
            yy += (y - meanY) * (y - meanY)
            xy += (x - meanX) * (y - meanY)
            squares += (y - x) * (y - x)
        }
        let slope =
            xy == 0 ? 0 : (yy - xx + ((yy - xx) * (yy - xx) + 4 * xy * xy).squareRoot()) / (2 * xy)
        let intercept = meanY - slope * meanX
        let residuals = zip(predictions, references).reduce(0.0) { sum, pair in
            let residual = pair.0 - intercept - slope * pair.1
            return sum + residual * residual
        }
        let variance = max(
            0, residuals / max(1, count - 2) - requirements.referenceUncertainty * requirements.referenceUncertainty)
        pairs = predictions.count
        rmse = (squares / count).squareRoot()
        bias = meanY - meanX
        // Hours held out make a sensor that says nothing look as if it went against the reference.
        determination = xx > 0 && yy > 0 && xy > 0 ? xy * xy / (xx * yy) : 0
        self.slope = slope
        self.intercept = intercept
        randomVariance = variance
        limitValue = requirements.limitValue
        let offset = intercept + (slope - 1) * limitValue
        relativeUncertaintyAtLimit =
            2 * (variance + offset * offset).squareRoot() / max(limitValue, .leastNormalMagnitude)
    }

    /// The expanded uncertainty (coverage factor 2) at a concentration, in µg/m³.
    public func expandedUncertainty(at concentration: Double) -> Double {
        let offset = intercept + (slope - 1) * concentration
        return 2 * (randomVariance + offset * offset).squareRoot()
    }
}
