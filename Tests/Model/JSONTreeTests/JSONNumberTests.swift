import JSONTree
import SeededRandom
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite struct JSONNumberTests {
    private func double(_ text: String) throws -> Double? {
        let document = try JSONDocument(parsing: text)
        return document.double(document.root)
    }

    static let known: [(text: String, value: Double)] = [
        ("0", 0), ("1", 1), ("-1.5", -1.5), ("0.1", 0.1), ("1e22", 1e22), ("1e23", 1e23),
        ("123456789012345678", 123_456_789_012_345_680),
        ("9007199254740993", 9_007_199_254_740_992), ("9007199254740993.0000000001", 9_007_199_254_740_994),
        ("5e-324", .leastNonzeroMagnitude), ("2.4e-324", 0),
        ("2.2250738585072011e-308", Double.leastNormalMagnitude.nextDown),
        ("1.7976931348623157e308", 1.7976931348623157e308),
        ("0.000000000000000000000000000000000000001", 1e-39), ("13.404954", 13.404954), ("1E5", 1e5), ("1e-400", 0),
    ]

    @Test(arguments: known)
    func `a number is the nearest double`(text: String, value: Double) throws {
        #expect(try double(text) == value)
        #expect(try double("-" + text.trimmingPrefix("-")) == -abs(value))
    }

    @Test func `minus zero keeps its sign`() throws {
        #expect(try double("-0")?.sign == .minus)
        #expect(try double("-0.000")?.sign == .minus)
    }

    @Test(arguments: ["1e309", "-1e309", "1.8e308", "1e99999999999999999999", "1\(String(repeating: "0", count: 400))"])
    func `a number beyond every double is nil`(text: String) throws { #expect(try double(text) == nil) }

    @Test func `random numbers agree with strtod to the last bit`() throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<60_000 {
            let text = randomNumber(&generator)
            let expected = strtod(text, nil)
            let found = try double(text)
            if expected.isFinite {
                #expect(found?.bitPattern == expected.bitPattern, "\(text)")
            } else {
                #expect(found == nil, "\(text)")
            }
        }
    }

    private func randomNumber(_ generator: inout SeededGenerator) -> String {
        func digits(_ range: ClosedRange<Int>) -> String {
            String(
                (0..<Int.random(in: range, using: &generator)).map { _ in "0123456789".randomElement(using: &generator)!
                })
        }
        if Int.random(in: 0..<4, using: &generator) == 0 {
            let value = Double(bitPattern: generator.next())
            if value.isFinite { return value.description.replacing("inf", with: "0") }
        }
        var text = Bool.random(using: &generator) ? "-" : ""
        text += Bool.random(using: &generator) ? "0" : "\(Int.random(in: 1...9, using: &generator))" + digits(0...19)
        if Bool.random(using: &generator) { text += "." + digits(1...25) }
        if Int.random(in: 0..<3, using: &generator) == 0 {
            text +=
                ["e", "E"].randomElement(using: &generator)! + ["", "+", "-"].randomElement(using: &generator)!
                + digits(1...3)
        }
        return text
    }

    static let integers: [(text: String, value: Int?)] = [
        ("0", 0), ("-0", 0), ("42", 42), ("-42", -42), ("9223372036854775807", .max), ("-9223372036854775808", .min),
        ("9223372036854775808", nil), ("-9223372036854775809", nil), ("99999999999999999999999", nil), ("1.0", nil),
        ("1e2", nil),
        ("18446744073709551616", nil), ("18446744073709551617", nil), ("\"1\"", nil), ("true", nil),
    ]

    @Test(arguments: integers)
    func `an integer is read exactly or not at all`(text: String, value: Int?) throws {
        let document = try JSONDocument(parsing: text)
        #expect(document.integer(document.root) == value)
    }

    @Test func `only numbers without fraction and exponent are integers`() throws {
        let document = try JSONDocument(parsing: #"[1,-1,0,1.0,1e1,"1",null]"#)
        #expect(
            document.elements(document.root).map { document.isInteger($0) } == [
                true, true, true, false, false, false, false,
            ])
        #expect(document.elements(document.root).map { document.double($0) } == [1, -1, 0, 1, 10, nil, nil])
    }
}
