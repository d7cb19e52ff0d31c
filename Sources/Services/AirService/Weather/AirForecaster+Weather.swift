import AirMap
import AirQuality
import Forecasting
import GeoJSON
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import ServiceRuntime

/// Where weather is observed.
struct WeatherStation: Sendable {
    let key: StationKey
    let position: Position
    /// What it has attributes for, by the last part of their names.
    let names: Set<String>
}

/// What forecasts of the air know of the weather: what is observed near a station, and what was forecast for its place.
extension AirForecaster {
    /// Weather stations of a tenant that are looked at, and seconds for which what was found counts.
    private static var weatherStationLimit: Int { 500 }
    private static var weatherStationSeconds: Double { 300 }

    // MARK: - Observed

    /// Looks where weather is observed in the tenants of stations, now and then.
    func findWeatherStations(of stations: [KnownStation]) {
        let now = configuration.clock()
        guard now >= weatherLookedFor.adding(seconds: Self.weatherStationSeconds) || now < weatherLookedFor else {
            return
        }
        weatherLookedFor = now
        weatherStations = [:]
        for tenant in Set(stations.map(\.key.tenant)) {
            let present = ((try? operations.consumption.entityTypes(tenant: tenant)) ?? []).map(\.type)
            let types = present.filter { vocabulary.followed([$0]) == .weatherObserved }
            guard !types.isEmpty else { continue }
            var query = EntityQuery()
            query.types = TypeSelection(anyOf: types)
            query.limit = Self.weatherStationLimit
            guard let page = try? operations.consumption.queryEntities(query, tenant: tenant) else { continue }
            weatherStations[tenant] = page.entities.compactMap { entity in
                guard let root = vocabulary.attribute("location", in: entity.attributes),
                    let place = (try? Geometry(parsing: entity.attributes.valueText(of: root)))?.representativePosition
                else { return nil }
                let names = entity.attributes.names.compactMap { vocabulary.weatherName($0) }
                return WeatherStation(
                    key: StationKey(tenant: tenant, id: entity.id), position: place, names: Set(names))
            }
        }
    }

    /// Where a station's weather comes from that it does not measure itself: the nearest places within 50 km that have it.
    func weatherSources(of station: KnownStation) -> [(key: StationKey, names: Set<String>)] {
        guard let position = station.position, let candidates = weatherStations[station.key.tenant] else { return [] }
        let own = terms(of: station.key).others.values
        var known = Set(own.map { ColumnName.plain($0) })
        let origin = Position(longitude: position.longitude, latitude: position.latitude)
        let near = candidates.map { (station: $0, metres: greatCircleMetres(from: origin, to: $0.position)) }
            .filter { $0.metres <= ForecastPlace.reach }
            .sorted { ($0.metres, $0.station.key.id) < ($1.metres, $1.station.key.id) }
        var sources: [(key: StationKey, names: Set<String>)] = []
        for (candidate, _) in near {
            let news = candidate.names.filter { !known.contains(ColumnName.plain($0)) }
            guard !news.isEmpty else { continue }
            known.formUnion(news.map { ColumnName.plain($0) })
            sources.append((candidate.key, news))
        }
        return sources
    }

    // MARK: - Forecast

    /// The weather forecasts for a station's place as they were issued, from the history.
    func issued(for station: KnownStation) async -> ForetoldWeather {
        let tenant = station.key.tenant
        if issuedForecasts[tenant] == nil {
            do throws(NGSILDError) {
                issuedForecasts[tenant] = try await readIssued(tenant)
            } catch {
                configuration.onProblem("The history of weather forecasts cannot be learnt from: \(error.detail)")
                issuedForecasts[tenant] = [:]
            }
        }
        let places = issuedForecasts[tenant] ?? [:]
        return ForecastPlace.nearest(places.keys, to: station.position).flatMap { places[$0] } ?? ForetoldWeather()
    }

    private func readIssued(_ tenant: String) async throws(NGSILDError) -> [ForecastPlace: ForetoldWeather] {
        let present = ((try? operations.consumption.entityTypes(tenant: tenant)) ?? []).map(\.type)
        let types = vocabulary.types(.weatherForecast, present: present)
        guard let temporal = operations.temporal, !types.isEmpty else { return [:] }
        let since = configuration.clock().adding(seconds: -Double(configuration.forecastHours) * 3_600)
        var collected = IssuedForecasts()
        var query = EntityQuery()
        query.types = TypeSelection(anyOf: types)
        query.limit = 200
        var newest = TemporalSelection()
        while !stopping.isRaised {
            newest.times = try TemporalQuery(timerel: nil, timeAt: nil, endTimeAt: nil, timeproperty: nil, lastN: "1")
            let (asked, selection) = (query, newest)
            let result: Result<TemporalPage, NGSILDError> = await withCheckedContinuation { continuation in
                temporal.queryTemporalEvolution(asked, selection, tenant: tenant, on: ImmediateReplyScheduler()) {
                    continuation.resume(returning: $0)
                }
            }
            let page = try result.get()
            for entity in page.entities where !stopping.isRaised {
                let names = entity.attributes.map(\.name).filter {
                    ForecastStatement.isRead(IRI.localName(vocabulary.registry.iri($0)))
                }
                guard !names.isEmpty else { continue }
                let place = entity.attributes.first { $0.kind == .geoProperty }.flatMap { attribute in
                    attribute.instances.roots.first { _ in true }.flatMap {
                        (try? Geometry(parsing: attribute.instances.valueText(of: $0)))?.representativePosition
                    }
                }
                let found = try await history.instances(
                    of: entity.id, Set(names), tenant: tenant, from: since, to: nil, timeproperty: "modifiedAt")
                collected.take(found, at: ForecastPlace(place), vocabulary)
            }
            guard page.hasMore, collected.entities < IssuedForecasts.mostEntities else { break }
            (query, newest) = page.next(query, newest)
        }
        return collected.places.mapValues { ForetoldWeather($0) }
    }
}

/// Gathers weather forecasts as they were issued.
///
/// Invariants:
/// 1. `places` holds at most `mostHours` hours together, 64 bytes each; of too many the older half goes.
struct IssuedForecasts {
    static let mostHours = 1_000_000
    /// Entities that are read; a city that makes one for each period and never deletes any has some thousands in two years.
    static let mostEntities = 50_000

    private(set) var places: [ForecastPlace: [ForetoldHour]] = [:]
    private(set) var entities = 0
    private var count = 0

    /// Takes in the history of one entity.
    ///
    /// What was written together is a statement, over what was said before. Where one writing brought many values of an
    /// attribute, as an import does, those of the same time belong together.
    mutating func take(_ attributes: [TemporalAttribute], at place: ForecastPlace, _ vocabulary: AirVocabulary) {
        entities += 1
        struct Event {
            let written: Timestamp
            let time: Timestamp
            let attribute: Int
            let root: Int
        }
        var events: [Event] = []
        for (index, attribute) in attributes.enumerated() {
            for root in attribute.instances.roots {
                let node = attribute.instances.nodes[root]
                events.append(
                    Event(written: node.modifiedAt, time: node.historyTime, attribute: index, root: root))
            }
        }
        events.sort { ($0.written, $0.time, $0.attribute) < ($1.written, $1.time, $1.attribute) }
        var statement = ForecastStatement()
        func say(_ events: some Collection<Event>) -> [ForetoldHour] {
            guard let written = events.first?.written else { return [] }
            for event in events {
                let instances = attributes[event.attribute].instances
                statement.take(
                    IRI.localName(vocabulary.registry.iri(attributes[event.attribute].name)), instances, event.root)
            }
            guard let known = statement.known(arrived: written) else { return [] }
            return statement.hours(known: known, longitude: place.position?.longitude ?? 0)
        }
        var start = 0
        while start < events.count {
            var end = start
            while end < events.count, events[end].written == events[start].written { end += 1 }
            let together = events[start..<end]
            let isImport = Set(together.map { attributes[$0.attribute].name }).count < together.count
            if isImport {
                var first = start
                while first < end {
                    var next = first
                    while next < end, events[next].time == events[first].time { next += 1 }
                    add(say(events[first..<next]), at: place)
                    first = next
                }
            } else {
                add(say(together), at: place)
            }
            start = end
        }
    }

    private mutating func add(_ hours: [ForetoldHour], at place: ForecastPlace) {
        places[place, default: []] += hours
        count += hours.count
        guard count > Self.mostHours else { return }
        for place in places.keys {
            let sorted = (places[place] ?? []).sorted { ($0.known, $0.hour) < ($1.known, $1.hour) }
            places[place] = Array(sorted.suffix(sorted.count / 2))
        }
        count = places.values.reduce(0) { $0 + $1.count }
    }
}
