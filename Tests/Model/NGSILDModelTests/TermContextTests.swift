import Testing

@testable import NGSILDModel

struct TermContextTests {
    @Test func `names expand by the context and come back compacted`() throws {
        let context = try Vocabulary().context
        let speed = try context.term("speed")
        #expect(context.registry.iri(speed) == "https://uri.etsi.org/ngsi-ld/default-context/speed")
        #expect(context.name(speed) == "speed")
        #expect(try context.term("https://uri.etsi.org/ngsi-ld/default-context/speed") == speed)
        #expect(context.name(try context.term("https://x.example/speed")) == "https://x.example/speed")
    }

    @Test func `a question makes no term`() throws {
        let context = try Vocabulary().context
        #expect(context.knownTerm("speed") == nil)
        let speed = try context.term("speed")
        #expect(context.knownTerm("speed") == speed)
    }
}
