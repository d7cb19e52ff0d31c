import Testing

@testable import AirQuality

struct CalibrationTests {
    /// A month of hours beside a reference whose PM2.5 wanders between some 5 and 80 µg/m³.
    private func month(
        noise: Double = 1, _ sensor: (_ reference: Double, _ humidity: Double, _ temperature: Double) -> Double
    ) -> [CalibrationPair] {
        var random = Numbers(seed: 1)
        var level = 30.0
        return (0..<720).map { hour in
            level = min(max(level + 4 * random.nextNormal(), 4), 80)
            let day = Double(hour % 24)
            let humidity = min(max(60 + 25 * (day < 8 ? 1 : -0.5) + 8 * random.nextNormal(), 20), 97)
            let temperature = 12 + (day > 8 ? 6 : -3) + 2 * random.nextNormal()
            return CalibrationPair(
                sensor: sensor(level, humidity, temperature) + noise * random.nextNormal(), reference: level,
                relativeHumidity: humidity, temperature: temperature)
        }
    }

    private func swollen(_ dry: Double, _ humidity: Double, _ kappa: Double) -> Double {
        let activity = min(humidity, 95) / 100
        return dry * (1 + kappa * activity / (1 - activity))
    }

    @Test func `a sensor that swells in damp air is dried, and the strength of it is found`() throws {
        let pairs = month { reference, humidity, _ in 1.6 * swollen(reference, humidity, 0.3) }
        let calibration = try Calibration.fit(.pm25, pairs)
        guard case .humidityGrowth(let kappa) = calibration.model else {
            Issue.record("\(calibration.model)")
            return
        }
        #expect(abs(kappa - 0.3) < 0.051)
        #expect(calibration.quality.rmse < 2)
        #expect(calibration.quality.determination > 0.97)
        let wet = try #require(
            calibration.apply(sensor: 1.6 * swollen(40, 90, 0.3), relativeHumidity: 90, temperature: 15))
        #expect(abs(wet.concentration - 40) < 2)
        #expect(!wet.isExtrapolated)
        #expect(wet.uncertainty > 0 && wet.uncertainty < 8)
    }

    @Test func `a plain sensor gets the plain model`() throws {
        let pairs = month { reference, _, _ in 0.5 * reference - 2 }
        let calibration = try Calibration.fit(.pm25, pairs)
        #expect(calibration.model == .linear)
        #expect(abs(calibration.coefficients[1] - 2) < 0.1)
    }

    @Test func `a gas sensor that leans on humidity and temperature is set upright`() throws {
        let pairs = month(noise: 0.5) { reference, humidity, temperature in
            let base: Double = 20 + 3 * reference
            return base + 0.8 * humidity - 1.5 * temperature
        }
        var requirements = CalibrationRequirements(indicativeOf: .no2)
        requirements.limitValue = 60
        let calibration = try Calibration.fit(.no2, pairs, requirements: requirements)
        #expect(calibration.model == .linearWithWeather)
        #expect(calibration.quality.rmse < 1)
        let sensor = 20.0 + 75 + 56 - 15
        let value = calibration.apply(
            sensor: sensor, relativeHumidity: 70, temperature: 10)
        #expect(abs(try #require(value).concentration - 25) < 1)
    }

    @Test func `too few pairs, too little span, and a sensor that is stuck or deaf are refused with the reason`() {
        let good = month { reference, _, _ in reference }
        #expect(throws: CalibrationRefusal.tooFewPairs(have: 100, need: 168)) {
            try Calibration.fit(.pm25, Array(good.prefix(100)))
        }
        let narrow = good.map {
            CalibrationPair(
                sensor: $0.sensor, reference: 20 + $0.reference / 50, relativeHumidity: $0.relativeHumidity,
                temperature: $0.temperature)
        }
        #expect(performing { try Calibration.fit(.pm25, narrow) }?.isSpanTooSmall == true)
        let stuck = month(noise: 0) { _, _, _ in 12 }
        #expect(performing { try Calibration.fit(.pm25, stuck) } != nil)
        var random = Numbers(seed: 77)
        let deaf = good.map {
            CalibrationPair(
                sensor: 30 + 10 * random.nextNormal(), reference: $0.reference, relativeHumidity: $0.relativeHumidity,
                temperature: $0.temperature)
        }
        #expect(performing { try Calibration.fit(.pm25, deaf) }?.isWeakRelation == true)
        let noisy = month(noise: 9) { reference, _, _ in reference }
        #expect(performing { try Calibration.fit(.pm25, noisy) }?.isTooUncertain == true)
    }

    private func performing(_ body: () throws -> Calibration) -> CalibrationRefusal? {
        do {
            _ = try body()
            return nil
        } catch {
            return error as? CalibrationRefusal
        }
    }

    @Test func `what lies beyond the calibration is marked or refused`() throws {
        let calibration = try Calibration.fit(.pm25, month { reference, _, _ in reference })
        let far = try #require(calibration.apply(sensor: 400, relativeHumidity: 5, temperature: -20))
        #expect(far.beyond == [.sensor, .humidity, .temperature])
        #expect(calibration.apply(sensor: 400, relativeHumidity: 60, temperature: 12, extrapolating: false) == nil)
        #expect(calibration.apply(sensor: 30, relativeHumidity: 60, temperature: 12, extrapolating: false) != nil)
        #expect(calibration.apply(sensor: .nan, relativeHumidity: 60, temperature: 12) == nil)
    }

    @Test func `the uncertainty is that of the Guide to the Demonstration of Equivalence`() {
        // Candidate = 2 + 1.1 reference exactly: no residuals, bias at 25 of 2 + 0.1 * 25 = 4.5, doubled over 25.
        let references = (0..<100).map { Double($0) / 2 }
        let quality = CalibrationQuality(
            predictions: references.map { 2 + 1.1 * $0 }, references: references,
            requirements: CalibrationRequirements(indicativeOf: .pm25))
        #expect(abs(quality.slope - 1.1) < 1e-9)
        #expect(abs(quality.intercept - 2) < 1e-7)
        #expect(abs(quality.relativeUncertaintyAtLimit - 0.36) < 1e-9)
        #expect(abs(quality.expandedUncertainty(at: 25) - 9) < 1e-7)
        #expect(abs(quality.bias - 4.475) < 1e-9)
        #expect(abs(quality.determination - 1) < 1e-12)
    }

    @Test func `numbers that are none are left out, and none bring it down`() {
        let good = month { reference, _, _ in reference }
        let bad = [Double.nan, .infinity, 1e300, -1e300].flatMap { number in
            [
                CalibrationPair(sensor: number, reference: 1, relativeHumidity: 50, temperature: 5),
                CalibrationPair(sensor: 1, reference: number, relativeHumidity: 50, temperature: 5),
                CalibrationPair(sensor: 1, reference: 1, relativeHumidity: number, temperature: 5),
            ]
        }
        _ = performing { try Calibration.fit(.pm25, good + bad) }
        #expect(performing { try Calibration.fit(.pm25, bad) } == .tooFewPairs(have: 4, need: 168))
    }
}

extension CalibrationRefusal {
    fileprivate var isSpanTooSmall: Bool { if case .spanTooSmall = self { true } else { false } }
    fileprivate var isWeakRelation: Bool { if case .weakRelation = self { true } else { false } }
    fileprivate var isTooUncertain: Bool { if case .tooUncertain = self { true } else { false } }
}
