import SpatialInterpolation

/// A place on the Earth, in degrees, WGS 84.
public struct MapPosition: Sendable, Hashable {
    public var longitude: Double
    public var latitude: Double

    public init(longitude: Double, latitude: Double) {
        self.longitude = longitude
        self.latitude = latitude
    }
}

/// What was learnt of how unlike stations are with distance, from many hours; serves maps of any hour.
public struct MapVariogram: Sendable, Hashable {
    public let shape: String
    /// In the square of the logarithm's unit.
    public let nugget: Double
    public let partialSill: Double
    public let rangeMetres: Double
    let model: VariogramModel
    let offset: Double
    /// How many kriging standard deviations hold 90 % of the values.
    let factor: Double

    /// Most stations that are learnt from; of more, evenly chosen ones.
    static let mostStations = 250

    /// Learns from the values of stations in many hours.
    ///
    /// - Parameters:
    ///   - positions: Of the stations.
    ///   - hours: For each hour one value for each station, in µg/m³, `nan` where there is none.
    /// - Returns: `nil` when fewer than four stations have values, or no variogram fits.
    /// - Cost: up to a second for hundreds of stations; some milliseconds for ten.
    public init?(_ positions: [MapPosition], hours: [[Double]]) {
        var chosen = positions.indices.filter { place in
            hours.contains { place < $0.count && $0[place].isFinite }
        }
        if chosen.count > Self.mostStations {
            chosen = (0..<Self.mostStations).map { chosen[$0 * chosen.count / Self.mostStations] }
        }
        let known = chosen.map { (longitude: positions[$0].longitude, latitude: positions[$0].latitude) }
        guard Set(chosen.map { positions[$0] }).count >= Interpolation.fewestForKriging,
            let plane = LocalPlane(around: known)
        else { return nil }
        let sets = hours.filter { $0.count == positions.count }.map { hour in chosen.map { hour[$0] } }
        var sample: [Double] = []
        // A part of the values is enough for their median.
        for set in sets.enumerated() where set.offset % (1 + sets.count / 200) == 0 {
            sample += set.element.filter { $0.isFinite && $0 > 0 }
        }
        sample.sort()
        guard !sample.isEmpty else { return nil }
        let offset = max(1e-9, sample[sample.count / 2] / 4)
        let scale = ValueScale.logarithm(offset: offset)
        guard
            let selection = VariogramSelection(
                positions: known.map { plane.point(longitude: $0.longitude, latitude: $0.latitude) },
                sets: sets.map { $0.map { $0.isFinite ? scale.scaled($0) : .nan } })
        else { return nil }
        model = selection.model
        self.offset = offset
        factor = selection.factor(coverage: 0.9)
        shape = model.shape.rawValue
        nugget = model.nugget
        partialSill = model.partialSill
        rangeMetres = model.practicalRange
    }

    public static func == (one: MapVariogram, other: MapVariogram) -> Bool {
        one.model == other.model && one.offset == other.offset && one.factor == other.factor
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(rangeMetres)
        hasher.combine(nugget)
        hasher.combine(partialSill)
        hasher.combine(offset)
    }
}
