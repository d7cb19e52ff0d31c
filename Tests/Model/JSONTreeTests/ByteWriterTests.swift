import JSONTree
import SeededRandom
import Testing

@Suite struct ByteWriterTests {
    @Test func `bytes stay in order while the memory grows`() {
        var writer = ByteWriter(capacity: 0)
        var expected: [UInt8] = []
        var generator = SeededGenerator(seed: 4)
        for step in 0..<5000 {
            switch step % 5 {
            case 0:
                writer.append(UInt8(truncatingIfNeeded: step))
                expected.append(UInt8(truncatingIfNeeded: step))
            case 1:
                let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { UInt8($0) }
                writer.append(bytes)
                expected += bytes
            case 2:
                writer.append("fixed")
                expected += Array("fixed".utf8)
            case 3:
                writer.append(utf8: "é\(step)")
                expected += Array("é\(step)".utf8)
            default:
                writer.append(integer: step * 7919)
                expected += Array("\(step * 7919)".utf8)
            }
        }
        #expect(writer.count == expected.count)
        #expect(writer.array() == expected)
        #expect(writer.withBytes { Array($0) } == expected)
    }

    @Test func `an append larger than twice the memory fits`() {
        var writer = ByteWriter(capacity: 16)
        writer.append("x")
        writer.append(Array(repeating: 7, count: 100_000))
        #expect(writer.count == 100_001)
        #expect(writer.array().last == 7)
    }

    @Test func `content is forgotten wholly or from a length on`() {
        var writer = ByteWriter()
        writer.append("abcdef")
        writer.truncate(to: 4)
        #expect(writer.string() == "abcd")
        writer.truncate(to: 100)
        #expect(writer.string() == "abcd")
        writer.truncate(to: -1)
        #expect(writer.string() == "")
        writer.append("x")
        writer.removeAll()
        #expect(writer.count == 0)
        writer.append([])
        writer.append(UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(writer.array() == [])
    }

    @Test(arguments: [0, 1, -1, 9, 10, 99, 100, 12345, .max, .min, .min + 1, 1_000_000_000_000_000_000])
    func `an integer is written as decimal`(value: Int) {
        var writer = ByteWriter(capacity: 16)
        writer.append(integer: value)
        #expect(writer.string() == String(value))
    }

    static let numbers: [(value: Double, text: String)] = [
        (0, "0"), (1, "1"), (-1.5, "-1.5"), (0.1, "0.1"), (1e15, "1000000000000000"), (1e16, "1e+16"),
        (0x1p53, "9007199254740992.0"), (123_456_789, "123456789"), (1e-7, "1e-07"),
        (.nan, "null"), (.infinity, "null"), (-.infinity, "null"), (52.520008, "52.520008"), (-0.0, "-0.0"),
        (999_999_999_999_999, "999999999999999"), (-42, "-42"),
    ]

    @Test(arguments: numbers)
    func `a number is written shortly, and one that JSON lacks as null`(value: Double, text: String) {
        var writer = ByteWriter()
        writer.append(number: value)
        #expect(writer.string() == text)
    }

    @Test func `every number reads back to the last bit`() throws {
        var generator = SeededGenerator(seed: 6)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            var writer = ByteWriter()
            writer.append(number: value)
            let document = try JSONDocument(parsing: writer.array())
            #expect(document.double(document.root)?.bitPattern == value.bitPattern)
        }
    }

    static let strings: [(text: String, json: String)] = [
        ("", #""""#), ("plain", #""plain""#), ("\"\\/", #""\"\\/""#), ("\n\r\t", #""\n\r\t""#),
        ("\u{0}\u{8}\u{C}\u{1F}", #""\u0000\u0008\u000c\u001f""#), ("é€😀\u{7F}", "\"é€😀\u{7F}\""),
        ("long enough to take the fast way, then \" and on", #""long enough to take the fast way, then \" and on""#),
    ]

    @Test(arguments: strings)
    func `a string is quoted and escaped as JSON asks`(text: String, json: String) throws {
        var writer = ByteWriter(capacity: 16)
        writer.append(jsonString: text)
        #expect(writer.string() == json)
        let document = try JSONDocument(parsing: writer.array())
        #expect(document.string(document.root) == text)
    }

    @Test func `random strings read back from what was written`() throws {
        var generator = SeededGenerator(seed: 8)
        let pieces = ["a", "bcdefghi", "\"", "\\", "\n", "\u{0}", "\u{1B}", "é", "€", "😀", "/", " "]
        for _ in 0..<3000 {
            let count = Int.random(in: 0...30, using: &generator)
            let text = (0..<count).map { _ in pieces.randomElement(using: &generator)! }.joined()
            var writer = ByteWriter(capacity: 16)
            writer.append(jsonString: text)
            let document = try JSONDocument(parsing: writer.array())
            #expect(document.withStringBytes(document.root) { Array($0) } == Array(text.utf8))
        }
    }
}
