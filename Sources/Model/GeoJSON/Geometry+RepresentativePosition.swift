extension Geometry {
    /// A position that stands for the geometry on a map, such as the place of a marker.
    ///
    /// It lies on the geometry: a point itself, half way along a line, within an area. Of several parts the largest
    /// one decides; of a collection the first member. Altitude is kept only for points.
    public var representativePosition: Position {
        switch self {
        case .point(let position): position
        case .multiPoint(let positions): positions.first ?? Geometry.nowhere
        case .lineString(let line): Geometry.halfWay(along: line)
        case .multiLineString(let lines):
            Geometry.halfWay(along: lines.max { Geometry.length($0) < Geometry.length($1) } ?? [])
        case .polygon(let polygon): polygon.representativePosition
        case .multiPolygon(let polygons):
            polygons.max { $0.area < $1.area }?.representativePosition ?? Geometry.nowhere
        case .geometryCollection(let members): members.first?.representativePosition ?? Geometry.nowhere
        }
    }

    /// What a geometry without positions, which parsing refuses, answers.
    static let nowhere = Position(longitude: 0, latitude: 0)

    /// In metres.
    private static func length(_ line: [Position]) -> Double {
        zip(line, line.dropFirst()).reduce(0) { $0 + greatCircleMetres(from: $1.0, to: $1.1) }
    }

    private static func halfWay(along line: [Position]) -> Position {
        guard let first = line.first, let last = line.last else { return nowhere }
        var left = length(line) / 2
        for (start, end) in zip(line, line.dropFirst()) {
            let step = greatCircleMetres(from: start, to: end)
            if step >= left, step > 0 {
                let share = left / step
                return Position(
                    longitude: start.longitude + share * (end.longitude - start.longitude),
                    latitude: start.latitude + share * (end.latitude - start.latitude))
            }
            left -= step
        }
        return left > 0 ? last : Position(longitude: first.longitude, latitude: first.latitude)
    }
}

extension Polygon {
    /// In square degrees, holes included; only good for comparing neighbours.
    var area: Double { abs(rings.first.map { Polygon.moments($0).doubleArea } ?? 0) / 2 }

    /// The centroid of the outer ring where the area holds it, otherwise a position well inside the area.
    public var representativePosition: Position {
        guard let outer = rings.first, let first = outer.first else { return Geometry.nowhere }
        let moments = Polygon.moments(outer)
        if moments.doubleArea != 0 {
            let centroid = Position(
                longitude: first.longitude + moments.longitude / (3 * moments.doubleArea),
                latitude: first.latitude + moments.latitude / (3 * moments.doubleArea))
            if contains(centroid) { return centroid }
        }
        return middleOfWidestStretch ?? Position(longitude: first.longitude, latitude: first.latitude)
    }

    /// Twice the signed area and six times the first moments against the first position (shoelace formula).
    private static func moments(_ ring: [Position]) -> (doubleArea: Double, longitude: Double, latitude: Double) {
        guard let origin = ring.first else { return (0, 0, 0) }
        var sums = (doubleArea: 0.0, longitude: 0.0, latitude: 0.0)
        for (start, end) in zip(ring, ring.dropFirst()) {
            let (x0, y0) = (start.longitude - origin.longitude, start.latitude - origin.latitude)
            let (x1, y1) = (end.longitude - origin.longitude, end.latitude - origin.latitude)
            let cross = x0 * y1 - x1 * y0
            sums.doubleArea += cross
            sums.longitude += (x0 + x1) * cross
            sums.latitude += (y0 + y1) * cross
        }
        return sums
    }

    /// Cuts the area along a parallel that meets no vertex, about half way up, and takes the widest piece.
    private var middleOfWidestStretch: Position? {
        guard let cut = latitudeBetweenVertices else { return nil }
        var crossings: [Double] = []
        for ring in rings {
            for (start, end) in zip(ring, ring.dropFirst()) where (start.latitude > cut) != (end.latitude > cut) {
                let share = (cut - start.latitude) / (end.latitude - start.latitude)
                crossings.append(start.longitude + share * (end.longitude - start.longitude))
            }
        }
        crossings.sort()
        var widest: (from: Double, to: Double)?
        for index in stride(from: 0, to: crossings.count - 1, by: 2) {
            let piece = (from: crossings[index], to: crossings[index + 1])
            if piece.to - piece.from > (widest.map { $0.to - $0.from } ?? 0) { widest = piece }
        }
        return widest.map { Position(longitude: ($0.from + $0.to) / 2, latitude: cut) }
    }

    private var latitudeBetweenVertices: Double? {
        let latitudes = Set(rings.joined().map(\.latitude)).sorted()
        guard let lowest = latitudes.first, let highest = latitudes.last, lowest < highest else { return nil }
        let middle = (lowest + highest) / 2
        guard let above = latitudes.first(where: { $0 > middle }), let below = latitudes.last(where: { $0 <= middle })
        else { return nil }
        return (above + below) / 2
    }
}
