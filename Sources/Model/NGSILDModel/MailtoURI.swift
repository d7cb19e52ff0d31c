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
        for part in text.dropFirst(7).split(separator: ",", omittingEmptySubsequences: false) {
            guard let address = Self.decoded(part) else { return nil }
            addresses.append(address)
        }
        self.init(addresses: addresses)
    }

    public var text: String { "mailto:" + addresses.map(Self.escaped).joined(separator: ",") }

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

    private static func escaped(_ address: String) -> String {
        let hex = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in address.utf8 {
            if isAlphanumeric(byte) || "@.-_~!$'*+".utf8.contains(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
