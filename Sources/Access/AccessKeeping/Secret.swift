import Crypto
import Foundation

/// What tokens of people and programs are stored as: SHA-256. They have 256 random bits, so nothing slower is needed.
public struct SecretDigest: Hashable, Sendable {
    private let first, second, third, fourth: UInt64

    /// The digest of a token's UTF-8 bytes. About 1 us.
    public init(_ token: some StringProtocol) {
        var hash = SHA256()
        // Each request with a key comes here, so its text is not copied where it need not be.
        let isHashed: Void? = token.utf8.withContiguousStorageIfAvailable {
            hash.update(bufferPointer: UnsafeRawBufferPointer($0))
        }
        if isHashed == nil { hash.update(data: Array(token.utf8)) }
        self = hash.finalize().withUnsafeBytes { bytes in
            SecretDigest(
                first: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
                second: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
                third: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
                fourth: bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
        }
    }

    private init(first: UInt64, second: UInt64, third: UInt64, fourth: UInt64) {
        (self.first, self.second, self.third, self.fourth) = (first, second, third, fourth)
    }

    /// 64 hexadecimal digits, as they are stored.
    var hexadecimal: String {
        [first, second, third, fourth].map { word in
            let digits = String(word.bigEndian, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    /// Reads what `hexadecimal` writes.
    init?(hexadecimal text: String) {
        guard text.utf8.count == 64 else { return nil }
        var words: [UInt64] = []
        var rest = text[...]
        while !rest.isEmpty {
            guard let word = UInt64(rest.prefix(16), radix: 16) else { return nil }
            words.append(UInt64(bigEndian: word))
            rest = rest.dropFirst(16)
        }
        self.init(first: words[0], second: words[1], third: words[2], fourth: words[3])
    }
}

/// Makes tokens that cannot be guessed.
public enum Secret {
    /// What API keys begin with, so that people and scanners of leaked secrets recognise one.
    public static let keyPrefix = "parvis_"

    /// 256 random bits of the system's generator, in base64url, 43 characters.
    public static func token() -> String { text(ofBytes: 32) }

    /// A short id that says nothing: 80 random bits, in hexadecimal digits.
    public static func id() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<20).map { _ in String(Int.random(in: 0..<16, using: &generator), radix: 16) }.joined()
    }

    private static func text(ofBytes count: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        return Base64URL.encode((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }
}

/// Base64 with the alphabet of URLs and without padding.
///
/// - Source: RFC 4648 section 5.
public enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// Writes bytes as text, six bits a character.
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        var pending = 0
        var bits = 0
        for byte in bytes {
            pending = (pending << 8 | Int(byte)) & 0xFFFF
            bits += 8
            while bits >= 6 {
                bits -= 6
                text.append(alphabet[(pending >> bits) & 63])
            }
        }
        if bits > 0 { text.append(alphabet[(pending << (6 - bits)) & 63]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// - Returns: `nil` for text of another alphabet.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var pending = 0
        var bits = 0
        for character in text.utf8 {
            let value: Int
            switch character {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = Int(character) - 65
            case UInt8(ascii: "a")...UInt8(ascii: "z"): value = Int(character) - 71
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = Int(character) + 4
            case UInt8(ascii: "-"): value = 62
            case UInt8(ascii: "_"): value = 63
            default: return nil
            }
            pending = (pending << 6 | value) & 0xFFFF
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8((pending >> bits) & 255))
            }
        }
        return bits < 6 ? bytes : nil
    }
}
