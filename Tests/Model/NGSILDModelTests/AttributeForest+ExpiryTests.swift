import ClauseTrait
import Testing

@testable import NGSILDModel

struct AttributeForestExpiryTests {
    private static let soon = Vocabulary.now.adding(seconds: 5)

    private static func at(_ seconds: Double) -> String {
        #""expiresAt":"\#(Vocabulary.now.adding(seconds: seconds).text)""#
    }

    @Test(.clause("4.22")) func `expiresAt is shown with the system attributes only, in each form`() throws {
        let vocabulary = try Vocabulary()
        let forest = try vocabulary.entity(
            #""a":{"expiresAt":"2030-01-01T00:00:00Z","type":"Property","value":1,"unitCode":"CEL","s":{"value":2,"expiresAt":"2031-01-01T00:00:00Z"}}"#
        ).attributes
        #expect(
            vocabulary.attributes(forest)
                == #""a":{"type":"Property","value":1,"unitCode":"CEL","s":{"type":"Property","value":2}}"#)
        #expect(
            vocabulary.attributes(forest) { $0.form = .concise } == #""a":{"value":1,"unitCode":"CEL","s":2}"#)
        let shown = vocabulary.attributes(forest) { $0.showsSystemAttributes = true }
        #expect(shown.contains(#""unitCode":"CEL","expiresAt":"2030-01-01T00:00:00Z","createdAt""#))
        #expect(shown.contains(#""value":2,"expiresAt":"2031-01-01T00:00:00Z","createdAt""#))
        #expect(forest.nextExpiry == Timestamp("2030-01-01T00:00:00Z"))
        let again = EntityCodec.decodeForest(EntityCodec.encode(forest))
        #expect(again?.nextExpiry == forest.nextExpiry)
    }

    @Test(
        .clause("4.22"),
        arguments: [
            (#""a":1"#, nil, ""), (#""a":{"value":1,\#(at(9))}"#, nil, ""),
            (#""a":{"value":1,\#(at(5))},"b":2"#, #""b":2"#, "a deleted"),
            (
                #""a":[{"value":1},{"value":2,"datasetId":"urn:d:1",\#(at(1))},{"value":3,"datasetId":"urn:d:2"}]"#,
                #""a":[1,{"value":3,"datasetId":"urn:d:2"}]"#, "a modified"
            ),
            (#""a":[{"value":1,\#(at(1))},{"value":2,"datasetId":"urn:d:1",\#(at(2))}],"b":1"#, #""b":1"#, "a deleted"),
            (
                #""a":{"value":1,"s":{"value":2,"t":{"value":3,\#(at(1))}},"u":4}"#, #""a":{"value":1,"s":2,"u":4}"#,
                "a modified"
            ),
            (#""a":{"object":"urn:x:1",\#(at(-100))}"#, "", "a deleted"),
        ] as [(String, String?, String)])
    func `what has expired goes, and the rest stays`(stored: String, rest: String?, changes: String) throws {
        let vocabulary = try Vocabulary()
        let result = try vocabulary.entity(stored).attributes.removingExpired(at: Self.soon)
        #expect(result.map { vocabulary.attributes($0.forest) { $0.form = .concise } } == rest)
        let told = result?.changes.map { "\(vocabulary.context.name($0.name)) \($0.kind)" } ?? []
        #expect(told.joined(separator: ", ") == changes)
        if let forest = result?.forest { #expect(EntityCodec.decodeForest(EntityCodec.encode(forest)) != nil) }
    }

    @Test(
        arguments: [
            // A whole instance takes the place of the old one; otherwise what is not named stays.
            (InstanceRule.replace, #"{"value":2}"#, #"{"value":2}"#),
            (.partial, #"{"value":2}"#, #"{"value":2,EXPIRES}"#),
            (.merge, #"{"value":2}"#, #"{"value":2,EXPIRES}"#),
            (
                .merge, #"{"observedAt":"2026-01-01T00:00:00Z"}"#,
                #"{"value":1,"observedAt":"2026-01-01T00:00:00Z",EXPIRES}"#
            ),
            (.merge, #"{"expiresAt":"urn:ngsi-ld:null"}"#, #"{"value":1}"#),
            (.partial, #"{"value":2,"expiresAt":"urn:ngsi-ld:null"}"#, #"{"value":2}"#),
            (.replace, #"{"value":2,"expiresAt":"urn:ngsi-ld:null"}"#, #"{"value":2}"#),
        ])
    func `a change keeps, replaces or removes expiresAt`(rule: InstanceRule, given: String, after: String) throws {
        let vocabulary = try Vocabulary()
        let expires = #""expiresAt":"2030-01-01T00:00:00Z""#
        let stored = try vocabulary.entity(#""a":{"value":1,\#(expires)}"#).attributes
        let result = stored.applying(try vocabulary.fragment(#""a":\#(given)"#), rule: rule, now: Vocabulary.later)
        let root = result.forest.nodes[0]
        let head = String(decoding: result.forest.bytes[root.head], as: UTF8.self)
        #expect(head == #""type":"Property","# + after.dropFirst().dropLast().replacing("EXPIRES", with: expires))
        #expect(root.flags.contains(.expires) == after.contains("EXPIRES"))
        #expect(result.forest.nextExpiry.isSet == after.contains("EXPIRES"))
    }

    @Test func `an entity's own expiry counts beside those of its attributes`() throws {
        let vocabulary = try Vocabulary()
        let entity = try vocabulary.entity(
            #""expiresAt":"2029-01-01T00:00:00Z","a":{"value":1,"expiresAt":"2030-01-01T00:00:00Z"}"#)
        #expect(entity.nextExpiry == Timestamp("2029-01-01T00:00:00Z"))
        #expect(try vocabulary.entity(#""a":1"#).nextExpiry == .none)
    }
}
