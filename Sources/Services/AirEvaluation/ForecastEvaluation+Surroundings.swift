import Forecasting
import Foundation
import SpatialInterpolation

extension ForecastEvaluation {
    /// What the stations around measured, at the hours of a station; empty where its position is not known.
    static func surroundings(
        of station: StationRecord, among others: [StationRecord]
    ) -> [ForecastSeries.Covariate] {
        guard let position = station.position, let plane = LocalPlane(around: [position]) else { return [] }
        let candidates = others.compactMap { other in
            other.name == station.name ? nil : other.position.map { (record: other, position: $0) }
        }
        let chosen = Surroundings.choose(
            candidates.map { _, other in
                let point = plane.point(longitude: other.longitude, latitude: other.latitude)
                return (metres: hypot(point.x, point.y), quarter: Surroundings.Quarter(of: other, from: position))
            })
        return Surroundings.covariates(
            of: chosen.map { place in
                let (record, other) = candidates[place]
                let values = station.values.indices.map { index -> Double in
                    let there = index + station.firstHour - record.firstHour
                    return record.values.indices.contains(there) ? record.values[there] : .nan
                }
                return Surroundings.Station(values: values, quarter: .init(of: other, from: position))
            }, count: station.values.count)
    }
}
