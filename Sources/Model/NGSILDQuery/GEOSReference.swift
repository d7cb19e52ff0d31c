import GeoJSON
import NGSILDModel
import Synchronization

/// A reference geometry made ready for GEOS, and the relations of other geometries to it.
///
/// Invariants:
/// 1. A session, with its GEOS handle and geometries, is used by one thread at a time: it is in `spare` or in the hands
///    of one call.
/// 2. Geometries go to GEOS without altitude: relations are those of the plane.
final class GEOSReference: Sendable {
    private let reference: Geometry
    private let spare = Mutex<[GEOSSession]>([])
    private static let spareLimit = 8
    /// How often a geometry may cross itself to be repaired; what GEOS needs for it grows with the square.
    static let crossingLimit = 100

    /// A reference that crosses itself stands for what it encloses, by the even-odd rule.
    ///
    /// - Throws: `tooComplexQuery` when it crosses itself too often, or its edges crowd so that relating them takes long;
    ///   `badRequestData` when nothing can be made of the geometry.
    init(_ reference: Geometry) throws(NGSILDError) {
        self.reference = reference
        try Self.refuseTangled(reference)
        // Points and lines of the parser are always valid.
        switch reference {
        case .point, .multiPoint, .lineString, .multiLineString: return
        case .polygon, .multiPolygon, .geometryCollection: break
        }
        guard let session = GEOSSession(reference) else {
            throw .internalError("The reference geometry cannot be prepared")
        }
        if let reason = session.invalidity {
            throw .badRequestData("Parameter coordinates is not a valid \(reference.kind.rawValue): \(reason)")
        }
        spare.withLock { $0.append(session) }
    }

    private static func refuseTangled(_ reference: Geometry) throws(NGSILDError) {
        switch reference {
        case .point, .multiPoint: return
        case .lineString, .multiLineString:
            // A line may cross itself as it likes.
            if reference.crossings(limit: .max) != nil { return }
        case .polygon, .multiPolygon, .geometryCollection:
            if reference.crossings(limit: crossingLimit) != nil { return }
        }
        throw .tooComplexQuery(
            "Parameter coordinates: the edges of the \(reference.kind.rawValue) cross more than \(crossingLimit) times, or lie too close upon each other; use a simpler geometry"
        )
    }

    /// Whether the geometry stands in the relation to the reference. Geometries that cross themselves are repaired
    /// first; what GEOS still refuses does not match.
    func relates(_ relation: GeoQuery.Relation, _ geometry: Geometry) -> Bool {
        guard let session = spare.withLock({ $0.popLast() }) ?? GEOSSession(reference) else { return false }
        defer {
            spare.withLock { sessions in
                if sessions.count < Self.spareLimit { sessions.append(session) }
            }
        }
        return session.relates(relation, geometry)
    }
}
