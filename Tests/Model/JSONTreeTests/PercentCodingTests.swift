import Testing

@testable import JSONTree

struct PercentCodingTests {
    private func decode(_ text: String, plusIsSpace: Bool = false) -> String? {
        var text = text
        return text.withUTF8 { PercentCoding.decode($0, plusIsSpace: plusIsSpace) }
    }

    @Test(arguments: ["", "urn:ngsi-ld:Room:1", "http://a/b?c#d", "ü/€", "a b+c", "%", "\0\u{7F}", "😀"])
    func `what is encoded is decoded again`(text: String) {
        let encoded = PercentCoding.encode(text)
        #expect(
            encoded.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") })
        #expect(decode(encoded, plusIsSpace: true) == text)
    }

    @Test(arguments: [
        ("A-b._~9", "A-b._~9", "A-b._~9"), ("a:b", "a:b", "a%3Ab"), ("a b", "a%20b", "a%20b"),
        ("\n", "%0A", "%0A"), ("é", "%C3%A9", "%C3%A9"), ("100%", "100%25", "100%25"),
        ("<'>", "%3C%27%3E", "%3C%27%3E"),
    ])
    func `all but unreserved characters is encoded, and what is to be kept is not`(
        text: String, withColon: String, without: String
    ) {
        #expect(PercentCoding.encode(text) == withColon)
        #expect(PercentCoding.encode(text, keeping: "") == without)
        #expect(PercentCoding.encode("@" + text, keeping: "@:") == "@" + withColon)
        var bytes = Array("id-".utf8)
        Array(text.utf8).withUnsafeBufferPointer { PercentCoding.append($0, to: &bytes) }
        #expect(String(decoding: bytes, as: UTF8.self) == "id-" + withColon)
    }

    @Test(arguments: ["%", "%4", "a%4", "%zz", "%+1", "%-1", "%c3", "%ff"])
    func `a broken escape, and what is not UTF-8, is refused`(text: String) { #expect(decode(text) == nil) }

    @Test func `a plus is a space in forms alone`() {
        #expect(decode("a+b%2B", plusIsSpace: true) == "a b+")
        #expect(decode("a+b%2B") == "a+b+")
    }
}
