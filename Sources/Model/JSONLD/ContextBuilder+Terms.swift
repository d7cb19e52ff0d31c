import JSONTree

/// Term definitions (JSON-LD 1.1 API, section 4.2).
extension ContextBuilder {
    private static let definitionKeys: Set<String> = [
        "@id", "@reverse", "@container", "@context", "@direction", "@index", "@language", "@nest", "@prefix",
        "@protected", "@type",
    ]

    /// Defines a term, and before it those it is built on.
    mutating func define(_ term: String, in local: inout LocalContext, step: Int) throws(ContextError) {
        switch local.progress[term] {
        case .done: return
        case .begun: throw failure(.cyclicTerm(term))
        case nil: break
        }
        guard let value = local.entries[term] else { return }
        guard step < ContextLimits.steps else { throw failure(.tooManySteps(term: term, limit: ContextLimits.steps)) }
        guard !term.isEmpty else { throw failure(.badTerm(term, reason: "is empty")) }
        local.progress[term] = .begun
        defer { local.progress[term] = .done }
        // The core context is protected: what a user context says about its terms is passed over (clause 5.5.7).
        if CoreContext.definitions[term] != nil { return }

        let previous = table.terms.removeValue(forKey: term)
        var definition = TermDefinition(isProtected: local.isProtected)
        switch value.kind {
        case .null: break
        case .string:
            guard try map(term, to: value.string ?? "", &definition, in: &local, step: step) else { return }
            markPrefix(term, &definition)
        case .object: guard try read(term, value, &definition, in: &local, step: step) else { return }
        default: throw failure(.badTerm(term, reason: "must be an IRI, an object or null"))
        }
        if let iri = definition.iri { try count(bytesOf: iri, term: term) }
        if let previous, previous.isProtected {
            guard definition.says(theSameAs: previous) else { throw failure(.protectedTerm(term)) }
            definition.isProtected = true
        }
        table.terms[term] = definition
    }

    /// Reads an expanded definition. False when the term has to be passed over.
    private mutating func read(
        _ term: String, _ value: LocalContext.Value, _ definition: inout TermDefinition, in local: inout LocalContext,
        step: Int
    ) throws(ContextError) -> Bool {
        var members: [String: LocalContext.Value] = [:]
        for (key, member) in value.document.members(value.node) {
            let name = value.document.string(key) ?? ""
            guard ContextBuilder.definitionKeys.contains(name) else {
                throw failure(.badTerm(term, reason: "has a member \"\(name)\" that JSON-LD does not know"))
            }
            members[name] = LocalContext.Value(document: value.document, node: member)
        }
        if members["@context"] != nil { throw failure(.scopedContext(term: term)) }
        if let protected = members["@protected"] {
            guard let flag = protected.bool else {
                throw failure(.badTerm(term, reason: "has @protected that is not true or false"))
            }
            definition.isProtected = flag
        }
        try read(typeOf: term, members["@type"], &definition, in: &local, step: step)
        try read(containerOf: term, members["@container"], &definition)
        try check(minorMembers: members, of: term)
        if let prefix = members["@prefix"] {
            guard let flag = prefix.bool, !term.utf8.contains(where: isColonOrSlash) else {
                throw failure(.badTerm(term, reason: "has @prefix that is not true or false, or contains ':' or '/'"))
            }
            definition.isPrefix = flag
        }
        if let reverse = members["@reverse"] {
            guard members["@id"] == nil, let text = reverse.string else {
                throw failure(.badTerm(term, reason: "has @reverse together with @id, or not an IRI"))
            }
            definition.isReverse = true
            return try map(term, to: text, &definition, in: &local, step: step)
        }
        if let id = members["@id"], id.kind == .null { return true }
        if let id = members["@id"], id.kind != .string {
            throw failure(.badTerm(term, reason: "has @id that is not an IRI"))
        }
        guard try map(term, to: members["@id"]?.string ?? term, &definition, in: &local, step: step) else {
            return false
        }
        return true
    }

    private func isColonOrSlash(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ":") || byte == UInt8(ascii: "/") }

    private func markPrefix(_ term: String, _ definition: inout TermDefinition) {
        guard let iri = definition.iri, !term.utf8.contains(where: isColonOrSlash) else { return }
        definition.isPrefix = TermDefinition.endsLikePrefix(iri)
    }

    /// Sets the IRI of a term. False when the term has to be passed over: another name for a keyword would let a user
    /// context give NGSI-LD's own members new names (clause 5.5.7), and words like keywords are reserved.
    private mutating func map(
        _ term: String, to text: String, _ definition: inout TermDefinition, in local: inout LocalContext, step: Int
    ) throws(ContextError) -> Bool {
        if text != term {
            if Keyword.hasForm(text) { return false }
            guard let iri = try expand(text, in: &local, step: step), isIRI(iri) else {
                throw failure(.badTerm(term, reason: "is mapped to \"\(text)\", which is not an IRI"))
            }
            if iri == "@id" || iri == "@type" { return false }
            definition.iri = iri
            try checkThatNameAgrees(term, iri, in: &local, step: step)
            return true
        }
        // Mapped to itself: through its prefix or the vocabulary.
        if let (prefix, suffix) = TermTable.splitAtColon(term), !suffix.utf8.starts(with: "//".utf8) {
            if local.entries[prefix] != nil { try define(prefix, in: &local, step: step + 1) }
            definition.iri = table.definition(of: prefix)?.iri.map { $0 + suffix } ?? term
        } else {
            definition.iri = table.iri(compact: term) ?? (table.vocabulary ?? CoreContext.defaultVocabulary) + term
        }
        guard let iri = definition.iri, isIRI(iri) else { throw failure(.badTerm(term, reason: "has no IRI")) }
        return true
    }

    private func isIRI(_ text: String) -> Bool {
        IRIReference.isAbsolute(text) || text.utf8.starts(with: "_:".utf8) || Keyword.all.contains(text)
    }

    /// A term that looks like an IRI or a path must mean what it looks like.
    private mutating func checkThatNameAgrees(
        _ term: String, _ iri: String, in local: inout LocalContext, step: Int
    ) throws(ContextError) {
        let inner = term.utf8.dropFirst().dropLast()
        guard inner.contains(UInt8(ascii: ":")) || term.utf8.contains(UInt8(ascii: "/")) else { return }
        local.progress[term] = .done
        guard try expand(term, in: &local, step: step) == iri else {
            throw failure(.badTerm(term, reason: "looks like an IRI but is mapped to \(iri)"))
        }
    }

    /// Expands a name while the context that it stands in is still being read. `nil` when the name has no meaning.
    private mutating func expand(
        _ name: String, in local: inout LocalContext, step: Int
    ) throws(ContextError) -> String? {
        if Keyword.hasForm(name) { return Keyword.all.contains(name) ? name : nil }
        if local.entries[name] != nil { try define(name, in: &local, step: step + 1) }
        if let definition = table.definition(of: name) { return definition.iri }
        if let (prefix, suffix) = TermTable.splitAtColon(name), prefix != "_", !suffix.utf8.starts(with: "//".utf8),
            local.entries[prefix] != nil
        {
            try define(prefix, in: &local, step: step + 1)
        }
        return table.iri(compact: name) ?? (table.vocabulary ?? CoreContext.defaultVocabulary) + name
    }

    private mutating func read(
        typeOf term: String, _ value: LocalContext.Value?, _ definition: inout TermDefinition,
        in local: inout LocalContext, step: Int
    ) throws(ContextError) {
        guard let value else { return }
        guard let text = value.string, let type = try expand(text, in: &local, step: step) else {
            throw failure(.badTerm(term, reason: "has @type that is not an IRI"))
        }
        guard ["@id", "@vocab", "@json", "@none"].contains(type) || IRIReference.isAbsolute(type) else {
            throw failure(.badTerm(term, reason: "has @type \"\(text)\", which is not a datatype"))
        }
        try count(bytesOf: type, term: term)
        definition.coercion = TypeCoercion(expanded: type)
    }

    private func read(
        containerOf term: String, _ value: LocalContext.Value?, _ definition: inout TermDefinition
    ) throws(ContextError) {
        guard let value, value.kind != .null else { return }
        var container = TermContainer()
        let nodes = value.kind == .array ? Array(value.document.elements(value.node)) : [value.node]
        for node in nodes {
            guard let text = value.document.string(node), let one = TermContainer(keyword: text) else {
                throw failure(.badTerm(term, reason: "has a @container that JSON-LD does not know"))
            }
            container.insert(one)
        }
        guard container.isCombinable else {
            throw failure(.badTerm(term, reason: "has containers that cannot be combined"))
        }
        if !container.isEmpty { definition.container = container }
    }

    /// Members that NGSI-LD has no use for: they must be well formed, and are not kept.
    private func check(minorMembers members: [String: LocalContext.Value], of term: String) throws(ContextError) {
        for name in ["@index", "@nest"] {
            guard let value = members[name], value.kind != .string else { continue }
            throw failure(.badTerm(term, reason: "has \(name) that is not a string"))
        }
        if let value = members["@language"], value.kind != .string, value.kind != .null {
            throw failure(.badTerm(term, reason: "has @language that is neither a string nor null"))
        }
        if let value = members["@direction"], value.kind != .null, !["ltr", "rtl"].contains(value.string) {
            throw failure(.badTerm(term, reason: "has @direction that is not \"ltr\", \"rtl\" or null"))
        }
    }
}
