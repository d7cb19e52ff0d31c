public import AirQuality
import SpatialInterpolation

/// What one station measured in the hour of a map, in µg/m³.
public struct MapSample: Sendable, Hashable {
    public var position: MapPosition
    public var value: Double

    public init(position: MapPosition, value: Double) {
        self.position = position
        self.value = value
    }
}

/// One pollutant in one hour over the area of its stations: a grid of concentrations and of how sure they are.
///
/// The area is the stations' extent and a margin of a tenth of it, 2 to 25 km. Stations further than 250 km from the
/// middle of all (the median of longitudes and latitudes) are left out, as one wrong position would make the map useless.
public struct AirField: Sendable {
    public let pollutant: Pollutant
    /// `ordinaryKriging` or `inverseDistance`.
    public let method: String
    /// `nil` with inverse distances.
    public let variogram: MapVariogram?
    /// How many stations took part.
    public let stations: Int
    let plane: LocalPlane
    let values: GridField
    /// Half the width of the 90 % interval; `nil` with inverse distances, which know none.
    let uncertainties: GridField?

    /// Points along the longer side of the area, unless told otherwise.
    public static let side = 200
    static let reachMetres = 250_000.0

    /// Estimates the field.
    ///
    /// - Parameters:
    ///   - variogram: `nil`, or fewer than four stations: inverse distances squared take its place.
    ///   - side: Points along the longer side of the area, 2 to 1,000.
    /// - Returns: `nil` without a station.
    /// - Cost: 200 ms of one core for 200 stations; some milliseconds for ten.
    public init?(_ pollutant: Pollutant, _ samples: [MapSample], variogram: MapVariogram?, side: Int = AirField.side) {
        let near = Self.withoutStrays(samples)
        guard
            let plane = LocalPlane(
                around: near.map { (longitude: $0.position.longitude, latitude: $0.position.latitude) })
        else { return nil }
        let placed = near.map {
            Sample(
                position: plane.point(longitude: $0.position.longitude, latitude: $0.position.latitude),
                value: $0.value)
        }
        let scale: ValueScale = variogram.map { .logarithm(offset: $0.offset) } ?? .identity
        guard let grid = Self.grid(around: placed.map(\.position), side: min(max(side, 2), 1_000)),
            let interpolation = Interpolation(samples: placed, model: variogram?.model, scale: scale)
        else { return nil }
        self.pollutant = pollutant
        self.plane = plane
        stations = placed.count
        switch interpolation.method {
        case .kriging(let kriging):
            guard let variogram, let (estimates, variances) = kriging.estimates(on: grid),
                let widths = Self.uncertainties(estimates, variances, scale, variogram.factor)
            else { return nil }
            method = "ordinaryKriging"
            self.variogram = variogram
            values = estimates.mapped { scale.unscaled($0) }
            uncertainties = widths
        case .inverseDistance(let inverse, _):
            guard let estimates = inverse.values(on: grid) else { return nil }
            method = "inverseDistance"
            self.variogram = nil
            values = estimates.mapped { scale.unscaled($0) }
            uncertainties = nil
        }
    }

    private static func uncertainties(
        _ estimates: GridField, _ variances: GridField, _ scale: ValueScale, _ factor: Double
    ) -> GridField? {
        let widths = zip(estimates.values, variances.values).map { value, variance in
            let interval = scale.interval(Estimate(value: value, variance: variance), factor: factor)
            return (interval.upperBound - interval.lowerBound) / 2
        }
        return GridField(geometry: estimates.geometry, values: widths)
    }

    /// A grid of square cells over the stations and the margin.
    private static func grid(around points: [PlanePoint], side: Int) -> GridGeometry? {
        guard let first = points.first else { return nil }
        var (west, east, south, north) = (first.x, first.x, first.y, first.y)
        for point in points {
            (west, east) = (min(west, point.x), max(east, point.x))
            (south, north) = (min(south, point.y), max(north, point.y))
        }
        // A single station has an extent of its own.
        let extent = max(east - west, north - south)
        let margin = extent == 0 ? 5_000 : min(25_000, max(2_000, extent / 10))
        let (width, height) = (east - west + 2 * margin, north - south + 2 * margin)
        let step = max(width, height) / Double(side - 1)
        return GridGeometry(
            origin: PlanePoint(x: west - margin, y: south - margin), stepX: step, stepY: step,
            columns: max(2, Int((width / step).rounded()) + 1), rows: max(2, Int((height / step).rounded()) + 1))
    }

    private static func withoutStrays(_ samples: [MapSample]) -> [MapSample] {
        let sound = samples.filter {
            $0.value.isFinite && $0.position.longitude.isFinite && abs($0.position.latitude) <= 90
        }
        guard let first = sound.first else { return [] }
        // Longitudes relative to the first, so that a city at the date line stays in one piece.
        func offset(_ sample: MapSample) -> Double {
            let east = sample.position.longitude - first.position.longitude
            return east - 360 * (east / 360).rounded()
        }
        let east = sound.map(offset).sorted()[sound.count / 2]
        let north = sound.map(\.position.latitude).sorted()[sound.count / 2]
        let middle = LocalPlane(centreLongitude: first.position.longitude + east, centreLatitude: north)
        return sound.filter {
            let point = middle.point(longitude: $0.position.longitude, latitude: $0.position.latitude)
            return point.distance(to: PlanePoint(x: 0, y: 0)) <= reachMetres
        }
    }

    /// The field of a quantity; `nil` where the method does not know it.
    func field(_ quantity: MapQuantity) -> GridField? { quantity == .value ? values : uncertainties }

    /// Whether the map knows the quantity.
    public func knows(_ quantity: MapQuantity) -> Bool { field(quantity) != nil }

    /// The area: west, south, east, north, in degrees.
    public var bounds: MapBounds { Self.bounds(of: values.geometry, plane) }

    static func bounds(of grid: GridGeometry, _ plane: LocalPlane) -> MapBounds {
        let low = plane.position(of: grid.origin)
        let high = plane.position(of: grid.point(column: grid.columns - 1, row: grid.rows - 1))
        return MapBounds(
            west: low.longitude, south: low.latitude, east: high.longitude, north: high.latitude)
    }

    /// The value of a quantity at a place, between the points of the grid in proportion; `nil` outside of the area.
    public func value(_ quantity: MapQuantity, at position: MapPosition) -> Double? {
        guard let field = field(quantity) else { return nil }
        let point = plane.point(longitude: position.longitude, latitude: position.latitude)
        let grid = field.geometry
        let column = GridPlace((point.x - grid.origin.x) / grid.stepX, count: grid.columns)
        let row = GridPlace((point.y - grid.origin.y) / grid.stepY, count: grid.rows)
        guard let column, let row else { return nil }
        return field.between(column, row)
    }
}

/// A rectangle of longitudes and latitudes, in degrees; across the date line west is greater than east.
public struct MapBounds: Sendable, Hashable {
    public var west: Double
    public var south: Double
    public var east: Double
    public var north: Double

    public init(west: Double, south: Double, east: Double, north: Double) {
        self.west = west
        self.south = south
        self.east = east
        self.north = north
    }
}

/// Where a place lies between two neighbouring lines of a grid.
struct GridPlace {
    let index: Int
    /// 0 on the line of `index`, 1 on the next.
    let share: Double

    /// - Returns: `nil` outside of the grid.
    @inline(__always)
    init?(_ place: Double, count: Int) {
        // Positions are turned into degrees and back, which costs the last digits.
        let last = Double(count - 1)
        guard place >= -1e-6, place <= last + 1e-6 else { return nil }
        let inside = min(max(place, 0), last)
        index = min(Int(inside), count - 2)
        share = inside - Double(index)
    }
}

extension GridField {
    /// The value between four points.
    @inline(__always)
    func between(_ column: GridPlace, _ row: GridPlace) -> Double {
        let first = row.index * geometry.columns + column.index
        let second = first + geometry.columns
        let south = values[first] + (values[first + 1] - values[first]) * column.share
        let north = values[second] + (values[second + 1] - values[second]) * column.share
        return south + (north - south) * row.share
    }
}
