public import NGSILDModel
public import NGSILDQuery

/// Types and attributes as a caller who reaches some entities only may know of them.
///
/// - Cost: that of looking at every entity that may be reached.
extension EntityConsumption {
    /// 5.7.5 to 5.7.7, of what is reached.
    public func entityTypes(
        reachedBy access: EntityAccess, tenant: String
    ) throws(NGSILDError) -> [EntityTypeDescription] {
        var tally = TypeTally()
        try visit(reachedBy: access, tenant: tenant) { tally.add($0) }
        return tally.types
    }

    /// 5.7.8 to 5.7.10, of what is reached.
    public func attributes(
        reachedBy access: EntityAccess, tenant: String
    ) throws(NGSILDError) -> [AttributeDescription] {
        var tally = AttributeTally()
        try visit(reachedBy: access, tenant: tenant) { tally.add($0) }
        return tally.attributes
    }

    /// Visits the entities that are reached, each as far as it is.
    public func visit(
        reachedBy access: EntityAccess, tenant: String, _ body: (EntityRecord) -> Void
    ) throws(NGSILDError) {
        var query = EntityQuery()
        query.access = access
        // So many lead to candidates faster than a look at each entity.
        if let types = access.types, types.count <= 16 { query.types = TypeSelection(anyOf: types) }
        query.limit = 1_000
        query.place = .after(.min)
        while true {
            let page = try queryEntities(query, tenant: tenant)
            for entity in page.entities { body(entity) }
            guard page.hasMore, let last = page.last else { return }
            query.place = .after(last)
        }
    }
}

/// Counts entities by type.
public struct TypeTally {
    private var found: [TermID: EntityTypeDescription] = [:]

    public init() {}

    /// Takes an entity in, once for each of its types.
    public mutating func add(_ record: EntityRecord) {
        for type in record.types {
            var description = found[type] ?? EntityTypeDescription(type: type, entityCount: 0, attributes: [:])
            description.entityCount += 1
            for root in record.attributes.roots {
                let node = record.attributes.nodes[root]
                description.attributes[node.name, default: []].insert(node.kind)
            }
            found[type] = description
        }
    }

    /// In the order of the terms.
    public var types: [EntityTypeDescription] { found.values.sorted { $0.type < $1.type } }
}

/// Counts attributes by name.
public struct AttributeTally {
    private var found: [TermID: AttributeDescription] = [:]

    public init() {}

    /// Takes the attributes of an entity in.
    public mutating func add(_ record: EntityRecord) {
        for root in record.attributes.roots {
            let node = record.attributes.nodes[root]
            var description =
                found[node.name] ?? AttributeDescription(name: node.name, instanceCount: 0, kinds: [], types: [])
            description.instanceCount += 1
            description.kinds.insert(node.kind)
            description.types.formUnion(record.types)
            found[node.name] = description
        }
    }

    /// In the order of the terms.
    public var attributes: [AttributeDescription] { found.values.sorted { $0.name < $1.name } }
}
