import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// The entities of some types, page by page.
struct EntityPages {
    private let consumption: any EntityConsumption
    private let tenant: String
    private let passesOver: Bool
    private var query: EntityQuery?
    /// What is left to be looked at of the entities of a page; `nil`: the broker has done that.
    private var filter: EntityQuery?
    /// Why a page could not be read; there may be more entities then than were given.
    private(set) var failure: NGSILDError?

    /// - Parameters:
    ///   - names: Types by their names or IRIs.
    ///   - query: What else they have to meet.
    ///   - passesOver: Whether an entity with a text that takes a pattern too many steps is passed over, and hides no
    ///     others. Else that is a failure.
    init(
        _ names: [String], _ query: EntityQuery = EntityQuery(), of tenant: String,
        _ consumption: any EntityConsumption, passesOver: Bool = false, _ vocabulary: inout RuleVocabulary
    ) {
        self.passesOver = passesOver
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

    /// The next page; `nil` after the last, and after a failure.
    mutating func next() -> [EntityRecord]? {
        guard var query else { return nil }
        let page: EntityPage
        do throws(NGSILDError) { page = try consumption.queryEntities(query, tenant: tenant) } catch {
            if case .tooComplexQuery = error, passesOver, filter == nil, !query.hasLinks {
                filter = query
                self.query = Self.plain(query)
                return next()
            }
            failure = error
            self.query = nil
            return nil
        }
        if page.hasMore, let last = page.last {
            query.place = .after(last)
            self.query = query
        } else {
            self.query = nil
        }
        return filter.map { filter in page.entities.filter { filter.matches($0) } } ?? page.entities
    }

    private static func plain(_ query: EntityQuery) -> EntityQuery {
        var plain = EntityQuery()
        plain.types = query.types
        plain.limit = query.limit
        plain.place = query.place
        return plain
    }
}
