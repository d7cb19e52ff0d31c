public import NGSILDModel

/// Which entities a query selects, and which page of them.
///
/// - Source: CIM 009 clause 5.7.2 and 4.7 to 4.12, 4.17, 4.19.
public struct EntityQuery: Sendable {
    /// Entities of these types (`type` with the type selection language).
    public var types: TypeSelection?
    /// Entities with one of these ids; empty: any.
    public var ids: [String] = []
    public var idPattern: TextPattern?
    /// Entities that have at least one of these attributes; empty: any.
    public var attributes: [TermID] = []
    public var expression: QueryExpression?
    public var geo: GeoQuery?
    public var scope: ScopeQuery?
    /// Alternatives of a query by POST: an entity matches if one of them does; empty: any.
    public var selectors: [EntitySelector] = []
    /// What the caller reaches: all else is as if it were not there, attributes too; `nil`: everything.
    public var access: EntityAccess?
    /// The order of the answer; `nil`: that of creation.
    public var order: EntityOrder?
    public var limit = 20
    public var offset = 0
    /// Where the page stands, instead of `offset`; without `order` only.
    public var place: Place?
    /// Whether the total is asked for.
    public var counts = false

    /// A place among the entities in the order of creation, which stays where it is while entities come and go.
    public enum Place: Sendable, Hashable {
        /// The page starts behind the entity that has, or had, this number.
        case after(Int64)
        /// The page ends before it.
        case before(Int64)
    }

    public init() {}

    /// Whether linked entities decide on the outcome.
    public var hasLinks: Bool { expression?.hasLinks ?? false }

    /// Whether the entity is selected, whatever index it was found by.
    public func matches(_ entity: EntityRecord) -> Bool {
        guard let access else { return matchesWhole(entity) }
        return access.seen(entity).map(matchesWhole) ?? false
    }

    @inline(__always)
    private func matchesWhole(_ entity: EntityRecord) -> Bool {
        guard matchesBesidesExpression(entity) else { return false }
        if let expression, !expression.matches(entity) { return false }
        if let geo, !geo.matches(entity) { return false }
        return true
    }

    /// The entity as far as the caller reaches it, if that is selected.
    ///
    /// - Parameter links: finds linked entities as far as the caller reaches them, where they may decide.
    public func selected(_ entity: EntityRecord, links: LinkFollower? = nil) -> EntityRecord? {
        guard let access else { return matchesWhole(entity, links) ? entity : nil }
        guard let seen = access.seen(entity), matchesWhole(seen, links) else { return nil }
        return seen
    }

    private func matchesWhole(_ entity: EntityRecord, _ links: LinkFollower?) -> Bool {
        guard let links else { return matchesWhole(entity) }
        guard matchesBesidesExpression(entity) else { return false }
        if let geo, !geo.matches(entity) { return false }
        return expression?.matches(entity, links: links) ?? true
    }

    /// Whether the entity may be selected, by what is known of it without its attributes.
    @inline(__always)
    public func mayMatch(_ entity: EntityRecord) -> Bool {
        if let types, !types.matches(entity.types) { return false }
        if !ids.isEmpty, !ids.contains(entity.id) { return false }
        if !selectors.isEmpty, !selectors.contains(where: { $0.matches(entity) }) { return false }
        if let idPattern, !idPattern.matches(entity.id) { return false }
        if let scope, !scope.matches(entity.scopes) { return false }
        return true
    }

    @inline(__always)
    private func matchesBesidesExpression(_ entity: EntityRecord) -> Bool {
        guard mayMatch(entity) else { return false }
        return attributes.isEmpty || attributes.contains { entity.attributes.contains($0) }
    }

    /// Refuses the outcome if a pattern ran into its limits, so that entities may have been missed. Call it after the
    /// entities were gone through.
    ///
    /// - Throws: `tooComplexQuery` naming the pattern.
    public func checkLimits() throws(NGSILDError) {
        let patterns = [idPattern, expression?.exhaustedPattern] + selectors.map(\.idPattern)
        guard let pattern = patterns.lazy.compactMap({ $0 }).first(where: \.gaveUp) else { return }
        throw .tooComplexQuery(
            "The pattern \(pattern.source) takes too many steps on some texts; avoid nested repetitions, or anchor it with ^"
        )
    }
}

/// One way to select entities: by type, and possibly by id.
///
/// - Source: CIM 009 clause 5.2.33.
public struct EntitySelector: Sendable {
    public var types: TypeSelection?
    /// Any of these ids; empty: any id.
    public var ids: [String] = []
    public var idPattern: TextPattern?

    public init() {}

    public func matches(_ entity: EntityRecord) -> Bool {
        if let types, !types.matches(entity.types) { return false }
        if !ids.isEmpty { return ids.contains(entity.id) }
        return idPattern?.matches(entity.id) ?? true
    }
}
