/// Checks that a text may be the id of an entity: an absolute URI.
public enum EntityID {
    /// Whether the text is an absolute URI: a scheme, a colon, and only characters that RFC 3986 allows (bytes from
    /// 0x80 up pass, as IRIs do).
    ///
    /// - Source: RFC 3986 section 3.1; CIM 009 clause 4.6.1.
    public static func isValid(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { isValid($0) }
    }

    public static func isValid(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count >= 3, text.count <= 2048, isLetter(text[0]) else { return false }
        var index = 1
        while index < text.count, text[index] != UInt8(ascii: ":") {
            let byte = text[index]
            guard
                isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
                    || byte == UInt8(ascii: ".")
            else { return false }
            index += 1
        }
        guard index + 1 < text.count else { return false }
        for position in index + 1..<text.count {
            switch text[position] {
            case 0...0x20, 0x7F, UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"),
                UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
                return false
            default: continue
            }
        }
        return true
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}
