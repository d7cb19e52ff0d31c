import GeoJSON
public import NGSILDModel
import Synchronization

/// Which entities one operation reaches, and what of them: the part of a permit that is about entities.
///
/// An entity is reached when one grant covers it; of it, the attributes of all grants that cover it are reached. What
/// is not reached is as if it were not there, for filters and orders too, so that no answer tells of it.
///
/// - Cost: under 0.2 us for an entity of a type that is granted whole; else that of looking at the grants for its types that
///   are near its scopes and its place, however many others there are. Where they name attributes, what making a copy
///   without the others takes comes on top.
public final class EntityAccess: Sendable {
    /// What one policy opens. `nil` members do not restrict.
    public struct Grant: Sendable {
        /// Entities with one of these types.
        public var types: Set<TermID>?
        /// Entities with a scope that one of these selects.
        public var scopes: ScopeQuery?
        /// Entities of which a `location` lies in one of these.
        public var area: GeoQuery?
        public var attributes: Set<TermID>?
        public init() {}

        /// Whether types alone decide.
        var isOfTypesAlone: Bool { isOfAnyPlace && attributes == nil }

        /// Whether it is about entities wherever they are.
        var isOfAnyPlace: Bool { scopes == nil && area == nil }

        func covers(_ entity: EntityRecord) -> Bool {
            if let types, !entity.types.contains(where: types.contains) { return false }
            return isAt(entity)
        }

        /// Whether it is about the place of an entity, whatever that is.
        ///
        /// - Parameter geometry: the only one of the entity's to hold against the area; `nil`: any of them.
        func isAt(_ entity: EntityRecord, _ geometry: Geometry? = nil) -> Bool {
            if let area, let geometry, !area.matches(geometry) { return false }
            if let scopes, !scopes.matches(entity.scopes) { return false }
            return geometry != nil || area?.matches(entity) ?? true
        }

        /// Whether an entity may become what it is now: each type and scope that it did not have is one of the grant's.
        func covers(_ entity: EntityRecord, after before: EntityRecord?) -> Bool {
            covers(entity) && hasAdded(entity, after: before)
        }

        /// Whether each type and scope that an entity did not have is one of the grant's.
        func hasAdded(_ entity: EntityRecord, after before: EntityRecord?) -> Bool {
            if let types, before?.types != entity.types {
                for type in entity.types where before?.types.contains(type) != true {
                    if !types.contains(type) { return false }
                }
            }
            if let scopes, before?.scopes != entity.scopes {
                for scope in entity.scopes where before?.scopes.contains(scope) != true {
                    if !scopes.matches([scope]) { return false }
                }
            }
            return true
        }

        /// Adds its attributes to others.
        ///
        /// - Returns: whether it opens all.
        func add(_ found: inout Set<TermID>?) -> Bool {
            guard let attributes else { return true }
            found = found?.union(attributes) ?? attributes
            return false
        }
    }

    /// Attributes of an entity.
    public enum Attributes: Sendable {
        case all
        case only(Set<TermID>)

        /// Whether an attribute is among them.
        public func contains(_ name: TermID) -> Bool {
            switch self {
            case .all: true
            case .only(let names): names.contains(name)
            }
        }
    }

    /// Another one for each that is made, so that what was made for one is not taken for another's.
    public let number: UInt64
    private static let made = Atomic<UInt64>(0)
    /// Types that a list of them has at most where several parts are joined: a longer one helps nobody to find entities.
    private static let typeLimit = 1_024

    private let first: GrantTable
    /// More where several are joined.
    private let others: [GrantTable]

    /// Types of which every entity that is reached has one; `nil` where there is no such list.
    public let types: [TermID]?
    /// Whether every entity that is reached is reached with all its attributes.
    public let reachesAllAttributes: Bool

    /// - Parameter grants: none reach nothing.
    public init(_ grants: [Grant]) {
        first = GrantTable(grants)
        others = []
        types = grants.contains { $0.types == nil } ? nil : first.types
        number = Self.made.wrappingAdd(1, ordering: .relaxed).newValue
        reachesAllAttributes = grants.allSatisfy { $0.attributes == nil }
    }

    /// What is reached through one of several, or through them together.
    ///
    /// - Cost: linear in the parts, not in their grants.
    public init(joining parts: [EntityAccess]) {
        let tables = parts.flatMap { [$0.first] + $0.others }
        first = tables.first ?? GrantTable([])
        others = Array(tables.dropFirst())
        let known = parts.compactMap(\.types)
        let isListed = known.count == parts.count && known.lazy.map(\.count).reduce(0, +) <= Self.typeLimit
        types = isListed ? Set(known.joined()).sorted() : nil
        number = Self.made.wrappingAdd(1, ordering: .relaxed).newValue
        reachesAllAttributes = parts.allSatisfy(\.reachesAllAttributes)
    }

    /// Whether every entity of a type is reached, whole.
    public func reachesAll(ofType type: TermID) -> Bool { first.isOpen(type) || others.contains { $0.isOpen(type) } }

    /// What of an entity is reached; `nil` where it is not.
    public func attributes(of entity: EntityRecord) -> Attributes? {
        var found: Set<TermID>?
        if first.collect(entity, &found) { return .all }
        for table in others where table.collect(entity, &found) { return .all }
        return found.map { .only($0) }
    }

    /// Whether the entity is reached.
    public func reaches(_ entity: EntityRecord) -> Bool { attributes(of: entity) != nil }

    /// The entity as far as it is reached: without the attributes that are not; `nil` where it is not reached.
    public func seen(_ entity: EntityRecord) -> EntityRecord? {
        guard let attributes = attributes(of: entity) else { return nil }
        switch attributes {
        case .all: return entity
        case .only(let names): return entity.keeping(names)
        }
    }

    /// What may be written of an entity that a write leaves like this; `nil` where it may not leave it so.
    ///
    /// - Parameter before: the entity before the write, `nil` for a new one.
    public func attributes(writing entity: EntityRecord, after before: EntityRecord?) -> Attributes? {
        let added = before?.types == entity.types ? [] : entity.types.filter { before?.types.contains($0) != true }
        if entity.types.contains(where: reachesAll), added.allSatisfy(reachesAll) { return .all }
        var found: Set<TermID>?
        if first.collect(writing: entity, after: before, adding: added, &found) { return .all }
        for table in others where table.collect(writing: entity, after: before, adding: added, &found) {
            return .all
        }
        return found.map { .only($0) }
    }
}

extension EntityRecord {
    /// The entity with these attributes only.
    fileprivate func keeping(_ names: Set<TermID>) -> EntityRecord {
        guard let change = attributes.keeping(names.contains) else { return self }
        return EntityRecord(
            id: id, types: types, scopes: scopes, scopesSetAt: scopesSetAt, createdAt: createdAt,
            modifiedAt: modifiedAt, expiresAt: expiresAt, attributes: change.forest)
    }
}
