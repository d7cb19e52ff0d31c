import Foundation
import Testing

@testable import Forecasting

struct ForecastNoiseTests {
    private static let first = 1_000
    private let wave = (0..<4_000).map { (hour: Int) -> Double in
        let isOddDay = (hour / 24) % 2 == 1
        return Double(20 + hour % 24 + (isOddDay ? 10 : 0))
    }

    private func errors(
        _ share: Double, ahead: ClosedRange<Int>, of quantity: WeatherQuantity = .temperature, seed: UInt64 = 41
    ) -> [Double] {
        ForetoldWeather.imagined([quantity: wave], firstHour: Self.first, share: share, seed: seed).hours
            .filter { ahead.contains(Int($0.hour - $0.known)) }
            .map { $0[quantity] - wave[Int($0.hour) - Self.first] }
    }

    private func size(_ errors: [Double]) -> Double {
        (errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)).squareRoot()
    }

    @Test func `a day ahead a forecast misses the share it was told to, less before and more after`() {
        // From one day to the next the wave changes by 10.
        let day = size(errors(0.5, ahead: 24...24))
        #expect(day > 4 && day < 6)
        #expect(size(errors(0.5, ahead: 1...2)) < 0.8 * day)
        #expect(size(errors(0.5, ahead: 46...48)) > 1.1 * day)
        #expect(errors(0.5, ahead: 1...48) == errors(0.5, ahead: 1...48))
        #expect(errors(0.5, ahead: 1...48) != errors(0.5, ahead: 1...48, seed: 42))
    }

    @Test func `an error lasts, and the next forecast makes part of it again`() {
        let hours = ForetoldWeather.imagined([.temperature: wave], firstHour: Self.first, share: 0.5, seed: 41).hours
        func error(_ hour: ForetoldHour) -> Double { hour[.temperature] - wave[Int(hour.hour) - Self.first] }
        let run = hours.filter { $0.known == 2_004 }.map(error)
        #expect(size(zip(run, run.dropFirst()).map { $1 - $0 }) < 0.7 * size(run))
        var products = 0.0
        for one in hours where one.hour - one.known == 24 {
            guard let next = hours.first(where: { $0.hour == one.hour && $0.known == one.known + 6 }) else { continue }
            products += error(one) * error(next)
        }
        #expect(products > 0)
    }

    @Test func `without an error it is what came, amounts stay above zero, and gaps stay gaps`() {
        #expect(errors(0, ahead: 1...54).allSatisfy { $0 == 0 })
        let winds = ForetoldWeather.imagined([.windSpeed: wave.map { $0 - 20 }], firstHour: 0, share: 2, seed: 1)
        #expect(winds.hours.allSatisfy { $0[.windSpeed] >= 0 })
        let gappy = ForetoldWeather.imagined(
            [.temperature: wave.enumerated().map { $0 == 100 ? .nan : $1 }], firstHour: 0, share: 0.5, seed: 1)
        #expect(!gappy.hours.contains { $0.hour == 100 } && gappy.hours.contains { $0.hour == 101 })
        #expect(ForetoldWeather.imagined([:], firstHour: 0, share: 0.5, seed: 1).isEmpty)
        #expect(ForetoldWeather.imagined([.pressure: [1, 2]], firstHour: -3, share: .nan, seed: 1).hours.count < 200)
    }
}
