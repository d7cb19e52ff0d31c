import AirMap
import Forecasting
import GeoJSON
import NGSILDModel
import ServiceRuntime

/// Where a weather forecast is for; without a position it is for the whole city.
struct ForecastPlace: Hashable, Sendable {
    /// A position counts as another from a hundredth of a degree on.
    private let east: Int
    private let north: Int
    let position: Position?

    init(_ position: Position?) {
        func hundredths(_ degrees: Double) -> Int {
            degrees.isFinite ? Int((min(max(degrees, -1e6), 1e6) * 100).rounded()) : 0
        }
        self.position = position
        east = position.map { hundredths($0.longitude) } ?? .max
        north = position.map { hundredths($0.latitude) } ?? .max
    }

    static func == (left: ForecastPlace, right: ForecastPlace) -> Bool {
        left.east == right.east && left.north == right.north
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(east)
        hasher.combine(north)
    }

    /// Forecasts are used up to this distance, in metres.
    static let reach = 50_000.0

    /// The place whose forecasts count at a position: the nearest, else one for the whole city.
    static func nearest(_ places: some Sequence<ForecastPlace>, to position: MapPosition?) -> ForecastPlace? {
        var (best, whole): ((place: ForecastPlace, metres: Double)?, ForecastPlace?) = (nil, nil)
        for place in places {
            guard let there = place.position else {
                whole = place
                continue
            }
            guard let position else { continue }
            let metres = greatCircleMetres(
                from: Position(longitude: position.longitude, latitude: position.latitude), to: there)
            guard metres <= reach else { continue }
            if best.map({ (metres, place.east, place.north) < ($0.metres, $0.place.east, $0.place.north) }) ?? true {
                best = (place, metres)
            }
        }
        return best?.place ?? whole
    }
}

/// The weather forecasts that hold now, by tenant and place.
///
/// Invariants:
/// 1. There are at most `placeLimit` places over all tenants; the one that was told of longest ago goes first.
/// 2. A place has at most one statement for each hour, from five hours ago to 54 ahead.
struct WeatherLedger: Sendable {
    static let placeLimit = 256

    private struct Entry: Sendable {
        var hours: [Int: ForetoldHour] = [:]
        var told = 0
    }

    private var tenants: [String: [ForecastPlace: Entry]] = [:]
    private var count = 0
    private var told = 0

    /// Takes in what an entity says.
    ///
    /// - Parameters:
    ///   - arrived: When it was written.
    ///   - now: Hours that are over go.
    mutating func take(
        _ entity: EntityRecord, tenant: String, arrived: Timestamp, now: Timestamp, _ vocabulary: AirVocabulary
    ) {
        var statement = ForecastStatement()
        var place: Position?
        for root in entity.attributes.roots {
            let name = IRI.localName(vocabulary.registry.iri(entity.attributes.nodes[root].name))
            if name == "location", entity.attributes.nodes[root].kind == .geoProperty {
                place = (try? Geometry(parsing: entity.attributes.valueText(of: root)))?.representativePosition
            } else {
                statement.take(name, entity.attributes, root)
            }
        }
        guard let known = statement.known(arrived: arrived) else { return }
        let hours = statement.hours(known: known, longitude: place?.longitude ?? 0)
        let (first, last) = (ClockHour.holding(now) - 5, ClockHour.holding(now) + ForecastNoise.reach)
        let wanted = hours.filter { (first...last).contains(Int($0.hour)) }
        guard !wanted.isEmpty else { return }
        take(wanted, at: ForecastPlace(place), tenant, keeping: first...last)
    }

    private mutating func take(
        _ hours: [ForetoldHour], at place: ForecastPlace, _ tenant: String, keeping span: ClosedRange<Int>
    ) {
        if tenants[tenant]?[place] == nil {
            if count >= Self.placeLimit { dropOldest() }
            count += 1
        }
        told += 1
        var entry = tenants[tenant]?[place] ?? Entry()
        entry.told = told
        for hour in hours {
            guard let former = entry.hours[Int(hour.hour)] else {
                entry.hours[Int(hour.hour)] = hour
                continue
            }
            entry.hours[Int(hour.hour)] =
                hour.known >= former.known ? former.replaced(by: hour) : hour.replaced(by: former)
        }
        entry.hours = entry.hours.filter { span.contains($0.key) }
        tenants[tenant, default: [:]][place] = entry
    }

    private mutating func dropOldest() {
        var oldest: (tenant: String, place: ForecastPlace, told: Int)?
        for (tenant, places) in tenants {
            for (place, entry) in places where entry.told < oldest?.told ?? .max {
                oldest = (tenant, place, entry.told)
            }
        }
        guard let oldest else { return }
        tenants[oldest.tenant]?[oldest.place] = nil
        count -= 1
    }

    /// What is forecast where a station stands, as it can be used at the end of an hour.
    func foretold(_ station: KnownStation, at hour: Int) -> ForetoldWeather {
        guard let places = tenants[station.key.tenant],
            let place = ForecastPlace.nearest(places.keys, to: station.position), let entry = places[place]
        else { return ForetoldWeather() }
        return ForetoldWeather(entry.hours.values.map { $0.known(by: hour) })
    }

    /// Whether a day of hours is forecast where a station stands, behind an hour.
    func tellsOfDay(_ station: KnownStation, at hour: Int) -> Bool {
        foretold(station, at: hour).hours.contains {
            Int($0.hour) >= hour + 24 && hour - Int($0.known) <= ForetoldWeather.oldest
        }
    }
}
