/// One member that `pick` or `omit` names: `temperature`, or `locatedAt{name,id}` for members of linked entities.
///
/// - Source: CIM 009 clause 4.21.
public struct Projection: Sendable {
    public let name: String
    /// The members of the linked entities; empty: the Relationship itself is meant.
    public let linked: [Projection]

    /// How many links away the farthest member is.
    public var depth: Int { linked.isEmpty ? 0 : 1 + (linked.map(\.depth).max() ?? 0) }

    private static let depthLimit = 32
    /// Members of an entity that are no attributes.
    public static let entityMembers: Set<String> = ["id", "type", "scope"]

    /// Reads names that commas or bars separate.
    ///
    /// - Parameter parameter: what the text is called in messages.
    /// - Throws: `badRequestData` naming the text.
    public static func parse(_ text: String, _ parameter: String) throws(NGSILDError) -> [Projection] {
        var rest = text.utf8[...]
        let members = try parse(&rest, parameter, depth: 0)
        guard rest.isEmpty else {
            throw .badRequestData("\(parameter)=\(text) has a } that closes nothing")
        }
        return members
    }

    private static func parse(
        _ rest: inout Substring.UTF8View.SubSequence, _ parameter: String, depth: Int
    ) throws(NGSILDError) -> [Projection] {
        guard depth <= depthLimit else {
            throw .badRequestData("\(parameter) nests more than \(depthLimit) levels of linked entities")
        }
        var members: [Projection] = []
        while true {
            let end = rest.firstIndex { isDelimiter($0) } ?? rest.endIndex
            let name = String(Substring(rest[..<end]))
            if !entityMembers.contains(name) { try checkAttribute(name, parameter) }
            rest = rest[end...]
            var linked: [Projection] = []
            if rest.first == UInt8(ascii: "{") {
                guard !entityMembers.contains(name) else {
                    throw .badRequestData("\"\(name)\" in \(parameter) is no Relationship, so it has no {…}")
                }
                rest.removeFirst()
                linked = try parse(&rest, parameter, depth: depth + 1)
                guard rest.first == UInt8(ascii: "}") else {
                    throw .badRequestData("\(name){…} in \(parameter) is never closed; add }")
                }
                rest.removeFirst()
            }
            members.append(Projection(name: name, linked: linked))
            guard rest.first == UInt8(ascii: ",") || rest.first == UInt8(ascii: "|") else { return members }
            rest.removeFirst()
        }
    }

    private static func isDelimiter(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "|") || byte == UInt8(ascii: "{")
            || byte == UInt8(ascii: "}")
    }

    /// - Throws: `badRequestData` for what cannot name an attribute.
    public static func checkAttribute(_ name: String, _ parameter: String) throws(NGSILDError) {
        guard AttributeName.isValid(name) else {
            throw .badRequestData("\"\(name)\" in \(parameter) is not a name of an attribute")
        }
    }
}

extension EntityRepresentation {
    /// Takes in what `pick` and `omit` name.
    ///
    /// - Parameter term: the number of a name.
    /// - Throws: `badRequestData` when both name the same; what `term` throws.
    public mutating func project(
        _ picked: [Projection]?, _ omitted: [Projection]?, term: (String) throws(NGSILDError) -> TermID
    ) throws(NGSILDError) {
        let plain = linked(by: .none)
        var linked: [String: (picked: [Projection]?, omitted: [Projection]?)] = [:]
        if let picked {
            let names = picked.map(\.name)
            showsID = names.contains("id")
            showsType = names.contains("type")
            showsScope = names.contains("scope")
            self.picked = try Self.terms(names, term)
            for member in picked where !member.linked.isEmpty {
                linked[member.name, default: (nil, nil)].picked = (linked[member.name]?.picked ?? []) + member.linked
            }
        }
        if let omitted {
            // A Relationship that is named for its linked entities' members stays itself.
            let names = omitted.filter(\.linked.isEmpty).map(\.name)
            if let both = picked?.first(where: { names.contains($0.name) })?.name {
                throw .badRequestData("pick and omit both name \"\(both)\"")
            }
            if names.contains("id") { showsID = false }
            if names.contains("type") { showsType = false }
            if names.contains("scope") { showsScope = false }
            self.omitted = try Self.terms(names, term)
            for member in omitted where !member.linked.isEmpty {
                linked[member.name, default: (nil, nil)].omitted = (linked[member.name]?.omitted ?? []) + member.linked
            }
        }
        for (name, members) in linked {
            var inner = plain
            try inner.project(members.picked, members.omitted, term: term)
            self.linked[try term(name)] = inner
        }
    }

    private static func terms(
        _ names: [String], _ term: (String) throws(NGSILDError) -> TermID
    ) throws(NGSILDError) -> Set<TermID> {
        var terms: Set<TermID> = []
        for name in names where !Projection.entityMembers.contains(name) { terms.insert(try term(name)) }
        return terms
    }
}
