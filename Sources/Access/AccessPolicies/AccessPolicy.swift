public import GeoJSON

/// What callers of some roles may do: a grant. Nothing is permitted that no policy grants.
///
/// Members that are `nil` do not restrict. See `docs/access.md`.
public struct AccessPolicy: Hashable, Sendable {
    public var id: String
    public var description: String?
    /// Whom it is for; `anyone` stands for all, also without a credential.
    public var roles: [String]
    /// Names of tenants, empty for the default one; a `*` at the end stands for any rest.
    public var tenants: [String]
    /// Names of operations and groups of operations.
    public var operations: [String]
    /// Names or IRIs of entity types: entities that have one of them.
    public var types: [String]?
    /// In the language of `scopeQ`: entities with a scope that one of them selects.
    public var scopes: [String]?
    /// Names or IRIs of attributes.
    public var attributes: [String]?
    /// A Polygon or MultiPolygon: entities whose `location` lies in it.
    public var area: Geometry?
    /// The URL of the @context that names are read under; `nil`: the core context.
    public var context: String?

    /// The role of every caller.
    public static let anyone = "anyone"

    /// - Parameter tenants: the default tenant by default.
    public init(
        id: String, description: String? = nil, roles: [String], tenants: [String] = [""], operations: [String],
        types: [String]? = nil, scopes: [String]? = nil, attributes: [String]? = nil, area: Geometry? = nil,
        context: String? = nil
    ) {
        self.id = id
        self.description = description
        self.roles = roles
        self.tenants = tenants
        self.operations = operations
        self.types = types
        self.scopes = scopes
        self.attributes = attributes
        self.area = area
        self.context = context
    }

    /// Whether it is about a tenant.
    public func covers(tenant: String) -> Bool {
        tenants.contains { $0.hasSuffix("*") ? tenant.hasPrefix($0.dropLast()) : $0 == tenant }
    }

    /// Whether it is about some entities or attributes only.
    public var isAboutSomeEntities: Bool { types != nil || scopes != nil || attributes != nil || area != nil }
}
