import AirMap
import AirQuality
import NGSILDModel

/// A station as maps and forecasts need it.
struct KnownStation: Sendable {
    let key: StationKey
    let position: MapPosition?
    /// GeoJSON as it was written.
    let location: String?
    let name: String?
    /// The newest hour; 0 where there is none.
    let newest: Int
}

/// What maps and forecasts ask the engine: what it has in memory.
extension AirEngine {
    /// A tenant's stations, by id.
    func knownStations(of tenant: String) -> [KnownStation] {
        stations.values.filter { $0.key.tenant == tenant }.map(known).sorted { $0.key.id < $1.key.id }
    }

    func allStations() -> [KnownStation] {
        stations.values.map(known).sorted { ($0.key.tenant, $0.key.id) < ($1.key.tenant, $1.key.id) }
    }

    private func known(_ station: AirStation) -> KnownStation {
        KnownStation(
            key: station.key,
            position: station.place.map { MapPosition(longitude: $0.longitude, latitude: $0.latitude) },
            location: station.location, name: station.name, newest: station.newest ?? 0)
    }

    /// The values of an hour that quality control lets pass.
    ///
    /// - Parameter hour: `nil`: the newest in which at least half as many stations have one as in the best hour of the
    ///   day before, so that the first station that reports does not make the map alone.
    /// - Returns: `nil` where the hour is older than those kept, or there is none.
    func moment(_ pollutant: Pollutant, tenant: String, hour: Int?) -> MapMoment? {
        let placed = stations.values.filter { $0.key.tenant == tenant && $0.place != nil }
        guard let newest = placed.compactMap(\.newest).max() else { return nil }
        if let hour, hour <= newest - configuration.hoursKept { return nil }
        return samples(pollutant, placed, hour ?? newestMapped(pollutant, placed, newest))
    }

    private func samples(_ pollutant: Pollutant, _ placed: [AirStation], _ hour: Int) -> MapMoment {
        var samples: [(id: String, sample: MapSample)] = []
        for station in placed {
            guard let place = station.place, let value = station.cell(hour)?.usable[pollutant], !value.isNaN else {
                continue
            }
            let position = MapPosition(longitude: place.longitude, latitude: place.latitude)
            samples.append((station.key.id, MapSample(position: position, value: value)))
        }
        samples.sort { $0.id < $1.id }
        return MapMoment(hour: hour, samples: samples.map(\.sample))
    }

    private func newestMapped(_ pollutant: Pollutant, _ placed: [AirStation], _ newest: Int) -> Int {
        func count(_ hour: Int) -> Int {
            placed.reduce(0) { $0 + ($1.cell(hour)?.usable[pollutant].isNaN == false ? 1 : 0) }
        }
        var counts: [(hour: Int, count: Int)] = []
        for hour in ((newest - configuration.hoursKept + 1)...newest).reversed() {
            let count = count(hour)
            if count > 0 { counts.append((hour, count)) }
            // A day from the newest hour that has any is enough to compare with.
            if let first = counts.first, hour <= first.hour - 24 { break }
        }
        let most = counts.map(\.count).max() ?? 0
        return counts.first { $0.count * 2 >= most }?.hour ?? newest
    }

    /// All that is kept of a pollutant: hours, and in each a value for each station with a place.
    func kept(_ pollutant: Pollutant, tenant: String) -> (positions: [MapPosition], hours: [[Double]]) {
        let placed = stations.values.filter { $0.key.tenant == tenant && $0.place != nil }
            .sorted { $0.key.id < $1.key.id }
        guard let newest = placed.compactMap(\.newest).max() else { return ([], []) }
        let hours = ((newest - configuration.hoursKept + 1)...newest).map { hour in
            placed.map { $0.cell(hour)?.usable[pollutant] ?? .nan }
        }
        return (
            placed.compactMap { $0.place.map { MapPosition(longitude: $0.longitude, latitude: $0.latitude) } }, hours
        )
    }
}
