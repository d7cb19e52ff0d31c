import GeoJSON
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

extension EntityTilePages {
    /// Tiles of what a caller reaches, kept apart from those of others.
    func reaching(_ access: EntityAccess, _ consumption: any EntityConsumption) -> EntityTilePages {
        let make = make
        return EntityTilePages(survey: PermittedSurvey(base: survey, consumption: consumption, access: access)) {
            request, reply in
            var query = request.query
            query.access = access
            make(
                Request(
                    tenant: request.tenant, query: query, geometry: request.geometry, tags: request.tags,
                    zoom: request.zoom, x: request.x, y: request.y, cells: request.cells, context: request.context,
                    key: "\(request.key)\n\(access.number)"), reply)
        }
    }
}

/// Where entities are, as far as a caller reaches them.
private struct PermittedSurvey: EntitySurvey {
    let base: any EntitySurvey
    let consumption: any EntityConsumption
    let access: EntityAccess

    func surveyRevision(of types: [TermID]?, tenant: String) throws(NGSILDError) -> UInt64 {
        try base.surveyRevision(of: types, tenant: tenant)
    }

    func surveyEntities(
        _ request: EntitySurveyRequest, tenant: String, visit: (PlacedEntity) -> Void
    ) throws(NGSILDError) -> UInt64? {
        var request = request
        request.query.access = access
        return try base.surveyEntities(request, tenant: tenant, visit: visit)
    }

    func surveyed(_ slots: [UInt32], numbering: UInt64, tenant: String) throws(NGSILDError) -> [EntityRecord?]? {
        try base.surveyed(slots, numbering: numbering, tenant: tenant)?.map { $0.flatMap(access.seen) }
    }

    /// Cost: that of looking at every entity that may be reached.
    func surveyExtent(of geometry: TermID, tenant: String) throws(NGSILDError) -> EntityExtent {
        var (types, count, box): ([TermID: Int], Int, BoundingBox?) = ([:], 0, nil)
        try consumption.visit(reachedBy: access, tenant: tenant) { entity in
            count += 1
            for type in entity.types { types[type, default: 0] += 1 }
            for root in entity.attributes.roots(named: geometry) {
                guard let one = GeoValue.boundingBox(of: entity.attributes, root) else { continue }
                if box == nil { box = one } else { box?.formUnion(one) }
            }
        }
        return EntityExtent(
            types: types.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }, count: count, box: box)
    }
}
