import GeoJSON
import NGSILDModel

/// Decides whether geometries stand in a relation to one reference.
///
/// Points are decided here; what needs the topology of two extended geometries is left to GEOS.
final class SpatialMatcher: Sendable {
    let relation: GeoQuery.Relation
    let reference: Geometry
    let searchBox: BoundingBox?
    private let topology: GEOSReference

    /// How many positions a reference may have. Distances between two extended geometries take all pairs.
    static func vertexLimit(_ relation: GeoQuery.Relation) -> Int {
        switch relation {
        case .nearer, .farther: 1_000
        default: 10_000
        }
    }

    init(_ relation: GeoQuery.Relation, _ reference: Geometry) throws(NGSILDError) {
        self.relation = relation
        self.reference = reference
        searchBox =
            switch relation {
            case .nearer(let metres): reference.boundingBox.expanded(byMetres: metres)
            case .farther, .disjoint: nil
            case .within, .contains, .intersects, .equals, .overlaps: reference.boundingBox
            }
        topology = try GEOSReference(reference)
    }

    func matches(_ position: Position) -> Bool {
        if let searchBox, !searchBox.contains(position) { return false }
        switch relation {
        case .nearer(let metres): return reference.distanceMetres(from: position) <= metres
        case .farther(let metres): return reference.distanceMetres(from: position) > metres
        case .intersects: return covers(position) ?? topology.relates(.intersects, .point(position))
        case .disjoint: return !(covers(position) ?? topology.relates(.intersects, .point(position)))
        case .within: return contains(position) ?? topology.relates(.within, .point(position))
        case .contains, .equals:
            guard case .point(let other) = reference else { return topology.relates(relation, .point(position)) }
            return other.longitude == position.longitude && other.latitude == position.latitude
        case .overlaps: return topology.relates(.overlaps, .point(position))
        }
    }

    /// Whether a position lies in the reference or on its edge; `nil` when GEOS has to say.
    private func covers(_ position: Position) -> Bool? {
        switch reference {
        case .point(let other): other.longitude == position.longitude && other.latitude == position.latitude
        case .polygon(let polygon): polygon.covers(position)
        default: nil
        }
    }

    /// Whether a position lies in the interior of the reference; `nil` when GEOS has to say.
    private func contains(_ position: Position) -> Bool? {
        switch reference {
        case .point(let other): other.longitude == position.longitude && other.latitude == position.latitude
        case .polygon(let polygon): polygon.contains(position)
        default: nil
        }
    }

    func matches(_ geometry: Geometry) -> Bool {
        if let searchBox, !geometry.boundingBox.intersects(searchBox) { return false }
        switch relation {
        case .nearer(let metres): return isWithin(metres, geometry)
        case .farther(let metres): return !isWithin(metres, geometry)
        case .disjoint: return !relates(.intersects, geometry)
        case .within, .contains, .intersects, .equals, .overlaps: return relates(relation, geometry)
        }
    }

    /// Takes a collection apart where that gives the right answer, since GEOS relates no collections.
    private func relates(_ relation: GeoQuery.Relation, _ geometry: Geometry) -> Bool {
        guard case .geometryCollection(let members) = geometry else { return topology.relates(relation, geometry) }
        switch relation {
        case .intersects: return members.contains { relates(.intersects, $0) }
        case .within: return members.allSatisfy { relates(.within, $0) }
        default: return topology.relates(relation, geometry)
        }
    }

    /// Whether the two come as near as that: they share a point, or a vertex of one is near enough to the other.
    private func isWithin(_ metres: Double, _ geometry: Geometry) -> Bool {
        if case .point(let position) = reference { return geometry.distanceMetres(from: position) <= metres }
        if relates(.intersects, geometry) { return true }
        return reference.hasPosition { geometry.distanceMetres(from: $0) <= metres }
            || geometry.hasPosition(in: searchBox) { reference.distanceMetres(from: $0) <= metres }
    }
}

extension Geometry {
    /// Whether a position of the geometry, within the box if there is one, passes.
    fileprivate func hasPosition(in box: BoundingBox? = nil, _ body: (Position) -> Bool) -> Bool {
        func passes(_ position: Position) -> Bool {
            if let box, !box.contains(position) { return false }
            return body(position)
        }
        switch self {
        case .point(let position): return passes(position)
        case .multiPoint(let positions), .lineString(let positions): return positions.contains(where: passes)
        case .multiLineString(let lines): return lines.contains { $0.contains(where: passes) }
        case .polygon(let polygon): return polygon.rings.contains { $0.contains(where: passes) }
        case .multiPolygon(let polygons):
            return polygons.contains { polygon in polygon.rings.contains { $0.contains(where: passes) } }
        case .geometryCollection(let members): return members.contains { $0.hasPosition(in: box, body) }
        }
    }
}
