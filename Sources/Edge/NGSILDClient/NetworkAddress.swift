#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// An IPv4 or IPv6 address, as bytes in network order (4 or 16).
public struct NetworkAddress: Hashable, Sendable, CustomStringConvertible {
    public let bytes: [UInt8]

    /// Reads `192.0.2.1` or `2001:db8::1`; `nil` for anything else.
    public init?(_ text: String) {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = withUnsafeBytes(of: &four) { Array($0) }
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        bytes = withUnsafeBytes(of: &six) { Array($0) }
    }

    init(bytes: [UInt8]) { self.bytes = bytes }

    public var isIPv4: Bool { bytes.count == 4 }

    public var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN) + 1)
        let written = bytes.withUnsafeBytes { raw in
            inet_ntop(isIPv4 ? AF_INET : AF_INET6, raw.baseAddress, &text, socklen_t(text.count))
        }
        guard written != nil else { return "?" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The address in a URL: IPv6 in brackets.
    var hostText: String { isIPv4 ? description : "[\(description)]" }

    /// The IPv4 address that an IPv6 address stands for (mapped, compatible, NAT64, 6to4); itself otherwise.
    var embedded: NetworkAddress {
        guard bytes.count == 16 else { return self }
        let zeros = bytes.prefix(10).allSatisfy { $0 == 0 }
        if zeros, bytes[10] == 0xFF, bytes[11] == 0xFF { return NetworkAddress(bytes: Array(bytes[12...])) }
        if zeros, bytes[10] == 0, bytes[11] == 0, bytes[12] != 0 { return NetworkAddress(bytes: Array(bytes[12...])) }
        if bytes[0] == 0, bytes[1] == 0x64, bytes[2] == 0xFF, bytes[3] == 0x9B {
            return NetworkAddress(bytes: Array(bytes[12...]))
        }
        if bytes[0] == 0x20, bytes[1] == 0x02 { return NetworkAddress(bytes: Array(bytes[2..<6])) }
        return self
    }
}

/// A run of addresses in CIDR notation: `10.1.0.0/16`, `fd00::/8`, or one address.
public struct NetworkRange: Hashable, Sendable {
    private let start: [UInt8]
    private let prefixLength: Int

    /// - Returns: `nil` when the text is no address or the length does not fit it.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = NetworkAddress(String(first)) else { return nil }
        start = address.bytes
        guard parts.count == 2 else {
            prefixLength = start.count * 8
            return
        }
        guard let length = Int(parts[1]), (0...start.count * 8).contains(length) else { return nil }
        prefixLength = length
    }

    init(_ start: [UInt8], _ prefixLength: Int) {
        self.start = start
        self.prefixLength = prefixLength
    }

    /// Whether the address lies in the range; never for one of the other family.
    public func contains(_ address: NetworkAddress) -> Bool {
        guard address.bytes.count == start.count else { return false }
        let whole = prefixLength / 8
        guard address.bytes.prefix(whole).elementsEqual(start.prefix(whole)) else { return false }
        let rest = prefixLength % 8
        guard rest > 0 else { return true }
        let mask = UInt8(truncatingIfNeeded: 0xFF00 >> rest)
        return address.bytes[whole] & mask == start[whole] & mask
    }
}

/// What kind of place an address is, as far as reaching it from outside matters.
enum AddressScope: String, Sendable {
    case global, loopback
    case privateNetwork = "private"
    case linkLocal = "link-local"
    case special = "reserved"

    /// Source: IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and updates).
    init(_ address: NetworkAddress) {
        let address = address.embedded
        for (scope, ranges) in AddressScope.table where ranges.contains(where: { $0.contains(address) }) {
            self = scope
            return
        }
        self = .global
    }

    private static let table: [(AddressScope, [NetworkRange])] = [
        (.loopback, [.init([127, 0, 0, 0], 8), six([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 128)]),
        (
            .privateNetwork,
            [
                .init([10, 0, 0, 0], 8), .init([172, 16, 0, 0], 12), .init([192, 168, 0, 0], 16),
                .init([100, 64, 0, 0], 10), six([0xFC], 7),
            ]
        ),
        (.linkLocal, [.init([169, 254, 0, 0], 16), six([0xFE, 0x80], 10)]),
        (
            .special,
            [
                .init([0, 0, 0, 0], 8), .init([192, 0, 0, 0], 24), .init([192, 0, 2, 0], 24),
                .init([198, 18, 0, 0], 15), .init([198, 51, 100, 0], 24), .init([203, 0, 113, 0], 24),
                .init([224, 0, 0, 0], 4), .init([240, 0, 0, 0], 4), six([], 128), six([0xFE, 0xC0], 10),
                six([0xFF], 8), six([0x20, 0x01, 0x0D, 0xB8], 32), six([0x20, 0x01, 0, 0], 32), six([0x01, 0], 64),
            ]
        ),
    ]

    private static func six(_ start: [UInt8], _ length: Int) -> NetworkRange {
        NetworkRange(start + [UInt8](repeating: 0, count: 16 - start.count), length)
    }
}
