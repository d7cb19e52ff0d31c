import ClauseTrait
import NGSILDModel
import NGSILDQuery
import Testing

// CIM 009 clause 4.23
@Suite struct EntityOrderTests {
    /// The names of things after ordering, where a thing is named by its property `is`.
    private func ordered(
        _ orderBy: String, from: String? = nil, geometry: String? = nil, collation: String? = nil,
        _ things: [(name: String, attributes: String)], context: String? = nil
    ) throws -> [String] {
        let world = try QueryWorld(context: context)
        let entities = try things.map { thing in
            let attributes = thing.attributes.isEmpty ? "" : "," + thing.attributes
            return try world.entity(#"{"id":"urn:x:\#(thing.name)","type":"Thing"\#(attributes)}"#)
        }
        let order = try EntityOrder(
            parsing: orderBy, from: from, geometry: geometry, collation: collation, context: world.context)
        return entities.map { ($0, order.keys(of: $0)) }.sorted { order.precedes($0.1, $1.1) }
            .map { String($0.0.id.dropFirst("urn:x:".count)) }
    }

    private static let kinds: [(name: String, attributes: String)] = [
        ("none", ""),
        ("instant", #""a":{"value":{"@type":"DateTime","@value":"2020-01-01T00:00:00Z"}}"#),
        ("date", #""a":{"value":{"@type":"Date","@value":"2030-01-01"}}"#),
        ("time", #""a":{"value":{"@type":"Time","@value":"12:00:00Z"}}"#),
        ("true", #""a":true"#), ("false", #""a":false"#),
        ("array", #""a":[1]"#), ("object", #""a":{"value":{"b":1}}"#),
        ("text", #""a":"zebra""#), ("link", #""a":{"object":"urn:a:1"}"#),
        ("nine", #""a":9"#), ("ten", #""a":10"#),
    ]

    @Test(.clause("4.23.2")) func `values of several types come in the order of the specification, missing ones last`()
        throws
    {
        let expected = [
            "nine", "ten", "link", "text", "object", "array", "false", "true", "time", "date", "instant", "none",
        ]
        #expect(try ordered("a", Self.kinds) == expected)
        #expect(try ordered("a;asc", Self.kinds.reversed()) == expected)
    }

    @Test(.clause("4.23.3")) func `descending turns all round but what is missing`() throws {
        let expected = [
            "instant", "date", "time", "true", "false", "array", "object", "text", "link", "ten", "nine", "none",
        ]
        #expect(try ordered("a;desc", Self.kinds) == expected)
    }

    @Test(.clause("4.23.3")) func `later members decide where earlier ones are equal`() throws {
        let things = [
            ("1", #""a":1,"b":1"#), ("2", #""a":1,"b":2"#), ("3", #""a":0,"b":9"#), ("4", #""a":1"#),
        ]
        #expect(try ordered("a,b", things) == ["3", "1", "2", "4"])
        #expect(try ordered("a;desc,b;desc", things) == ["2", "1", "4", "3"])
        #expect(try ordered("id;desc", things) == ["4", "3", "2", "1"])
        #expect(try ordered("type,id", things) == ["1", "2", "3", "4"])
    }

    @Test(arguments: [
        ("a.b", #""a":{"value":1,"b":2}"#, #""a":{"value":2,"b":1}"#),
        (
            "a.observedAt", #""a":{"value":1,"observedAt":"2026-02-01T00:00:00Z"}"#,
            #""a":{"value":2,"observedAt":"2026-01-01T00:00:00Z"}"#
        ),
        ("a.unitCode", #""a":{"value":1,"unitCode":"KEL"}"#, #""a":{"value":1,"unitCode":"CEL"}"#),
        ("a[b.c]", #""a":{"value":{"b":{"c":"y"}}}"#, #""a":{"value":{"b":{"c":"x"}}}"#),
        ("a[en]", #""a":{"languageMap":{"en":"b","fr":"a"}}"#, #""a":{"languageMap":{"en":"a","fr":"b"}}"#),
        ("a", #""a":{"languageMap":{"en":"b","fr":"a"}}"#, #""a":{"languageMap":{"fr":"z","en":"a"}}"#),
        ("a", #""a":{"vocab":"mouse"}"#, #""a":{"vocab":"cat"}"#),
        ("a[b]", #""a":{"json":{"b":2}}"#, #""a":{"json":{"b":1}}"#),
        ("scope", #""scope":"/b""#, #""scope":["/a","/z"]"#),
        (
            "a", #""a":[{"value":1,"datasetId":"urn:d:1"},{"value":3}]"#,
            #""a":[{"value":9,"datasetId":"urn:d:1"},{"value":2}]"#
        ),
    ])
    func `a path leads to what decides`(orderBy: String, greater: String, less: String) throws {
        #expect(try ordered(orderBy, [("greater", greater), ("less", less)]) == ["less", "greater"])
    }

    @Test(.clause("4.23.3")) func `distances are measured from the reference, what has none follows by its value`()
        throws
    {
        let things = [
            ("word", #""place":"here""#), ("number", #""place":1"#), ("none", ""),
            ("far", #""place":{"type":"Point","coordinates":[10,45]}"#),
            ("line", #""place":{"type":"LineString","coordinates":[[9,50],[9,41]]}"#),
            ("near", #""place":{"type":"Point","coordinates":[8.01,40.01]}"#),
        ]
        #expect(
            try ordered("place;dist-asc", from: "[8,40]", things) == [
                "near", "line", "far", "number", "word", "none",
            ])
        #expect(
            try ordered("place;dist-desc", from: "[8,40]", things)
                == ["far", "line", "near", "word", "number", "none"])
        #expect(
            try ordered("place;dist-asc", from: "[[8,40],[10,45]]", geometry: "MultiPoint", things)
                .prefix(1) == ["far"])
    }

    @Test(
        arguments: [
            (nil, ["a", "A", "á", "b", "B", "z", "ä-z"], "a A á ä-z b B z"),
            ("und", ["b", "á", "A"], "A á b"),
            ("sv", ["z", "ä", "a"], "a z ä"),
            ("de-u-co-phonebk", ["Af", "Ä", "Ad", "Zebra"], "Ad Ä Af Zebra"),
        ] as [(String?, [String], String)])
    func `texts come as a language has them`(collation: String?, texts: [String], expected: String) throws {
        let things = texts.map { ($0, #""a":"\#($0)""#) }
        let world = try QueryWorld()
        let entities = try things.map { try world.entity(#"{"id":"urn:x:1","type":"Thing",\#($0.1)}"#) }
        let order = try EntityOrder(parsing: "a", collation: collation, context: world.context)
        let sorted = zip(texts, entities.map { order.keys(of: $0) }).sorted { order.precedes($0.1, $1.1) }
        #expect(sorted.map(\.0).joined(separator: " ") == expected)
    }

    @Test(arguments: [
        "", "a b", "not a bcp47 tag!!", "!!nope", String(repeating: "a", count: 200), "de_", "é", "de-u-co-",
    ])
    func `a collation that is no tag is refused`(tag: String) throws {
        let error = failure { () throws(NGSILDError) in _ = try Collation.named(tag) }
        #expect(error?.isBadRequestData == true, "\(tag)")
    }

    @Test func `long texts are compared by their start, without end`() throws {
        let start = String(repeating: "ü", count: 400)
        let things = [("1", #""a":"\#(start)b""#), ("2", #""a":"\#(start)a""#), ("3", #""a":"a""#)]
        #expect(try ordered("a", things) == ["3", "1", "2"])
    }

    @Test(arguments: [
        "a;sideways", "a;", ";asc", "a,", "a[", "a.b.", "a==1", "createdAt.x", "a;dist-asc", "a,b,c,d,e,f,g,h,i",
        "a{b}",
    ])
    func `a mistake is refused`(orderBy: String) throws {
        let world = try QueryWorld()
        #expect(throws: NGSILDError.self) { try EntityOrder(parsing: orderBy, context: world.context) }
    }
}
