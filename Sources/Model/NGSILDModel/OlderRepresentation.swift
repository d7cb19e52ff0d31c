import JSONTree

/// A version of the specification, such as 1.5.
public struct SpecificationVersion: Comparable, Hashable, Sendable, CustomStringConvertible {
    public let major: Int
    public let minor: Int

    /// The one that answers are written in.
    public static let native = SpecificationVersion(1, 9)

    /// The version `major.minor`.
    public init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Reads `major.minor`; `nil` for another text, and for another major version than 1.
    public init?(_ text: some StringProtocol) {
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false)
        guard numbers.count == 2, let major = Int(numbers[0]), let minor = Int(numbers[1]), major == 1, minor >= 0
        else { return nil }
        self.init(major, minor)
    }

    /// The version that a `Prefer` header asks for with `ngsi-ld=1.5`; `nil` where it names none.
    ///
    /// - Source: RFC 7240 section 2: names in any case, values also in quotes.
    public init?(preferredIn prefer: String) {
        for part in prefer.split(whereSeparator: { $0 == "," || $0 == ";" }) {
            let preference = part.filter { $0 != " " && $0 != "\"" }
            guard preference.lowercased().hasPrefix("ngsi-ld=") else { continue }
            self.init(preference.dropFirst("ngsi-ld=".count))
            return
        }
        return nil
    }

    public var description: String { "\(major).\(minor)" }

    public static func < (one: SpecificationVersion, other: SpecificationVersion) -> Bool {
        (one.major, one.minor) < (other.major, other.minor)
    }
}

/// Puts entities as an older version of the specification has them: what it did not know is left out, or becomes the
/// Property or Relationship that it would have been.
///
/// Simplified values say nothing of their kind and stay.
///
/// - Source: CIM 009 clause 4.3.6.8, tables 4.3.6.8-1 to 4.3.6.8-3.
public struct OlderRepresentation: ~Copyable {
    private let document: JSONDocument
    private let version: SpecificationVersion
    private var writer: ByteWriter
    private var isAltered = false

    /// - Parameter json: an entity, or an array of them.
    public static func rewrite(_ json: [UInt8], for version: SpecificationVersion) -> (text: [UInt8], isAltered: Bool) {
        guard let document = try? JSONDocument(parsing: json) else { return (json, false) }
        var rewriting = OlderRepresentation(
            document: document, version: version, writer: ByteWriter(capacity: json.count))
        if document.isArray(document.root) {
            rewriting.list(document.elements(document.root)) { $0.entity($1) }
        } else {
            rewriting.entity(document.root)
        }
        return rewriting.isAltered ? (rewriting.writer.array(), true) : (json, false)
    }

    private func isBefore(_ minor: Int) -> Bool { version < SpecificationVersion(1, minor) }

    private mutating func list(
        _ nodes: some Sequence<JSONNode>, _ body: (inout OlderRepresentation, JSONNode) -> Void
    ) {
        writer.append(UInt8(ascii: "["))
        var isFirst = true
        for node in nodes {
            if !isFirst { writer.append(UInt8(ascii: ",")) }
            isFirst = false
            body(&self, node)
        }
        writer.append(UInt8(ascii: "]"))
    }

    private mutating func copy(_ node: JSONNode) { document.appendMinified(node, to: &writer) }

    private mutating func entity(_ node: JSONNode) {
        guard document.isObject(node) else { return copy(node) }
        writer.append(UInt8(ascii: "{"))
        let start = writer.count
        for (key, value) in document.members(node) {
            let name = document.string(key) ?? ""
            if (name == "expiresAt" && isBefore(9)) || (name == "scope" && isBefore(4)) {
                isAltered = true
                continue
            }
            if writer.count > start { writer.append(UInt8(ascii: ",")) }
            copy(key)
            writer.append(UInt8(ascii: ":"))
            switch name {
            case "type" where isBefore(3) && document.isArray(value):
                isAltered = true
                if let first = document.elements(value).first(where: { _ in true }) { copy(first) } else { copy(value) }
            case "id", "type", "scope", "createdAt", "modifiedAt", "expiresAt", "@context": copy(value)
            default: attribute(value)
            }
        }
        writer.append(UInt8(ascii: "}"))
    }

    /// An attribute instance, several of them, or a plain value.
    private mutating func attribute(_ node: JSONNode) {
        if document.isArray(node), areInstances(node) {
            guard isBefore(3) else { return list(document.elements(node)) { $0.instance($1) } }
            isAltered = true
            let instances = Array(document.elements(node))
            instance(instances.first { document.member($0, "datasetId") == nil } ?? instances[0])
        } else {
            instance(node)
        }
    }

    private func areInstances(_ node: JSONNode) -> Bool {
        guard document.count(node) > 0 else { return false }
        return document.elements(node).allSatisfy { document.isObject($0) && kind(of: $0) != nil }
    }

    private static let valueMembers = [
        "value", "object", "languageMap", "vocab", "valueList", "objectList", "json",
    ]

    /// The member that holds the value of an attribute; `nil` for what is no attribute.
    private func kind(of node: JSONNode) -> String? {
        Self.valueMembers.first { document.member(node, named: $0) != nil }
    }

    private mutating func instance(_ node: JSONNode) {
        guard document.isObject(node), let kind = kind(of: node) else { return copy(node) }
        let becomesProperty =
            (kind == "languageMap" && isBefore(4))
            || (["vocab", "valueList", "json"].contains(kind) && isBefore(8))
        let becomesRelationship = kind == "objectList" && isBefore(8)
        writer.append(UInt8(ascii: "{"))
        let start = writer.count
        for (key, value) in document.members(node) {
            let name = document.string(key) ?? ""
            if isLeftOut(name) {
                isAltered = true
                continue
            }
            if writer.count > start { writer.append(UInt8(ascii: ",")) }
            switch name {
            case "type" where becomesProperty: writer.append("\"type\":\"Property\"")
            case "type" where becomesRelationship: writer.append("\"type\":\"Relationship\"")
            case kind where becomesProperty:
                isAltered = true
                writer.append("\"value\":")
                copy(value)
            case kind where becomesRelationship:
                isAltered = true
                writer.append("\"object\":")
                list(document.elements(value)) { $0.copy($0.document.member($1, "object") ?? $1) }
            default:
                copy(key)
                writer.append(UInt8(ascii: ":"))
                switch name {
                case "type", kind: copy(value)
                case "entity", "entityList":
                    if document.isArray(value) {
                        list(document.elements(value)) { $0.entity($1) }
                    } else {
                        entity(value)
                    }
                default: attribute(value)
                }
            }
        }
        writer.append(UInt8(ascii: "}"))
    }

    /// Whether a member of an attribute came later than the version.
    private func isLeftOut(_ name: String) -> Bool {
        switch name {
        case "datasetId", "observedAt", "unitCode": isBefore(3)
        case "objectType": isBefore(8)
        case "expiresAt", "valueType": isBefore(9)
        default: false
        }
    }
}
