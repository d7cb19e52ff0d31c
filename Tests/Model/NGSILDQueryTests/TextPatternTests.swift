import NGSILDModel
@testable import NGSILDQuery
import Testing

@Suite struct TextPatternTests {
    static let verdicts: [(pattern: String, text: String, isMatch: Bool)] = [
        (".*", "", true), ("^urn:ngsi-ld:Room:", "urn:ngsi-ld:Room:1", true), ("Room", "urn:ngsi-ld:Room:1", true),
        ("^Room", "urn:ngsi-ld:Room:1", false), ("1$", "urn:ngsi-ld:Room:1", true), ("1$", "1\n", false),
        ("^(Room|Hall):[[:digit:]]+$", "Hall:12", true), ("^[A-Z]{2}$", "AB", true), ("a.c", "a\u{1F600}c", true),
        ("(?i)room", "ROOM", true), ("\\x{1F600}", "\u{1F600}", true), ("^$", "", true), ("x", "", false),
    ]

    @Test(arguments: verdicts)
    func `patterns are found in texts`(pattern: String, text: String, isMatch: Bool) throws {
        #expect(try TextPattern(parsing: pattern).matches(text) == isMatch)
    }

    static let broken: [(pattern: String, character: Int)] = [
        ("(", 2), ("a)", 2), ("[a", 3), ("*", 1), ("a{2,1}", 6), ("é(", 3), ("\\C", 3), ("(?<n", 5), ("a\\", 3),
        ("[z-a]", 4),
        ("(?P<n>a)(?P<n>b)", 15), ("\\1", 2),
    ]

    @Test(arguments: broken)
    func `a broken pattern is refused with the place`(pattern: String, character: Int) throws {
        let error = failure { () throws(NGSILDError) in _ = try TextPattern(parsing: pattern) }
        let detail = try #require(error).detail
        #expect(error?.isBadRequestData == true)
        #expect(
            detail.hasPrefix("The pattern in idPattern is not a regular expression, at its character \(character): "),
            "\(detail)")
    }

    @Test func `empty and oversized patterns are refused`() {
        #expect(failure { () throws(NGSILDError) in _ = try TextPattern(parsing: "") }?.isBadRequestData == true)
        let long = String(repeating: "a", count: TextPattern.lengthLimit + 1)
        #expect(failure { () throws(NGSILDError) in _ = try TextPattern(parsing: long) }?.isTooComplexQuery == true)
        #expect(throws: Never.self) { try TextPattern(parsing: String(long.dropLast())) }
    }

    /// Patterns whose effort grows out of hand with the length of a text.
    static let catastrophic = [
        "(a+)+$", "(a|aa)+$", "(.*)*x", "(a*)*b", "^(([a-z])+.)+[A-Z]([a-z])+$", "(?:a?){60}a{60}b", "(x+x+)+y",
        "((a?)(a?)(a?)(a?)(a?)(a?))*$!", "(.*a){25}", "\\b(\\w+\\s*)*:$", "(?=(a+)+$)b", "(a(?R)?a|a)+b",
    ]

    @Test(arguments: catastrophic)
    func `a pattern that would take for ever gives up`(pattern: String) throws {
        let parsed = try TextPattern(parsing: pattern, lifetime: .standing)
        for length in [30, 1_000, 100_000] {
            let text = String(repeating: "a", count: length) + "!"
            #expect(!parsed.matches(text))
        }
    }

    @Test func `a text that needs too many steps counts as no match, and the query says so`() throws {
        let world = try QueryWorld()
        let entity = try world.thing(#""a":"\#(String(repeating: "a", count: 40))!""#)
        var query = EntityQuery()
        query.expression = try QueryExpression(parsing: #"a~="(a|aa)+$""#, context: world.context)
        #expect(failure { () throws(NGSILDError) in try query.checkLimits() } == nil)
        #expect(!query.matches(entity))
        let error = failure { () throws(NGSILDError) in try query.checkLimits() }
        #expect(error?.isTooComplexQuery == true)
        #expect(error?.detail.contains("(a|aa)+$") == true)
        query.expression = try QueryExpression(parsing: #"a!~="(a|aa)+$""#, context: world.context)
        #expect(!query.matches(entity))
    }

    @Test func `a pattern of a question gives up for good after some texts, a kept one never does`() throws {
        let hard = String(repeating: "a", count: 40) + "!"
        for lifetime in [QueryLifetime.once, .standing] {
            let pattern = try TextPattern(parsing: "(a|aa)+$", lifetime: lifetime)
            #expect(pattern.matches("aaa"))
            #expect(!pattern.gaveUp)
            for _ in 0..<20 { #expect(!pattern.matches(hard)) }
            #expect(pattern.gaveUp)
            #expect(pattern.matches("aaa") == (lifetime == .standing))
        }
    }

    @Test func `a selector's pattern that gave up is reported too`() throws {
        let world = try QueryWorld()
        let entity = try world.entity(#"{"id":"urn:x:\#(String(repeating: "a", count: 40))!","type":"T"}"#)
        var selector = EntitySelector()
        selector.idPattern = try TextPattern(parsing: "(a|aa)+$")
        var query = EntityQuery()
        query.selectors = [selector]
        #expect(!query.matches(entity))
        #expect(failure { () throws(NGSILDError) in try query.checkLimits() }?.isTooComplexQuery == true)
    }

    @Test func `many texts that each take long end the patience of a question`() throws {
        // PCRE2 counts no steps here, yet the effort is the square of the length.
        let text = String(repeating: "a", count: PatternSession.textLimit - 1) + "!"
        let pattern = try TextPattern(parsing: "\\w+\\s")
        for _ in 0..<2_000 where !pattern.gaveUp { #expect(!pattern.matches(text)) }
        #expect(pattern.gaveUp)
        #expect(!pattern.matches("a b"))
    }

    @Test func `patterns see the first 8 KiB of a text`() throws {
        let text = String(repeating: "é", count: 5_000) + "end"
        #expect(try !TextPattern(parsing: "end$").matches(text))
        #expect(try !TextPattern(parsing: "é$").matches(text))
        #expect(try TextPattern(parsing: "^é{4096}").matches(text))
        #expect(try !TextPattern(parsing: "^é{4097}").matches(text))
        #expect(try TextPattern(parsing: "end$").matches(String(text.dropFirst(1_000))))
    }

    @Test func `a pattern cannot lift its own limits`() throws {
        let pattern = try TextPattern(parsing: "(*LIMIT_MATCH=4000000000)(*LIMIT_DEPTH=4000000000)(a|aa)+$")
        #expect(!pattern.matches(String(repeating: "a", count: 60) + "!"))
        #expect(pattern.gaveUp)
    }

    @Test func `threads share a pattern`() async throws {
        let pattern = try TextPattern(parsing: "^urn:.*:(\\d+)$")
        let counts = await withTaskGroup(of: Int.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    (0..<2_000).filter { pattern.matches("urn:x:\(worker):\($0.isMultiple(of: 2) ? "\($0)" : "odd")") }
                        .count
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts == Array(repeating: 1_000, count: 8))
    }
}
