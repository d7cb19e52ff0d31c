import AlertRules
import GeoJSON
import JSONLD
import JSONTree
import NGSILDModel
import ServiceRuntime

/// What types and attributes are to the service, whatever @context they were written under: a name in a rule means all
/// IRIs whose last part it is, an IRI itself.
struct RuleVocabulary: Sendable {
    static let (ruleType, alertType) = ("AlertRule", "Alert")

    let registry: TermRegistry
    /// The core @context: what the service writes stands under it.
    let context: TermContext
    private var locals: [TermID: String] = [:]
    /// The table holds no more than this; what is beyond is looked up each time.
    private static let limit = 65_536

    init(registry: TermRegistry) {
        self.registry = registry
        context = TermContext(context: .core, registry: registry)
    }

    /// The last part of a term's IRI.
    mutating func localName(_ term: TermID) -> String {
        if let known = locals[term] { return known }
        let name = String(IRI.localName(registry.iri(term)))
        if locals.count < Self.limit { locals[term] = name }
        return name
    }

    mutating func matches(_ term: TermID, _ name: String) -> Bool {
        name.contains(":") ? registry.iri(term) == name : localName(term) == name
    }

    mutating func isOne(of names: [String], _ types: [TermID]) -> Bool {
        types.contains { type in names.contains { matches(type, $0) } }
    }

    /// The first default instance of an attribute, by its name or IRI.
    mutating func root(named name: String, in forest: AttributeForest) -> Int? {
        for root in forest.roots
        where forest.nodes[root].datasetLength == 0 && matches(forest.nodes[root].name, name) { return root }
        return nil
    }

    // MARK: - Values

    mutating func json(_ name: String, in forest: AttributeForest) -> (document: JSONDocument, node: JSONNode)? {
        guard let root = root(named: name, in: forest),
            let document = try? JSONDocument(parsing: forest.valueText(of: root))
        else { return nil }
        return (document, document.root)
    }

    mutating func text(_ name: String, in forest: AttributeForest) -> String? {
        root(named: name, in: forest).flatMap { forest.stringValue(of: $0) }
    }

    /// A DateTime, as an object or a plain text; `.none` where there is none.
    mutating func time(_ name: String, in forest: AttributeForest) -> Timestamp {
        guard let (document, node) = json(name, in: forest),
            let text = document.string(node)
                ?? (document.isObject(node) ? document.member(node, "@value").flatMap { document.string($0) } : nil)
        else { return .none }
        return Timestamp(text) ?? .none
    }

    /// A name for people: the entity's own, or its id.
    mutating func placeName(of entity: EntityRecord) -> String {
        if let name = text("name", in: entity.attributes), !name.isEmpty { return String(name.prefix(200)) }
        return entity.id
    }

    /// The GeoJSON text of where an entity is.
    mutating func location(of entity: EntityRecord) -> String? {
        guard let root = root(named: "location", in: entity.attributes),
            entity.attributes.nodes[root].kind == .geoProperty
        else { return nil }
        return entity.attributes.valueText(of: root)
    }

    /// What a test sees of an instance.
    func value(_ attribute: RuleCondition.Attribute, _ forest: AttributeForest, _ root: Int) -> RuleValue {
        let node = forest.nodes[root]
        if attribute.isGeometry {
            guard node.kind == .geoProperty, let geometry = try? Geometry(parsing: forest.valueText(of: root)) else {
                return .none
            }
            return .position(geometry.representativePosition)
        }
        if attribute.path.isEmpty {
            if node.flags.contains(.isNumber) { return node.number.isFinite ? .number(node.number) : .other }
            if node.flags.contains(.isBoolean) { return .boolean(forest.valueText(of: root) == "true") }
            guard let text = forest.stringValue(of: root) else { return .other }
            return text == "urn:ngsi-ld:null" ? .none : .text(text)
        }
        guard let document = try? JSONDocument(parsing: forest.valueText(of: root)) else { return .other }
        var place = document.root
        for name in attribute.path {
            guard document.isObject(place), let member = document.member(place, named: name) else { return .none }
            place = member
        }
        if let number = document.double(place) { return number.isFinite ? .number(number) : .other }
        if let flag = document.bool(place) { return .boolean(flag) }
        return document.string(place).map { .text($0) } ?? .other
    }
}
