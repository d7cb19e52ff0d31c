import ClauseTrait
import Testing

@testable import NGSILDModel

/// What a merge with defaults makes of a stored attribute.
struct MergingCase: Sendable, CustomStringConvertible {
    let stored: String
    let fragment: String
    var language: String?
    var observedAt: String?
    let expected: String
    var description: String { "\(stored) + \(fragment)" }

    static let all = [
        // A plain value keeps the kind of the stored attribute.
        MergingCase(
            stored: #""a":{"object":"urn:x:1","s":1}"#, fragment: #""a":"urn:x:2""#,
            expected: #""a":{"object":"urn:x:2","s":1}"#),
        MergingCase(
            stored: #""a":{"object":"urn:x:1"}"#, fragment: #""a":["urn:x:2","urn:x:3"]"#,
            expected: #""a":{"object":["urn:x:2","urn:x:3"]}"#),
        MergingCase(stored: #""a":{"object":"urn:x:1"}"#, fragment: #""a":"elsewhere""#, expected: #""a":"elsewhere""#),
        MergingCase(
            stored: #""a":{"objectList":["urn:x:1"]}"#, fragment: #""a":["urn:x:2","urn:x:3"]"#,
            expected: #""a":{"objectList":[{"object":"urn:x:2"},{"object":"urn:x:3"}]}"#),
        MergingCase(stored: #""a":{"valueList":[1]}"#, fragment: #""a":[2,3]"#, expected: #""a":{"valueList":[2,3]}"#),
        MergingCase(
            stored: #""a":{"json":{"b":1}}"#, fragment: #""a":{"value":{"c":2}}"#,
            expected: #""a":{"json":{"b":1,"c":2}}"#),
        MergingCase(
            stored: #""a":{"object":"urn:x:1"}"#, fragment: #""a":{"type":"Property","value":"urn:x:2"}"#,
            expected: #""a":"urn:x:2""#),
        MergingCase(
            stored: #""a":{"vocab":"open","s":1}"#, fragment: #""a":"shut""#, expected: #""a":{"vocab":"shut","s":1}"#),
        MergingCase(
            stored: #""a":{"vocab":"open"}"#, fragment: #""a":["shut","wet"]"#,
            expected: #""a":{"vocab":["shut","wet"]}"#),
        MergingCase(stored: #""a":{"vocab":"open"}"#, fragment: #""a":7"#, expected: #""a":7"#),
        // A text goes into the map of a LanguageProperty.
        MergingCase(
            stored: #""a":{"languageMap":{"en":"bridge","fr":"pont"}}"#, fragment: #""a":"Brücke""#, language: "de",
            expected: #""a":{"languageMap":{"en":"bridge","fr":"pont","de":"Brücke"}}"#),
        MergingCase(
            stored: #""a":{"languageMap":{"en":"bridge","fr":"pont"},"s":1}"#, fragment: #""a":"passerelle""#,
            language: "fr", expected: #""a":{"languageMap":{"en":"bridge","fr":"passerelle"},"s":1}"#),
        MergingCase(
            stored: #""a":{"languageMap":{"en":"bridge"}}"#, fragment: #""a":"x""#,
            expected: #""a":{"languageMap":{"en":"bridge","@none":"x"}}"#),
        MergingCase(stored: #""b":1"#, fragment: #""a":"x""#, language: "fr", expected: #""b":1,"a":"x""#),
        // observedAt moves where there was one and the fragment gives no other.
        MergingCase(
            stored: #""a":{"value":1,"observedAt":"2026-01-01T00:00:00Z"},"b":{"value":1,"unitCode":"CEL"}"#,
            fragment:
                #""a":{"value":2,"expiresAt":"2030-01-01T00:00:00Z","s":{"value":1,"datasetId":"urn:d:1"}},"b":3"#,
            observedAt: "2026-02-01T00:00:00Z",
            expected:
                #""a":{"value":2,"observedAt":"2026-02-01T00:00:00Z","s":{"value":1,"datasetId":"urn:d:1"}},"b":{"value":3,"unitCode":"CEL"}"#
        ),
        MergingCase(
            stored: #""a":{"value":1,"observedAt":"2026-01-01T00:00:00Z"}"#,
            fragment: #""a":{"value":2,"observedAt":"2026-03-01T00:00:00Z"}"#, observedAt: "2026-02-01T00:00:00Z",
            expected: #""a":{"value":2,"observedAt":"2026-03-01T00:00:00Z"}"#),
        MergingCase(
            stored: #""a":{"value":1,"observedAt":"2026-01-01T00:00:00Z"}"#,
            fragment: #""a":{"value":2,"observedAt":"urn:ngsi-ld:null"}"#, observedAt: "2026-02-01T00:00:00Z",
            expected: #""a":2"#),
        MergingCase(
            stored: #""a":[{"value":1},{"value":1,"datasetId":"urn:d:1","observedAt":"2026-01-01T00:00:00Z"}]"#,
            fragment: #""a":{"value":2,"datasetId":"urn:d:1"}"#, observedAt: "2026-02-01T00:00:00Z",
            expected: #""a":[1,{"value":2,"datasetId":"urn:d:1","observedAt":"2026-02-01T00:00:00Z"}]"#),
        // In a new attribute, a null inside a value has nothing to remove.
        MergingCase(
            stored: #""b":1"#,
            fragment:
                #""a":{"value":{"x":1,"y":"urn:ngsi-ld:null","z":{"p":"urn:ngsi-ld:null"}},"datasetId":"urn:d:1","s":{"value":{"q":"urn:ngsi-ld:null"}}}"#,
            expected: #""b":1,"a":{"value":{"x":1,"z":{}},"datasetId":"urn:d:1","s":{"value":{}}}"#),
    ]
}

struct AttributeForestMergingTests {
    @Test(.clause("5.6.17"), arguments: MergingCase.all)
    func `a merge reads plain values by what is stored`(example: MergingCase) throws {
        let vocabulary = try Vocabulary()
        let stored = try vocabulary.entity(example.stored).attributes
        var defaults = MergeDefaults()
        defaults.language = example.language
        if let text = example.observedAt { defaults.observedAt = try #require(Timestamp(text)) }
        let fragment = try vocabulary.fragment(example.fragment).adapted(
            to: stored, defaults, context: vocabulary.context)
        let merged = stored.applying(fragment, rule: .merge, now: Vocabulary.later).forest
        #expect(vocabulary.attributes(merged) { $0.form = .concise } == example.expected)
        let again = EntityCodec.decodeForest(EntityCodec.encode(merged))
        #expect(again.map { vocabulary.attributes($0) } == vocabulary.attributes(merged))
        for root in merged.roots where merged.nodes[root].datasetLength > 0 {
            #expect(merged.dataset(of: root) == "urn:d:1")
        }
    }
}
