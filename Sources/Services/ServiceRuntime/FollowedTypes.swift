public import NGSILDModel

/// Which entity types a service follows, whatever @context they were written under: the last part of a type's IRI decides.
public struct FollowedTypes<Kind: Sendable>: Sendable {
    private let registry: TermRegistry
    private let kinds: [String: Kind]
    private var known: [TermID: Kind?] = [:]
    /// The table holds no more than this; what is beyond is looked up each time.
    private static var limit: Int { 65_536 }

    /// - Parameter kinds: For each name of a type what it is to the service.
    public init(_ kinds: [String: Kind], registry: TermRegistry) {
        self.kinds = kinds
        self.registry = registry
    }

    /// What the first type of interest among an entity's types is; `nil` where there is none.
    public mutating func kind(of types: [TermID]) -> Kind? {
        for type in types {
            if let known = known[type] {
                if let known { return known }
                continue
            }
            let found = kinds[String(IRI.localName(registry.iri(type)))]
            if known.count < Self.limit { known[type] = .some(found) }
            if let found { return found }
        }
        return nil
    }
}

/// What services ask of IRIs.
public enum IRI {
    /// The part after the last `/` or `#`, or all where there is none: the name that a term usually has.
    public static func localName(_ iri: String) -> Substring {
        guard let cut = iri.lastIndex(where: { $0 == "/" || $0 == "#" }) else { return iri[...] }
        return iri[iri.index(after: cut)...]
    }
}
