public import JSONTree

/// An @context ready for use: the user's terms under the core context, which always has the last word.
///
/// Immutable. One object stands for one content: when a remote document changes, a new object takes its place under
/// the same `identity`, so tables derived from a context belong beside the object (compare with `===`).
///
/// Differs from a JSON-LD processor in three ways, all of them clause 4.4 or 5.5.7 of CIM 009: definitions of core
/// terms in user contexts are passed over, core terms are known while user contexts are read, and a term that a user
/// context takes out of its vocabulary (`null`) goes to the NGSI-LD default context instead of being dropped.
public final class ResolvedContext: Sendable {
    /// A stable key: the URL if the user context is a single URL (the core context's URL for none), or else
    /// `sha256:` and the digest of its JSON.
    public let identity: String
    /// The URL for a Link header; `nil` when the context is not a single document with a URL.
    public let linkURL: String?
    /// The value for a member `@context` of an answer, as JSON text: the user's, with the core context last unless the
    /// user's already ends with it.
    public let valueJSON: String

    private let table: TermTable
    private let compactor: Compactor

    init(identity: String, linkURL: String?, valueJSON: String, table: TermTable) {
        self.identity = identity
        self.linkURL = linkURL
        self.valueJSON = valueJSON
        self.table = table
        self.compactor = Compactor(table)
    }

    /// The core context alone: what holds for a request without @context.
    public static let core = ResolvedContext(
        identity: CoreContext.currentURL, linkURL: CoreContext.currentURL,
        valueJSON: "\"\(CoreContext.currentURL)\"", table: TermTable())

    /// Builds a context that needs no remote document other than the core context.
    ///
    /// - Parameter node: The value of the member `@context`.
    /// - Throws: `ContextError`; `.unreachable` when it refers to a remote document.
    public static func inline(_ document: JSONDocument, _ node: JSONNode) throws(ContextError) -> ResolvedContext {
        try ContextBuilder.build(.value(document, node), documents: [:])
    }

    /// The IRI of the name of a type or Attribute, or of a value of a VocabProperty.
    ///
    /// Terms by their definition, compact IRIs by their prefix, absolute IRIs as they are; anything else goes to the
    /// vocabulary of the user context or else to the NGSI-LD default context. `id` and `type` give `@id` and `@type`.
    public func expand(term: String) -> String { table.expand(term) }

    /// The name for an IRI: a term, the rest after the vocabulary, `prefix:suffix`, or the IRI itself.
    ///
    /// `expand(term:)` of the answer gives the IRI again. One case is left in which it cannot: the IRI stays as it is
    /// and the user context uses its scheme as a prefix (an IRI `urn:x` and a prefix `urn`).
    public func compact(iri: String) -> String { compactor.compact(iri) }

    /// What the context says about the type of a term's values; `nil` when it says nothing.
    public func coercion(of term: String) -> TypeCoercion? { table.definition(of: term)?.coercion }

    /// What the context says about how a term's values are held together; `nil` when it says nothing.
    public func container(of term: String) -> TermContainer? { table.definition(of: term)?.container }

    /// Whether a term has a definition of its own, in the user context or the core context.
    public func defines(term: String) -> Bool { table.definition(of: term)?.iri != nil }

    /// The number of terms that the user context adds to the core context.
    public var termCount: Int { table.terms.count }

    /// About how much memory it takes, in bytes. A term costs its name, its IRI and two places in tables.
    var estimatedByteCount: Int {
        table.terms.reduce(valueJSON.utf8.count + 1_024) { total, entry in
            total + 256 + entry.key.utf8.count + (entry.value.iri?.utf8.count ?? 0)
        }
    }
}
