import Testing

@testable import DatasetImport

private func bytes<R>(_ text: String, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    Array(text.utf8).withUnsafeBufferPointer(body)
}

struct CellNumberTests {
    @Test(arguments: [
        ("0", true), ("-0.7", true), ("1023.25", true), ("10", true), ("", false), ("-", false), ("01", false),
        ("1.", false), (".5", false), ("+5", false), ("1e3", false), ("1,5", false), ("NA", false), ("1 ", false),
        ("123456789012345678901234567890123", false),
    ])
    func `only JSON's own spelling is copied as it is`(text: String, isPlain: Bool) {
        #expect(bytes(text) { CellNumber.isPlainJSON($0) } == isPlain)
    }

    @Test(
        arguments: [
            ("0", 0), ("-0.7", -0.7), ("+5", 5), (".5", 0.5), ("5.", 5), ("1e3", 1000), ("007", 7), ("0.1", 0.1),
            ("123456789012345", 123_456_789_012_345), ("1234567890.123456789", 1_234_567_890.123456789),
            ("", nil), ("nan", nil), ("inf", nil), ("0x10", nil), ("1e999", nil), ("1,5", nil), ("abc", nil),
            ("--1", nil),
        ] as [(String, Double?)])
    func `a number reads as its nearest double or not at all`(text: String, value: Double?) {
        #expect(bytes(text) { CellNumber.double($0) } == value)
    }

    @Test(arguments: [("3,14", 3.14), ("-2", -2), ("1.5", nil), ("1,2,3", nil)] as [(String, Double?)])
    func `a decimal comma is read where it is asked for`(text: String, value: Double?) {
        #expect(bytes(text) { CellNumber.double($0, decimalComma: true) } == value)
    }

    @Test(
        arguments: [
            ("12", 12), ("-3", -3), ("+4", 4), ("", nil), ("-", nil), ("1.0", nil), ("9999999999999999999", nil),
        ] as [(String, Int?)])
    func `a whole number reads within 18 digits`(text: String, value: Int?) {
        #expect(bytes(text) { CellNumber.integer($0) } == value)
    }
}
