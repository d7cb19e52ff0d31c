/// What a context says about one term.
struct TermDefinition: Hashable, Sendable {
    /// The IRI the term stands for; `nil` when the context takes the term out of its vocabulary.
    var iri: String?
    var coercion: TypeCoercion?
    var container: TermContainer?
    /// Whether `term:suffix` means the IRI followed by the suffix.
    var isPrefix = false
    /// Whether the term runs against the direction of its IRI (`@reverse`); never the result of a compaction.
    var isReverse = false
    var isProtected = false

    /// Whether both say the same, protection left aside (JSON-LD API 4.2.2, step 27).
    func says(theSameAs other: TermDefinition) -> Bool {
        var left = self
        left.isProtected = other.isProtected
        return left == other
    }

    /// Whether a term for this IRI works as a prefix without saying so: the IRI ends where a name can begin.
    static func endsLikePrefix(_ iri: String) -> Bool {
        if iri.utf8.starts(with: "_:".utf8) { return true }
        switch iri.utf8.last {
        case UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "["),
            UInt8(ascii: "]"), UInt8(ascii: "@"):
            return true
        default: return false
        }
    }
}
