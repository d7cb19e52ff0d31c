import JSONLD
import JSONTree
import NGSILDModel

/// The names that a member of a subscription uses, with the IRIs they had under the @context it came with.
///
/// A subscription lives longer than the documents its @context refers to are reachable. So what its names mean is
/// settled when it comes in, and stored with it: it starts again after a restart without a network.
struct FrozenNames: Sendable {
    /// Name and IRI; for a prefix of compact IRIs its own IRI.
    private(set) var names: [String: String] = [:]
    private(set) var prefixes: [String: String] = [:]

    init() {}

    /// - Parameter node: whatever strings stand in it, anything in them that could be a name is taken.
    init(_ document: JSONDocument, _ node: JSONNode, under context: ResolvedContext) {
        add(document, node, context)
    }

    /// Takes in names that came under the same @context.
    mutating func formUnion(_ other: FrozenNames) {
        names.merge(other.names) { own, _ in own }
        prefixes.merge(other.prefixes) { own, _ in own }
    }

    private mutating func add(_ document: JSONDocument, _ node: JSONNode, _ context: ResolvedContext) {
        switch document.kind(node) {
        case .string: add(document.string(node) ?? "", context)
        case .array: for element in document.elements(node) { add(document, element, context) }
        case .object: for (_, value) in document.members(node) { add(document, value, context) }
        default: break
        }
    }

    private mutating func add(_ text: String, _ context: ResolvedContext) {
        for part in text.utf8.split(whereSeparator: { !FrozenNames.isNameByte($0) }) {
            let name = String(Substring(part))
            guard let colon = name.firstIndex(of: ":") else {
                if names[name] == nil { names[name] = context.expand(term: name) }
                continue
            }
            // A compact IRI is settled through its prefix; an absolute IRI needs no settling.
            let prefix = String(name[..<colon])
            if !prefix.isEmpty, context.expand(term: name) != name { prefixes[prefix] = context.expand(term: prefix) }
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        let lower = byte | 0x20
        return (lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")) || byte >= 0x80
            || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")) || byte == UInt8(ascii: "_")
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ":")
    }

    /// A context under which the names mean what they meant.
    func context(_ registry: TermRegistry) throws(NGSILDError) -> TermContext {
        var writer = ByteWriter()
        append(to: &writer)
        do {
            let document = try JSONDocument(parsing: writer.array())
            return TermContext(context: try ResolvedContext.inline(document, document.root), registry: registry)
        } catch {
            throw .badRequestData("The names of the subscription cannot be kept: \(error)")
        }
    }

    /// Appends the names as the value of an @context.
    func append(to writer: inout ByteWriter) {
        writer.append(UInt8(ascii: "{"))
        var needsComma = false
        for (prefix, iri) in prefixes.sorted(by: { $0.key < $1.key }) {
            append(prefix, iri, ",\"@prefix\":true", &needsComma, to: &writer)
        }
        for (name, iri) in names.sorted(by: { $0.key < $1.key }) where prefixes[name] == nil {
            append(name, iri, "", &needsComma, to: &writer)
        }
        writer.append(UInt8(ascii: "}"))
    }

    private func append(
        _ name: String, _ iri: String, _ more: StaticString, _ needsComma: inout Bool, to writer: inout ByteWriter
    ) {
        // Terms of the core context, and numbers in expressions, mean themselves everywhere.
        guard iri.contains(":"), !name.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else {
            return
        }
        if needsComma { writer.append(UInt8(ascii: ",")) }
        needsComma = true
        writer.append(jsonString: name)
        writer.append(":{\"@id\":")
        writer.append(jsonString: iri)
        writer.append(more)
        writer.append(UInt8(ascii: "}"))
    }

    /// Reads what `append` wrote.
    init(stored document: JSONDocument, _ node: JSONNode) {
        for (key, value) in document.members(node) {
            guard let name = document.string(key),
                let iri = document.member(value, "@id").flatMap({ document.string($0) })
            else { continue }
            if document.member(value, "@prefix") != nil { prefixes[name] = iri } else { names[name] = iri }
        }
    }
}
