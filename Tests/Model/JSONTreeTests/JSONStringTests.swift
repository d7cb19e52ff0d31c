import JSONTree
import Testing

@Suite struct JSONStringTests {
    static let escapes: [(text: String, value: String)] = [
        (#""plain""#, "plain"), (#""""#, ""), (#""\"\\\/""#, "\"\\/"), (#""\b\f\n\r\t""#, "\u{8}\u{C}\n\r\t"),
        (#""\u0041\u00e9\u20AC""#, "Aé€"), (#""\u0000""#, "\0"), (#""\ud83d\ude00x""#, "😀x"),
        (#""\uD800\uDC00\uDBFF\uDFFF""#, "\u{10000}\u{10FFFF}"), (#""\uFFFF\uD7FF\uE000""#, "\u{FFFF}\u{D7FF}\u{E000}"),
        (#""\\u0041""#, #"\u0041"#), (#""aé€😀\n""#, "aé€😀\n"),
    ]

    @Test(arguments: escapes)
    func `escapes are resolved`(text: String, value: String) throws {
        let document = try JSONDocument(parsing: text)
        #expect(document.string(document.root).map { Array($0.utf8) } == Array(value.utf8))
        #expect(document.withStringBytes(document.root) { Array($0) } == Array(value.utf8))
        #expect(document.hasEscapes(document.root) == text.contains("\\"))
        #expect(document.text(document.root) == text)
    }

    static let loneSurrogates = [
        #""\ud800""#, #""\udc00""#, #""\ud800\ud800""#, #""\ud800x""#, #""\ud800\n""#, #""\udfff\ud800""#,
        #""\ud83d\u0041""#, #""\ud83d\""#, #""\ud83d\u""#, #""\uDBFF\uE000""#, #""a\uD834""#,
    ]

    @Test(arguments: loneSurrogates)
    func `half a surrogate pair is refused`(text: String) {
        let error = #expect(throws: JSONParseError.self) { try JSONDocument(parsing: text) }
        #expect(error?.reason == .badEscape || error?.reason == .unexpectedEnd)
    }

    /// A sequence of each class that RFC 3629 rules out, and their neighbours that it allows.
    static let sequences: [(bytes: [UInt8], isValid: Bool)] = [
        ([0x80], false), ([0xBF], false), ([0x80, 0x80], false),
        ([0xC0, 0x80], false), ([0xC1, 0xBF], false), ([0xC2, 0x80], true), ([0xDF, 0xBF], true),
        ([0xC2], false), ([0xC2, 0x41], false), ([0xC2, 0xC2], false), ([0xC2, 0x7F], false), ([0xC2, 0xC0], false),
        ([0xE0, 0x80, 0x80], false), ([0xE0, 0x9F, 0xBF], false), ([0xE0, 0xA0, 0x80], true),
        ([0xE1, 0x80, 0x80], true), ([0xEC, 0xBF, 0xBF], true), ([0xED, 0x9F, 0xBF], true),
        ([0xED, 0xA0, 0x80], false), ([0xED, 0xBF, 0xBF], false), ([0xEE, 0x80, 0x80], true),
        ([0xEF, 0xBF, 0xBF], true), ([0xE1, 0x80], false), ([0xE1, 0x80, 0x41], false), ([0xE1, 0xC0, 0x80], false),
        ([0xF0, 0x80, 0x80, 0x80], false), ([0xF0, 0x8F, 0xBF, 0xBF], false), ([0xF0, 0x90, 0x80, 0x80], true),
        ([0xF3, 0xBF, 0xBF, 0xBF], true), ([0xF4, 0x8F, 0xBF, 0xBF], true), ([0xF4, 0x90, 0x80, 0x80], false),
        ([0xF5, 0x80, 0x80, 0x80], false), ([0xF0, 0x9F, 0x98], false), ([0xF0, 0x9F, 0x98, 0x41], false),
        ([0xF0, 0x9F, 0x41, 0x80], false), ([0xF8, 0x88, 0x80, 0x80, 0x80], false), ([0xFE], false), ([0xFF], false),
        ([0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80], false),
    ]

    @Test(arguments: sequences)
    func `UTF-8 is checked at every place in a string`(bytes: [UInt8], isValid: Bool) {
        for lead in 0..<18 {
            for tail in [0, 1, 3, 9, 20] {
                let padding = Array(repeating: UInt8(ascii: "x"), count: lead)
                let text = [0x22] + padding + bytes + Array(repeating: UInt8(ascii: "y"), count: tail) + [0x22]
                if isValid {
                    #expect(throws: Never.self) { try JSONDocument(parsing: text) }
                } else {
                    let error = #expect(throws: JSONParseError.self) { try JSONDocument(parsing: text) }
                    #expect(error?.reason == .badUTF8)
                }
                // Cut off inside the sequence, with nothing behind it.
                #expect(throws: JSONParseError.self) {
                    try JSONDocument(parsing: Array(text.prefix(lead + bytes.count)))
                }
            }
        }
    }

    @Test func `every scalar may stand in a string, as itself and escaped`() throws {
        var scalars = ""
        for value in stride(from: 0x20 as UInt32, through: 0x10FFFF, by: 1) {
            guard value < 0x3000 || value % 61 == 0, let scalar = Unicode.Scalar(value), value != 0x22, value != 0x5C
            else { continue }
            scalars.unicodeScalars.append(scalar)
        }
        let plain = try JSONDocument(parsing: "\"" + scalars + "\"")
        #expect(plain.withStringBytes(plain.root) { Array($0) } == Array(scalars.utf8))
        let escaped = scalars.utf16.map { unit in
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }.joined()
        let document = try JSONDocument(parsing: "\"" + escaped + "\"")
        #expect(document.withStringBytes(document.root) { Array($0) } == Array(scalars.utf8))
    }

    @Test(arguments: 0..<40)
    func `a quote, an escape or a control character is found at every distance`(distance: Int) throws {
        let padding = String(repeating: "a", count: distance)
        let document = try JSONDocument(parsing: "[\"\(padding)\",\"\(padding)\\n\",\"\(padding)é\"]")
        #expect(
            document.elements(document.root).map { document.string($0) } == [padding, padding + "\n", padding + "é"])
        let error = #expect(throws: JSONParseError.self) { try JSONDocument(parsing: "\"\(padding)\u{1}\"") }
        #expect(error?.offset == distance + 1)
    }
}
