import JSONTree
import NGSILDModel
import ServiceRuntime
import TrafficForecasting

/// The forecast entities: one for each detector and quantity.
enum ForecastEntity {
    static let typeName = "TrafficFlowForecast"
    static let optionalAttributes = ["location"]

    /// `urn:ngsi-ld:TrafficFlowForecast:averageVehicleSpeed:` and the detector's id, without its own `urn:ngsi-ld:`.
    ///
    /// - Returns: `nil` where that would be longer than an id may be.
    static func id(_ quantity: ForecastQuantity, of detector: String) -> String? {
        ResultEntity.id(typeName, quantity.rawValue, of: detector)
    }

    /// - Parameters:
    ///   - forecasts: One for each horizon.
    ///   - persistence: The newest mean.
    static func append(
        _ forecasts: [TrafficForecaster.Forecast], persistence: Float, errors: ForecastErrors,
        _ network: ForecastNetwork, of key: TrafficKey, location: String?, id: String, to writer: inout ByteWriter
    ) {
        let (quantity, issued) = (network.quantity, network.grid.end(network.count - 1))
        let unit = quantity.unitCode
        ResultEntity.open(
            id, typeName, "refTrafficFlowObserved", of: key.id, location: location, to: &writer)
        ResultEntity.text("quantity", quantity.rawValue, to: &writer)
        ResultEntity.time("dateIssued", issued, to: &writer)
        ResultEntity.times(
            "validTimes", ForecastNetwork.horizons.map { issued.adding(seconds: Double($0) * 60) }, at: issued,
            to: &writer)
        ResultEntity.numbers("value", forecasts.map { rounded($0.value) }, unit: unit, at: issued, to: &writer)
        ResultEntity.numbers("valueLower", forecasts.map { rounded($0.low) }, unit: unit, at: issued, to: &writer)
        ResultEntity.numbers("valueUpper", forecasts.map { rounded($0.high) }, unit: unit, at: issued, to: &writer)
        ResultEntity.number("persistence", rounded(persistence), unit: unit, at: issued, to: &writer)
        writer.append(",\"forecastError\":{\"type\":\"JsonProperty\",\"json\":")
        append(errors, to: &writer)
        writer.append("}")
        ResultEntity.time("trainedAt", network.trainedAt, to: &writer)
        ResultEntity.number("trainedDays", Double(network.trainedDays), to: &writer)
        writer.append("}")
    }

    /// `{"15": {"mae": 3.1, "persistenceMae": 3.9, "coverage": 0.91, "count": 288}, ...}`; a horizon that was not measured
    /// yet is left out.
    private static func append(_ errors: ForecastErrors, to writer: inout ByteWriter) {
        writer.append("{")
        var isFirst = true
        for (minutes, sums) in zip(ForecastNetwork.horizons, errors.sums) where sums.count > 0 {
            if !isFirst { writer.append(",") }
            isFirst = false
            let count = Double(sums.count)
            writer.append("\"")
            writer.append(integer: minutes)
            writer.append("\":{\"mae\":")
            writer.append(number: (sums.error / count * 100).rounded() / 100)
            writer.append(",\"persistenceMae\":")
            writer.append(number: (sums.persistence / count * 100).rounded() / 100)
            writer.append(",\"coverage\":")
            writer.append(number: (Double(sums.inside) / count * 1_000).rounded() / 1_000)
            writer.append(",\"count\":")
            writer.append(integer: sums.count)
            writer.append("}")
        }
        writer.append("}")
    }

    private static func rounded(_ value: Float) -> Double { (Double(value) * 10).rounded() / 10 }
}
