import GeoJSON
public import NGSILDModel
public import NGSILDOperations
import NGSILDQuery

extension Broker: EntitySurvey {
    public func surveyRevision(of types: [TermID]?, tenant: String) throws(NGSILDError) -> UInt64 {
        try tenants.existing(tenant).withState { $0.revision(of: types) }
    }

    public func surveyEntities(
        _ request: EntitySurveyRequest, tenant: String, visit: (PlacedEntity) -> Void
    ) throws(NGSILDError) -> UInt64? {
        var survey = SurveyRun(request, try tenants.existing(tenant))
        let numbering = survey.run(visit)
        try request.query.checkLimits()
        return numbering
    }

    public func surveyed(
        _ slots: [UInt32], numbering: UInt64, tenant: String
    ) throws(NGSILDError) -> [EntityRecord?]? {
        let tenant = try tenants.existing(tenant)
        let found = tenant.withState { state -> [EntitySlot]? in
            guard state.numbering == numbering else { return nil }
            return slots.map {
                Int($0) < state.slots.count
                    ? state.slots[Int($0)] : EntitySlot(record: nil, number: .max, revision: 0)
            }
        }
        return found.map { tenant.whole($0) }
    }

    public func surveyExtent(of geometry: TermID, tenant: String) throws(NGSILDError) -> EntityExtent {
        try tenants.existing(tenant).withState { state in
            EntityExtent(
                types: state.byType.map { ($0.key, $0.value.count) }.sorted { $0.0 < $1.0 }, count: state.count,
                box: state.spatial[geometry]?.bounds)
        }
    }
}
