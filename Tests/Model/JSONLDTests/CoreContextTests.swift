import ClauseTrait
import JSONTree
import Testing

@testable import JSONLD

struct CoreContextTests {
    @Test(arguments: [
        "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld",
        "http://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld",
        "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.3.jsonld",
        "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.3.1.jsonld",
        "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.4.jsonld",
        "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.5.jsonld",
        "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.6.jsonld",
        "http://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.7.jsonld",
        "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld",
        CoreContext.currentURL,
    ])
    func `every version from 1.3 to 1.9 is known`(url: String) {
        #expect(CoreContext.isKnown(url))
    }

    @Test(arguments: [
        "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-non-existing.jsonld",
        "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.10.jsonld",
        "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.2.jsonld",
        "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld/more",
        "https://uri.etsi.org.example/ngsi-ld/v1/ngsi-ld-core-context.jsonld",
        "https://example.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld",
        "uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld",
        "ftp://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld",
        "https://http://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld",
        "",
    ])
    func `any other URL is not known`(url: String) {
        #expect(!CoreContext.isKnown(url))
    }

    @Test(
        .clause("4.4"),
        arguments: [
            ("id", "@id"),
            ("type", "@type"),
            ("Property", "https://uri.etsi.org/ngsi-ld/Property"),
            ("value", "https://uri.etsi.org/ngsi-ld/hasValue"),
            ("object", "https://uri.etsi.org/ngsi-ld/hasObject"),
            ("containedBy", "https://uri.etsi.org/ngsi-ld/isContainedBy"),
            ("location", "https://uri.etsi.org/ngsi-ld/location"),
            ("Point", "https://purl.org/geojson/vocab#Point"),
            ("title", "http://purl.org/dc/terms/title"),
            ("ngsi-ld", "https://uri.etsi.org/ngsi-ld/"),
            ("ngsildproof", "https://uri.etsi.org/ngsi-ld/ngsildproof"),
        ])
    func `core terms have the IRIs of annex B, in both directions`(term: String, iri: String) {
        #expect(ResolvedContext.core.expand(term: term) == iri)
        #expect(ResolvedContext.core.compact(iri: iri) == term)
    }

    @Test(
        arguments: [
            ("object", TypeCoercion.id, nil),
            ("vocab", .vocab, nil),
            ("json", .json, nil),
            ("observedAt", .dateTime, nil),
            ("languageMap", nil, TermContainer.language),
            ("valueList", nil, .list),
            ("dataset", nil, .index),
            ("features", nil, .set),
            ("value", nil, nil),
            ("speed", nil, nil),
        ] as [(String, TypeCoercion?, TermContainer?)])
    func `core terms have the types and containers of annex B`(
        term: String, coercion: TypeCoercion?, container: TermContainer?
    ) {
        #expect(ResolvedContext.core.coercion(of: term) == coercion)
        #expect(ResolvedContext.core.container(of: term) == container)
    }

    @Test func `no two core terms share an IRI and every one has one`() {
        #expect(CoreContext.definitions.count == CoreContext.table.count)
        #expect(CoreContext.names.count == CoreContext.table.count)
        #expect(
            CoreContext.definitions.values.allSatisfy { IRIReference.isAbsolute($0.iri ?? "") || $0.iri?.first == "@" })
    }

    @Test func `the rendered core context is JSON-LD with the same terms`() throws {
        let document = try JSONDocument(parsing: CoreContext.json)
        let node = try #require(document.member(document.root, "@context"))
        #expect(document.double(try #require(document.member(node, "@version"))) == 1.1)
        #expect(document.bool(try #require(document.member(node, "@protected"))) == true)
        #expect(document.string(try #require(document.member(node, "@vocab"))) == CoreContext.defaultVocabulary)
        for term in CoreContext.table {
            let value = try #require(document.member(node, named: term.name))
            let id = document.member(value, "@id") ?? value
            #expect(document.string(id) == term.id)
            #expect(document.member(value, "@type").flatMap { document.string($0) } == term.type)
            #expect(document.member(value, "@container").flatMap { document.string($0) } == term.container)
        }
        #expect(document.count(node) == CoreContext.table.count + 3)
    }

    @Test func `the core context names itself`() {
        #expect(ResolvedContext.core.identity == CoreContext.currentURL)
        #expect(ResolvedContext.core.linkURL == CoreContext.currentURL)
        #expect(ResolvedContext.core.valueJSON == "\"\(CoreContext.currentURL)\"")
    }
}
