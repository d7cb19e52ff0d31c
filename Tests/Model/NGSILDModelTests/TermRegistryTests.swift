import Testing

@testable import NGSILDModel

struct TermRegistryTests {
    @Test func `a term keeps its number, also for a registry that is opened later`() throws {
        let terms = Terms()
        let registry = try TermRegistry(store: terms)
        let first = try registry.id(for: "https://x.example/a")
        #expect(first == TermID(1))
        #expect(try registry.id(for: "https://x.example/b") == TermID(2))
        #expect(try registry.id(for: "https://x.example/a") == first)
        let later = try TermRegistry(store: terms)
        #expect(later.knownID(for: "https://x.example/b") == TermID(2))
        #expect(later.iri(TermID(1)) == "https://x.example/a")
    }

    @Test func `a term that another registry on the store gave is found by its number`() throws {
        let terms = Terms()
        let registry = try TermRegistry(store: terms)
        let other = try TermRegistry(store: terms)
        let number = try other.id(for: "https://x.example/a")
        #expect(registry.iri(number) == "https://x.example/a")
        #expect(registry.knownID(for: "https://x.example/a") == number)
    }

    @Test func `asking makes no term, and unknown numbers have no IRI`() throws {
        let terms = Terms()
        let registry = try TermRegistry(store: terms)
        #expect(registry.knownID(for: "https://x.example/a") == nil)
        #expect(registry.iri(.none) == "")
        #expect(registry.iri(TermID(.max)) == "")
        #expect(try terms.terms() == [])
    }

    @Test func `a full vocabulary refuses new terms and knows the old ones`() throws {
        let registry = try TermRegistry(store: Terms(), limit: 2)
        let first = try registry.id(for: "a")
        _ = try registry.id(for: "b")
        #expect(throws: NGSILDError.self) { try registry.id(for: "c") }
        #expect(try registry.id(for: "a") == first)
    }
}
