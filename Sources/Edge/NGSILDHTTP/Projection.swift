import NGSILDModel

/// One member that `pick` or `omit` names: `temperature`, or `locatedAt{name,id}` for members of linked entities.
///
/// - Source: CIM 009 clause 4.21.
struct Projection {
    let name: String
    /// The members of the linked entities; empty: the Relationship itself is meant.
    let linked: [Projection]

    /// How many links away the farthest member is.
    var depth: Int { linked.isEmpty ? 0 : 1 + (linked.map(\.depth).max() ?? 0) }

    private static let depthLimit = 32
    private static let entityMembers: Set<String> = ["id", "type", "scope"]

    /// Reads names that commas or bars separate.
    static func parse(_ text: String, _ parameter: Parameter) throws(HTTPFailure) -> [Projection] {
        var rest = text.utf8[...]
        let members = try parse(&rest, parameter, depth: 0)
        guard rest.isEmpty else {
            throw .badRequest("\(parameter.name)=\(text) has a } that closes nothing")
        }
        return members
    }

    private static func parse(
        _ rest: inout Substring.UTF8View.SubSequence, _ parameter: Parameter, depth: Int
    ) throws(HTTPFailure) -> [Projection] {
        guard depth <= depthLimit else {
            throw .badRequest("\(parameter.name) nests more than \(depthLimit) levels of linked entities")
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
                    throw .badRequest("\"\(name)\" in \(parameter.name) is no Relationship, so it has no {…}")
                }
                rest.removeFirst()
                linked = try parse(&rest, parameter, depth: depth + 1)
                guard rest.first == UInt8(ascii: "}") else {
                    throw .badRequest("\(name){…} in \(parameter.name) is never closed; add }")
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

    static func checkAttribute(_ name: String, _ parameter: Parameter) throws(HTTPFailure) {
        guard AttributeName.isValid(name) else {
            throw .badRequest("\"\(name)\" in \(parameter.name) is not a name of an attribute")
        }
    }
}
