import JSONTree

/// Reads a context value and all it refers to into a table of terms (JSON-LD 1.1 API, sections 4.1 and 4.2).
///
/// Documents are at hand already; nothing is loaded here. The work is bounded by `ContextLimits`.
struct ContextBuilder {
    private let documents: [String: ContextDocument]
    var table = TermTable()
    private var inclusionCount = 0
    private var definitionCount = 0
    private var iriByteCount = 0
    /// Whether the last thing that was read is the core context.
    private var endsWithCore = false
    /// The document being read, for error messages; `nil` is the request.
    private var place: String?

    private init(documents: [String: ContextDocument]) {
        self.documents = documents
    }

    /// Builds the context for a source.
    ///
    /// - Parameter documents: Every remote document it needs, by absolute URL.
    static func build(
        _ source: ContextSource, documents: [String: ContextDocument]
    ) throws(ContextError) -> ResolvedContext {
        let form = ContextForm(source)
        if form.isCore { return .core }
        var builder = ContextBuilder(documents: documents)
        switch source {
        case .url(let url): try builder.include(url, base: nil, chain: [], depth: 0)
        case .value(let document, let node): try builder.apply(document, node, base: nil, chain: [], depth: 0)
        }
        return ResolvedContext(
            identity: form.identity, linkURL: form.linkURL,
            valueJSON: form.valueJSON(endsWithCore: builder.endsWithCore),
            table: builder.table)
    }

    func failure(_ problem: ContextProblem) -> ContextError { .invalid(url: place, problem.shortened) }

    // MARK: - Contexts

    private mutating func apply(
        _ document: JSONDocument, _ node: JSONNode, base: String?, chain: [String], depth: Int
    ) throws(ContextError) {
        switch document.kind(node) {
        case .null: try reset()
        case .string: try include(document.string(node) ?? "", base: base, chain: chain, depth: depth)
        case .array:
            guard depth < ContextLimits.nesting else {
                throw failure(.tooManyIncludedInOneAnother(limit: ContextLimits.nesting))
            }
            for element in document.elements(node) {
                try count(1)
                try apply(document, element, base: base, chain: chain, depth: depth + 1)
            }
        case .object: try define(document, node, base: base, chain: chain)
        default: throw failure(.notAContext(document.kind(node)))
        }
    }

    private mutating func reset() throws(ContextError) {
        if let term = table.terms.first(where: { $0.value.isProtected })?.key { throw failure(.protectedTerm(term)) }
        table = TermTable()
        endsWithCore = false
    }

    private mutating func count(_ definitions: Int) throws(ContextError) {
        definitionCount += definitions
        guard definitionCount <= ContextLimits.terms else { throw failure(.tooManyTerms(limit: ContextLimits.terms)) }
    }

    /// Keeps IRIs, which terms can build on one another, from growing without end.
    mutating func count(bytesOf iri: String, term: String) throws(ContextError) {
        guard iri.utf8.count <= ContextLimits.iriLength else {
            throw failure(.tooLongIRI(term: term, limit: ContextLimits.iriLength))
        }
        iriByteCount += iri.utf8.count
        guard iriByteCount <= ContextLimits.iriBytes else {
            throw failure(.tooManyBytes(limit: ContextLimits.iriBytes))
        }
    }

    private mutating func include(
        _ reference: String, base: String?, chain: [String], depth: Int
    ) throws(ContextError) {
        guard let document = try document(reference, base: base, chain: chain) else { return }
        let outer = place
        place = document.url
        try apply(document.json, document.context, base: document.url, chain: chain + [document.url], depth: depth + 1)
        place = outer
    }

    /// The document that a reference means; `nil` for the core context, which needs no reading.
    private mutating func document(
        _ reference: String, base: String?, chain: [String]
    ) throws(ContextError) -> ContextDocument? {
        guard let url = IRIReference.resolve(reference, against: base) else {
            throw failure(.relativeReference(reference))
        }
        guard !CoreContext.isKnown(url) else {
            // What the request itself says of the core context is left out of its form (ContextForm).
            if place != nil { endsWithCore = true }
            return nil
        }
        endsWithCore = false
        if chain.contains(url) { throw failure(.cyclicInclusion(url)) }
        guard chain.count < ContextLimits.chain else {
            throw failure(.tooManyIncludedInOneAnother(limit: ContextLimits.chain))
        }
        inclusionCount += 1
        guard inclusionCount <= ContextLimits.documents else {
            throw failure(.tooManyDocuments(limit: ContextLimits.documents))
        }
        guard let document = documents[url] else {
            throw .unreachable(url: url, reason: "remote contexts are not loaded here")
        }
        return document
    }

    // MARK: - Objects

    private mutating func define(
        _ document: JSONDocument, _ node: JSONNode, base: String?, chain: [String]
    ) throws(ContextError) {
        var local = LocalContext()
        defer { endsWithCore = false }
        if let reference = document.member(node, "@import") {
            try read(imported: reference, of: document, base: base, chain: chain, into: &local)
        }
        try read(document, node, into: &local)
        try apply(keywordsOf: &local)
        for term in local.order { try define(term, in: &local, step: 0) }
    }

    private mutating func read(
        imported reference: JSONNode, of document: JSONDocument, base: String?, chain: [String],
        into local: inout LocalContext
    ) throws(ContextError) {
        guard let url = document.string(reference) else {
            throw failure(.badKeyword("@import", reason: "must be a URL"))
        }
        guard let imported = try self.document(url, base: base, chain: chain) else { return }
        guard imported.json.isObject(imported.context), imported.json.member(imported.context, "@import") == nil else {
            throw failure(
                .badKeyword("@import", reason: "must name a document whose context is one object without @import"))
        }
        try read(imported.json, imported.context, into: &local)
    }

    private mutating func read(
        _ document: JSONDocument, _ node: JSONNode, into local: inout LocalContext
    ) throws(ContextError) {
        for (key, value) in document.members(node) {
            try count(1)
            guard let name = document.string(key) else { continue }
            let value = LocalContext.Value(document: document, node: value)
            if Keyword.hasForm(name) {
                guard !Keyword.all.contains(name) || LocalContext.keywords.contains(name) else {
                    throw failure(.badTerm(name, reason: "is a keyword and cannot be defined anew"))
                }
                local.keywords[name] = value
            } else if local.entries.updateValue(value, forKey: name) == nil {
                local.order.append(name)
            }
        }
    }

    private mutating func apply(keywordsOf local: inout LocalContext) throws(ContextError) {
        if let version = local.keywords["@version"], version.document.double(version.node) != 1.1 {
            throw failure(.badKeyword("@version", reason: "must be the number 1.1"))
        }
        for name in ["@base", "@language"] {
            guard let value = local.keywords[name], value.kind != .string, value.kind != .null else { continue }
            throw failure(.badKeyword(name, reason: "must be a string or null"))
        }
        if let value = local.keywords["@direction"], value.kind != .null, !["ltr", "rtl"].contains(value.string) {
            throw failure(.badKeyword("@direction", reason: "must be \"ltr\", \"rtl\" or null"))
        }
        for name in ["@propagate", "@protected"] {
            guard let value = local.keywords[name], value.bool == nil else { continue }
            throw failure(.badKeyword(name, reason: "must be true or false"))
        }
        local.isProtected = local.keywords["@protected"]?.bool ?? false
        if let value = local.keywords["@vocab"] { try apply(vocabulary: value) }
    }

    private mutating func apply(vocabulary value: LocalContext.Value) throws(ContextError) {
        if value.kind == .null {
            table.vocabulary = nil
            return
        }
        guard let text = value.string, !Keyword.hasForm(text) else {
            throw failure(.badKeyword("@vocab", reason: "must be an IRI or null"))
        }
        let iri =
            table.definition(of: text)?.iri ?? table.iri(compact: text)
            ?? (table.vocabulary ?? CoreContext.defaultVocabulary) + text
        guard IRIReference.isAbsolute(iri) || iri.utf8.starts(with: "_:".utf8) else {
            throw failure(.badKeyword("@vocab", reason: "\"\(text)\" is not an absolute IRI"))
        }
        try count(bytesOf: iri, term: "@vocab")
        table.vocabulary = iri
    }
}

/// One context object while it is read.
struct LocalContext {
    struct Value {
        let document: JSONDocument
        let node: JSONNode

        var kind: JSONDocument.Kind { document.kind(node) }
        var string: String? { document.string(node) }
        var bool: Bool? { document.bool(node) }
    }

    enum Progress { case begun, done }

    /// The keywords that a context object may hold. Others with the form of a keyword are passed over.
    static let keywords: Set<String> = [
        "@base", "@direction", "@import", "@language", "@propagate", "@protected", "@type", "@version", "@vocab",
    ]

    var keywords: [String: Value] = [:]
    var entries: [String: Value] = [:]
    /// The terms as they stand in the text, so that errors do not depend on hashing.
    var order: [String] = []
    var progress: [String: Progress] = [:]
    var isProtected = false
}
