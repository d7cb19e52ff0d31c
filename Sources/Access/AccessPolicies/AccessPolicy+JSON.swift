import GeoJSON
public import JSONTree
import NGSILDModel
import NGSILDQuery

extension AccessPolicy {
    /// How many names one member may have.
    public static let nameLimit = 1_000
    /// Bytes of one name or text.
    public static let textLimit = 2_048
    /// Positions of an area.
    public static let vertexLimit = 10_000

    /// Reads a policy from JSON text.
    ///
    /// - Throws: what names the member and the remedy.
    public init(parsing bytes: [UInt8]) throws(AccessPolicyError) {
        let document: JSONDocument
        do throws(JSONParseError) { document = try JSONDocument(parsing: bytes) } catch {
            throw AccessPolicyError("", "The policy cannot be read as JSON: \(error)")
        }
        try self.init(document, document.root)
    }

    /// Reads a policy from a JSON object.
    ///
    /// - Throws: what names the member and the remedy.
    public init(_ document: JSONDocument, _ node: JSONNode) throws(AccessPolicyError) {
        guard document.isObject(node) else { throw AccessPolicyError("", "A policy is a JSON object") }
        let reader = PolicyReader(document: document)
        var (id, roles, operations): (String?, [String]?, [String]?) = (nil, nil, nil)
        self.init(id: "", roles: [], operations: [])
        for (key, value) in document.members(node) {
            let name = document.string(key) ?? ""
            switch name {
            case "id": id = try reader.text(value, name)
            case "description": description = try reader.text(value, name, mayBeEmpty: true)
            case "roles": roles = try reader.names(value, name)
            case "tenants": tenants = try reader.tenants(value)
            case "operations": operations = try reader.operations(value)
            case "types": types = try reader.names(value, name)
            case "scopes": scopes = try reader.scopes(value)
            case "attributes": attributes = try reader.names(value, name)
            case "area": area = try reader.area(value)
            case "@context": context = try reader.context(value)
            default:
                throw AccessPolicyError(
                    name,
                    "A policy has no \"\(name.prefix(80))\"; it has id, description, roles, tenants, operations, types, scopes, attributes, area, @context"
                )
            }
        }
        guard let id else { throw AccessPolicyError("id", "The policy has no \"id\"; give it a name of its own") }
        guard let roles else {
            throw AccessPolicyError("roles", "The policy has no \"roles\"; name whom it is for, such as [\"anyone\"]")
        }
        guard let operations else {
            throw AccessPolicyError(
                "operations", "The policy has no \"operations\"; name what it permits, such as [\"retrieveOps\"]")
        }
        (self.id, self.roles, self.operations) = (id, roles, operations)
        for name in (types ?? []) + (attributes ?? []) where !AttributeName.isValid(name) {
            let member = types?.contains(name) == true ? "types" : "attributes"
            throw AccessPolicyError(
                member,
                "\"\(name.prefix(80))\" in \"\(member)\" is neither a name nor an IRI; write it as entities have it"
            )
        }
    }

    /// Appends the policy as JSON; members that say nothing are left out.
    public func append(to writer: inout ByteWriter) {
        writer.append("{\"id\":")
        writer.append(jsonString: id)
        if let description {
            writer.append(",\"description\":")
            writer.append(jsonString: description)
        }
        Self.append("roles", roles, to: &writer)
        Self.append("tenants", tenants, to: &writer)
        Self.append("operations", operations, to: &writer)
        if let types { Self.append("types", types, to: &writer) }
        if let scopes { Self.append("scopes", scopes, to: &writer) }
        if let attributes { Self.append("attributes", attributes, to: &writer) }
        if let area {
            writer.append(",\"area\":")
            area.append(to: &writer)
        }
        if let context {
            writer.append(",\"@context\":")
            writer.append(jsonString: context)
        }
        writer.append("}")
    }

    private static func append(_ name: String, _ texts: [String], to writer: inout ByteWriter) {
        writer.append(",")
        writer.append(jsonString: name)
        writer.append(":[")
        for (index, text) in texts.enumerated() {
            if index > 0 { writer.append(",") }
            writer.append(jsonString: text)
        }
        writer.append("]")
    }
}

extension AccessPolicy {
    /// What selects entities with a scope that one of these selects.
    static func scopeQuery(_ scopes: [String]) throws(NGSILDError) -> ScopeQuery {
        try ScopeQuery(parsing: scopes.map { "(\($0))" }.joined(separator: ","))
    }
}

/// Reads the members of a policy.
private struct PolicyReader {
    let document: JSONDocument

    func text(_ node: JSONNode, _ member: String, mayBeEmpty: Bool = false) throws(AccessPolicyError) -> String {
        guard let text = document.string(node), mayBeEmpty || !text.isEmpty, text.utf8.count <= AccessPolicy.textLimit
        else {
            throw AccessPolicyError(
                member, "\"\(member)\" is a text of 1 to \(AccessPolicy.textLimit) bytes")
        }
        return text
    }

    func names(
        _ node: JSONNode, _ member: String, mayBeEmpty: Bool = false
    ) throws(AccessPolicyError) -> [String] {
        guard document.isArray(node), document.count(node) > 0, document.count(node) <= AccessPolicy.nameLimit else {
            throw AccessPolicyError(
                member,
                "\"\(member)\" is an array of 1 to \(AccessPolicy.nameLimit) texts; leave it out where it does not restrict"
            )
        }
        var names: [String] = []
        for element in document.elements(node) {
            names.append(try text(element, member, mayBeEmpty: mayBeEmpty))
        }
        return names
    }

    func tenants(_ node: JSONNode) throws(AccessPolicyError) -> [String] {
        let names = try names(node, "tenants", mayBeEmpty: true)
        for name in names where name.dropLast().contains("*") {
            throw AccessPolicyError(
                "tenants", "\"\(name.prefix(80))\" in \"tenants\" has a * before its end; write district-* or *")
        }
        return names
    }

    func operations(_ node: JSONNode) throws(AccessPolicyError) -> [String] {
        let names = try names(node, "operations")
        for name in names where AccessOperation.named(name) == nil {
            throw AccessPolicyError(
                "operations",
                "\"\(name.prefix(80))\" in \"operations\" is no operation; take names of CIM 009 clause 4.20 such as createEntity, or one of \(AccessOperation.groups.keys.sorted().joined(separator: ", "))"
            )
        }
        return names
    }

    func scopes(_ node: JSONNode) throws(AccessPolicyError) -> [String] {
        let names = try names(node, "scopes")
        for name in names {
            do throws(NGSILDError) { _ = try ScopeQuery(parsing: name) } catch {
                throw AccessPolicyError(
                    "scopes", "\"\(name.prefix(80))\" in \"scopes\" is no scope such as /centre/#: \(error.detail)")
            }
        }
        // Together they are one query, whose size has a limit.
        do throws(NGSILDError) { _ = try AccessPolicy.scopeQuery(names) } catch {
            throw AccessPolicyError("scopes", "\"scopes\" cannot be used: \(error.detail)")
        }
        return names
    }

    func area(_ node: JSONNode) throws(AccessPolicyError) -> Geometry {
        let geometry: Geometry
        do throws(GeoJSONError) {
            geometry = try Geometry(
                parsing: document, node: node, limits: Geometry.Limits(vertices: AccessPolicy.vertexLimit))
        } catch {
            throw AccessPolicyError("area", "\"area\" is no GeoJSON Polygon or MultiPolygon: \(error)")
        }
        guard geometry.kind == .polygon || geometry.kind == .multiPolygon else {
            throw AccessPolicyError(
                "area", "\"area\" is a \(geometry.kind.rawValue); it takes a Polygon or MultiPolygon")
        }
        do throws(NGSILDError) { _ = try GeoQuery(.within, of: .none, to: geometry) } catch {
            throw AccessPolicyError("area", "\"area\" cannot be used: \(error.detail)")
        }
        return geometry
    }

    func context(_ node: JSONNode) throws(AccessPolicyError) -> String {
        let url = try text(node, "@context")
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw AccessPolicyError("@context", "\"@context\" is the URL of a context, http:// or https://")
        }
        return url
    }
}
