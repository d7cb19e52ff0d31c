import JSONTree

/// One definition of the core context, as ETSI writes it.
struct CoreTerm: Sendable {
    let name: String
    let id: String
    let type: String?
    let container: String?
    let scopedContext: String?

    init(_ name: String, _ id: String, type: String? = nil, container: String? = nil, scopedContext: String? = nil) {
        self.name = name
        self.id = id
        self.type = type
        self.container = container
        self.scopedContext = scopedContext
    }
}

/// The NGSI-LD core @context: built in, protected, never fetched (CIM 009 clause 4.4, annex B).
public enum CoreContext {
    /// The URL of the version built in; what Link headers and rendered @contexts name.
    public static let currentURL = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld"

    /// Whether a URL names the core context in any version from 1.3 to 1.9, or without a version.
    ///
    /// All versions are answered by the one built in, so that old clients need no network.
    public static func isKnown(_ url: String) -> Bool {
        knownLengths.contains(url.utf8.count) && knownURLs.contains(url)
    }

    // With a third number too, as in the numbers of the specification's releases (1.3.1).
    private static let knownURLs: Set<String> = {
        let versions = [""] + (3...9).flatMap { ["-v1.\($0)", "-v1.\($0).1"] }
        return Set(
            ["https", "http"].flatMap { scheme in
                versions.map { "\(scheme)://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context\($0).jsonld" }
            })
    }()

    /// Spares most other URLs the hashing.
    private static let knownLengths: ClosedRange<Int> = {
        let lengths = knownURLs.map(\.utf8.count)
        return (lengths.min() ?? 0)...(lengths.max() ?? 0)
    }()

    /// The core context as a JSON document, for clients that ask this broker for it.
    public static let json: [UInt8] = {
        var writer = ByteWriter(capacity: 16_384)
        writer.append("{\"@context\":{\"@version\":1.1,\"@protected\":true")
        for term in table {
            writer.append(",")
            writer.append(jsonString: term.name)
            writer.append(":")
            append(term, to: &writer)
        }
        writer.append(",\"@vocab\":")
        writer.append(jsonString: defaultVocabulary)
        writer.append("}}")
        return writer.array()
    }()

    private static func append(_ term: CoreTerm, to writer: inout ByteWriter) {
        guard term.type != nil || term.container != nil || term.scopedContext != nil else {
            writer.append(jsonString: term.id)
            return
        }
        writer.append("{\"@id\":")
        writer.append(jsonString: term.id)
        if let type = term.type {
            writer.append(",\"@type\":")
            writer.append(jsonString: type)
        }
        if let container = term.container {
            writer.append(",\"@container\":")
            writer.append(jsonString: container)
        }
        if let scopedContext = term.scopedContext {
            writer.append(",\"@context\":")
            writer.append(utf8: scopedContext)
        }
        writer.append("}")
    }

    /// The definitions with every name written out as an IRI.
    static let definitions: [String: TermDefinition] = {
        var plain: [String: String] = [:]
        for term in table { plain[term.name] = term.id }
        func expand(_ name: String) -> String {
            if let iri = plain[name], iri != name { return expand(iri) }
            guard let colon = name.firstIndex(of: ":"), let prefix = plain[String(name[..<colon])] else { return name }
            return prefix + name[name.index(after: colon)...]
        }
        var definitions: [String: TermDefinition] = [:]
        for term in table {
            let iri = expand(term.id)
            let isSimple = term.type == nil && term.container == nil
            definitions[term.name] = TermDefinition(
                iri: iri, coercion: term.type.map { TypeCoercion(expanded: expand($0)) },
                container: term.container.flatMap { TermContainer(keyword: $0) },
                isPrefix: isSimple && TermDefinition.endsLikePrefix(iri), isProtected: true)
        }
        return definitions
    }()

    /// From the IRI of a prefix (`ngsi-ld`, `geojson`) back to it.
    static let prefixes: [String: String] = {
        var prefixes: [String: String] = [:]
        for (name, definition) in definitions where definition.isPrefix {
            if let iri = definition.iri { prefixes[iri] = name }
        }
        return prefixes
    }()

    /// From IRI back to term. No two terms of the core context share an IRI.
    static let names: [String: String] = {
        var names: [String: String] = [:]
        for (name, definition) in definitions {
            if let iri = definition.iri { names[iri] = name }
        }
        return names
    }()
}
