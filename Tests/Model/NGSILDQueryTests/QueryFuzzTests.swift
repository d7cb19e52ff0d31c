import GeoJSON
import NGSILDModel
import NGSILDQuery
import SeededRandom
import Testing

/// Seeded nonsense: parsers answer or refuse, evaluation answers, and nothing else happens.
@Suite struct QueryFuzzTests {
    private static let pieces = [
        "a", "b", "temperature", "name", "c", "gender", "p", "address", "createdAt", "scope", ".", "..", ".observedAt",
        ".unitCode",
        "[", "]", "[en]", "[*]", "[city]", "(", ")", ";", "|", ",", "!", "==", "!=", ">", ">=", "<", "<=", "~=", "!~=",
        "=",
        "~", "\"", "\"x\"", "\"red\"", "\\", "1", "-2.5e3", "20", "true", "false", "null", "urn:x:1",
        "2026-03-01T12:00:00Z",
        "2026-03-01", "12:00:00Z", "12:00:00,5Z", "Male", "{", "}", " ", "é", "温", "\u{0}", "\u{7F}", "+", "#", "/",
        "/#", "*",
        "p{", "Thing:", ";desc", ";dist-asc", "(a+)+$", "[^", "^", "$", "(?", "near", ";maxDistance==", "\u{1F600}",
    ]

    private static func nonsense(_ generator: inout SeededGenerator) -> String {
        (0..<Int.random(in: 0...14, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? "" }
            .joined()
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `nonsense is refused or answered`(seed: UInt64) throws {
        let world = try QueryWorld()
        let entities = [
            try world.thing(
                #""a":1,"b":["x",2,null,{"y":[]}],"name":"Mercedes","temperature":{"type":"Property","value":20,"unitCode":"CEL","observedAt":"2026-03-01T12:00:00Z"}"#
            ),
            try world.thing(
                #""scope":["/a/b"],"c":{"type":"LanguageProperty","languageMap":{"en":"red","de":["a","b"]}},"gender":{"type":"VocabProperty","vocab":["Male","B"]}"#
            ),
            try world.thing(
                #""p":{"type":"Relationship","object":["urn:x:1"]},"address":{"type":"Property","value":{"city":"B\"erlin","n":{"a":1}}}"#
            ),
            try world.thing(#""location":{"type":"Point","coordinates":[1,2]}"#),
        ]
        var generator = SeededGenerator(seed: seed)
        var accepted = 0
        for _ in 0..<8_000 {
            let text = Self.nonsense(&generator)
            if let query = try? QueryExpression(parsing: text, context: world.context, expandValues: ["gender"]) {
                accepted += 1
                for entity in entities { _ = query.matches(entity) }
            }
            if let query = try? QueryExpression(parsing: text, context: world.context, linkedLevels: 3) {
                let links = LinkFollower { _ in entities[2] }
                for entity in entities { _ = query.matches(entity, links: links) }
            }
            if let order = try? EntityOrder(parsing: text, from: "[8,50]", collation: "de", context: world.context) {
                let keys = entities.map { order.keys(of: $0) }
                for (one, other) in zip(keys, keys.dropFirst()) {
                    #expect(!order.precedes(one, other) || !order.precedes(other, one))
                }
            }
            _ = try? Collation.named(text)
            if let query = try? TypeSelection(parsing: text, context: world.context) {
                _ = query.matches(entities[0].types)
            }
            if let query = try? ScopeQuery(parsing: text) { _ = query.matches(["/a/b", "c", "", "///"]) }
            if let pattern = try? TextPattern(parsing: text) {
                _ = pattern.matches("Mercedes aaaaaaaaaaaaaaaaaaaaaaa!")
            }
            _ = try? GeoQuery(georel: text, geometry: text, coordinates: text, context: world.context)
        }
        #expect(accepted > 100)
    }

    @Test func `a query holds exactly when its parts say so`() throws {
        let world = try QueryWorld()
        var generator = SeededGenerator(seed: 99)
        for _ in 0..<3_000 {
            let values = (0..<6).map { _ in Bool.random(using: &generator) }
            let entity = try world.thing(values.enumerated().map { "\"a\($0)\":\($1)" }.joined(separator: ","))
            var expected = false
            let text = Self.formula(depth: 4, values, &generator, &expected)
            #expect(try world.selects(text, entity) == expected, "\(text) on \(values)")
        }
    }

    /// A random formula over `a0==true` to `a5==true`, and its value.
    private static func formula(
        depth: Int, _ values: [Bool], _ generator: inout SeededGenerator, _ value: inout Bool
    ) -> String {
        let index = Int.random(in: 0..<values.count, using: &generator)
        if depth == 0 || Int.random(in: 0..<4, using: &generator) == 0 {
            value = values[index]
            return "a\(index)==true"
        }
        let isAnd = Bool.random(using: &generator)
        var parts: [String] = []
        var outcome = isAnd
        for _ in 0..<Int.random(in: 2...3, using: &generator) {
            var part = false
            parts.append("(" + formula(depth: depth - 1, values, &generator, &part) + ")")
            outcome = isAnd ? outcome && part : outcome || part
        }
        value = outcome
        return parts.joined(separator: isAnd ? ";" : "|")
    }
}
