import JSONTree

/// Whom mail goes to, as a URI: `mailto:a@city.example,b@city.example`.
///
/// - Source: RFC 6068 section 2, without header fields.
public struct MailtoURI: Hashable, Sendable {
    /// How many addresses one may have.
    public static let limit = 50

    public let addresses: [String]

    /// - Returns: `nil` where there is no address, or one is none, or there are too many.
    public init?(addresses: [String]) {
        guard !addresses.isEmpty, addresses.count <= Self.limit, addresses.allSatisfy(Self.isAddress) else {
            return nil
        }
        self.addresses = addresses
    }

    /// Reads `mailto:` with addresses and commas between, percent-encoded where needed.
    ///
    /// - Returns: `nil` for any other text.
    public init?(_ text: String) {
        guard text.lowercased().hasPrefix("mailto:") else { return nil }
        var addresses: [String] = []
        for var part in text.dropFirst(7).split(separator: ",", omittingEmptySubsequences: false) {
            guard let address = part.withUTF8({ PercentCoding.decode($0, plusIsSpace: false) }) else { return nil }
            addresses.append(address)
        }
        self.init(addresses: addresses)
    }

    public var text: String {
        "mailto:" + addresses.map { PercentCoding.encode($0, keeping: "@!$'*+") }.joined(separator: ",")
    }

    /// Whether it is a dot-atom, an `@` and the name of a host (RFC 5321 section 4.1.2, without quoted strings and
    /// literals).
    public static func isAddress(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard text.utf8.count <= 254, parts.count == 2, (1...64).contains(parts[0].count), !parts[1].isEmpty else {
            return false
        }
        func isAtoms(_ bytes: Substring.UTF8View, _ more: String) -> Bool {
            bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { atom in
                !atom.isEmpty && atom.allSatisfy { isAlphanumeric($0) || more.utf8.contains($0) }
            }
        }
        return isAtoms(parts[0], "!#$%&'*+-/=?^_`{|}~") && isAtoms(parts[1], "-")
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        let lower = byte | 0x20
        return (lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z"))
            || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
    }
}
