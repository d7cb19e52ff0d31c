import ClauseTrait
import NGSILDModel
import NGSILDQuery
import Testing

// CIM 009 clause 4.9: what is refused, and what the answer says.
@Suite struct QueryExpressionErrorTests {
    /// A query, the place that its error names, and a part of what it says.
    static let refused: [(q: String, character: Int, says: String)] = [
        ("temperature=20", 12, "equality is written =="),
        ("temperature===20", 14, "a value is expected, not \"=20\""),
        ("temperature=>20", 12, "equality is written =="),
        ("temperature~20", 12, "is no operator"),
        ("temperature!20", 12, "is no operator"),
        ("temperature==", 14, "a value is expected, not the end"),
        ("temperature>", 13, "a value is expected, not the end"),
        ("temperature~=", 14, "a regular expression is expected"),
        ("==20", 1, "the name of an attribute is expected"),
        ("1a==20", 1, "a name starts with a letter"),
        ("_a==20", 1, "a name starts with a letter"),
        ("a==1;", 6, "the name of an attribute is expected, not the end"),
        ("a==1;;b==1", 6, "the name of an attribute is expected"),
        ("a==1|", 6, "the name of an attribute is expected"),
        (";a==1", 1, "the name of an attribute is expected"),
        ("a==1&b==2", 4, "put texts in double quotes"),
        ("a==1 b==2", 6, "combine terms with ; (and) or | (or)"),
        ("a b", 3, "combine terms with ; (and) or | (or)"),
        ("(a==1", 1, "this parenthesis is never closed"),
        ("a==1)", 5, "this parenthesis closes nothing"),
        ("()", 2, "the name of an attribute is expected"),
        ("(a==1 b)", 7, "; | or ) is expected"),
        ("a==two words", 8, "combine terms"),
        ("a>Mercedes", 3, "has no order"),
        ("a==50%", 4, "put texts in double quotes"),
        ("a=='x'", 4, "put texts in double quotes"),
        ("a>NaN", 3, "has no order"),
        ("a==+1", 4, "is no number"),
        ("a==01", 4, "is no number"),
        ("a==.5", 4, "is no number"),
        ("a==1e999", 4, "beyond the range"),
        ("a==\"x", 4, "this quote is never closed"),
        (#"a=="x\"#, 4, "this quote is never closed"),
        (#"a=="\q""#, 4, "not written as a JSON string"),
        (#"a=="\ud800""#, 4, "not written as a JSON string"),
        ("a==\"\u{7}\"", 4, "not written as a JSON string"),
        ("a==2026-02-30T00:00:00Z", 4, "is no number, date"),
        ("a>=2026-13-01", 4, "is no number, date"),
        ("a>=2026-01-01T00:00:00+01:00", 4, "is no number, date"),
        ("a>true", 3, "has no order"),
        ("a<urn:x:1", 3, "has no order"),
        ("a==1..\"b\"", 4, "the ends of a range"),
        ("a==1..true", 4, "the ends of a range"),
        ("a==1..", 7, "a value is expected"),
        ("a==1..2,3", 8, "a range stands alone"),
        ("a==3,1..2", 7, "a range stands alone"),
        ("a==1,", 6, "a value is expected, not the end"),
        ("a>1..2", 4, "combine terms"),
        ("a>1,2", 4, "combine terms"),
        ("a.==1", 3, "the name of a sub-attribute is expected"),
        ("a..b", 3, "the name of a sub-attribute is expected"),
        ("a.observedAt.b", 13, "without sub-attributes"),
        ("a.unitCode[x]", 11, "look into a plain value"),
        ("createdAt[x]", 10, "look into a plain value"),
        ("createdAt.x", 1, "plain value"),
        ("a[", 2, "this bracket is never closed"),
        ("a[b", 2, "this bracket is never closed"),
        ("a[]", 3, "the name of a member is expected"),
        ("a[b.]", 5, "the name of a member is expected"),
        ("a[b[c]]", 4, "write a[b.c]"),
        ("a[b][c]", 5, "one pair of brackets"),
        ("!a==1", 3, "nothing is compared"),
        ("!", 2, "the name of an attribute is expected"),
        ("id==urn:x:1", 1, "use the parameter id"),
        ("type==Room", 1, "use the parameter type"),
        ("rel{humidity}==40", 1, "linked entities"),
        ("a>1;rel{Device:humidity}==40", 5, "join=inline"),
        ("a.rel{humidity}==40", 6, "only the name of a Relationship"),
        ("https://example.org/speed>50", 7, "combine terms"),
        ("é==1;ü=2", 7, "equality is written =="),
    ]

    @Test(.clause("4.9"), arguments: refused)
    func `a mistake is named with its place and a remedy`(q: String, character: Int, says: String) throws {
        let world = try QueryWorld()
        let error = failure { () throws(NGSILDError) in _ = try QueryExpression(parsing: q, context: world.context) }
        let detail = try #require(error).detail
        #expect(error?.isBadRequestData == true)
        #expect(detail.hasPrefix("Parameter q, at character \(character): "), "\(detail)")
        #expect(detail.contains(says), "\(detail)")
    }

    @Test(arguments: ["", " ", "   "])
    func `an empty query is refused`(q: String) throws {
        let world = try QueryWorld()
        let error = failure { () throws(NGSILDError) in _ = try QueryExpression(parsing: q, context: world.context) }
        #expect(error == .badRequestData("Parameter q is empty; leave it out to select everything"))
    }

    @Test func `a broken pattern is named with its place`() throws {
        let world = try QueryWorld()
        let error = failure { () throws(NGSILDError) in
            _ = try QueryExpression(parsing: #"name~="a(b""#, context: world.context)
        }
        #expect(
            error?.detail.contains("at its character 4: missing closing parenthesis") == true, "\(error?.detail ?? "")")
    }

    static let tooComplex: [(name: String, q: String)] = [
        ("long", "a==\"" + String(repeating: "x", count: 8_200) + "\""),
        ("deep", String(repeating: "(", count: 33) + "a" + String(repeating: ")", count: 33)),
        ("many", Array(repeating: "a", count: 257).joined(separator: ";")),
        ("list", "a==" + Array(repeating: "1", count: 300).joined(separator: ",")),
        ("pattern", "a~=" + String(repeating: "x", count: 1_025)),
        ("large pattern", "a~=\"((a{1,500}){1,500}){1,500}\""),
        ("deep pattern", "a~=\"" + String(repeating: "(", count: 70) + String(repeating: ")", count: 70) + "\""),
    ]

    @Test(arguments: tooComplex)
    func `questions beyond the limits are too complex`(name: String, q: String) throws {
        let world = try QueryWorld()
        let error = failure { () throws(NGSILDError) in _ = try QueryExpression(parsing: q, context: world.context) }
        #expect(error?.isTooComplexQuery == true, "\(name): \(error?.detail ?? "accepted")")
    }

    @Test func `questions at the limits are answered`() throws {
        let world = try QueryWorld()
        let entity = try world.thing(#""a":1"#)
        let deep = String(repeating: "(", count: 32) + "a" + String(repeating: ")", count: 32)
        #expect(try world.selects(deep, entity))
        #expect(try world.selects(Array(repeating: "a==2", count: 255).joined(separator: "|") + "|a==1", entity))
        #expect(try world.selects(Array(repeating: "a==1", count: 256).joined(separator: ";"), entity))
        #expect(try world.selects("a.b|!a" + String(repeating: ".b", count: 2_000), entity))
    }
}
