import ClauseTrait
import Testing

@testable import NGSILDModel

struct TermContextTests {
    @Test(.clause("5.5.7")) func `names expand by the context and come back compacted`() throws {
        let context = try Vocabulary().context
        let speed = try context.term("speed")
        #expect(context.registry.iri(speed) == "https://uri.etsi.org/ngsi-ld/default-context/speed")
        #expect(context.name(speed) == "speed")
        #expect(try context.term("https://uri.etsi.org/ngsi-ld/default-context/speed") == speed)
        #expect(context.name(try context.term("https://x.example/speed")) == "https://x.example/speed")
    }

    @Test func `values of the vocabulary may be any text, names may not`() throws {
        let context = try Vocabulary().context
        let value = try context.vocabularyTerm("out of order")
        #expect(context.valueName(value) == "out of order")
        #expect(try context.vocabularyTerm("out of order") == value)
        for name in ["out of order", "@type", "type", "observedAt", "https://uri.etsi.org/ngsi-ld/observedAt", "9"] {
            #expect(throws: NGSILDError.self) { try context.term(name) }
        }
    }

    @Test func `a member may be asked for by its IRI, and is no attribute by it afterwards either`() throws {
        let context = try Vocabulary().context
        let iri = "https://uri.etsi.org/ngsi-ld/scope"
        #expect(context.registry.iri(try context.term(iri, for: .question)) == iri)
        #expect(throws: NGSILDError.self) { try context.term(iri) }
    }

    @Test func `a question makes no term`() throws {
        let context = try Vocabulary().context
        #expect(context.knownTerm("speed") == nil)
        let speed = try context.term("speed")
        #expect(context.knownTerm("speed") == speed)
    }
}
