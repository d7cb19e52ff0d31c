import ClauseTrait
import JSONTree
import Testing

@testable import JSONLD

/// A context as Smart Data Models publishes them, shortened.
private let smartDataModels = """
    {
      "AirQualityObserved": "https://smartdatamodels.org/dataModel.Environment/AirQualityObserved",
      "address": "https://smartdatamodels.org/address",
      "dateObserved": "https://smartdatamodels.org/dateObserved",
      "description": "http://purl.org/dc/terms/description",
      "fiware": "https://uri.fiware.org/ns/data-models#",
      "id": "@id",
      "ngsi-ld": "https://uri.etsi.org/ngsi-ld/",
      "pm25": {"@id": "fiware:pm25"},
      "refPointOfInterest": {"@id": "fiware:refPointOfInterest", "@type": "@id"},
      "schema": "https://schema.org/",
      "timeInstant": {"@id": "fiware:timeInstant", "@type": "DateTime"},
      "tags": {"@id": "schema:keywords", "@container": ["@set"]},
      "type": "@type",
      "xsd": "http://www.w3.org/2001/XMLSchema#",
      "height": {"@id": "schema:height", "@type": "xsd:decimal"}
    }
    """

struct ResolvedContextTests {
    struct Pair: Sendable, CustomTestStringConvertible {
        let context: String
        let term: String
        let iri: String
        init(_ context: String, _ term: String, _ iri: String) {
            (self.context, self.term, self.iri) = (context, term, iri)
        }
        var testDescription: String { "\(term) = \(iri) in \(context.prefix(60))" }
    }

    static let pairs: [Pair] = [
        // Terms.
        Pair(
            smartDataModels, "AirQualityObserved",
            "https://smartdatamodels.org/dataModel.Environment/AirQualityObserved"),
        Pair(smartDataModels, "pm25", "https://uri.fiware.org/ns/data-models#pm25"),
        Pair(smartDataModels, "description", "http://purl.org/dc/terms/description"),
        Pair(smartDataModels, "refPointOfInterest", "https://uri.fiware.org/ns/data-models#refPointOfInterest"),
        Pair(#"{"Boot":"http://x.org/b","Zug":"Boot"}"#, "Boot", "http://x.org/b"),
        Pair(#"{"größe":"http://x.org/größe"}"#, "größe", "http://x.org/größe"),
        // No definition: the NGSI-LD default context.
        Pair("{}", "speed", "https://uri.etsi.org/ngsi-ld/default-context/speed"),
        Pair(smartDataModels, "speed", "https://uri.etsi.org/ngsi-ld/default-context/speed"),
        Pair("{}", "https://uri.etsi.org/other", "https://uri.etsi.org/other"),
        // Core terms, whatever the user says.
        Pair(#"{"Property":"http://evil.org/P"}"#, "Property", "https://uri.etsi.org/ngsi-ld/Property"),
        Pair(#"{"location":"http://x.org/loc"}"#, "location", "https://uri.etsi.org/ngsi-ld/location"),
        Pair(#"{"type":"http://x.org/type","value":null}"#, "type", "@type"),
        Pair(#"{"type":"http://x.org/type","value":null}"#, "value", "https://uri.etsi.org/ngsi-ld/hasValue"),
        Pair(#"{"ngsi-ld":"http://x.org/"}"#, "ngsi-ld:a/b", "https://uri.etsi.org/ngsi-ld/a/b"),
        Pair(#"{"n":"https://uri.etsi.org/ngsi-ld/name"}"#, "n", "https://uri.etsi.org/ngsi-ld/name"),
        // Prefixes.
        Pair(smartDataModels, "fiware:new", "https://uri.fiware.org/ns/data-models#new"),
        Pair(smartDataModels, "schema:a:b", "https://schema.org/a:b"),
        Pair(#"{"p":{"@id":"http://x.org/q","@prefix":true}}"#, "p:r", "http://x.org/qr"),
        Pair(#"{"a":"b:c/","b":"http://x.org/"}"#, "a:d", "http://x.org/c/d"),
        // @vocab.
        Pair(#"{"@vocab":"http://v.org/"}"#, "speed", "http://v.org/speed"),
        Pair(#"{"@vocab":"http://v.org/"}"#, "location", "https://uri.etsi.org/ngsi-ld/location"),
        Pair(#"{"@vocab":"http://v.org/","a":{"@type":"@id"}}"#, "a", "http://v.org/a"),
        Pair(
            #"[{"@vocab":"http://v.org/"},{"@vocab":null}]"#, "speed",
            "https://uri.etsi.org/ngsi-ld/default-context/speed"),
        Pair(#"[{"@vocab":"http://v.org/"},{"@vocab":"sub#"}]"#, "speed", "http://v.org/sub#speed"),
        Pair(#"[{"x":"http://x.org/"},{"@vocab":"x:v/"}]"#, "speed", "http://x.org/v/speed"),
        // Null.
        Pair(
            #"{"@vocab":"http://v.org/","speed":null}"#, "speed", "https://uri.etsi.org/ngsi-ld/default-context/speed"),
        Pair(
            #"{"@vocab":"http://v.org/","speed":{"@id":null}}"#, "speed",
            "https://uri.etsi.org/ngsi-ld/default-context/speed"),
        Pair(#"[{"speed":"http://x.org/s"},null]"#, "speed", "https://uri.etsi.org/ngsi-ld/default-context/speed"),
        Pair(#"[{"x":"http://x.org/"},{"x":null}]"#, "x:y", "x:y"),
        // Arrays, also within arrays: the later wins.
        Pair(#"[{"a":"http://x.org/1"},[{"a":"http://x.org/2"},[]]]"#, "a", "http://x.org/2"),
        Pair(
            #"[[[{"a":"http://x.org/2"}]],"https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.6.jsonld"]"#, "a",
            "http://x.org/2"),
        Pair(
            #"["https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld",{"a":"http://x.org/1"}]"#, "a",
            "http://x.org/1"),
        // Terms that look like IRIs.
        Pair(#"{"x":"http://x.org/","x:y":{"@type":"@id"}}"#, "x:y", "http://x.org/y"),
        Pair("{}", "urn:ngsi-ld:Type", "urn:ngsi-ld:Type"),
        Pair("{}", "a b:c", "https://uri.etsi.org/ngsi-ld/default-context/a b:c"),
        Pair("{}", "a/b", "https://uri.etsi.org/ngsi-ld/default-context/a/b"),
    ]

    @Test(.clause("5.5.7"), arguments: pairs)
    func `a name expands to its IRI`(pair: Pair) throws {
        #expect(try context(pair.context).expand(term: pair.term) == pair.iri)
    }

    @Test(.clause("5.5.7"), arguments: pairs)
    func `what an IRI compacts to expands to it again`(pair: Pair) throws {
        let context = try context(pair.context)
        #expect(context.expand(term: context.compact(iri: pair.iri)) == pair.iri)
    }

    @Test(arguments: [
        // The exact term.
        Pair(smartDataModels, "pm25", "https://uri.fiware.org/ns/data-models#pm25"),
        Pair(smartDataModels, "tags", "https://schema.org/keywords"),
        // The shortest term, then the first.
        Pair(#"{"bbb":"http://x.org/s","c":"http://x.org/s","b":"http://x.org/s"}"#, "b", "http://x.org/s"),
        // A core term before any of the user's.
        Pair(#"{"l":"https://uri.etsi.org/ngsi-ld/location"}"#, "location", "https://uri.etsi.org/ngsi-ld/location"),
        // The vocabulary.
        Pair(#"{"@vocab":"http://v.org/"}"#, "speed", "http://v.org/speed"),
        Pair("{}", "speed", "https://uri.etsi.org/ngsi-ld/default-context/speed"),
        // Not when the rest means something else: a prefix then.
        Pair(
            #"{"speed":"http://x.org/s"}"#, "ngsi-ld:default-context/speed",
            "https://uri.etsi.org/ngsi-ld/default-context/speed"),
        Pair(
            #"{"@vocab":"http://v.org/"}"#, "ngsi-ld:default-context/speed",
            "https://uri.etsi.org/ngsi-ld/default-context/speed"),
        Pair(#"{"@vocab":"http://v.org/"}"#, "http://v.org/location", "http://v.org/location"),
        Pair(#"{"@vocab":"http://v.org/"}"#, "http://v.org/urn:x", "http://v.org/urn:x"),
        Pair(#"{"@vocab":"http://v.org/"}"#, "http://v.org/@id", "http://v.org/@id"),
        Pair(#"{"@vocab":"http://v.org/"}"#, "http://v.org/", "http://v.org/"),
        // The best prefix.
        Pair(smartDataModels, "fiware:other", "https://uri.fiware.org/ns/data-models#other"),
        Pair(#"{"abcd":"http://x.org/a/","b":"http://x.org/"}"#, "b:a/d", "http://x.org/a/d"),
        Pair(#"{"a":"http://x.org/a/","b":"http://x.org/"}"#, "a:d", "http://x.org/a/d"),
        Pair(#"{"h":"http:"}"#, "http://x.org/a", "http://x.org/a"),
        // A prefix is no term for something longer when its IRI does not end like one.
        Pair(#"{"s":"http://x.org/s"}"#, "http://x.org/sOther", "http://x.org/sOther"),
        // The IRI itself.
        Pair("{}", "http://x.org/s", "http://x.org/s"),
        Pair("{}", "urn:ngsi-ld:X", "urn:ngsi-ld:X"),
        // Never by a reverse term.
        Pair(#"{"r":{"@reverse":"http://x.org/s"}}"#, "http://x.org/s", "http://x.org/s"),
        // Keywords.
        Pair("{}", "id", "@id"),
        Pair("{}", "type", "@type"),
    ])
    func `an IRI compacts to the shortest sensible name`(pair: Pair) throws {
        #expect(try context(pair.context).compact(iri: pair.iri) == pair.term)
    }

    @Test(arguments: [#"{"art":"@type"}"#, #"{"art":"type"}"#, #"{"art":{"@id":"@id"}}"#, #"{"art":"@unknown"}"#])
    func `other names for keywords are passed over`(text: String) throws {
        #expect(try context(text).expand(term: "art") == "https://uri.etsi.org/ngsi-ld/default-context/art")
    }

    @Test(
        arguments: [
            ("refPointOfInterest", TypeCoercion.id, nil),
            ("timeInstant", .dateTime, nil),
            ("height", .datatype("http://www.w3.org/2001/XMLSchema#decimal"), nil),
            ("tags", nil, TermContainer.set),
            ("pm25", nil, nil),
        ] as [(String, TypeCoercion?, TermContainer?)])
    func `types and containers are those of the definition`(
        term: String, coercion: TypeCoercion?, container: TermContainer?
    ) throws {
        let context = try context(smartDataModels)
        #expect(context.coercion(of: term) == coercion)
        #expect(context.container(of: term) == container)
    }

    @Test(.clause("4.4")) func `a user context cannot change the type of a core term`() throws {
        let context = try context(#"{"object":{"@id":"http://x.org/o","@type":"@json"}}"#)
        #expect(context.coercion(of: "object") == .id)
        #expect(context.expand(term: "object") == "https://uri.etsi.org/ngsi-ld/hasObject")
    }

    @Test func `values of a VocabProperty follow the same rules`() throws {
        let context = try context(smartDataModels)
        for value in ["pm25", "fiware:new", "somethingElse", "Property"] {
            #expect(context.compact(iri: context.expand(term: value)) == value)
        }
    }

    @Test func `IRIs that differ only in Unicode normalization are not mixed up`() throws {
        let composed = "http://x.org/\u{E9}"
        let decomposed = "http://x.org/e\u{301}"
        let context = try context("{\"e\":\"\(composed)\"}")
        #expect(context.compact(iri: composed) == "e")
        #expect(Array(context.compact(iri: decomposed).utf8) == Array(decomposed.utf8))
    }

    @Test(arguments: [
        ("{}", true), ("[]", true), ("null", true), ("[null,{}]", true),
        (#""https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.4.jsonld""#, true),
        (#"["https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.4.jsonld",[]]"#, true),
        (#"{"a":"http://x.org/a"}"#, false),
    ])
    func `a context that adds nothing is the core context`(text: String, isCore: Bool) throws {
        #expect((try context(text) === ResolvedContext.core) == isCore)
    }

    @Test func `a context of one URL is named by it, with or without the core context beside it`() throws {
        let documents = ["http://x.org/c": #"{"@context":{"a":"http://x.org/a"}}"#]
        for text in [
            #""http://x.org/c""#, #"["http://x.org/c"]"#, "[\"http://x.org/c\",\"\(CoreContext.currentURL)\"]",
        ] {
            let context = try context(text, documents: documents)
            #expect(context.identity == "http://x.org/c")
            #expect(context.linkURL == "http://x.org/c")
            #expect(context.valueJSON == "[\"http://x.org/c\",\"\(CoreContext.currentURL)\"]")
        }
    }

    @Test(arguments: [
        (#"{"@context":["http://x.org/c","https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld"]}"#, false),
        (#"{"@context":["https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld","http://x.org/c"]}"#, true),
        (#"{"@context":"http://x.org/c"}"#, true),
    ])
    func `the core context is named beside a document unless that ends with it`(document: String, isNamed: Bool) throws
    {
        let documents = ["http://x.org/c": #"{"@context":{"a":"http://x.org/a"}}"#, "http://x.org/compound": document]
        let core = ",\"\(CoreContext.currentURL)\""
        let one = try context(#""http://x.org/compound""#, documents: documents)
        #expect(one.valueJSON == (isNamed ? "[\"http://x.org/compound\"\(core)]" : "\"http://x.org/compound\""))
        let beside = try context("[\"http://x.org/compound\"\(core)]", documents: documents)
        #expect(beside.valueJSON == one.valueJSON)
        let two = try context(#"[{"b":"http://x.org/b"},"http://x.org/compound"]"#, documents: documents)
        #expect(two.valueJSON == "[{\"b\":\"http://x.org/b\"},\"http://x.org/compound\"\(isNamed ? core : "")]")
    }

    @Test func `an inline context is named by its content, however it is spaced`() throws {
        let one = try context(#"{"a":"http://x.org/a"}"#)
        let same = try context(#"[ { "a" : "http://x.org/a" } ]"#)
        let other = try context(#"{"a":"http://x.org/b"}"#)
        #expect(one.identity == same.identity)
        #expect(one.identity != other.identity)
        #expect(one.identity.hasPrefix("sha256:"))
        #expect(one.linkURL == nil)
        #expect(one.valueJSON == "[{\"a\":\"http://x.org/a\"},\"\(CoreContext.currentURL)\"]")
    }
}
