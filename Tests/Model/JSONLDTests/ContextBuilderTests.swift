import JSONTree
import Testing

@testable import JSONLD

struct ContextBuilderTests {
    @Test(arguments: [
        ("42", ContextProblem.notAContext(.number)),
        ("true", .notAContext(.true)),
        (#"[{"a":"http://x.org/a"},7]"#, .notAContext(.number)),
        (#""relative.jsonld""#, .relativeReference("relative.jsonld")),
        (#"{"a":"b","b":"a"}"#, .cyclicTerm("a")),
        (#"{"a":"b:x","b":"c:x","c":"a:x"}"#, .cyclicTerm("a")),
        (#"{"a":"a:b"}"#, .cyclicTerm("a")),
        (#"{"a":{"@id":"http://x.org/a","@type":"a"}}"#, .cyclicTerm("a")),
        (#"{"a":{"@id":"http://x.org/a","@context":{"b":"http://x.org/b"}}}"#, .scopedContext(term: "a")),
        (
            #"[{"a":{"@id":"http://x.org/a","@protected":true}},{"a":"http://x.org/b"}]"#,
            .protectedTerm("a")
        ),
        (#"[{"@protected":true,"a":"http://x.org/a"},null,{"a":"http://x.org/b"}]"#, .protectedTerm("a")),
    ])
    func `a wrong context is refused with what is wrong`(text: String, expected: ContextProblem) throws {
        #expect(try problem(text) == expected)
    }

    @Test(arguments: [
        #"{"a":5}"#, #"{"a":[]}"#, #"{"":"http://x.org/"}"#, #"{"a":{"@id":5}}"#, #"{"a":{"@id":"_x","b":1}}"#,
        #"{"a":null,"b":"a"}"#, #"{"a:b":"http://x.org/c"}"#, #"{"a/b":"http://x.org/c"}"#,
        #"{"a":{"@type":5}}"#, #"{"a":{"@type":"@graph"}}"#, #"{"a":{"@type":"_:b"}}"#,
        #"{"a":{"@container":"@foo"}}"#, #"{"a":{"@container":["@list","@set"]}}"#, #"{"a":{"@container":[5]}}"#,
        #"{"a":{"@prefix":"yes"}}"#, #"{"a:b":{"@prefix":true}}"#, #"{"a":{"@protected":1}}"#,
        #"{"a":{"@reverse":"http://x.org/r","@id":"http://x.org/a"}}"#, #"{"a":{"@language":5}}"#,
        #"{"a":{"@direction":"up"}}"#, #"{"a":{"@index":5}}"#, #"{"a":{"@nest":5}}"#, #"{"@id":"http://x.org/"}"#,
    ])
    func `a definition that JSON-LD does not allow is refused`(text: String) throws {
        let problem = try #require(try problem(text))
        guard case .badTerm = problem else {
            Issue.record("\(problem)")
            return
        }
    }

    @Test(arguments: [
        #"{"@version":1.0}"#, #"{"@version":"1.1"}"#, #"{"@vocab":5}"#, #"{"@vocab":"@id"}"#, #"{"@base":5}"#,
        #"{"@language":5}"#, #"{"@direction":"up"}"#, #"{"@protected":"yes"}"#, #"{"@propagate":0}"#, #"{"@import":5}"#,
    ])
    func `a keyword with a wrong value is refused`(text: String) throws {
        let problem = try #require(try problem(text))
        guard case .badKeyword = problem else {
            Issue.record("\(problem)")
            return
        }
    }

    @Test(arguments: [
        #"{"@version":1.1,"@base":"http://x.org/","@language":"en","@direction":"ltr","@propagate":true}"#,
        #"{"@unknown":5,"a":"http://x.org/a"}"#,
        #"{"a":{"@id":"http://x.org/a","@language":null,"@direction":null,"@index":"http://x.org/i","@nest":"@nest"}}"#,
        #"[{"@protected":true,"a":"http://x.org/a"},{"a":"http://x.org/a"}]"#,
        #"{"@protected":true,"a":{"@id":"http://x.org/a","@protected":false}}"#,
        #"{"a":{"@id":"http://x.org/a","@container":["@graph","@id","@set"]}}"#,
    ])
    func `what JSON-LD allows is taken`(text: String) throws {
        #expect(try problem(text) == nil)
    }

    @Test func `definitions of core terms are passed over whatever they hold`() throws {
        let text = #"{"ngsildproof":{"@id":"x","@context":{"a":"http://x.org/a"}},"value":5,"location":{"b":1}}"#
        #expect(try problem(text) == nil)
    }

    @Test func `core terms are known while a user context is read`() throws {
        let context = try context(
            #"{"a":"ngsi-ld:a","b":{"@id":"location"},"c":{"@id":"http://x.org/c","@type":"DateTime"}}"#)
        #expect(context.expand(term: "a") == "https://uri.etsi.org/ngsi-ld/a")
        #expect(context.expand(term: "b") == "https://uri.etsi.org/ngsi-ld/location")
        #expect(context.coercion(of: "c") == .dateTime)
    }

    // MARK: - Documents

    @Test func `remote documents are read in their place, relative to where they are`() throws {
        let documents = [
            "http://x.org/d/one": #"{"@context":["two?q#part","../three",{"a":"http://x.org/1"}]}"#,
            "http://x.org/d/two?q": #"{"@context":{"a":"http://x.org/2","b":"http://x.org/2"}}"#,
            "http://x.org/three": #"{"@context":{"a":"http://x.org/3","b":"http://x.org/3","c":"http://x.org/3"}}"#,
        ]
        let context = try context(#"["http://x.org/d/one",{"c":"http://x.org/0"}]"#, documents: documents)
        #expect(["a", "b", "c"].map(context.expand) == ["http://x.org/1", "http://x.org/3", "http://x.org/0"])
    }

    @Test func `@import brings definitions that the importing context can replace`() throws {
        let documents = ["http://x.org/i": #"{"@context":{"@vocab":"http://v.org/","a":"http://x.org/1","b":"a"}}"#]
        let context = try context(#"{"@import":"http://x.org/i","a":"http://x.org/2"}"#, documents: documents)
        #expect(["a", "b", "c"].map(context.expand) == ["http://x.org/2", "http://x.org/2", "http://v.org/c"])
    }

    @Test(arguments: [#"["http://x.org/d"]"#, #"{"@import":"http://x.org/d"}"#, #""http://x.org/d""#])
    func `@import takes one object without @import`(content: String) throws {
        let documents = ["http://x.org/i": "{\"@context\":\(content)}", "http://x.org/d": #"{"@context":{}}"#]
        guard case .badKeyword("@import", _) = try problem(#"{"@import":"http://x.org/i"}"#, documents: documents)
        else {
            Issue.record("no problem with @import")
            return
        }
    }

    @Test(arguments: [
        ["http://x.org/0": #""http://x.org/0""#],
        ["http://x.org/0": #"["http://x.org/1"]"#, "http://x.org/1": #"[{"a":"http://x.org/a"},"0#x"]"#],
        [
            "http://x.org/0": #"["http://x.org/1"]"#, "http://x.org/1": #"["./2"]"#,
            "http://x.org/2": #""http://x.org/0""#,
        ],
    ])
    func `a document that includes itself is refused`(contents: [String: String]) throws {
        let documents = contents.mapValues { "{\"@context\":\($0)}" }
        #expect(try problem(#""http://x.org/0""#, documents: documents) == .cyclicInclusion("http://x.org/0"))
    }

    @Test func `a document may be included twice side by side`() throws {
        let documents = ["http://x.org/d": #"{"@context":{"a":"http://x.org/1"}}"#]
        let text = #"["http://x.org/d",{"a":"http://x.org/2"},"http://x.org/d"]"#
        #expect(try context(text, documents: documents).expand(term: "a") == "http://x.org/1")
    }

    @Test func `sixteen documents in a chain are read and seventeen are not`() throws {
        func chain(_ length: Int) -> [String: String] {
            var documents: [String: String] = [:]
            for index in 1..<length { documents["http://x.org/\(index)"] = "{\"@context\":\"\(index + 1)\"}" }
            documents["http://x.org/\(length)"] = #"{"@context":{"a":"http://x.org/a"}}"#
            return documents
        }
        #expect(try problem(#""http://x.org/1""#, documents: chain(16)) == nil)
        #expect(
            try problem(#""http://x.org/1""#, documents: chain(17))
                == .tooManyIncludedInOneAnother(limit: ContextLimits.chain))
    }

    @Test func `documents that fan out are refused before they multiply`() throws {
        var documents: [String: String] = [:]
        for level in 0..<15 {
            let next = Array(repeating: "\"http://x.org/\(level + 1)\"", count: 10).joined(separator: ",")
            documents["http://x.org/\(level)"] = "{\"@context\":[\(next)]}"
        }
        documents["http://x.org/15"] = #"{"@context":{"a":"http://x.org/a"}}"#
        #expect(
            try problem(#""http://x.org/0""#, documents: documents) == .tooManyDocuments(limit: ContextLimits.documents)
        )
    }

    // MARK: - Hostile definitions

    /// Terms each defined by the next, so that the first needs all others.
    private func ladder(_ count: Int, _ rung: (Int) -> String) -> String {
        let rungs = (0..<count).map { "\"t\($0)\":\(rung($0))" }
        return "{\(rungs.joined(separator: ",")),\"t\(count)\":\"http://x.org/\"}"
    }

    @Test func `terms defined through very many others are refused without using up the stack`() throws {
        let deep = try problem(ladder(50_000) { "\"t\($0 + 1)\"" })
        #expect(deep == .tooManySteps(term: "t\(ContextLimits.steps)", limit: ContextLimits.steps))
        #expect(try problem(ladder(90) { "\"t\($0 + 1)\"" }) == nil)
    }

    @Test func `IRIs that grow from term to term are refused`() throws {
        var members = [#""t0":"http://x.org/""#]
        let step = String(repeating: "x", count: 100)
        for index in 1..<100 { members.append("\"t\(index)\":\"t\(index - 1):\(step)/\"") }
        let problem = try #require(try problem("{\(members.joined(separator: ","))}"))
        guard case .tooLongIRI(_, limit: ContextLimits.iriLength) = problem else {
            Issue.record("\(problem)")
            return
        }
    }

    @Test func `many long IRIs from a short text are refused`() throws {
        let long = "http://x.org/" + String(repeating: "x", count: 1_900) + "/"
        let members = (0..<20_000).map { "\"t\($0)\":\"p:\($0)\"" }
        let text = "{\"p\":\"\(long)\",\(members.joined(separator: ","))}"
        #expect(try problem(text) == .tooManyBytes(limit: ContextLimits.iriBytes))
    }

    @Test func `a hundred thousand terms are read and more are refused`() throws {
        func terms(_ count: Int) -> String {
            "{\((0..<count).map { "\"t\($0)\":\"x:\($0)\"" }.joined(separator: ","))}"
        }
        let context = try context(terms(ContextLimits.terms))
        #expect(context.termCount == ContextLimits.terms)
        #expect(context.expand(term: "t99999") == "x:99999")
        #expect(context.compact(iri: "x:5") == "t5")
        #expect(try problem(terms(ContextLimits.terms + 1)) == .tooManyTerms(limit: ContextLimits.terms))
        let nulls =
            "[\(Array(repeating: "null", count: ContextLimits.terms + 1).joined(separator: ",")),{\"a\":\"x:1\"}]"
        #expect(try problem(nulls) == .tooManyTerms(limit: ContextLimits.terms))
    }

    @Test func `an error does not repeat long texts from outside`() throws {
        let long = String(repeating: "x", count: 100_000)
        for text in [
            "{\"\(long)\":5}", "{\"a\":{\"\(long)\":5}}", "\"\(long)\"", "{\"\(long)\":\"\(long)\",\"@vocab\":5}",
        ] {
            let problem = try #require(try problem(text))
            #expect(problem.description.utf8.count < 1_000)
        }
    }

    @Test func `very many prefixes keep compaction correct`() throws {
        let members = (0..<2_000).map { "\"p\($0)\":\"http://x.org/\(String(repeating: "y", count: $0 / 2))\($0)/\"" }
        let context = try context("{\(members.joined(separator: ","))}")
        let iri = "http://x.org/" + String(repeating: "y", count: 999) + "1999/z"
        #expect(context.expand(term: context.compact(iri: iri)) == iri)
        #expect(context.compact(iri: "http://elsewhere.org/z") == "http://elsewhere.org/z")
    }
}
