/// A resource of a catalogue with what is said of it; written as JSON-LD and as Turtle from the same tree.
struct RDFNode {
    indirect enum Value {
        case iri(String)
        case text(String, language: String?)
        /// A literal of a datatype, such as `xsd:dateTime`.
        case typed(String, datatype: String)
        case node(RDFNode)
    }

    /// `nil`: a blank node.
    var iri: String?
    /// Prefixed names.
    var types: [String]
    /// Prefixed names with their values, in order.
    private(set) var properties: [(name: String, values: [Value])] = []

    init(_ iri: String? = nil, _ types: String...) {
        self.iri = iri
        self.types = types
    }

    mutating func add(_ name: String, _ values: [Value]) {
        if !values.isEmpty { properties.append((name, values)) }
    }

    mutating func add(_ name: String, _ text: LocalText) {
        add(name, text.texts.map { .text($0.text, language: $0.language) })
    }

    mutating func add(_ name: String, iri: String?) {
        if let iri { add(name, [.iri(iri)]) }
    }

    mutating func add(_ name: String, node: RDFNode) { add(name, [.node(node)]) }

    static let prefixes: [(name: String, iri: String)] = [
        ("dcat", "http://www.w3.org/ns/dcat#"), ("dct", "http://purl.org/dc/terms/"),
        ("foaf", "http://xmlns.com/foaf/0.1/"), ("vcard", "http://www.w3.org/2006/vcard/ns#"),
        ("xsd", "http://www.w3.org/2001/XMLSchema#"), ("geo", "http://www.opengis.net/ont/geosparql#"),
        ("skos", "http://www.w3.org/2004/02/skos/core#"),
    ]
}
