/// Checks that a text may be the id of an entity: an absolute URI.
public enum EntityID {
    /// Whether the text is an absolute URI: a scheme, a colon, and only characters that RFC 3986 allows, or beyond ASCII
    /// those of an IRI that a reader can see.
    ///
    /// - Source: RFC 3986 section 3.1, RFC 3987 sections 2.2 and 4.1; CIM 009 clause 4.5.1.
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
        var isASCII = true
        for position in index + 1..<text.count {
            switch text[position] {
            case 0...0x20, 0x7F, UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"),
                UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
                return false
            case 0x80...: isASCII = false
            default: continue
            }
        }
        return isASCII || String(decoding: text, as: UTF8.self).unicodeScalars.allSatisfy(isVisible)
    }

    /// Two ids that look the same must be the same, so what leaves no mark of its own is refused.
    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return true }
        let properties = scalar.properties
        if properties.isDefaultIgnorableCodePoint || properties.isNoncharacterCodePoint { return false }
        switch properties.generalCategory {
        case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate:
            return false
        default: return scalar != "\u{2800}"  // Braille without dots
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}
