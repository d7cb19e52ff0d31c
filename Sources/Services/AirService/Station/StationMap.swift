import GeoJSON

/// Which stations are near each other.
struct StationMap {
    /// Rises when a station comes, goes or moves.
    private(set) var version = 0
    private var places: [StationKey: Position] = [:]

    /// Neighbours are at most so many, and so far away in metres.
    static let neighbourLimit = 8
    static let reach = 10_000.0
    /// A station that moved less than this is where it was.
    private static let tolerance = 50.0

    mutating func put(_ key: StationKey, at place: Position?) {
        guard let place else {
            if places.removeValue(forKey: key) != nil { version += 1 }
            return
        }
        if let former = places[key], greatCircleMetres(from: former, to: place) < Self.tolerance { return }
        places[key] = place
        version += 1
    }

    /// The nearest stations of the same tenant, nearest first.
    ///
    /// - Cost: linear in the stations.
    func neighbours(of key: StationKey) -> [StationKey] {
        guard let place = places[key] else { return [] }
        var found: [(key: StationKey, metres: Double)] = []
        for (other, position) in places where other != key && other.tenant == key.tenant {
            // A degree of latitude is 111 km.
            guard abs(position.latitude - place.latitude) * 111_000 <= Self.reach else { continue }
            let metres = greatCircleMetres(from: place, to: position)
            if metres <= Self.reach { found.append((other, metres)) }
        }
        found.sort { ($0.metres, $0.key.id) < ($1.metres, $1.key.id) }
        return found.prefix(Self.neighbourLimit).map(\.key)
    }
}
