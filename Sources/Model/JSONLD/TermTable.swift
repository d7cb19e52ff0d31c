/// The terms and the vocabulary that user contexts define; the core context stands above it and is not part of it.
struct TermTable: Sendable {
    /// `@vocab` of the user context; without one, terms go to the NGSI-LD default context.
    var vocabulary: String?
    var terms: [String: TermDefinition] = [:]

    /// The definition that holds for a term: the core context's, or else the user's (CIM 009 clause 5.5.7).
    func definition(of term: String) -> TermDefinition? {
        CoreContext.definitions[term] ?? terms[term]
    }

    /// The IRI that `prefix:suffix` means, when it means one: a compact IRI or one written out.
    func iri(compact name: String) -> String? {
        guard let (prefix, suffix) = TermTable.splitAtColon(name) else { return nil }
        if prefix == "_" || suffix.utf8.starts(with: "//".utf8) { return name }
        if let definition = definition(of: prefix), definition.isPrefix, let iri = definition.iri {
            return iri + suffix
        }
        return IRIReference.isScheme(prefix[...].utf8) ? name : nil
    }

    func expand(_ term: String) -> String {
        if let definition = definition(of: term) {
            if let iri = definition.iri { return iri }
            return IRIReference.isAbsolute(term) ? term : CoreContext.defaultVocabulary + term
        }
        if let iri = iri(compact: term) { return iri }
        if Keyword.hasForm(term) { return term }
        return (vocabulary ?? CoreContext.defaultVocabulary) + term
    }

    /// The two sides of the first colon that has something before it.
    static func splitAtColon(_ name: String) -> (prefix: String, suffix: Substring)? {
        guard let colon = name.utf8.firstIndex(of: UInt8(ascii: ":")), colon > name.startIndex else { return nil }
        return (String(name[..<colon]), name[name.utf8.index(after: colon)...])
    }
}
