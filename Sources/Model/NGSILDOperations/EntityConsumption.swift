public import NGSILDModel
public import NGSILDQuery

/// The answer to an entity query: a page of entities, and how many match in all if that was asked.
public struct EntityPage: Sendable {
    public var entities: [EntityRecord]
    public var total: Int?
    /// Whether more entities follow the page.
    public var hasMore: Bool
    /// The places of the first and last entity, for `EntityQuery.place`; `nil` where the page is empty or ordered.
    public var first: Int64?
    public var last: Int64?
    /// The place of each entity, where the query starts behind a place; else empty.
    public var places: [Int64]
    public init(
        entities: [EntityRecord], total: Int?, hasMore: Bool, first: Int64? = nil, last: Int64? = nil,
        places: [Int64] = []
    ) {
        self.entities = entities
        self.total = total
        self.hasMore = hasMore
        self.first = first
        self.last = last
        self.places = places
    }
}

/// An entity type in use, with what its entities have.
public struct EntityTypeDescription: Sendable {
    public var type: TermID
    public var entityCount: Int
    /// Each attribute with the kinds it occurs in.
    public var attributes: [TermID: Set<AttributeKind>]
    public init(type: TermID, entityCount: Int, attributes: [TermID: Set<AttributeKind>]) {
        self.type = type
        self.entityCount = entityCount
        self.attributes = attributes
    }
}

/// An attribute in use.
public struct AttributeDescription: Sendable {
    public var name: TermID
    public var instanceCount: Int
    public var kinds: Set<AttributeKind>
    public var types: Set<TermID>
    public init(name: TermID, instanceCount: Int, kinds: Set<AttributeKind>, types: Set<TermID>) {
        self.name = name
        self.instanceCount = instanceCount
        self.kinds = kinds
        self.types = types
    }
}

/// Context information consumption: synchronous, answered from memory on the caller's thread.
///
/// - Source: CIM 009 clauses 5.7.1, 5.7.2, 5.7.5 to 5.7.10.
public protocol EntityConsumption: Sendable {
    /// 5.7.1
    ///
    /// - Throws: `.resourceNotFound`, `.nonexistentTenant`.
    func retrieveEntity(id: String, tenant: String) throws(NGSILDError) -> EntityRecord

    /// An entity that a Relationship links to; `nil` where there is none.
    func linkedEntity(id: String, tenant: String) -> EntityRecord?

    /// 5.7.2. Unless the query has an order of its own, the order is that of creation, so pages stay stable while
    /// entities come and go.
    func queryEntities(_ query: EntityQuery, tenant: String) throws(NGSILDError) -> EntityPage

    /// 5.7.5, 5.7.6
    func entityTypes(tenant: String) throws(NGSILDError) -> [EntityTypeDescription]

    /// 5.7.8 to 5.7.10
    func attributes(tenant: String) throws(NGSILDError) -> [AttributeDescription]
}
