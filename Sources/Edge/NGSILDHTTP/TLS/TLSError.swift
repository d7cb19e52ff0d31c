/// Why a certificate and its key cannot be used, with the remedy.
public enum TLSError: Error, Hashable, CustomStringConvertible {
    case unreadable(path: String)
    case tooLong(path: String)
    case noCertificate(path: String)
    case noKey(path: String)
    case encryptedKey(path: String)
    /// The key is not that of the first certificate.
    case mismatch(certificate: String, key: String)
    case refused(certificate: String, reason: String)

    public var description: String {
        switch self {
        case .unreadable(let path): "\(path) cannot be read; check that it is there and that this user may read it"
        case .tooLong(let path):
            "\(path) is longer than \(TLSCredentials.fileLimit) bytes, so it is no certificate or key"
        case .noCertificate(let path):
            "\(path) holds no certificate as PEM (-----BEGIN CERTIFICATE-----); give the server's own first, then those "
                + "that lead to its authority"
        case .noKey(let path): "\(path) holds no private key as PEM (-----BEGIN PRIVATE KEY-----)"
        case .encryptedKey(let path):
            "The key in \(path) has a passphrase; give one without, such as openssl pkey -in \(path) -out server.key "
                + "writes"
        case .mismatch(let certificate, let key):
            "The key in \(key) is not that of the first certificate in \(certificate); give the pair that was made "
                + "together, the server's own certificate first"
        case .refused(let certificate, let reason): "The certificate in \(certificate) cannot be used: \(reason)"
        }
    }
}
