import Crypto
import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Why the log cannot be opened, with the remedy.
public enum AuditError: Error, Hashable, CustomStringConvertible {
    case noDirectory(String, errno: Int32)
    case badKey(String)
    case keyNotKept(String, errno: Int32)
    case noPublicKey(String)

    public var description: String {
        switch self {
        case .noDirectory(let path, let number):
            "The audit log's directory \(path) cannot be made or written (error \(number)); check its owner and rights"
        case .badKey(let path):
            "\(path) is not a signing key of an audit log; put the right one back, or move the whole directory away to "
                + "begin a new log"
        case .keyNotKept(let path, let number):
            "The signing key cannot be written to \(path) (error \(number)); check the owner and rights of its directory"
        case .noPublicKey(let path): "\(path) is not an Ed25519 public key as PEM"
        }
    }
}

/// The key that checkpoints are signed with: Ed25519, made at the first start, in a file that only its owner may read.
struct AuditKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    /// Reads the key of a directory, or makes it.
    init(directory: String) throws(AuditError) {
        let path = directory + "/signing-key"
        if let bytes = FileManager.default.contents(atPath: path) {
            guard let raw = Data(base64Encoded: bytes, options: .ignoreUnknownCharacters),
                let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: raw)
            else { throw .badKey(path) }
            self.key = key
        } else {
            key = Curve25519.Signing.PrivateKey()
            let text = Array((key.rawRepresentation.base64EncodedString() + "\n").utf8)
            // O_EXCL: a file that is there but cannot be read is not written over.
            let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard file >= 0 else { throw .keyNotKept(path, errno: errno) }
            defer { close(file) }
            guard write(file, text, text.count) == text.count, fsync(file) == 0 else {
                let number = errno
                unlink(path)
                throw .keyNotKept(path, errno: number)
            }
        }
        // For whoever checks the log; those who mean it seriously keep a copy elsewhere.
        try? Data(publicKeyPEM.utf8).write(to: URL(fileURLWithPath: directory + "/public-key.pem"))
    }

    /// A signature in base64; `nil` does not happen with a key that was read.
    func sign(_ text: String) -> String? {
        (try? key.signature(for: Data(text.utf8)))?.base64EncodedString()
    }

    var publicKey: AuditPublicKey { AuditPublicKey(key.publicKey) }
    var publicKeyPEM: String { publicKey.pem }
}

/// What checkpoints are checked with.
public struct AuditPublicKey: Sendable {
    /// An Ed25519 SubjectPublicKeyInfo up to the key (RFC 8410).
    private static let prefix: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]

    private let key: Curve25519.Signing.PublicKey

    init(_ key: Curve25519.Signing.PublicKey) { self.key = key }

    /// Reads PEM.
    public init(file path: String) throws(AuditError) {
        guard let bytes = FileManager.default.contents(atPath: path), let text = String(data: bytes, encoding: .utf8)
        else { throw .noPublicKey(path) }
        let body = text.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
        guard let der = Data(base64Encoded: body, options: .ignoreUnknownCharacters), der.count == 44,
            der.prefix(12).elementsEqual(Self.prefix),
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: der.suffix(32))
        else { throw .noPublicKey(path) }
        self.key = key
    }

    /// The key as PEM, which openssl and Python's cryptography read.
    public var pem: String {
        let der = Data(Self.prefix) + key.rawRepresentation
        return "-----BEGIN PUBLIC KEY-----\n\(der.base64EncodedString())\n-----END PUBLIC KEY-----\n"
    }

    func accepts(_ signature: String?, of text: String) -> Bool {
        guard let signature, let bytes = Data(base64Encoded: signature) else { return false }
        return key.isValidSignature(bytes, for: Data(text.utf8))
    }
}
