import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// The entities of some types, page by page.
struct EntityPages {
    private let consumption: any EntityConsumption
    private let tenant: String
    private var query: EntityQuery?

    /// - Parameters:
    ///   - names: Types by their names or IRIs.
    ///   - query: What else they have to meet.
    init(
        _ names: [String], _ query: EntityQuery = EntityQuery(), of tenant: String,
        _ consumption: any EntityConsumption,
        _ vocabulary: inout RuleVocabulary
    ) {
        self.consumption = consumption
        self.tenant = tenant
        let wanted = Self.types(of: tenant, consumption).filter { vocabulary.isOne(of: names, [$0]) }
        guard !wanted.isEmpty else { return }
        var first = query
        first.types = TypeSelection(anyOf: wanted)
        first.limit = 500
        self.query = first
    }

    /// The types in use, from an index where the broker has one: to look at each entity for them takes a second for a
    /// million.
    private static func types(of tenant: String, _ consumption: any EntityConsumption) -> [TermID] {
        if let survey = consumption as? any EntitySurvey {
            return (try? survey.surveyExtent(of: .none, tenant: tenant))?.types.map { $0.type } ?? []
        }
        return ((try? consumption.entityTypes(tenant: tenant)) ?? []).map(\.type)
    }

    /// The next page; `nil` after the last.
    mutating func next() -> [EntityRecord]? {
        guard var query, let page = try? consumption.queryEntities(query, tenant: tenant) else { return nil }
        if page.hasMore, let last = page.last {
            query.place = .after(last)
            self.query = query
        } else {
            self.query = nil
        }
        return page.entities
    }
}
