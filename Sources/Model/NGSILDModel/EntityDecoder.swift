import GeoJSON
public import JSONTree

/// Reads entities and fragments from JSON under a @context: expands names, checks the shapes of the specification,
/// and writes the heads that answers are copied from.
///
/// Normalized and concise representations may be mixed; simplified input is asked for with `form`.
///
/// - Source: CIM 009 clauses 4.5.1 to 4.5.4, 5.2.2 to 5.2.7, 5.5.4.
public struct EntityDecoder: Sendable {
    /// How attributes are written in the body.
    public enum Form: Sendable { case normalized, simplified }

    /// What the body is.
    public enum Purpose: Sendable {
        /// A whole entity: id and type are needed.
        case entity
        /// A fragment: id and type may be missing.
        case fragment
    }

    public let context: TermContext
    public let form: Form
    public let purpose: Purpose
    /// Whether the NGSI-LD Null is taken as a request to remove.
    public let allowsNull: Bool
    /// Whether several instances of an attribute may have the same datasetId, as in a temporal representation.
    public let keepsEveryInstance: Bool
    /// Whether the fragment is merged, so that the NGSI-LD Null may stand inside compound values.
    public let mergesValues: Bool

    /// - Parameter allowsNull: by default in fragments only.
    public init(
        context: TermContext, form: Form = .normalized, purpose: Purpose = .entity, allowsNull: Bool? = nil,
        keepsEveryInstance: Bool = false, mergesValues: Bool = false
    ) {
        self.mergesValues = mergesValues
        self.keepsEveryInstance = keepsEveryInstance
        self.context = context
        self.form = form
        self.purpose = purpose
        self.allowsNull = allowsNull ?? (purpose == .fragment)
    }

    static let null = "urn:ngsi-ld:null"
    static let depthLimit = 16
    /// How many attributes, instances and sub-attributes an entity may have.
    public static let attributeLimit = 5_000
    /// How many bytes the attributes of an entity may take.
    public static let sizeLimit = 16 << 20

    /// Reads the entity at `node`.
    ///
    /// - Throws: `NGSILDError.badRequestData` naming the member that is wrong.
    public func decodeEntity(_ document: JSONDocument, _ node: JSONNode) throws(NGSILDError) -> EntityDraft {
        guard document.isObject(node) else {
            throw .badRequestData("An entity is a JSON object with \"id\" and \"type\"")
        }
        var draft = EntityDraft()
        draft.context = context
        var writer = ForestWriter(document: document, decoder: self, capacity: document.range(node).count)
        for (key, value) in document.members(node) {
            switch EntityMember(document, key) {
            case .id: draft.id = try decodeID(document, value)
            case .type: draft.types = try decodeTypes(document, value)
            case .scope where keepsEveryInstance && holdsInstances(document, value):
                try checkScopeInstances(document, value)
                try writer.attribute(key, value)
            case .scope: draft.scopes = try decodeScopes(document, value)
            case .expiresAt: draft.expiresAt = try decodeExpiry(document, value)
            case .ignored: continue
            case .attribute: try writer.attribute(key, value)
            }
        }
        if purpose == .entity {
            if draft.id.isEmpty { throw .badRequestData("The entity has no \"id\"; give it a URI") }
            if draft.types.isEmpty { throw .badRequestData("Entity \(draft.id) has no \"type\"") }
        }
        draft.attributes = writer.finish()
        return draft
    }

    /// Reads a body that is one attribute (an object, an array of instances, or a bare concise value).
    public func decodeAttribute(
        _ document: JSONDocument, _ node: JSONNode, name: TermID
    ) throws(NGSILDError) -> AttributeForest {
        var writer = ForestWriter(document: document, decoder: self, capacity: document.range(node).count)
        try writer.attribute(named: name, shown: context.name(name), node)
        return writer.finish()
    }

    private func decodeID(_ document: JSONDocument, _ node: JSONNode) throws(NGSILDError) -> String {
        guard let id = document.string(node) else { throw .badRequestData("The \"id\" of an entity is a string") }
        guard EntityID.isValid(id), id != Self.null else {
            throw .badRequestData("\"\(id)\" is not a URI; an entity id looks like urn:ngsi-ld:Room:1")
        }
        return id
    }

    private func decodeTypes(_ document: JSONDocument, _ node: JSONNode) throws(NGSILDError) -> [TermID] {
        var types: [TermID] = []
        if document.isArray(node) {
            for element in document.elements(node) {
                let type = try decodeType(document, element)
                if !types.contains(type) { types.append(type) }
            }
        } else {
            types = [try decodeType(document, node)]
        }
        if types.isEmpty {
            throw .badRequestData("The \"type\" of an entity is a name or an array of names, not empty")
        }
        return types
    }

    private func decodeType(_ document: JSONDocument, _ node: JSONNode) throws(NGSILDError) -> TermID {
        guard let name = document.string(node), !name.isEmpty, name != Self.null else {
            throw .badRequestData("The \"type\" of an entity is a name or an array of names, not empty")
        }
        return try context.typeTerm(name)
    }

    private func decodeScopes(_ document: JSONDocument, _ node: JSONNode) throws(NGSILDError) -> [String] {
        if let text = document.string(node) {
            if text == Self.null {
                if !allowsNull { throw .badRequestData("\"scope\" cannot be the NGSI-LD Null in a new entity") }
                return []
            }
            return [try checkScope(text)]
        }
        guard document.isArray(node) else { throw .badRequestData("\"scope\" is a string or an array of strings") }
        var scopes: [String] = []
        for element in document.elements(node) {
            guard let text = document.string(element) else {
                throw .badRequestData("\"scope\" is a string or an array of strings")
            }
            scopes.append(try checkScope(text))
        }
        return scopes
    }

    /// Whether a scope is given as instances over time, as in the temporal representation (clause 4.5.6).
    private func holdsInstances(_ document: JSONDocument, _ node: JSONNode) -> Bool {
        document.isObject(node) || document.isArray(node) && document.elements(node).contains { document.isObject($0) }
    }

    private func checkScopeInstances(_ document: JSONDocument, _ node: JSONNode) throws(NGSILDError) {
        for instance in document.isArray(node) ? Array(document.elements(node)) : [node] {
            let type = document.member(instance, "type")
            guard document.isObject(instance), let value = document.member(instance, "value"),
                type.map({ document.equals($0, "Property") }) ?? true
            else { throw .badRequestData("The instances of \"scope\" are Properties, each with a \"value\"") }
            if !document.equals(value, "urn:ngsi-ld:null") { _ = try decodeScopes(document, value) }
        }
    }

    private func checkScope(_ text: String) throws(NGSILDError) -> String {
        guard AttributeName.isScope(text) else {
            throw .badRequestData(
                "\"\(text)\" is not a scope; write it as /Town/Park, each level a letter and then letters, digits and _"
            )
        }
        return text
    }

    private func decodeExpiry(_ document: JSONDocument, _ node: JSONNode) throws(NGSILDError) -> Timestamp {
        guard let text = document.string(node) else { throw .badRequestData("\"expiresAt\" is a date and time") }
        if text == Self.null, allowsNull { return .none }
        guard let time = Timestamp(text) else {
            throw .badRequestData("\"expiresAt\" is \"\(text)\"; write it as 2026-01-31T12:00:00Z")
        }
        return time
    }
}

/// What a member of an entity is, by its name.
private enum EntityMember {
    case id, type, scope, expiresAt, ignored, attribute

    init(_ document: JSONDocument, _ key: JSONNode) {
        if document.equals(key, "id") || document.equals(key, "@id") {
            self = .id
        } else if document.equals(key, "type") || document.equals(key, "@type") {
            self = .type
        } else if document.equals(key, "scope") {
            self = .scope
        } else if document.equals(key, "expiresAt") {
            self = .expiresAt
        } else if document.equals(key, "@context") || document.equals(key, "createdAt")
            || document.equals(key, "modifiedAt") || document.equals(key, "deletedAt")
        {
            self = .ignored
        } else {
            self = .attribute
        }
    }
}
