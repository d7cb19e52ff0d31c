import JSONTree
import SeededRandom
import Testing

@Suite struct JSONFuzzTests {
    /// Whatever the bytes are: accepted or refused as by the plain parser, read alike, minified to the same value.
    private func check(_ bytes: [UInt8], _ note: @autoclosure () -> String = "") {
        let expected = ReferenceJSON(bytes)
        do throws(JSONParseError) {
            let document = try JSONDocument(parsing: bytes)
            #expect(ReferenceJSON(document, document.root) == expected, "\(String(decoding: bytes, as: UTF8.self))")
            let minified = Array(document.text(document.root).utf8)
            #expect(ReferenceJSON(minified) == expected)
        } catch {
            #expect(expected == nil, "\(error): \(String(decoding: bytes, as: UTF8.self))")
            #expect(error.offset <= bytes.count)
            #expect(!error.description.isEmpty)
        }
    }

    @Test func `a document cut off at any byte is refused and never read past its end`() {
        let bytes = Array(JSONSamples.entity.utf8)
        check(bytes)
        for length in 0..<bytes.count {
            // A copy of its own size, so that reading past the end would touch foreign memory.
            let cut = Array(bytes.prefix(length))
            #expect(throws: JSONParseError.self) { try JSONDocument(parsing: cut) }
        }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `random changes to a document are judged as by the plain parser`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let lively =
            Array(#"{}[]",:\u0123456789abcdefDtrns+-.eE \#n"#.utf8) + [
                0, 0x1F, 0x7F, 0x80, 0xC3, 0xE2, 0xED, 0xF0, 0xFF,
            ]
        let entity = Array(JSONSamples.entity.utf8)
        for _ in 0..<600 {
            var bytes =
                Bool.random(using: &generator)
                ? entity : Array(JSONSamples.randomTokens(&generator).joined(separator: " ").utf8)
            for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
                let place = Int.random(in: bytes.indices, using: &generator)
                switch Int.random(in: 0..<5, using: &generator) {
                case 0: bytes[place] = lively.randomElement(using: &generator)!
                case 1: bytes.insert(lively.randomElement(using: &generator)!, at: place)
                case 2: bytes.remove(at: place)
                case 3: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                default:
                    let end = min(bytes.count, place + Int.random(in: 1...20, using: &generator))
                    let piece = Array(bytes[place..<end])
                    bytes.insert(contentsOf: piece, at: Int.random(in: bytes.indices, using: &generator))
                }
            }
            check(bytes)
        }
    }

    @Test func `every text of up to three lively bytes is judged as by the plain parser`() {
        let lively = Array("{}[]\",:\\10-.e tn ".utf8) + [0xC3, 0xA9]
        for first in lively {
            check([first])
            for second in lively {
                check([first, second])
                for third in lively { check([first, second, third]) }
            }
        }
    }

    @Test func `random bytes never do worse than being refused`() {
        var generator = SeededGenerator(seed: 99)
        for _ in 0..<3000 {
            let count = Int.random(in: 0...40, using: &generator)
            check((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
        }
    }

    @Test func `large documents are read whole`() throws {
        let million = "[" + Array(repeating: "0", count: 1_000_000).joined(separator: ",") + "]"
        let wide = try JSONDocument(parsing: million)
        #expect(wide.count(wide.root) == 1_000_000)
        #expect(wide.text(wide.root) == million)
        let long = "\"" + String(repeating: "é", count: 2_000_000) + "\""
        let text = try JSONDocument(parsing: long)
        #expect(text.string(text.root)?.utf8.count == 4_000_000)
        let empties = try JSONDocument(
            parsing: "[" + Array(repeating: "[]", count: 300_000).joined(separator: ",") + "]")
        #expect(empties.count(empties.root) == 300_000)
        #expect(throws: JSONParseError.self) { try JSONDocument(parsing: String(repeating: "[1,", count: 1_000_000)) }
    }
}
