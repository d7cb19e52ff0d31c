import ClauseTrait
import Testing

@testable import NGSILDModel

/// A stored entity's attributes, a fragment put over them, and what comes of it.
struct ChangeCase: Sendable, CustomStringConvertible {
    let rule: InstanceRule
    let stored: String
    let fragment: String
    /// Concise, in order.
    let expected: String
    /// The kinds of the changes, by name.
    let changes: String

    init(_ rule: InstanceRule, _ stored: String, _ fragment: String, _ expected: String, _ changes: String) {
        self.rule = rule
        self.stored = stored
        self.fragment = fragment
        self.expected = expected
        self.changes = changes
    }

    var description: String { "\(rule): \(stored) + \(fragment)" }

    static let all = [
        ChangeCase(.replace, #""a":1,"b":2"#, #""b":3,"c":4"#, #""a":1,"b":3,"c":4"#, "b modified, c created"),
        ChangeCase(.replace, #""a":{"value":1,"unitCode":"CEL","s":1}"#, #""a":2"#, #""a":2"#, "a modified"),
        ChangeCase(.replace, #""a":1,"b":2"#, #""a":"urn:ngsi-ld:null""#, #""b":2"#, "a deleted"),
        ChangeCase(.replace, #""a":1"#, #""z":"urn:ngsi-ld:null""#, #""a":1"#, ""),
        ChangeCase(.replace, #""a":1"#, #""z":{"unitCode":"CEL"}"#, #""a":1"#, ""),
        ChangeCase(.replace, #""a":1"#, #""a":{"unitCode":"CEL"}"#, #""a":{"value":1,"unitCode":"CEL"}"#, "a modified"),
        ChangeCase(
            .replace, #""a":1"#,
            #""a":{"value":2,"s":"urn:ngsi-ld:null","t":3,"u":{"value":4,"v":"urn:ngsi-ld:null"}}"#,
            #""a":{"value":2,"t":3,"u":4}"#, "a modified"),
        ChangeCase(
            .replace, #""a":1"#, #""a":{"value":2,"s":{"unitCode":"CEL"},"t":{"type":"Property"}}"#, #""a":2"#,
            "a modified"),
        ChangeCase(
            .replace, #""a":1,"z":0"#, #""a":{"value":2,"datasetId":"urn:d:1"}"#,
            #""a":[1,{"value":2,"datasetId":"urn:d:1"}],"z":0"#, "a modified"),
        ChangeCase(
            .replace, #""a":[1,{"value":2,"datasetId":"urn:d:1"}]"#.replacing("[1,", with: #"[{"value":1},"#),
            #""a":{"value":"urn:ngsi-ld:null","datasetId":"urn:d:1"}"#, #""a":1"#, "a modified"),
        ChangeCase(.keep, #""a":1"#, #""a":2,"b":3"#, #""a":1,"b":3"#, "b created"),
        ChangeCase(.keep, #""a":1"#, #""a":"urn:ngsi-ld:null""#, #""a":1"#, ""),
        ChangeCase(
            .merge, #""a":{"value":1,"unitCode":"CEL","s":1,"t":2}"#, #""a":{"value":2,"t":"urn:ngsi-ld:null","u":3}"#,
            #""a":{"value":2,"unitCode":"CEL","s":1,"u":3}"#, "a modified"),
        ChangeCase(
            .merge, #""a":{"value":{"x":1,"y":{"p":1,"q":2}}}"#,
            #""a":{"value":{"y":{"q":"urn:ngsi-ld:null","r":3},"z":4}}"#,
            #""a":{"value":{"x":1,"y":{"p":1,"r":3},"z":4}}"#, "a modified"),
        ChangeCase(
            .merge, #""a":{"value":1,"s":{"value":5,"unitCode":"CEL"}}"#, #""a":{"s":{"value":6}}"#,
            #""a":{"value":1,"s":{"value":6,"unitCode":"CEL"}}"#, "a modified"),
        ChangeCase(
            .merge, #""a":{"value":1,"unitCode":"CEL"}"#, #""a":{"unitCode":"urn:ngsi-ld:null"}"#, #""a":1"#,
            "a modified"),
        ChangeCase(
            .merge, #""a":{"languageMap":{"en":"bridge","fr":"pont"}}"#,
            #""a":{"languageMap":{"fr":"urn:ngsi-ld:null","de":"Brücke"}}"#,
            #""a":{"languageMap":{"en":"bridge","de":"Brücke"}}"#, "a modified"),
        ChangeCase(
            .merge, #""a":1"#, #""a":{"s":{"unitCode":"CEL"},"t":{"value":1,"u":"urn:ngsi-ld:null"}}"#,
            #""a":{"value":1,"t":1}"#, "a modified"),
        ChangeCase(.merge, #""a":1"#, #""a":{"object":"urn:x:2"}"#, #""a":{"object":"urn:x:2"}"#, "a modified"),
        ChangeCase(
            .partial, #""a":{"value":1,"unitCode":"CEL","s":{"value":5,"unitCode":"CEL"}}"#,
            #""a":{"value":2,"s":{"value":6}}"#, #""a":{"value":2,"unitCode":"CEL","s":6}"#, "a modified"),
        ChangeCase(
            .partial, #""a":{"value":1,"s":{"value":5}}"#, #""a":{"s":{"unitCode":"CEL"},"t":{"unitCode":"CEL"}}"#,
            #""a":{"value":1,"s":{"value":5,"unitCode":"CEL"}}"#, "a modified"),
        ChangeCase(
            .partial, #""a":{"value":1,"observedAt":"2026-01-01T00:00:00Z"}"#,
            #""a":{"observedAt":"2026-02-01T00:00:00Z"}"#, #""a":{"value":1,"observedAt":"2026-02-01T00:00:00Z"}"#,
            "a modified"),
        // Members of an attribute go by the NGSI-LD Null too.
        ChangeCase(
            .partial, #""a":{"value":1,"observedAt":"2026-01-01T00:00:00Z","unitCode":"CEL"}"#,
            #""a":{"observedAt":"urn:ngsi-ld:null"}"#, #""a":{"value":1,"unitCode":"CEL"}"#, "a modified"),
        ChangeCase(
            .merge,
            #""a":{"value":1,"observedAt":"2026-01-01T00:00:00Z","s":{"value":1,"observedAt":"2026-01-01T00:00:00Z"}}"#,
            #""a":{"observedAt":"urn:ngsi-ld:null","s":{"observedAt":"urn:ngsi-ld:null"}}"#, #""a":{"value":1,"s":1}"#,
            "a modified"),
        ChangeCase(
            .merge, #""a":{"object":"urn:x:1","objectType":"Room"}"#, #""a":{"objectType":"urn:ngsi-ld:null"}"#,
            #""a":{"object":"urn:x:1"}"#, "a modified"),
        ChangeCase(
            .replace, #""a":{"value":1,"unitCode":"CEL"}"#,
            #""a":{"unitCode":"urn:ngsi-ld:null","value":2,"observedAt":"urn:ngsi-ld:null","expiresAt":"urn:ngsi-ld:null"}"#,
            #""a":2"#, "a modified"),
        ChangeCase(
            .replace, #""b":1"#,
            #""a":{"value":2,"datasetId":"urn:d:1","valueType":"urn:ngsi-ld:null","s":{"unitCode":"urn:ngsi-ld:null","value":3,"t":{"value":4,"unitCode":"CEL"}}}"#,
            #""b":1,"a":{"value":2,"datasetId":"urn:d:1","s":{"value":3,"t":{"value":4,"unitCode":"CEL"}}}"#,
            "a created"),
        ChangeCase(
            .merge, #""b":1"#,
            #""a":{"unitCode":"urn:ngsi-ld:null","value":{"x":"urn:ngsi-ld:null"},"datasetId":"urn:d:1"}"#,
            #""b":1,"a":{"value":{},"datasetId":"urn:d:1"}"#, "a created"),
        ChangeCase(
            .partial, #""a":{"value":1,"s":2}"#, #""a":{"s":{"unitCode":"urn:ngsi-ld:null","value":3}}"#,
            #""a":{"value":1,"s":3}"#, "a modified"),
        ChangeCase(
            .merge, #""a":{"vocab":"open","s":1}"#, #""a":{"s":2}"#, #""a":{"vocab":"open","s":2}"#, "a modified"),
        ChangeCase(
            .merge, #""a":{"object":"urn:x:1","objectType":"Room"}"#, #""a":{"object":"urn:x:2"}"#,
            #""a":{"object":"urn:x:2","objectType":"Room"}"#, "a modified"),
    ]
}

struct AttributeForestChangesTests {
    @Test(.clause("5.5.8", "5.5.12"), arguments: ChangeCase.all)
    func `a fragment is applied by its rule`(change: ChangeCase) throws {
        let vocabulary = try Vocabulary()
        let stored = try vocabulary.entity(change.stored).attributes
        let result = stored.applying(
            try vocabulary.fragment(change.fragment), rule: change.rule, now: Vocabulary.later)
        #expect(vocabulary.attributes(result.forest) { $0.form = .concise } == change.expected)
        #expect(
            result.changes.map { "\(vocabulary.context.name($0.name)) \($0.kind)" }.joined(separator: ", ")
                == change.changes)
        // What is stored is whole: it can be written and read again, and nothing in it asks for removal.
        let again = EntityCodec.decodeForest(EntityCodec.encode(result.forest))
        #expect(again.map { vocabulary.attributes($0) } == vocabulary.attributes(result.forest))
        #expect(result.forest.nodes.allSatisfy { $0.flags.isDisjoint(with: [.isNull, .hasNoValue]) })
        #expect(!vocabulary.attributes(result.forest).contains("urn:ngsi-ld:null"))
        #expect(
            result.forest.nodes.allSatisfy { node in
                let head = String(decoding: result.forest.bytes[node.head], as: UTF8.self)
                return node.observedAt.isSet == head.contains("observedAt")
            })
    }

    @Test func `what stays keeps its times, what changes keeps createdAt, what is new gets both`() throws {
        let vocabulary = try Vocabulary()
        let stored = try vocabulary.entity(#""a":1,"b":{"value":2,"s":1}"#).attributes
        for rule in [InstanceRule.replace, .merge, .partial] {
            let forest = stored.applying(
                try vocabulary.fragment(#""b":{"value":3,"s":2,"t":3},"c":4"#), rule: rule, now: Vocabulary.later
            ).forest
            let times = forest.nodes.map { [$0.createdAt, $0.modifiedAt].map { $0 == Vocabulary.now ? "old" : "new" } }
            #expect(times[0] == ["old", "old"])
            #expect(times[1] == ["old", "new"])
            #expect(times.last == ["new", "new"])
        }
    }

    @Test func `attributes are removed whole or by instance`() throws {
        let vocabulary = try Vocabulary()
        let forest = try vocabulary.entity(#""a":[{"value":1},{"value":2,"datasetId":"urn:d:1"}],"b":3"#).attributes
        let a = try vocabulary.context.term("a")
        func left(_ dataset: String?) -> String? {
            forest.removing(a, dataset: dataset).map { vocabulary.attributes($0.forest) { $0.form = .concise } }
        }
        #expect(left(nil) == #""b":3"#)
        #expect(left("") == #""a":{"value":2,"datasetId":"urn:d:1"},"b":3"#)
        #expect(left("urn:d:1") == #""a":1,"b":3"#)
        #expect(left("urn:d:2") == nil)
        #expect(forest.removing(TermID(999), dataset: nil).map(\.changes) == nil)
    }

    @Test func `replacing an attribute leaves its other instances`() throws {
        let vocabulary = try Vocabulary()
        let forest = try vocabulary.entity(#""a":[{"value":1,"unitCode":"CEL"},{"value":2,"datasetId":"urn:d:1"}]"#)
            .attributes
        let a = try vocabulary.context.term("a")
        let replaced = forest.replacing(a, with: try vocabulary.fragment(#""a":9"#), now: Vocabulary.later)
        #expect(
            replaced.map { vocabulary.attributes($0.forest) { $0.form = .concise } }
                == #""a":[9,{"value":2,"datasetId":"urn:d:1"}]"#)
        let other = try vocabulary.fragment(#""a":{"value":3,"datasetId":"urn:d:2"}"#)
        #expect(forest.replacing(a, with: other, now: Vocabulary.later).map(\.changes) == nil)
    }
}
