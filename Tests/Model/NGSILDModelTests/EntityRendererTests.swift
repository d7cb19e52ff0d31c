import ClauseTrait
import JSONTree
import Testing

@testable import NGSILDModel

struct EntityRendererTests {
    @Test(
        .clause(
            "4.5.2", "4.5.3", "4.5.4", "4.5.18", "4.5.20", "4.5.21", "4.5.22", "4.5.24", "4.7.3", "5.2.32", "5.2.35",
            "5.2.36", "5.2.37", "5.2.38"), arguments: AttributeSample.all)
    func `each kind of attribute is shown in each form`(sample: AttributeSample) throws {
        let vocabulary = try Vocabulary()
        let forest = try vocabulary.entity(#""a":\#(sample.written)"#).attributes
        #expect(vocabulary.attributes(forest) == #""a":"# + sample.normalized)
        #expect(vocabulary.attributes(forest) { $0.form = .concise } == #""a":"# + sample.concise)
        #expect(vocabulary.attributes(forest) { $0.form = .simplified } == #""a":"# + sample.simplified)
    }

    @Test(
        .clause("4.5.2", "4.5.3", "4.5.18", "4.5.20", "4.5.21", "4.5.22", "4.5.24", "4.7.3"),
        arguments: AttributeSample.all)
    func `what the concise form shows is read as the same attribute`(sample: AttributeSample) throws {
        let vocabulary = try Vocabulary()
        let forest = try vocabulary.entity(#""a":\#(sample.concise)"#).attributes
        #expect(vocabulary.attributes(forest) == #""a":"# + sample.normalized)
    }

    @Test(.clause("4.5.1", "4.8", "4.16", "4.18"))
    func `an entity shows its id, types, scopes and, asked for, its times and expiry`() throws {
        let vocabulary = try Vocabulary()
        let entity = vocabulary.record(
            try vocabulary.draft(
                #"{"type":["A","B"],"id":"urn:x:1","scope":["/a","/b/c"],"expiresAt":"2030-01-01T00:00:00Z","n":1}"#))
        #expect(
            vocabulary.rendered(entity)
                == #"{"id":"urn:x:1","type":["A","B"],"scope":["/a","/b/c"],"n":{"type":"Property","value":1}}"#
        )
        let time = #""createdAt":"2026-01-01T00:00:00Z","modifiedAt":"2026-01-01T00:00:00Z""#
        #expect(
            vocabulary.rendered(entity) {
                $0.showsSystemAttributes = true
                $0.form = .concise
            }
                == #"{"id":"urn:x:1","type":["A","B"],"scope":["/a","/b/c"],"expiresAt":"2030-01-01T00:00:00Z",\#(time),"n":{"value":1,\#(time)}}"#
        )
    }

    @Test(.clause("4.21")) func `picked and omitted attributes are chosen by name, the entity's own members too`()
        throws
    {
        let vocabulary = try Vocabulary()
        let entity = try vocabulary.entity(#""a":1,"b":2,"c":3"#)
        let (a, b) = (try vocabulary.context.term("a"), try vocabulary.context.term("b"))
        let shown = vocabulary.rendered(entity) {
            $0.form = .simplified
            $0.picked = [a, b]
            $0.omitted = [b]
            $0.showsType = false
        }
        #expect(shown == #"{"id":"urn:x:1","a":1}"#)
        let nothing = vocabulary.rendered(entity) {
            $0.picked = []
            $0.showsID = false
            $0.showsType = false
        }
        #expect(nothing == "{}")
    }

    private static let instances =
        #""a":[{"value":1},{"value":2,"datasetId":"urn:d:2"},{"value":3,"datasetId":"urn:d:3"}]"#

    @Test(
        .clause("4.5.5"),
        arguments: [
            (nil, #"{"dataset":{"@none":1,"urn:d:2":2,"urn:d:3":3}}"#),
            (["@none"], #"{"dataset":{"@none":1}}"#), (["urn:d:3"], #"{"dataset":{"urn:d:3":3}}"#),
        ] as [(Set<String>?, String)])
    func `instances are shown by their datasetId`(datasets: Set<String>?, expected: String) throws {
        let vocabulary = try Vocabulary()
        let shown = vocabulary.attributes(try vocabulary.entity(Self.instances).attributes) {
            $0.form = .simplified
            $0.datasets = datasets
        }
        #expect(shown == #""a":"# + expected)
    }

    @Test func `instances are an array in the normalized form, a datasetId that none has hides the attribute`() throws {
        let vocabulary = try Vocabulary()
        let forest = try vocabulary.entity(Self.instances).attributes
        #expect(
            vocabulary.attributes(forest) { $0.form = .concise }
                == #""a":[{"value":1},{"value":2,"datasetId":"urn:d:2"},{"value":3,"datasetId":"urn:d:3"}]"#.replacing(
                    #"[{"value":1},"#, with: "[1,"))
        #expect(vocabulary.attributes(forest) { $0.datasets = ["urn:d:9"] } == "")
    }

    @Test(
        .clause("4.15"),
        arguments: [
            ("fr", "pont", "fr"), ("fr-CH", "pont", "fr"), ("de", "bridge", "en"), ("de;q=0.9, fr;q=0.1", "pont", "fr"),
            ("EN", "bridge", "en"), ("*", "bridge", "en"), ("", "bridge", "en"), (";;,q=,", "bridge", "en"),
        ])
    func `a text is shown in the language preferred`(preference: String, text: String, tag: String) throws {
        let vocabulary = try Vocabulary()
        let forest = try vocabulary.entity(#""a":{"languageMap":{"en":"bridge","fr":"pont"}}"#).attributes
        #expect(
            vocabulary.attributes(forest) { $0.language = preference }
                == #""a":{"type":"Property","value":"\#(text)","lang":"\#(tag)"}"#)
        let simplified = vocabulary.attributes(forest) {
            $0.language = preference
            $0.form = .simplified
        }
        #expect(simplified == #""a":"\#(text)""#)
    }

    @Test(.clause("4.6.2", "5.5.7"), arguments: ["a+b", "a#b", "1", "a b", "a/b"])
    func `an IRI of whose shorter form no name is left stays an IRI, a value of the vocabulary may be any text`(
        rest: String
    ) throws {
        let vocabulary = try Vocabulary()
        let iri = "https://uri.etsi.org/ngsi-ld/default-context/\(rest)"
        let value = #""v":{"type":"VocabProperty","vocab":"\#(rest)"}"#
        #expect(vocabulary.attributes(try vocabulary.entity(value).attributes) == value)
        if rest.contains(" ") { return }
        let attribute = #""\#(iri)":{"type":"Property","value":1}"#
        let forest = try vocabulary.entity(attribute).attributes
        #expect(vocabulary.attributes(forest) == attribute)
        let again = try vocabulary.entity(vocabulary.attributes(forest)).attributes
        #expect(again.nodes[0].name == forest.nodes[0].name)
    }

    @Test func `a lang that came in with a LanguageProperty gives way to that of the answer`() throws {
        let vocabulary = try Vocabulary()
        let forest = try vocabulary.entity(
            #""a":{"languageMap":{"en":"bridge"},"lang":"fr","observedAt":"2026-01-01T00:00:00Z","expiresAt":"2030-01-01T00:00:00Z"}"#
        ).attributes
        #expect(
            vocabulary.attributes(forest) { $0.language = "en" }
                == #""a":{"type":"Property","value":"bridge","lang":"en","observedAt":"2026-01-01T00:00:00Z"}"#)
    }
}
