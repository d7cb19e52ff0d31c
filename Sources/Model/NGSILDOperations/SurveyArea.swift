public import GeoJSON
public import NGSILDModel
import NGSILDQuery

/// A rectangle that maps of entities are cut to: what does not touch it is not there.
public struct SurveyArea: Sendable {
    /// In degrees.
    public let box: BoundingBox
    private let query: GeoQuery

    /// - Throws: `badRequestData` where the box has no extent.
    public init(_ box: BoundingBox) throws(NGSILDError) {
        self.box = box
        query = try GeoQuery(.intersects, of: .none, to: .polygon(box.outline))
    }

    /// Whether the geometry shares a point with the area, its edges included.
    ///
    /// Cost: comparisons for a point and for what lies inside by its box; otherwise what GEOS takes.
    public func touches(_ geometry: Geometry) -> Bool {
        if case .point(let position) = geometry { return box.contains(position) }
        let around = geometry.boundingBox
        return box.contains(around) || box.intersects(around) && query.matches(geometry)
    }

    /// Whether the entity has an instance of the GeoProperty that touches the area and lies in a box, such as that in which
    /// an index found it.
    public func touches(_ entity: EntityRecord, _ attribute: TermID, in found: BoundingBox) -> Bool {
        entity.attributes.roots(named: attribute).contains { root in
            guard let geometry = GeoValue.geometry(of: entity.attributes, root) else { return false }
            return found.intersects(geometry.boundingBox) && touches(geometry)
        }
    }
}
