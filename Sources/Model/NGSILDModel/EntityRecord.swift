/// An entity as it is stored and rendered: immutable, shared by readers without copying.
///
/// Source: CIM 009 clause 5.2.4.
public final class EntityRecord: Sendable {
    public let id: String
    public let types: [TermID]
    public let scopes: [String]
    /// When the scopes became what they are; `createdAt` for those that the entity was created with.
    public let scopesSetAt: Timestamp
    public let createdAt: Timestamp
    public let modifiedAt: Timestamp
    /// When a transient entity goes; `.none` for ordinary ones.
    public let expiresAt: Timestamp
    public let attributes: AttributeForest
    /// Whether the attributes are in the store only, to save memory; `attributes` is empty then.
    public let isEvicted: Bool

    /// - Parameter scopesSetAt: `nil` for `createdAt`.
    public init(
        id: String, types: [TermID], scopes: [String] = [], scopesSetAt: Timestamp? = nil, createdAt: Timestamp,
        modifiedAt: Timestamp, expiresAt: Timestamp = .none, attributes: AttributeForest, isEvicted: Bool = false
    ) {
        self.id = id
        self.types = types
        self.scopes = scopes
        self.scopesSetAt = scopesSetAt ?? createdAt
        self.createdAt = createdAt
        self.modifiedAt = modifiedAt
        self.expiresAt = expiresAt
        self.attributes = attributes
        self.isEvicted = isEvicted
    }

    /// The entity without its attributes, to be kept in its place while they are in the store only.
    public func evicted() -> EntityRecord {
        EntityRecord(
            id: id, types: types, scopes: scopes, scopesSetAt: scopesSetAt, createdAt: createdAt,
            modifiedAt: modifiedAt, expiresAt: expiresAt, attributes: AttributeForest(), isEvicted: true)
    }

    /// The entity after a change; what is `nil` stays.
    public func changed(
        at now: Timestamp, types: [TermID]? = nil, scopes: [String]? = nil, expiresAt: Timestamp? = nil,
        attributes: AttributeForest
    ) -> EntityRecord {
        let scopes = scopes ?? self.scopes
        var setAt = scopesSetAt
        // A clock that was set back must not bring the scopes into a wrong order.
        if scopes != self.scopes { setAt = now >= setAt ? now : Timestamp(microseconds: setAt.microseconds &+ 1) }
        return EntityRecord(
            id: id, types: types ?? self.types, scopes: scopes, scopesSetAt: setAt, createdAt: createdAt,
            modifiedAt: now, expiresAt: expiresAt ?? self.expiresAt, attributes: attributes)
    }

    /// About how many bytes of memory the entity takes with its share of the indexes, for the memory budget.
    public var footprint: Int {
        800 + id.utf8.count + attributes.nodes.count * MemoryLayout<AttributeNode>.stride + attributes.bytes.count
            + types.count * 4
    }
}

/// What a request body says of an entity: a whole entity, or a fragment of one.
public struct EntityDraft: Sendable {
    /// Empty in a fragment without id.
    public var id: String
    /// Empty in a fragment without type.
    public var types: [TermID]
    /// `nil`: the body says nothing of scope; empty: remove it.
    public var scopes: [String]?
    /// `nil`: the body says nothing; `.none`: remove it.
    public var expiresAt: Timestamp?
    public var attributes: AttributeForest
    /// What the names of the body stand for; `nil` where there was no body.
    public var context: TermContext?

    public init(
        id: String = "", types: [TermID] = [], scopes: [String]? = nil, expiresAt: Timestamp? = nil,
        attributes: AttributeForest = AttributeForest()
    ) {
        self.id = id
        self.types = types
        self.scopes = scopes
        self.expiresAt = expiresAt
        self.attributes = attributes
    }
}
