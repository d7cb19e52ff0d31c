import JSONLD
import NGSILDModel
import ServiceRuntime
import SignalRoadside

/// What types and attributes mean to the service, whatever @context they were written under.
struct SignalVocabulary {
    let registry: TermRegistry
    /// The core @context: what the service writes stands under it.
    let context: TermContext
    private var types: FollowedTypes<SignalEntity>
    private var names: [TermID: String] = [:]
    private static let limit = 65_536

    init(registry: TermRegistry) {
        self.registry = registry
        context = TermContext(context: .core, registry: registry)
        let kinds = Dictionary(SignalEntity.allCases.map { ($0.rawValue, $0) }, uniquingKeysWith: { first, _ in first })
        types = FollowedTypes(kinds, registry: registry)
    }

    mutating func kind(_ types: [TermID]) -> SignalEntity? { self.types.kind(of: types) }

    /// The local name of an attribute.
    mutating func name(_ term: TermID) -> String {
        if let known = names[term] { return known }
        let name = String(IRI.localName(registry.iri(term)))
        if names.count < Self.limit { names[term] = name }
        return name
    }
}

/// Reads the attributes of one entity by their local names.
struct AttributeReading {
    let forest: AttributeForest
    private var roots: [String: Int] = [:]

    /// Instances with a datasetId are somebody else's view, and left out.
    init(_ entity: EntityRecord, _ vocabulary: inout SignalVocabulary) {
        forest = entity.attributes
        for root in forest.roots where forest.nodes[root].datasetLength == 0 {
            let name = vocabulary.name(forest.nodes[root].name)
            if roots[name] == nil { roots[name] = root }
        }
    }

    func root(_ name: String) -> Int? { roots[name] }

    func text(_ name: String) -> String? {
        guard let root = roots[name] else { return nil }
        return forest.stringValue(of: root)
    }

    /// A finite number.
    func number(_ name: String) -> Double? {
        guard let root = roots[name], forest.nodes[root].flags.contains(.isNumber), forest.nodes[root].number.isFinite
        else { return nil }
        return forest.nodes[root].number
    }

    func unit(_ name: String) -> String? { roots[name].flatMap { forest.text(ofMember: "unitCode", in: $0) } }

    func isTrue(_ name: String) -> Bool {
        guard let root = roots[name] else { return false }
        return forest.valueText(of: root) == "true"
    }

    /// `observedAt`, or without it when the value was written.
    func time(_ name: String) -> Timestamp? { roots[name].map { forest.nodes[$0].historyTime } }

    /// The ids that a Relationship points at; none for what is no Relationship.
    func objects(_ name: String) -> [String] { roots[name].map { forest.objects(of: $0) } ?? [] }
}
