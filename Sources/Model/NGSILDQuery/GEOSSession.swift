import CGEOS
import GeoJSON

/// A GEOS handle with a reference geometry prepared on it.
///
/// `@unchecked Sendable`: a session is used by one thread at a time (invariant 1 of `GEOSReference`).
final class GEOSSession: @unchecked Sendable {
    private let handle: OpaquePointer
    private let reference: OpaquePointer
    private let prepared: OpaquePointer
    /// Whether the reference crossed itself, so that the same geometry elsewhere has to be repaired too.
    private let isRepaired: Bool

    init?(_ geometry: Geometry) {
        guard let handle = GEOS_init_r() else { return nil }
        guard var reference = Self.make(geometry, handle) else {
            GEOS_finish_r(handle)
            return nil
        }
        var isRepaired = false
        if GEOSisValid_r(handle, reference) != 1, let repaired = GEOSMakeValid_r(handle, reference) {
            GEOSGeom_destroy_r(handle, reference)
            reference = repaired
            isRepaired = true
        }
        self.isRepaired = isRepaired
        guard let prepared = GEOSPrepare_r(handle, reference) else {
            GEOSGeom_destroy_r(handle, reference)
            GEOS_finish_r(handle)
            return nil
        }
        self.handle = handle
        self.reference = reference
        self.prepared = prepared
    }

    deinit {
        GEOSPreparedGeom_destroy_r(handle, prepared)
        GEOSGeom_destroy_r(handle, reference)
        GEOS_finish_r(handle)
    }

    /// Why the reference is not valid, or `nil` if it is.
    var invalidity: String? {
        if GEOSisValid_r(handle, reference) == 1 { return nil }
        guard let reason = GEOSisValidReason_r(handle, reference) else { return "it is not simple" }
        defer { GEOSFree_r(handle, reason) }
        return String(cString: reason)
    }

    /// Whether a geometry stands in a topological relation to the reference; `false` for the other relations.
    ///
    /// Some relations take GEOS time by how many edges of the geometry lie close to each other; one whose edges crowd
    /// too much, or which would have to be repaired and crosses itself too often, stands in none of these.
    func relates(_ relation: GeoQuery.Relation, _ geometry: Geometry) -> Bool {
        if isCostly(relation), geometry.vertexCount > Self.fewVertices, geometry.crossings(limit: .max) == nil {
            return false
        }
        guard let target = Self.make(geometry, handle) else { return false }
        defer { GEOSGeom_destroy_r(handle, target) }
        let isToBeRepaired = (isRepaired || relation == .equals) && GEOSisValid_r(handle, target) != 1
        if !isToBeRepaired, let answer = answer(relation, target) { return answer }
        // GEOS throws on some geometries that cross themselves.
        guard geometry.crossings(limit: GEOSReference.crossingLimit) != nil,
            let repaired = GEOSMakeValid_r(handle, target)
        else { return false }
        defer { GEOSGeom_destroy_r(handle, repaired) }
        return answer(relation, repaired) ?? false
    }

    /// What needs the whole topology of the geometry.
    private func isCostly(_ relation: GeoQuery.Relation) -> Bool {
        switch relation {
        case .within, .contains, .overlaps, .equals: true
        case .intersects, .disjoint, .nearer, .farther: false
        }
    }

    /// Even if all edges crowd, these are no work.
    private static let fewVertices = 256

    /// `nil` when GEOS threw.
    private func answer(_ relation: GeoQuery.Relation, _ target: OpaquePointer) -> Bool? {
        let result =
            switch relation {
            case .intersects: GEOSPreparedIntersects_r(handle, prepared, target)
            case .disjoint: GEOSPreparedDisjoint_r(handle, prepared, target)
            // The prepared geometry is the reference, which stands on the other side of these two.
            case .within: GEOSPreparedContains_r(handle, prepared, target)
            case .contains: GEOSPreparedWithin_r(handle, prepared, target)
            case .overlaps: GEOSPreparedOverlaps_r(handle, prepared, target)
            case .equals: GEOSEquals_r(handle, reference, target)
            case .nearer, .farther: CChar(0)
            }
        return result == 2 ? nil : result == 1
    }

    private static func make(_ geometry: Geometry, _ handle: OpaquePointer) -> OpaquePointer? {
        switch geometry {
        case .point(let position): return sequence([position], handle).flatMap { GEOSGeom_createPoint_r(handle, $0) }
        case .lineString(let line): return make(line, handle)
        case .polygon(let polygon): return make(polygon, handle)
        case .multiPoint(let positions):
            return collection(GEOS_MULTIPOINT, positions, handle) { make(.point($0), handle) }
        case .multiLineString(let lines): return collection(GEOS_MULTILINESTRING, lines, handle) { make($0, handle) }
        case .multiPolygon(let polygons): return collection(GEOS_MULTIPOLYGON, polygons, handle) { make($0, handle) }
        case .geometryCollection(let members):
            return collection(GEOS_GEOMETRYCOLLECTION, members, handle) { make($0, handle) }
        }
    }

    private static func sequence(_ positions: [Position], _ handle: OpaquePointer) -> OpaquePointer? {
        guard let sequence = GEOSCoordSeq_create_r(handle, UInt32(positions.count), 2) else { return nil }
        for (index, position) in positions.enumerated() {
            GEOSCoordSeq_setXY_r(handle, sequence, UInt32(index), position.longitude, position.latitude)
        }
        return sequence
    }

    private static func make(_ line: [Position], _ handle: OpaquePointer) -> OpaquePointer? {
        sequence(line, handle).flatMap { GEOSGeom_createLineString_r(handle, $0) }
    }

    private static func make(_ polygon: Polygon, _ handle: OpaquePointer) -> OpaquePointer? {
        func ring(_ positions: [Position]) -> OpaquePointer? {
            sequence(positions, handle).flatMap { GEOSGeom_createLinearRing_r(handle, $0) }
        }
        guard let outer = polygon.rings.first, let shell = ring(outer) else { return nil }
        var holes: [OpaquePointer?] = []
        for hole in polygon.rings.dropFirst() {
            guard let hole = ring(hole) else {
                for hole in holes { GEOSGeom_destroy_r(handle, hole) }
                GEOSGeom_destroy_r(handle, shell)
                return nil
            }
            holes.append(hole)
        }
        return GEOSGeom_createPolygon_r(handle, shell, &holes, UInt32(holes.count))
    }

    private static func collection<Element>(
        _ type: GEOSGeomTypes, _ elements: [Element], _ handle: OpaquePointer, _ make: (Element) -> OpaquePointer?
    ) -> OpaquePointer? {
        var members: [OpaquePointer?] = []
        for element in elements {
            guard let member = make(element) else {
                for member in members { GEOSGeom_destroy_r(handle, member) }
                return nil
            }
            members.append(member)
        }
        return GEOSGeom_createCollection_r(handle, Int32(type.rawValue), &members, UInt32(members.count))
    }
}
