import CArgon2

/// A password as it is stored: argon2id with its cost, salt and hash in one text.
///
/// The cost, 46 MiB and two passes, takes about a tenth of a second of one core.
///
/// - Source: RFC 9106; OWASP Password Storage Cheat Sheet, which asks for 46 MiB and one pass or more.
public struct PasswordHash: Hashable, Sendable {
    /// What a hash costs to compute.
    public struct Cost: Hashable, Sendable {
        public var kibibytes: UInt32
        public var passes: UInt32

        public init(kibibytes: UInt32 = 47_104, passes: UInt32 = 2) {
            self.kibibytes = kibibytes
            self.passes = passes
        }
    }

    /// `$argon2id$v=19$m=...`
    let encoded: String

    /// Takes what was stored.
    init(encoded: String) { self.encoded = encoded }

    /// Hashes a password with a new salt; takes time and memory, so do it in a `PasswordWork`.
    ///
    /// - Returns: `nil` when the memory cannot be had.
    init?(_ password: String, cost: Cost = Cost()) {
        let salt = (0..<16).map { _ in UInt8.random(in: 0...255) }
        let bytes = Array(password.utf8)
        var text = [CChar](repeating: 0, count: 256)
        let code = argon2id_hash_encoded(
            cost.passes, cost.kibibytes, 1, bytes, bytes.count, salt, salt.count, 32, &text, text.count)
        guard code == ARGON2_OK.rawValue else { return nil }
        encoded = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether it is the hash of this password; takes time and memory, so do it in a `PasswordWork`.
    func matches(_ password: String) -> Bool {
        let bytes = Array(password.utf8)
        return argon2id_verify(encoded, bytes, bytes.count) == ARGON2_OK.rawValue
    }
}
