/// From IRIs back to names, for one table of terms. Built once for each context.
///
/// Invariants:
/// 1. A name is only given for an IRI when it expands to exactly that IRI, byte for byte.
/// 2. Of several terms for one IRI the shortest wins, and of these the first in the order of bytes.
struct Compactor: Sendable {
    /// Prefixes longer than these many distinct lengths are not used to compact, so that a lookup stays short.
    static let prefixLengthLimit = 64

    private let table: TermTable
    private let names: [String: String]
    private let prefixes: [String: String]
    /// The lengths of the IRIs in `prefixes`, in bytes, longest first.
    private let prefixLengths: [Int]

    init(_ table: TermTable) {
        var names: [String: String] = [:]
        var prefixes = CoreContext.prefixes
        for (term, definition) in table.terms {
            guard let iri = definition.iri, !definition.isReverse else { continue }
            Compactor.keepBetter(term, for: iri, in: &names)
            if definition.isPrefix { Compactor.keepBetter(term, for: iri, in: &prefixes) }
        }
        self.table = table
        self.names = names
        self.prefixes = prefixes
        self.prefixLengths = Array(
            Set(prefixes.keys.map(\.utf8.count)).sorted(by: >).prefix(Compactor.prefixLengthLimit))
    }

    private static func keepBetter(_ term: String, for iri: String, in names: inout [String: String]) {
        if let present = names[iri], !isBetter(term, than: present) { return }
        names[iri] = term
    }

    private static func isBetter(_ name: String, than other: String) -> Bool {
        let (length, otherLength) = (name.utf8.count, other.utf8.count)
        return length != otherLength ? length < otherLength : name.utf8.lexicographicallyPrecedes(other.utf8)
    }

    func compact(_ iri: String) -> String {
        if let name = CoreContext.names[iri] { return name }
        if let name = names[iri], means(name, iri) { return name }
        if let vocabulary = table.vocabulary, let name = name(of: iri, in: vocabulary) { return name }
        if let name = name(of: iri, in: CoreContext.defaultVocabulary) { return name }
        return compactIRI(for: iri) ?? iri
    }

    private func means(_ name: String, _ iri: String) -> Bool {
        table.expand(name).utf8.elementsEqual(iri.utf8)
    }

    private func name(of iri: String, in vocabulary: String) -> String? {
        guard iri.utf8.count > vocabulary.utf8.count, iri.utf8.starts(with: vocabulary.utf8) else { return nil }
        let name = String(Substring(iri.utf8.dropFirst(vocabulary.utf8.count)))
        return means(name, iri) ? name : nil
    }

    /// The shortest `prefix:suffix`. The core context's prefixes count too: what the default context expanded and
    /// the user context now names otherwise becomes `ngsi-ld:default-context/NAME`.
    private func compactIRI(for iri: String) -> String? {
        let length = iri.utf8.count
        var best: String?
        for prefixLength in prefixLengths where prefixLength < length {
            guard let term = prefixes[String(Substring(iri.utf8.prefix(prefixLength)))] else { continue }
            let name = term + ":" + String(Substring(iri.utf8.dropFirst(prefixLength)))
            if let best, !Compactor.isBetter(name, than: best) { continue }
            if table.definition(of: name) == nil, means(name, iri) { best = name }
        }
        return best
    }
}
