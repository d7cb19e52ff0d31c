import AirQuality
import Testing

@testable import AirService

/// Calibrations as they are kept in an entity.
struct CalibrationTextTests {
    @Test(arguments: [
        CalibrationModel.linear, .linearWithWeather, .humidityGrowth(kappa: 0.35),
        .humidityGrowthWithTemperature(kappa: 1),
    ])
    func `what was written is read again`(model: CalibrationModel) throws {
        let quality = CalibrationQuality(
            pairs: 500, rmse: 2.5, bias: -0.1, determination: 0.91, slope: 0.97, intercept: 0.4, limitValue: 25,
            relativeUncertaintyAtLimit: 0.21, randomVariance: 4.4)
        let counts: [Double] =
            switch model {
            case .linear, .humidityGrowth: [1.5, 0.5]
            case .humidityGrowthWithTemperature: [1.5, 0.5, -0.01]
            case .linearWithWeather: [1.5, 0.5, -0.01, 0.2]
            }
        let calibration = try #require(
            Calibration(
                .pm25, model, coefficients: counts, quality: quality, sensorRange: 0...120, humidityRange: 20...95,
                temperatureRange: -5...35))
        let text = CalibrationText.text(calibration)
        #expect(CalibrationText.read(text, .pm25) == calibration)
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"model":"linear"}"#,
        #"{"model":"linear","coefficients":[1],"sensorRange":[0,1],"humidityRange":[0,1],"temperatureRange":[0,1],"pairs":1,"rmse":1,"bias":1,"determination":1,"slope":1,"intercept":1,"limitValue":1,"relativeUncertaintyAtLimit":1,"randomVariance":1}"#,
        #"{"model":"linear","coefficients":[1,2],"sensorRange":[1,0],"humidityRange":[0,1],"temperatureRange":[0,1],"pairs":1,"rmse":1,"bias":1,"determination":1,"slope":1,"intercept":1,"limitValue":1,"relativeUncertaintyAtLimit":1,"randomVariance":1}"#,
        #"{"model":"linear","coefficients":[1,1e999],"sensorRange":[0,1],"humidityRange":[0,1],"temperatureRange":[0,1],"pairs":1,"rmse":1,"bias":1,"determination":1,"slope":1,"intercept":1,"limitValue":1,"relativeUncertaintyAtLimit":1,"randomVariance":1}"#,
    ])
    func `what is not a calibration is none`(text: String) {
        #expect(CalibrationText.read(text, .pm25) == nil)
    }
}
