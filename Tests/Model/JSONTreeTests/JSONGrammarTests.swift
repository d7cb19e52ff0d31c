import JSONTree
import Testing

@Suite struct JSONGrammarTests {
    static let accepted = [
        "{}", "[]", "0", "-0", "1", "-1", "10", "true", "false", "null", #""""#, #""a""#,
        " \t\r\n[ \t\r\n1 \t\r\n, \t\r\n2 \t\r\n] \t\r\n", " { \"a\" : 1 , \"b\" : { } } ", "[[],{},\"\",0,null]",
        "[0.0,0.1e1,1E+2,1e-2,1E5,-0.0e-0,123456789012345678901234567890,1.00000000000000000000000000001]",
        #"{"":""}"#, #"{"a":{"a":{"a":1}}}"#, #"[{"a":1},{"a":1}]"#, #"{"a":1,"A":2," a":3}"#,
        #"["\"\\\/\b\f\n\r\t\u0000\u00e9\u00E9"]"#, #"["\ud83d\ude00"]"#,
        "[\"\u{7F}\u{80}\u{7FF}\u{800}\u{FFFF}\u{10000}\u{10FFFF}\"]",
        "[\"\u{2028}\u{2029}\u{FEFF}\u{FFFE}\"]", "[1e400,-1e400,1e-400]", #"{"__proto__":1,"é":2,"e\#u{301}":3}"#,
        "[" + String(repeating: "1,", count: 100) + "1]", "[true,false,null]",
    ]

    @Test(arguments: accepted)
    func `JSON is accepted and read as the plain parser reads it`(text: String) throws {
        let document = try JSONDocument(parsing: text)
        #expect(ReferenceJSON(document, document.root) == ReferenceJSON(Array(text.utf8)))
        #expect(ReferenceJSON(Array(text.utf8)) != nil)
    }

    static let refused: [(text: String, reason: JSONParseError.Reason, offset: Int)] = [
        ("", .empty, 0), (" \n ", .empty, 3),
        ("[", .unexpectedEnd, 1), ("{", .unexpectedEnd, 1), ("[1", .unexpectedEnd, 2), ("[1,", .unexpectedEnd, 3),
        (#"{"a"#, .unexpectedEnd, 3), (#"{"a""#, .unexpectedEnd, 4), (#"{"a":"#, .unexpectedEnd, 5),
        (#"{"a":1"#, .unexpectedEnd, 6), (#"{"a":1,"#, .unexpectedEnd, 7), (#"{"a":1, "#, .unexpectedEnd, 8),
        ("-", .unexpectedEnd, 1), ("1.", .unexpectedEnd, 2), ("1e", .unexpectedEnd, 2), ("1e+", .unexpectedEnd, 3),
        ("tru", .unexpectedEnd, 3), ("n", .unexpectedEnd, 1), (#"""#, .unexpectedEnd, 1), (#""\"#, .unexpectedEnd, 2),
        (#""\u12"#, .unexpectedEnd, 5), (#""abc\""#, .unexpectedEnd, 6),
        ("[1]]", .trailingContent, 3), ("1 2", .trailingContent, 2), ("{}x", .trailingContent, 2),
        ("truefalse", .trailingContent, 4), ("[]\u{0}", .trailingContent, 2), ("nulll", .trailingContent, 4),
        ("0x1", .trailingContent, 1), ("1_0", .trailingContent, 1), ("1,", .trailingContent, 1),
        ("]", .unexpectedByte(0x5D), 0), ("}", .unexpectedByte(0x7D), 0), (",", .unexpectedByte(0x2C), 0),
        (":", .unexpectedByte(0x3A), 0), ("[,1]", .unexpectedByte(0x2C), 1), ("[1,,2]", .unexpectedByte(0x2C), 3),
        ("[1,]", .unexpectedByte(0x5D), 3), ("[1 2]", .unexpectedByte(0x32), 3), ("[1}", .unexpectedByte(0x7D), 2),
        (#"{"a":1]"#, .unexpectedByte(0x5D), 6), ("{,}", .unexpectedByte(0x2C), 1), ("{1:1}", .unexpectedByte(0x31), 1),
        (#"{"a":1,}"#, .unexpectedByte(0x7D), 7), (#"{"a",1}"#, .unexpectedByte(0x2C), 4),
        (#"{"a"::1}"#, .unexpectedByte(0x3A), 5), (#"{"a":}"#, .unexpectedByte(0x7D), 5),
        ("{a:1}", .unexpectedByte(0x61), 1),
        ("{'a':1}", .unexpectedByte(0x27), 1), (#"{"a" 1}"#, .unexpectedByte(0x31), 5),
        (#"{"a":1 "b":2}"#, .unexpectedByte(0x22), 7),
        (#"{null:1}"#, .unexpectedByte(0x6E), 1), ("{]", .unexpectedByte(0x5D), 1), ("[}", .unexpectedByte(0x7D), 1),
        ("tRue", .unexpectedByte(0x52), 1), ("True", .unexpectedByte(0x54), 0), ("nul\u{20}", .unexpectedByte(0x20), 3),
        ("// c\n1", .unexpectedByte(0x2F), 0), ("[/**/]", .unexpectedByte(0x2F), 1),
        ("\u{FEFF}1", .unexpectedByte(0xEF), 0),
        ("\u{B}1", .unexpectedByte(0x0B), 0), ("[\u{A0}1]", .unexpectedByte(0xC2), 1),
        ("undefined", .unexpectedByte(0x75), 0),
        ("[\u{C}]", .unexpectedByte(0x0C), 1), ("\\u0031", .unexpectedByte(0x5C), 0),
        ("<a/>", .unexpectedByte(0x3C), 0),
        ("NaN", .badNumber, 0), ("[Infinity]", .badNumber, 1), ("-Infinity", .badNumber, 0), ("-NaN", .badNumber, 0),
        ("+1", .badNumber, 0), (".5", .badNumber, 0), ("01", .badNumber, 0), ("-01", .badNumber, 0),
        ("00", .badNumber, 0),
        ("[1.]", .badNumber, 1), ("1.e1", .badNumber, 0), ("1e]", .badNumber, 0), ("1e+-1", .badNumber, 0),
        ("--1", .badNumber, 0),
        ("-a", .badNumber, 0), ("- 1", .badNumber, 0), ("1.2.3", .trailingContent, 3), ("1e1.5", .trailingContent, 3),
        ("1ee1", .badNumber, 0), ("\"\t\"", .controlCharacter, 1), ("\"a\n\"", .controlCharacter, 2),
        ("\"\u{0}\"", .controlCharacter, 1), ("\"12345678\u{1F}\"", .controlCharacter, 9),
        (#""\a""#, .badEscape, 1), (#""\x41""#, .badEscape, 1), (#""\'""#, .badEscape, 1),
        (#""\u12g4""#, .badEscape, 1),
        (#""\U0041""#, .badEscape, 1), (#""\u+123""#, .badEscape, 1), ("\"\\\u{0}\"", .badEscape, 1),
        ("\"\\\n\"", .badEscape, 1),
        ("\"\\é\"", .badEscape, 1),
    ]

    @Test(arguments: refused)
    func `what is not JSON is refused with reason and place`(text: String, reason: JSONParseError.Reason, offset: Int) {
        let error = #expect(throws: JSONParseError.self) { try JSONDocument(parsing: text) }
        #expect(error?.reason == reason)
        #expect(error?.offset == offset)
        #expect(ReferenceJSON(Array(text.utf8)) == nil)
    }

    @Test func `an error names line and column`() {
        let error = #expect(throws: JSONParseError.self) {
            try JSONDocument(parsing: "{\n  \"a\": 1,\n  \"b\": nope\n}")
        }
        #expect(error?.line == 3)
        #expect(error?.column == 9)
        #expect(error?.description == "'o' is not expected at line 3, column 9")
    }

    @Test(arguments: ["[": "]", #"{"a":"#: "}", #"[{"a":"#: "}]"])
    func `64 levels are accepted and 65 are refused`(open: String, close: String) throws {
        let levels = open.utf8.count { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") }
        func nested(_ depth: Int) -> String {
            let times = depth / levels
            let left = depth % levels
            return String(repeating: "[", count: left) + String(repeating: open, count: times) + "1"
                + String(repeating: close, count: times) + String(repeating: "]", count: left)
        }
        let document = try JSONDocument(parsing: nested(64))
        #expect(document.text(document.root) == nested(64))
        let error = #expect(throws: JSONParseError.self) { try JSONDocument(parsing: nested(65)) }
        #expect(error?.reason == .tooDeep(limit: 64))
        #expect(throws: JSONParseError.self) { try JSONDocument(parsing: String(repeating: open, count: 100_000)) }
        _ = try JSONDocument(parsing: nested(66), limits: .init(depth: 66))
    }

    @Test func `a depth limit of any size cannot exhaust the stack`() throws {
        let depth = 200_000
        let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        let document = try JSONDocument(parsing: text, limits: .init(depth: .max))
        #expect(document.text(document.root) == text)
        #expect(document.count(document.root) == 1)
    }

    @Test func `text longer than the limit is refused`() throws {
        _ = try JSONDocument(parsing: "[1,2,3]", limits: .init(length: 7))
        let error = #expect(throws: JSONParseError.self) {
            try JSONDocument(parsing: "[1,2,34]", limits: .init(length: 7))
        }
        #expect(error?.reason == .tooLong(limit: 7))
    }
}
