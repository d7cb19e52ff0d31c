import Foundation

@testable import Forecasting

/// A place whose air is what the wind makes of it, and whose wind no past tells.
enum WindyPlace {
    /// Changes its mind every 15 hours.
    static func wind(_ hour: Int) -> Double {
        func level(_ block: Int) -> Double { Double((block * 7_919 + block * block * 31) % 97) / 12 }
        let (block, place) = (hour / 15, Double(hour % 15) / 15)
        return 1 + level(block) * (1 - place) + level(block + 1) * place
    }

    /// In µg/m³: follows the wind, with a little noise.
    static func dust(_ hour: Int) -> Double {
        let mean = (0..<4).reduce(0) { $0 + wind(max(0, hour - $1)) } / 4
        return 120 / (1 + mean) + Double((hour * 104_729) % 13) / 4
    }

    static func series(_ hours: Range<Int>) throws -> ForecastSeries {
        let series = ForecastSeries(
            start: hours.lowerBound * 3_600, values: hours.map(dust),
            covariates: Covariates.make(
                [MeasuredColumn(name: "windSpeed", values: hours.map(wind))], weatherIsAhead: false))
        guard let series else { throw Failure() }
        return series
    }

    static func measured(_ hours: Range<Int>) -> [WeatherQuantity: [Double]] { [.windSpeed: hours.map(wind)] }

    /// What one forecast says of the 54 hours after it.
    static func forecast(_ known: Int, _ value: (Int) -> Double = wind) -> [ForetoldHour] {
        (1...54).map { ahead in
            var hour = ForetoldHour(known: known, hour: known + ahead)
            hour[.windSpeed] = value(known + ahead)
            return hour
        }
    }

    struct Failure: Error {}
}
