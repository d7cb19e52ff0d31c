import Foundation

/// What is measured around a place, as columns that a forecast of the place can learn from.
///
/// The air comes from somewhere: what stations there have now, the place has later. Each column is a mean over stations, not
/// a station, so that one that fails takes little with it.
public enum Surroundings {
    /// A quarter of the compass.
    public enum Quarter: String, CaseIterable, Sendable {
        case northEast, southEast, southWest, northWest

        /// Where one position lies from another, both in degrees.
        public init(
            of position: (longitude: Double, latitude: Double), from origin: (longitude: Double, latitude: Double)
        ) {
            let east = remainder(position.longitude - origin.longitude, 360) >= 0
            let north = position.latitude >= origin.latitude
            self = north ? (east ? .northEast : .northWest) : (east ? .southEast : .southWest)
        }
    }

    /// A station around the place.
    public struct Station: Sendable {
        /// Its values at the times of the series that is forecast; `nan` where there is none.
        public var values: [Double]
        public var quarter: Quarter

        public init(values: [Double], quarter: Quarter) {
            self.values = values
            self.quarter = quarter
        }
    }

    /// How many stations of each quarter are looked at, the nearest ones.
    public static let perQuarter = 2
    /// The distance in metres up to which stations are looked at.
    public static let reach = 100_000.0
    /// A column with fewer values teaches nothing.
    public static let fewestValues = 500

    /// Which stations are looked at: the nearest of each quarter.
    ///
    /// - Parameter distances: Of all candidates, in metres, with their quarter.
    /// - Returns: Places in the list, nearest first.
    public static func choose(_ candidates: [(metres: Double, quarter: Quarter)]) -> [Int] {
        var taken: [Quarter: Int] = [:]
        return candidates.indices.filter { candidates[$0].metres <= reach }
            .sorted { (candidates[$0].metres, $0) < (candidates[$1].metres, $1) }
            .filter { place in
                taken[candidates[place].quarter, default: 0] += 1
                return taken[candidates[place].quarter, default: 0] <= perQuarter
            }
    }

    /// The columns: mean, least and greatest value around, and the mean of each quarter.
    ///
    /// A time at which fewer than half of the stations have a value has no mean, least and greatest value.
    ///
    /// - Parameters:
    ///   - count: How many times the series has.
    ///   - names: Those to make, as they were learnt from; `nil`: all that have values enough to learn from.
    public static func covariates(
        of stations: [Station], count: Int, names: Set<String>? = nil
    ) -> [ForecastSeries.Covariate] {
        let none = Array(repeating: Double.nan, count: count)
        var (mean, least, greatest) = (none, none, none)
        var quarters = Quarter.allCases.map { _ in none }
        for time in 0..<count {
            var all = Summary()
            var parts = Quarter.allCases.map { _ in Summary() }
            for station in stations where time < station.values.count && station.values[time].isFinite {
                all.add(station.values[time])
                if let place = Quarter.allCases.firstIndex(of: station.quarter) {
                    parts[place].add(station.values[time])
                }
            }
            for place in parts.indices { quarters[place][time] = parts[place].mean }
            guard all.count * 2 >= stations.count else { continue }
            (mean[time], least[time], greatest[time]) = (all.mean, all.least, all.greatest)
        }
        let columns =
            [("around, mean", mean), ("around, least", least), ("around, greatest", greatest)]
            + zip(Quarter.allCases, quarters).map { ("around, \($0.rawValue)", $1) }
        return columns.filter { name, values in
            names?.contains(name) ?? (values.count { $0.isFinite } >= fewestValues)
        }.map { ForecastSeries.Covariate(name: $0, scale: .likeTarget, values: $1) }
    }

    private struct Summary {
        var count = 0
        private var sum = 0.0
        var least = Double.nan
        var greatest = Double.nan

        var mean: Double { count > 0 ? sum / Double(count) : .nan }

        mutating func add(_ value: Double) {
            least = count > 0 ? min(least, value) : value
            greatest = count > 0 ? max(greatest, value) : value
            count += 1
            sum += value
        }
    }
}
