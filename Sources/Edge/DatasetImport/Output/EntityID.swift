import JSONTree

/// Builds entity ids: URNs whose parts come from outside and so may hold any character.
package enum EntityID {
    /// `urn:ngsi-ld:TYPE:PART:PART...`, the parts percent-encoded. Commas, slashes and quotes would be legal in part, but
    /// break lists of ids and paths.
    static func urn(_ type: String, _ parts: String...) -> String {
        parts.reduce(into: "urn:ngsi-ld:\(type)") { $0 += ":" + PercentCoding.encode($1) }
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
