import JSONTree

/// Builds entity ids: URNs whose parts come from outside and so may hold any character.
package enum EntityID {
    /// Appends the bytes so that they fit into a URN: letters, digits and `- . _ ~ :` stay, all others are
    /// percent-encoded (RFC 8141, RFC 3986). Commas, slashes and quotes would be legal in part, but break lists of ids
    /// and paths.
    package static func append(encoded bytes: UnsafeBufferPointer<UInt8>, to id: inout [UInt8]) {
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: ":"):
                id.append(byte)
            default:
                id.append(UInt8(ascii: "%"))
                id.append(hexDigit(byte >> 4))
                id.append(hexDigit(byte & 15))
            }
        }
    }

    static func encoded(_ text: String) -> String {
        var text = text
        var id: [UInt8] = []
        text.withUTF8 { append(encoded: $0, to: &id) }
        return String(decoding: id, as: UTF8.self)
    }

    /// `urn:ngsi-ld:TYPE:PART:PART...`
    static func urn(_ type: String, _ parts: String...) -> String {
        parts.reduce(into: "urn:ngsi-ld:\(type)") { $0 += ":" + encoded($1) }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }

    /// Whether text can stand as a URI: a scheme, a colon, something, and no character that RFC 3986 forbids.
    package static func isURI(_ text: some Collection<UInt8>) -> Bool {
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")), colon != text.startIndex else { return false }
        let scheme = text[..<colon]
        guard let first = scheme.first, isLetter(first),
            scheme.allSatisfy({ isLetter($0) || isDigit($0) || "+-.".utf8.contains($0) })
        else { return false }
        let rest = text[text.index(after: colon)...]
        return !rest.isEmpty
            && rest.allSatisfy { isLetter($0) || isDigit($0) || "-._~:/?#[]@!$&'()*+,;=%".utf8.contains($0) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
    }
    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}
