import AirQuality
import JSONTree

/// A calibration as JSON, in the attribute `calibration`: what it computes with, and how good it is.
enum CalibrationText {
    static func append(_ calibration: Calibration, to writer: inout ByteWriter) {
        writer.append("{\"model\":")
        let (name, kappa) = Self.name(of: calibration.model)
        writer.append(jsonString: name)
        if let kappa { number("kappa", kappa, &writer) }
        numbers("coefficients", calibration.coefficients, &writer)
        range("sensorRange", calibration.sensorRange, &writer)
        range("humidityRange", calibration.humidityRange, &writer)
        range("temperatureRange", calibration.temperatureRange, &writer)
        let quality = calibration.quality
        number("pairs", Double(quality.pairs), &writer)
        number("rmse", quality.rmse, &writer)
        number("bias", quality.bias, &writer)
        number("determination", quality.determination, &writer)
        number("slope", quality.slope, &writer)
        number("intercept", quality.intercept, &writer)
        number("limitValue", quality.limitValue, &writer)
        number("relativeUncertaintyAtLimit", quality.relativeUncertaintyAtLimit, &writer)
        number("randomVariance", quality.randomVariance, &writer)
        writer.append("}")
    }

    static func text(_ calibration: Calibration) -> String {
        var writer = ByteWriter(capacity: 512)
        append(calibration, to: &writer)
        return writer.string()
    }

    /// - Returns: `nil` where it is not what `append` writes.
    static func read(_ text: String, _ pollutant: Pollutant) -> Calibration? {
        guard let document = try? JSONDocument(parsing: text) else { return nil }
        func number(_ name: String) -> Double? {
            document.member(document.root, named: name).flatMap { document.double($0) }.flatMap {
                $0.isFinite ? $0 : nil
            }
        }
        func numbers(_ name: String) -> [Double]? {
            guard let list = document.member(document.root, named: name), document.isArray(list) else { return nil }
            return document.elements(list).map { document.double($0) ?? .nan }
        }
        func range(_ name: String) -> ClosedRange<Double>? {
            guard let ends = numbers(name), ends.count == 2, ends[0] <= ends[1] else { return nil }
            return ends[0]...ends[1]
        }
        guard let name = document.member(document.root, "model").flatMap({ document.string($0) }),
            let model = model(name, kappa: number("kappa")), let coefficients = numbers("coefficients"),
            let sensor = range("sensorRange"), let humidity = range("humidityRange"),
            let temperature = range("temperatureRange"), let pairs = number("pairs").flatMap({ Int(exactly: $0) }),
            let rmse = number("rmse"), let bias = number("bias"), let determination = number("determination"),
            let slope = number("slope"), let intercept = number("intercept"), let limit = number("limitValue"),
            let uncertainty = number("relativeUncertaintyAtLimit"), let variance = number("randomVariance")
        else { return nil }
        let quality = CalibrationQuality(
            pairs: pairs, rmse: rmse, bias: bias, determination: determination, slope: slope, intercept: intercept,
            limitValue: limit, relativeUncertaintyAtLimit: uncertainty, randomVariance: max(0, variance))
        return Calibration(
            pollutant, model, coefficients: coefficients, quality: quality, sensorRange: sensor,
            humidityRange: humidity, temperatureRange: temperature)
    }

    private static func name(of model: CalibrationModel) -> (String, kappa: Double?) {
        switch model {
        case .linear: ("linear", nil)
        case .linearWithWeather: ("linearWithWeather", nil)
        case .humidityGrowth(let kappa): ("humidityGrowth", kappa)
        case .humidityGrowthWithTemperature(let kappa): ("humidityGrowthWithTemperature", kappa)
        }
    }

    private static func model(_ name: String, kappa: Double?) -> CalibrationModel? {
        switch (name, kappa) {
        case ("linear", _): .linear
        case ("linearWithWeather", _): .linearWithWeather
        case ("humidityGrowth", let kappa?) where kappa >= 0: .humidityGrowth(kappa: kappa)
        case ("humidityGrowthWithTemperature", let kappa?) where kappa >= 0:
            .humidityGrowthWithTemperature(kappa: kappa)
        default: nil
        }
    }

    private static func open(_ name: String, _ writer: inout ByteWriter) {
        writer.append(",")
        writer.append(jsonString: name)
        writer.append(":")
    }

    private static func number(_ name: String, _ value: Double, _ writer: inout ByteWriter) {
        open(name, &writer)
        writer.append(number: value)
    }

    private static func numbers(_ name: String, _ values: [Double], _ writer: inout ByteWriter) {
        open(name, &writer)
        writer.append("[")
        for (offset, value) in values.enumerated() {
            if offset > 0 { writer.append(",") }
            writer.append(number: value)
        }
        writer.append("]")
    }

    private static func range(_ name: String, _ range: ClosedRange<Double>, _ writer: inout ByteWriter) {
        numbers(name, [range.lowerBound, range.upperBound], &writer)
    }
}
