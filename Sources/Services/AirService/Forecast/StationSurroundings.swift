import AirQuality
import Forecasting
import GeoJSON

/// A station around one that is forecast.
struct StationAround: Sendable, Hashable {
    let key: StationKey
    let quarter: Surroundings.Quarter
    /// Its newest hour that is over.
    let newest: Int

    /// The stations whose values a forecast looks at: of the same tenant, the nearest of each quarter of the compass.
    ///
    /// - Parameter lastHour: The newest hour of a station that is over.
    /// - Cost: linear in the stations.
    static func of(
        _ station: KnownStation, among stations: [KnownStation], lastHour: (KnownStation) -> Int
    ) -> [StationAround] {
        guard let position = station.position else { return [] }
        let origin = Position(longitude: position.longitude, latitude: position.latitude)
        var candidates: [(station: KnownStation, metres: Double, quarter: Surroundings.Quarter)] = []
        for other in stations where other.key.tenant == station.key.tenant && other.key != station.key {
            guard let place = other.position else { continue }
            let there = Position(longitude: place.longitude, latitude: place.latitude)
            candidates.append(
                (
                    other, greatCircleMetres(from: origin, to: there),
                    Surroundings.Quarter(
                        of: (place.longitude, place.latitude), from: (position.longitude, position.latitude))
                ))
        }
        return Surroundings.choose(candidates.map { ($0.metres, $0.quarter) }).map { place in
            let (other, _, quarter) = candidates[place]
            return StationAround(key: other.key, quarter: quarter, newest: lastHour(other))
        }
    }
}

/// What a station around one that is forecast has measured.
struct HoursAround: Sendable {
    let quarter: Surroundings.Quarter
    let hours: StationHours

    /// The values of a pollutant at the hours of a span.
    func station(_ pollutant: Pollutant, _ span: ClosedRange<Int>) -> Surroundings.Station {
        Surroundings.Station(values: span.map { hours[pollutant, $0] }, quarter: quarter)
    }
}
